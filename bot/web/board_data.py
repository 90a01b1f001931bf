"""What the public board shows of needs: no person, no address, nothing that tells of either."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from handlers.needs_words import is_service
from storage import needs
from storage.needs import Need, Shelter, State
from storage.sealed import SealError, Vault

_URGENT_FIRST: Final = ("critical", "urgent", "soon", "ongoing")


@dataclass(frozen=True, slots=True)
class Shown:
    """A need as everybody may see it. `item` is as typed; a service is done, not brought."""

    code: str
    item: str
    category: str
    unit: str
    quantity: int
    committed: int
    on_the_way: int
    received: int
    urgency: str
    needed_by: datetime | None
    zone: str
    is_service: bool

    @property
    def remaining(self) -> int:
        return self.quantity - self.committed


@dataclass(frozen=True, slots=True)
class House:
    """A shelter with what it needs, the most urgent first."""

    shelter: Shelter
    needs: tuple[Shown, ...]


@dataclass(frozen=True, slots=True)
class City:
    name: str
    region: str
    houses: tuple[House, ...]


def cities(connection: Connection, vault: Vault, now: datetime) -> list[City]:
    """Every shelter that needs something, by city; where it is most urgent comes first."""
    found: dict[int, tuple[Shelter, list[Shown]]] = {}
    for need in needs.in_state(connection, (State.OPEN, State.COVERED)):
        seen = shown(vault, need, now)
        if seen is not None:
            found.setdefault(need.shelter.id, (need.shelter, []))[1].append(seen)
    houses = [House(each, tuple(sorted(listed, key=_rank))) for each, listed in found.values()]
    by_city: dict[tuple[str, str], list[House]] = {}
    for house in sorted(houses, key=lambda each: (_rank(each.needs[0]), each.shelter.name)):
        by_city.setdefault((house.shelter.city, house.shelter.region), []).append(house)
    return [City(*where, tuple(listed)) for where, listed in by_city.items()]


def _rank(need: Shown) -> tuple[bool, int]:
    """What is covered comes last."""
    return not need.remaining, _URGENT_FIRST.index(need.urgency)


def shown(vault: Vault, need: Need, now: datetime) -> Shown | None:
    """None: it is over, or its words can't be opened."""
    if need.status not in (State.OPEN, State.COVERED):
        return None
    if need.expires_at is not None and need.expires_at <= now:
        return None
    try:
        item = vault.open("needs", "item", need.id, need.item)
    except SealError:
        return None
    return Shown(
        need.code,
        item,
        need.category,
        need.unit,
        need.quantity,
        need.committed,
        need.on_the_way,
        need.received,
        need.urgency,
        need.needed_by,
        need.shelter.zone,
        is_service(need),
    )
