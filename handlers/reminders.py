"""Reminders of events: planned as events come and move, begun when they fall due."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from handlers import reminder_times as times
from handlers.broadcasts import Draft, Subject, row_of
from handlers.event_doors import hang_door
from handlers.event_facts import tell_of
from handlers.policy import Policy
from handlers.quiet import Window
from handlers.reminder_texts import reminder_texts
from handlers.reminder_times import LEAD, Due, Occasion
from storage import broadcasts, events, reminders
from storage.audience import Scope
from storage.broadcasts import State
from storage.events import Event, EventState
from storage.ids import new_id
from storage.messages import Priority
from storage.reminder_freezing import peopled, zones_of
from storage.reminders import Plan, Upcoming
from storage.sealed import Vault

_AT_ONCE = 50

Zones = tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class Reminding:
    """What it takes to remind."""

    vault: Vault
    policy: Policy
    quiet: Window | None

    def plan(self, connection: Connection, now: datetime) -> int:
        """Events that are new, or at another time than they were, get their plan and their door."""
        anew = [each for each in reminders.upcoming(connection, now) if _differs(each)]
        if not anew:
            return 0
        zones = zones_to_serve(connection)
        reminders.write_plans(connection, [self._plan(each, zones) for each in anew])
        for each in anew:
            ends_at = each.starts_at + timedelta(minutes=each.minutes)
            hang_door(connection, each.event_id, each.starts_at, ends_at)
        return len(anew)

    def _plan(self, event: Upcoming, zones: Zones) -> Plan:
        """What fell due before the event was so is told where it is announced, or answered."""
        ladder = _ladder(event)
        occasion = Occasion(event.starts_at, event.zone, ladder)
        since = event.updated_at + LEAD
        due = times.next_due(times.schedules(occasion, zones, self.quiet), since)
        kept = times.keep_ladder(ladder)
        return Plan(event.event_id, event.starts_at, event.zone, kept, since, due)

    def remind(self, connection: Connection, now: datetime, zones: Zones) -> bool:
        """Begins what is due, for people of these zones; True: there may be more of it."""
        upto = now + LEAD
        plans = reminders.claim(connection, upto, _AT_ONCE)
        if not plans:
            return False
        ids = [plan.event_id for plan in plans]
        found, crowds = events.read_all(connection, ids), peopled(connection, ids)
        waves: list[dict[str, Any]] = []
        steps: list[tuple[int, datetime, datetime | None]] = []
        numbers = broadcasts.count_about(connection, *ids)
        for plan in plans:
            event = found.get(plan.event_id)
            if event is None or not _holds(event, plan, now):
                steps.append((plan.event_id, upto, None))
                continue
            schedules = times.schedules(occasion_of(plan), zones, self.quiet)
            if event.id in crowds:
                groups = _groups(schedules, plan.done_upto, upto)
                there = _with_people(connection, event, groups)
                waves += self._waves(connection, event, there, numbers[event.id], now)
            steps.append((event.id, upto, times.next_due(schedules, upto)))
        if waves:
            broadcasts.add(connection, waves)
        reminders.move_on(connection, steps)
        return len(plans) == _AT_ONCE

    def _waves(
        self,
        connection: Connection,
        event: Event,
        groups: Mapping[Due, Scope],
        number: int,
        now: datetime,
    ) -> Iterator[dict[str, Any]]:
        """The broadcasts' rows, `number` of which there are before them about this event.

        They run at once; the freezing takes their people in.
        """
        told = tell_of(connection, self.vault, event)
        for due, scope in groups.items():
            number += 1
            draft = Draft(
                reminder_texts(told, due.parts),
                scope,
                due.at,
                subject=Subject(event.id, event.code, due.name),
                capped=False,
                priority=Priority.NOTICE,
                expires_at=event.starts_at,
            )
            row = row_of(self.vault, draft, new_id(), f"{event.code}.{number}", now)
            begun = {"state": State.RUNNING, "started_at": due.at, "watched_from": due.at}
            yield row | begun


def _groups(schedules: times.Schedules, after: datetime, upto: datetime) -> Mapping[Due, Scope]:
    """What is due, and for which zones; no zones when it is the same in all of them."""
    found: dict[Due, Zones] = {}
    for schedule, zones in schedules.items():
        due = times.owed(schedule, after, upto)
        if due is not None:
            found[due] = (*found.get(due, ()), *zones)
    everywhere = sum(map(len, schedules.values()))
    return {
        due: Scope() if len(where) == everywhere else Scope(zones=where)
        for due, where in found.items()
    }


def _with_people(
    connection: Connection, event: Event, groups: Mapping[Due, Scope]
) -> Mapping[Due, Scope]:
    """Those that anybody gets: hours differ in a few zones only, where often nobody is."""
    if all(not scope.zones for scope in groups.values()):
        return groups
    there = zones_of(connection, event.id)
    return {due: scope for due, scope in groups.items() if not there.isdisjoint(scope.zones)}


def _differs(event: Upcoming) -> bool:
    plan = event.plan
    if plan is None:
        return True
    planned = plan.starts_at, plan.zone, plan.ladder
    return planned != (event.starts_at, event.zone, times.keep_ladder(_ladder(event)))


def _ladder(event: Upcoming) -> times.Ladder:
    return times.ladder_of(event.ladder, has_place=event.has_place, has_link=event.has_link)


def _holds(event: Event, plan: Plan, now: datetime) -> bool:
    """Whether it is still what was planned for; a change makes a new plan."""
    same = (event.starts_at, event.zone) == (plan.starts_at, plan.zone)
    return same and event.status is EventState.OPEN and event.starts_at > now


def occasion_of(plan: Plan) -> Occasion:
    ladder = times.ladder_of(plan.ladder, has_place=True, has_link=False)
    return Occasion(plan.starts_at, plan.zone, ladder)


def zones_to_serve(connection: Connection) -> Zones:
    """Where anybody is, or may come to be; None among them."""
    found = {*reminders.zones_of_people(connection), *times.EVERYWHERE}
    return tuple(sorted(found, key=str))
