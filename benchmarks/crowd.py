"""A network of people, registered by bulk inserts as a sign-up would leave them."""

from datetime import UTC, datetime
from functools import partial
from itertools import islice

from sqlalchemy import Connection, insert

from handlers.conversation.messages import ChannelName
from storage.database import Database
from storage.ids import new_id
from storage.people import addresses, consents, people, registrations, traits
from storage.sealed import Vault

_AT_ONCE = 5_000
_FIRST_CHAT = 2_000_000
_NOW = datetime(2026, 11, 21, tzinfo=UTC)


def register(url: str, key: str, number: int, channel: ChannelName = "telegram") -> None:
    """People's addresses are `address_of(0)` and so on."""
    database = Database(url)
    vault = database.run_now(lambda connection: Vault.load(connection, [key]))
    chats = iter(range(_FIRST_CHAT, _FIRST_CHAT + number))
    while chunk := list(islice(chats, _AT_ONCE)):
        database.run_now(partial(_add, vault=vault, chats=chunk, channel=channel))
    database.close_now()


def address_of(number: int, channel: ChannelName) -> str:
    return _written(_FIRST_CHAT + number, channel)


def _written(chat: int, channel: ChannelName) -> str:
    return f"+1312{chat}" if channel == "sms" else str(chat)


def _add(connection: Connection, vault: Vault, chats: list[int], channel: ChannelName) -> None:
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
                "channel": channel,
                "lookup": vault.index(channel, _written(chat, channel)),
                "value": vault.seal("addresses", "value", address, _written(chat, channel)),
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
