"""People from a file: duplicates merged, refused rows named, a second run changes nothing."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from handlers.hearing import place_answer
from handlers.import_rows import Entry, RefusedError
from handlers.newcomers import new_handle
from handlers.places import find_places
from storage.ids import new_id
from storage.importing import (
    Known,
    Lookup,
    add,
    add_registrations,
    add_traits,
    fill_gaps,
    handles_taken,
    known_people,
    organisations_by_code,
    suppressed,
)
from storage.people import addresses, consents, people
from storage.sealed import Vault

WORDING = "import"
_HANDLE_DIGITS = 9
_PLACE = ("zone", "country", "region", "city_id")


@dataclass(slots=True)
class Imported:
    """`refused`: (row number of the file, reason)."""

    added: int = 0
    merged: int = 0
    refused: list[tuple[int, str]] = field(default_factory=list)


class Importer:
    """Keeps what it learnt of places and organisations between batches."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault
        self._places: dict[tuple[str, str], dict[str, Any] | None] = {}

    def take(
        self, connection: Connection, batch: Sequence[tuple[int, Entry]], now: datetime
    ) -> Imported:
        """One batch in the caller's transaction; the rows are (number in the file, entry)."""
        done, writing = Imported(), _Writing(self._vault, now)
        lookups = {
            number: [(each[0], self._vault.index(*each)) for each in entry.addresses]
            for number, entry in batch
        }
        every = [lookup for found in lookups.values() for lookup in found]
        known, deleted = known_people(connection, every), suppressed(connection, every)
        codes = organisations_by_code(connection)
        for number, entry in batch:
            try:
                columns = self._columns(connection, entry, codes)
                person = _whose(lookups[number], known, deleted)
                fresh = person is None
                person = writing.person(connection, entry, columns, person)
            except RefusedError as error:
                done.refused.append((number, str(error)))
                continue
            done.added, done.merged = done.added + fresh, done.merged + (not fresh)
            for lookup in lookups[number]:
                if lookup not in known:
                    writing.address(entry, lookup, person)
                known[lookup] = person
        writing.write(connection)
        return done

    def _columns(
        self, connection: Connection, entry: Entry, codes: dict[str, tuple[int, str]]
    ) -> dict[str, Any]:
        """Place and organisation, as columns of a person. No place: the organisation's zone."""
        columns: dict[str, Any] = {}
        if entry.organisation:
            if entry.organisation not in codes:
                raise RefusedError("organisation is not a code of the network")
            columns["organisation_id"], columns["zone"] = codes[entry.organisation]
        if entry.place:
            place = self._place(connection, entry)
            if place is None:
                raise RefusedError("place is not certain: give a ZIP code, or city and state")
            columns |= {name: place[name] for name in ("zone", "country", "city_id")}
            columns["region"] = place["region_code"]
        return columns

    def _place(self, connection: Connection, entry: Entry) -> dict[str, Any] | None:
        key = (entry.place, entry.language)
        if key not in self._places:
            found = find_places(connection, entry.place, entry.language)
            certain = found.kind == "one"
            self._places[key] = place_answer(found.places[0]) if certain else None
        return self._places[key]


def _whose(
    lookups: Iterable[Lookup], known: dict[Lookup, Known], deleted: set[Lookup]
) -> Known | None:
    """The person of these addresses. RefusedError where nobody may be written to, or two are."""
    lookups = list(lookups)
    if any(lookup in deleted and lookup not in known for lookup in lookups):
        raise RefusedError("this person had their data deleted; only they can come back")
    people_found = {found.person_id: found for lookup in lookups if (found := known.get(lookup))}
    if len(people_found) > 1:
        raise RefusedError("phone and telegram_id belong to two people: they can link them")
    person = next(iter(people_found.values()), None)
    if person is not None and person.consent == "out":
        raise RefusedError("this person has stopped; only they can come back")
    return person


class _Writing:
    """Rows of one batch, written together at its end."""

    def __init__(self, vault: Vault, now: datetime) -> None:
        self._vault = vault
        self._now = now
        self._rows: dict[str, list[dict[str, Any]]] = defaultdict(list)
        self._traits: list[tuple[int, str, str]] = []
        self._registrations: list[tuple[int, int, str]] = []
        self._fresh: dict[int, dict[str, Any]] = {}

    def person(
        self, connection: Connection, entry: Entry, columns: dict[str, Any], known: Known | None
    ) -> Known:
        """The person as known from now on; of someone known only the gaps are filled."""
        if known is None:
            known = self._new(entry)
        gaps = _gaps(known, columns)
        if entry.name and not known.has_name:
            gaps["name"] = self._vault.seal("people", "name", known.person_id, entry.name)
        if known.consent == "none":
            gaps["consent"] = "in"
            self._consent(entry, known.person_id)
        if known.person_id in self._fresh:
            self._fresh[known.person_id].update(gaps)
        else:
            fill_gaps(connection, known.person_id, gaps)
        self._facts(entry, known.person_id)
        return Known(
            known.person_id,
            "in",
            known.has_name or bool(entry.name),
            known.has_place or "city_id" in gaps,
            known.organisation_id or gaps.get("organisation_id"),
        )

    def _new(self, entry: Entry) -> Known:
        person = new_id()
        empty = dict.fromkeys(("name", "zone", "country", "region", "city_id", "organisation_id"))
        self._fresh[person] = {
            "id": person,
            "handle": new_handle(_HANDLE_DIGITS),
            "language": entry.language,
            "consent": "none",
            **empty,
            "source": WORDING,
            "created_at": self._now,
            "seen_at": self._now,
        }
        return Known(person, "none", has_name=False, has_place=False, organisation_id=None)

    def address(self, entry: Entry, lookup: Lookup, person: Known) -> None:
        """Not heard of since they agreed: that is how old what we know of the number is."""
        row, (channel, hashed) = new_id(), lookup
        first = person.person_id in self._fresh and entry.addresses[0][0] == channel
        value = dict(entry.addresses)[channel]
        self._rows["addresses"].append(
            {
                "id": row,
                "person_id": person.person_id,
                "channel": channel,
                "lookup": hashed,
                "value": self._vault.seal("addresses", "value", row, value),
                "status": "active",
                "preferred": first,
                "created_at": self._now,
                "heard_at": entry.consent_at,
            }
        )

    def _consent(self, entry: Entry, person: int) -> None:
        row = new_id()
        self._rows["consents"].append(
            {
                "id": row,
                "person_id": person,
                "act": "in",
                "channel": entry.addresses[0][0],
                "wording": WORDING,
                "words": self._vault.seal("consents", "words", row, entry.consent_words),
                "at": entry.consent_at,
            }
        )

    def _facts(self, entry: Entry, person: int) -> None:
        for kind, values in (("topic", entry.topics), ("skill", entry.skills)):
            self._traits += [(person, kind, value) for value in values]
        self._registrations.append((new_id(), person, entry.kind))

    def write(self, connection: Connection) -> None:
        self._name_apart(connection)
        add(connection, people, list(self._fresh.values()))
        add(connection, addresses, self._rows["addresses"])
        add(connection, consents, self._rows["consents"])
        add_traits(connection, self._traits)
        add_registrations(connection, self._registrations, self._now)

    def _name_apart(self, connection: Connection) -> None:
        """Among a hundred thousand random handles a few are sure to be somebody's already."""
        rows = list(self._fresh.values())
        while clashing := _clashing(rows, handles_taken(connection, [r["handle"] for r in rows])):
            for row in clashing:
                row["handle"] = new_handle(_HANDLE_DIGITS)


def _clashing(rows: Iterable[dict[str, Any]], taken: set[str]) -> list[dict[str, Any]]:
    found, seen = [], set(taken)
    for row in rows:
        if row["handle"] in seen:
            found.append(row)
        seen.add(row["handle"])
    return found


def _gaps(known: Known, columns: dict[str, Any]) -> dict[str, Any]:
    """What the file knows and we don't."""
    gaps: dict[str, Any] = {}
    if not known.has_place and known.consent == "none":
        gaps |= {name: columns[name] for name in _PLACE if name in columns}
    if known.organisation_id is None and "organisation_id" in columns:
        gaps["organisation_id"] = columns["organisation_id"]
    return gaps
