"""People as rows of a file that can be imported again. The file itself is the machine's."""

import re
from collections.abc import Iterator
from functools import partial

from sqlalchemy import Connection

from handlers.places import place_of
from storage.database import Database
from storage.exporting import Exportable, exportable
from storage.sealed import Vault

COLUMNS = (
    *("phone", "telegram_id", "name", "language", "place", "organisation", "topics", "skills"),
    *("role", "consent_at", "consent_source", "consent_words"),
)
_FORMULA = tuple("=+-@\t\r\n'")
_NUMBER = re.compile(r"\+?[0-9]{1,20}", re.ASCII)


def people(database: Database, vault: Vault) -> Iterator[tuple[str, ...]]:
    """A row of COLUMNS for each person, each cell safe in a spreadsheet."""
    places: dict[int, str] = {}
    after = -1
    while batch := database.read_now(partial(exportable, after=after)):
        after = batch[-1].person.id
        for one in batch:
            city = one.person.city_id
            if city is not None and city not in places:
                places[city] = database.read_now(partial(_place, city_id=city))
            cells = _cells(one, vault, places.get(city, ""))
            yield tuple(safe(cells[name]) for name in COLUMNS)


def safe(cell: str) -> str:
    """A cell that a spreadsheet takes for words: what it could run gets an apostrophe before it.

    Whoever reads the file takes one leading apostrophe off. Plain numbers stay as they are.
    """
    if cell.startswith(_FORMULA) and not _NUMBER.fullmatch(cell):
        return f"'{cell}"
    return cell


def _cells(one: Exportable, vault: Vault, place: str) -> dict[str, str]:
    person, consent = one.person, one.consent
    name = vault.open("people", "name", person.id, person.name) if person.name else ""
    words = vault.open("consents", "words", consent.id, consent.words) if consent.words else ""
    volunteers = any(kind != "member" for kind in one.kinds)
    return {
        "phone": _address(one, vault, "sms"),
        "telegram_id": _address(one, vault, "telegram"),
        "name": name,
        "language": person.language,
        "place": place,
        "organisation": person.organisation or "",
        "topics": ";".join(one.traits["topic"]),
        "skills": ";".join(one.traits["skill"]),
        "role": "volunteer" if volunteers else "member",
        "consent_at": consent.at.isoformat(),
        "consent_source": consent.channel,
        "consent_words": words,
    }


def _address(one: Exportable, vault: Vault, channel: str) -> str:
    row = one.addresses.get(channel)
    return vault.open("addresses", "value", row.id, row.value) if row else ""


def _place(connection: Connection, city_id: int) -> str:
    place = place_of(connection, city_id)
    return place.label if place else ""
