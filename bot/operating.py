"""The operator's part in broadcasts, at the command line: sent, looked at, held, aborted."""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection

from bot.faults import OperatorError
from bot.migrating import refuse_outdated
from bot.opened import opened
from bot.settings import Settings
from handlers import broadcasts, invitations, needs
from handlers.alert_file import read_alert
from handlers.event_file import post, read_event
from handlers.need_file import read_need
from handlers.status import COUNTS, Facts, all_open, asks_to_act, facts_of
from locales import translate
from locales.labels import AMOUNTS
from storage.audit import OPERATOR
from storage.coordinators import Role
from storage.database import Database

_ACTS: Mapping[str, Callable[..., bool]] = {
    "hold": broadcasts.hold,
    "resume": broadcasts.resume,
    "abort": broadcasts.abort,
}


def send(given: Mapping[str, object]) -> str:
    """The code of the alert. ValueError: the file is not as it should be, and nothing was sent."""
    now = datetime.now(UTC)

    def unit(connection: Connection) -> str:
        draft = read_alert(connection, given, desk.policy, now)
        return broadcasts.create(connection, desk.vault, draft, actor=OPERATOR, now=now).code

    with opened(Settings.load()) as (database, desk):
        return database.run_now(unit)


def need(given: Mapping[str, object]) -> str:
    """The code of the need, which is open. ValueError: the file is not as it should be."""
    now = datetime.now(UTC)

    def unit(connection: Connection) -> str:
        on = needs.Desk(desk.vault, desk.policy, now)
        posted = needs.post(connection, on, read_need(connection, given, now), by=None)
        needs.open_need(connection, on, posted.id, actor=OPERATOR)
        return posted.code

    with opened(Settings.load()) as (database, desk):
        return database.run_now(unit)


def event(given: Mapping[str, object]) -> str:
    """The code of the event. ValueError: the file is not as it should be, and nothing was kept."""
    now = datetime.now(UTC)

    def unit(connection: Connection) -> str:
        posting = read_event(connection, given, now)
        return post(connection, desk.vault, desk.policy, posting, now)

    with opened(Settings.load()) as (database, desk):
        return database.run_now(unit)


def invite(role: str, scope: str) -> str:
    """A single-use code for a role; OperatorError when there is no such role or place."""
    if role not in set(Role):
        raise OperatorError(f"--role must be {', '.join(Role)}.")

    def unit(connection: Connection) -> str:
        where = invitations.read_scope(connection, scope)
        if where is None:
            raise OperatorError(
                "--scope must be network, org:CODE or shelter:CODE, with a code that is known."
            )
        now = datetime.now(UTC)
        return invitations.make(connection, desk.vault, Role(role), *where, now=now)

    with opened(Settings.load()) as (database, desk):
        return database.run_now(unit)


def status(code: str | None, *, as_json: bool) -> str:
    """What the command prints."""
    if code is None:
        found = _read(all_open)
        return json.dumps(found) if as_json else "\n".join(_overview(found))
    facts = _read(lambda connection: facts_of(connection, code))
    if facts is None:
        raise OperatorError(f"nothing has the code {code[:16]!r}.")
    return json.dumps(facts) if as_json else "\n".join(_told(facts))


def act(name: str, code: str) -> None:
    """OperatorError when there is no such broadcast, or nothing to do."""
    now = datetime.now(UTC)

    def unit(connection: Connection) -> None:
        run = broadcasts.find(connection, code)
        if run is None:
            raise OperatorError(f"no broadcast has the code {code[:16]!r}.")
        if not _ACTS[name](connection, run, actor=OPERATOR, now=now):
            raise OperatorError(f"{run.code} is {run.state}: there is nothing to {name}.")

    with opened(Settings.load()) as (database, _desk):
        database.run_now(unit)


def _read(unit: Callable[[Connection], Any]) -> Any:
    """Counts need no key."""
    url = Settings.load(need_keys=False).database_url
    refuse_outdated(url)
    database = Database(url)
    try:
        return database.read_now(unit)
    finally:
        database.close_now()


def _overview(found: Facts) -> list[str]:
    lines = [line for each in found["open"] for line in _told(each)] or ["Nothing is open."]
    lines += [f"{name} is halted: {code}" for name, code in found["halted"].items()]
    waiting = found["people_waiting"]
    return [*lines, f"{_people(waiting)} {_by(waiting, 'waits', 'wait')} for a human."]


def _told(facts: Facts) -> list[str]:
    tellers = {"event": _told_of_event, "need": _told_of_need}
    return tellers.get(facts.get("about", ""), _told_of_broadcast)(facts)


def _told_of_need(facts: Facts) -> list[str]:
    about = f"{facts['shelter']} · {facts['category']} · {facts['urgency']}"
    counts = ", ".join(f"{facts[name]} {name}" for name in ("committed", "on_the_way", "received"))
    amount = translate(AMOUNTS[facts["unit"]](facts["quantity"]), "en")
    return [
        f"{facts['code']}  need · {about}: {facts['status']}",
        f"    {amount}: {counts.replace('_', ' ')}",
    ]


def _told_of_event(facts: Facts) -> list[str]:
    people, capacity = facts["people"], facts["capacity"]
    room = "" if capacity is None else f", room for {capacity}"
    answers = ", ".join(f"{facts[name]} {name}" for name in ("yes", "maybe", "no", "waiting"))
    come = f"{_people(people)} {_by(people, 'comes', 'come')}{room}"
    starts = f"{facts['starts_at']} ({facts['zone']})"
    return [
        f"{facts['code']}  event · {facts['kind']}: {facts['status']}, starts {starts}",
        f"    {come}; answers: {answers}; {facts['came']} checked in",
    ]


def _told_of_broadcast(facts: Facts) -> list[str]:
    about = " · ".join(filter(None, (facts["kind"], facts["topic"])))
    held = f" ({facts['reason']})" if facts["reason"] else ""
    counts = ", ".join(f"{facts[name]} {name}" for name in COUNTS if facts[name])
    lines = [
        f"{facts['code']}  {about}: {facts['status']}{held}, from {facts['starts_at']}",
        f"    {_people(facts['audience'])}" + (f": {counts}" if counts else ""),
    ]
    return [*lines, f"    {facts['done']} said DONE"] if asks_to_act(facts["kind"]) else lines


def _people(n: int) -> str:
    return f"{n} {_by(n, 'person', 'people')}"


def _by(n: int, one: str, many: str) -> str:
    return one if n == 1 else many
