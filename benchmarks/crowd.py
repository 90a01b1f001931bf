"""A network of people, registered by bulk inserts as a sign-up would leave them."""

from datetime import UTC, datetime
from functools import partial
from itertools import islice

from sqlalchemy import Connection, insert

from storage.database import Database
from storage.ids import new_id
from storage.people import addresses, consents, people, registrations, traits
from storage.sealed import Vault

_AT_ONCE = 5_000
_NOW = datetime(2026, 11, 21, tzinfo=UTC)


def register(path: str, key: str, number: int) -> None:
    database = Database(f"sqlite:///{path}")
    vault = database.run_now(lambda connection: Vault.load(connection, [key]))
    chats = iter(range(1_000_000, 1_000_000 + number))
    while chunk := list(islice(chats, _AT_ONCE)):
        database.run_now(partial(_add, vault=vault, chats=chunk))
    database.close_now()


def _add(connection: Connection, vault: Vault, chats: list[int]) -> None:
    ids = [(chat, new_id(), new_id()) for chat in chats]
    connection.execute(
        insert(people),
        [
            {
                "id": person,
                "handle": f"V-{chat}",
                "language": "es",
                "consent": "in",
                "name": vault.seal("people", "name", person, "Rosa"),
                "zone": "America/Chicago",
                "country": "US",
                "region": "IL",
                "created_at": _NOW,
                "seen_at": _NOW,
            }
            for chat, person, _address in ids
        ],
    )
    connection.execute(
        insert(addresses),
        [
            {
                "id": address,
                "person_id": person,
                "channel": "telegram",
                "lookup": vault.index("telegram", str(chat)),
                "value": vault.seal("addresses", "value", address, str(chat)),
                "created_at": _NOW,
                "heard_at": _NOW,
            }
            for chat, person, address in ids
        ],
    )
    of = [person for _chat, person, _address in ids]
    skills = [{"person_id": person, "kind": "skill", "value": "hands"} for person in of]
    connection.execute(insert(traits), skills)
    connection.execute(insert(registrations), [_registration(person) for person in of])
    connection.execute(insert(consents), [_consent(person, address) for _, person, address in ids])


def _registration(person: int) -> dict[str, object]:
    return {
        "id": new_id(),
        "person_id": person,
        "kind": "individual",
        "created_at": _NOW,
        "updated_at": _NOW,
    }


def _consent(person: int, address: int) -> dict[str, object]:
    return {
        "id": new_id(),
        "person_id": person,
        "address_id": address,
        "act": "in",
        "channel": "telegram",
        "wording": "benchmark",
        "at": _NOW,
    }
