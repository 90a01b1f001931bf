"""docs/matching.md: whom a need's waves ask, and how the database finds them, by its own account.

Made on a small database of its own, so that what the page says is what the code does.
"""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, event, insert, select

from handlers import needs
from handlers.needs import Desk, Lack
from handlers.needs_waves import (
    SETTLE,
    Wave,
    plan_of,
    send_next,
    tell_covered,
    tell_open_again,
)
from handlers.policy import Policy
from locales import translate
from storage import audience, broadcasts, migrations, pledging
from storage import needs as rows
from storage.audience import Hours, Terms
from storage.audit import OPERATOR
from storage.database import Database
from storage.gazetteer import cities
from storage.ids import new_id
from storage.need_matching import COOL_DOWN, FITS, LEGAL
from storage.needs import Need
from storage.network import shelters
from storage.people import addresses, people, registrations
from storage.pledges import Hold, Pledged
from storage.sealed import Vault, new_secret_key

PAGE = Path("docs") / "matching.md"
NOW = datetime(2026, 11, 20, 18, tzinfo=UTC)
_NEVER = NOW + timedelta(days=30)
_TIJUANA: dict[str, Any] = {
    "id": 3981609,
    "name": "Tijuana",
    "region_code": "02",
    "region": "Baja California",
    "country": "MX",
    "zone": "America/Tijuana",
    "lat": 32.53,
    "lon": -117.02,
    "population": 1_800_000,
}


@dataclass(frozen=True, slots=True)
class Found:
    """What goes out, and the plan of the one statement that takes its people in."""

    what: str
    plan: Sequence[str]


def found_by_waves(database: Database) -> list[Found]:
    """Each wave of a need in Tijuana, frozen as the clock does it; then it was covered, and is open
    again."""
    desk = database.run_now(_desk)
    database.run_now(_settle)
    need = database.run_now(lambda connection: _posted(connection, desk))
    waves = database.read_now(lambda connection: plan_of(connection, need))
    found = [
        Found(_title(number, wave), database.run_now(lambda c: _frozen(c, desk, need.id)))
        for number, wave in enumerate(waves, start=1)
    ]
    again = database.run_now(lambda c: _open_again(c, desk, need.id))
    return [*found, Found("Open again: who was told that it is covered.", again)]


def _title(number: int, wave: Wave) -> str:
    return f"Wave {number}: {translate(wave.why, 'en')}"


def _desk(connection: Connection) -> Desk:
    return Desk(Vault.load(connection, [new_secret_key()]), Policy(quiet=None), NOW)


def _settle(connection: Connection) -> None:
    """A shelter, and somebody there for each wave to find."""
    connection.execute(insert(cities), _TIJUANA)
    place = {"city": "Tijuana", "region": "Baja California", "country": "MX"}
    place |= {"zone": "America/Tijuana"}
    shelter = {"id": new_id(), "code": "tijuana", "name": "Casa", "city_id": _TIJUANA["id"]}
    connection.execute(insert(shelters), {**shelter, **place})


def _somebody(connection: Connection) -> None:
    who, stays = new_id(), {"created_at": NOW}
    person = {"id": who, "handle": f"V-{who % 10**12}", "language": "es", "consent": "in"}
    lives = {"city_id": _TIJUANA["id"], "country": "MX", "region": "02"}
    connection.execute(insert(people), {**person, **lives, **stays, "seen_at": NOW})
    home = {"id": new_id(), "person_id": who, "channel": "telegram", "value": b"", **stays}
    lookup = {"lookup": str(who).encode(), "heard_at": NOW}
    connection.execute(insert(addresses), {**home, **lookup})
    kind = {"id": new_id(), "person_id": who, "kind": "individual", **stays, "updated_at": NOW}
    connection.execute(insert(registrations), kind)


def _posted(connection: Connection, desk: Desk) -> Need:
    [shelter] = connection.scalars(select(shelters.c.id))
    _another(connection, desk, shelter)
    lack = Lack(shelter, "infant", "pañales", 100, "pack", "soon", NOW + timedelta(hours=6))
    return needs.post(connection, desk, lack, by=None)


def _another(connection: Connection, desk: Desk, shelter: int) -> None:
    """So that it matters who was asked lately."""
    _somebody(connection)
    lack = Lack(shelter, "water", "agua", 10, "box", "soon")
    made = needs.post(connection, desk, lack, by=None)
    needs.open_need(connection, desk, made.id, actor=OPERATOR)
    [run] = broadcasts.about(connection, made.id)
    broadcasts.begin(connection, run.id, NOW)


def _frozen(connection: Connection, desk: Desk, need_id: int) -> list[str]:
    """The next wave goes out; somebody new is there to be found by it."""
    _somebody(connection)
    need = rows.read(connection, need_id)
    if need is None:
        raise RuntimeError("the need that was just posted is not there")
    if need.status is rows.State.DRAFT:
        needs.open_need(connection, desk, need_id, actor=OPERATOR)
    else:
        rows.schedule(connection, need_id, need.waves, NOW)
        send_next(connection, desk.vault, desk.policy, need_id, NOW)
    return _newest(connection, need_id)


def _open_again(connection: Connection, desk: Desk, need_id: int) -> list[str]:
    """Somebody promises all of it, and can't bring it after all."""
    giver = connection.scalar(select(people.c.id).order_by(people.c.id.desc()).limit(1)) or 0
    hold = Hold(_NEVER, _NEVER)
    pledge = pledging.take(connection, need_id, giver, 100, hold=hold, now=NOW)
    if pledge is None:
        raise RuntimeError("nothing could be promised of the need that was just posted")
    tell_covered(connection, desk.vault, need_id, NOW)
    _newest(connection, need_id)
    pledging.let_fall(connection, pledge.id, Pledged.RELEASED, NOW)
    tell_open_again(connection, desk.vault, need_id, NOW)
    return _newest(connection, need_id)


def _newest(connection: Connection, need_id: int) -> list[str]:
    """How the audience of what goes out now about a need is found, as it is frozen."""
    run = broadcasts.about(connection, need_id)[0]
    broadcasts.begin(connection, run.id, NOW)
    with _explained(connection) as plans:
        hours: dict[str | None, Hours] = {None: Hours(NOW, _NEVER)}
        audience.freeze_more(connection, run.id, Terms(("telegram",), 3), hours, NOW)
    [plan] = plans
    return plan


@contextmanager
def _explained(connection: Connection) -> Iterator[list[list[str]]]:
    """Plans of the statements that write deliveries meanwhile."""
    found: list[list[str]] = []

    def look(_c: Any, cursor: Any, statement: str, parameters: Any, *_more: Any) -> None:
        if statement.startswith("INSERT INTO deliveries"):
            cursor.execute(f"{_EXPLAIN[connection.dialect.name]} {statement}", parameters)
            found.append(_lines(cursor.fetchall(), connection.dialect.name))

    event.listen(connection, "before_cursor_execute", look)
    try:
        yield found
    finally:
        event.remove(connection, "before_cursor_execute", look)


_EXPLAIN = {"sqlite": "EXPLAIN QUERY PLAN", "postgresql": "EXPLAIN (COSTS OFF)"}


def _lines(found: Sequence[Any], dialect: str) -> list[str]:
    if dialect == "postgresql":
        return [row[0] for row in found]
    depth = {0: -1}
    lines = []
    for row, parent, _unused, detail in found:
        depth[row] = depth[parent] + 1
        lines.append(f"{'  ' * depth[row]}{detail}")
    return lines


def page() -> str:
    """docs/matching.md, its plans from SQLite, which always gives the same."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/matching.db"
        migrations.upgrade(url)
        database = Database(url)
        try:
            return _page(found_by_waves(database))
        finally:
            database.close_now()


def _page(found: Sequence[Found]) -> str:
    settle = int(SETTLE.total_seconds() / 60)
    facts = {"cool_down": COOL_DOWN.days, "settle": settle, "categories": _categories()}
    parts = [_OPENING.format(**facts)]
    for each in found:
        plan = "\n".join(each.plan)
        parts.append(f"### {each.what}\n\n```\n{plan}\n```")
    return "\n\n".join(parts) + "\n"


_OPENING = """# Whom a need asks

A need asks in waves, and only as long as something is missing: first who is in the shelter's city,
then further away. The next wave goes out 20 minutes after the one before for a critical need,
2 hours for an urgent one, 12 hours for one that is wanted soon, else a day; a wave without
people is passed over. `storage/need_matching.py` says who can help with what:

{categories}

Left out is who muted the shelters, has paused or stopped, was asked for it before or has answered;
who was asked for another need within {cool_down} days, unless this one is critical; and, where it
is needed within 48 hours, who has said that they have no time by then.

Once it is covered, whoever was asked and has not answered learns it. When a promise falls and for
{settle} minutes nothing else moves, they are asked once more, and so is whose ask was held back
because it was covered just then: each of them once, within the cap and the quiet hours, and not who
was asked for another need meanwhile. Should it be covered after that, they learn it again.

## How the database finds them

The audience of each wave is frozen by one statement for each 5,000 people, in the order of their
ids. These are its plans on SQLite, for a need in Tijuana: every look at another table goes by an
index, and none reads a table through for each person. This page is made by
`python -m bot.matching`; a test compares it with the code, and asks PostgreSQL the same."""


def _categories() -> str:
    lines = ["| need | volunteers | skills | offers of organizations | from afar |"]
    lines.append("|---|---|---|---|---|")
    for category, fit in FITS.items():
        anyone = "any" if fit.anyone else ""
        skills = "verified legal experts" if category == LEGAL else ", ".join(fit.skills)
        remote = "yes" if fit.remote else ""
        offers = ", ".join(fit.offers)
        lines.append(f"| {category} | {anyone} | {skills} | {offers} | {remote} |")
    return "\n".join(lines)


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
