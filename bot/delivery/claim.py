"""Claiming: what is due, rechecked, paced and marked as being sent, in one unit. No calls."""

import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection

from bot.delivery import pace
from bot.delivery.means import Means, Renderer
from bot.delivery.pace import Pace, Slots
from bot.delivery.recheck import Allowance, Close, Wait, recheck
from bot.delivery.watch import told_held
from handlers.conversation.messages import ChannelName, Outgoing
from handlers.outbox import decode
from storage import outbox, senders
from storage.broadcast_deliveries import LastLook, last_look, used_up
from storage.broadcasts import CANARY
from storage.messages import Priority, Status
from storage.outbox import Due, Unknown
from storage.sealed import SealError, Vault
from storage.senders import Sender

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


@dataclass(slots=True)
class Letter:
    """A claimed delivery, opened. `attempts` counts this one. `counted`: it is a canary's.

    `slot`, `stale` and `seen` are monotonic seconds: when the call may begin, when it must have
    begun, and when it was last looked at who it is for. `probe`: it tries a halted sender.
    """

    id: int
    person_id: int
    address_id: int
    to: str
    message: Outgoing
    priority: int
    attempts: int
    expires_at: datetime | None
    broadcast_id: int | None = None
    counted: bool = False
    slot: float = 0.0
    stale: float = 0.0
    seen: float = 0.0
    probe: bool = False


@dataclass(frozen=True, slots=True)
class Room:
    """How many may be claimed, and how many of them may be bulk."""

    total: int
    bulk: int

    def under(self, most: int) -> "Room":
        return Room(min(self.total, most), min(self.bulk, most))


@dataclass(frozen=True, slots=True)
class Claim:
    """`began`: monotonic seconds at the unit's own "now".

    `wait`: until there may be more to claim; None: nothing is known of it. `more`: the room was
    too small. `closed`: what the recheck found not to be sent at all.
    """

    letters: Sequence[Letter] = ()
    began: float = 0.0
    wait: timedelta | None = None
    more: bool = False
    closed: Sequence[Status] = ()


@dataclass(frozen=True, slots=True)
class _Moment:
    """The instant of a claim, the same in monotonic seconds, and microseconds of lead."""

    now: datetime
    began: float
    lead: int


@dataclass(frozen=True, slots=True)
class Claimer:
    """Claims for one channel. `recent`: when each address was last called, monotonic seconds."""

    means: Means
    channel: ChannelName
    pace: Pace
    recent: Mapping[int, float]

    def claim(self, connection: Connection, room: Room, lead: float) -> Claim:
        """`lead`: seconds until a first call, as claims lately took; no slot begins before."""
        now, began = self.means.clock(), time.monotonic()
        if not self.means.may_send(self.channel, now):
            return Claim(began=began)
        sender = senders.read(connection, self.channel, lock=self.pace.rate is not None)
        if sender.held_until is not None and sender.held_until > now:
            return Claim(began=began, wait=sender.held_until - now)
        ahead = max(0, int(lead * 1_000_000) - pace.LATE_US // 2)
        moment = _Moment(now, began, min(ahead, pace.LEAD_US))
        room, wait = self._limits(sender, room, moment)
        if room.total < 1:
            return Claim(began=began, wait=wait)
        closed: list[Status] = []
        found, more = self._due(connection, room, now, closed)
        admitted = self._admit(connection, sender, found, now)
        letters, wait = self._slotted(connection, sender, admitted, moment)
        self._start(connection, letters, now)
        more = sender.halted is None and (more or len(letters) < len(found))
        return Claim(letters, began, wait if more else None, more, closed)

    def _limits(self, sender: Sender, room: Room, moment: _Moment) -> tuple[Room, timedelta | None]:
        """What a halt and the pace leave of the room, and how long until there is more."""
        if sender.halted is not None:
            tried = moment.now - self.means.timing.probe >= (sender.halted_at or moment.now)
            return room.under(1 if tried else 0), None
        if self.pace.rate is None:
            return room, None
        slots, instant = Slots(sender.free_at, sender.recent), _micros(moment.now) + moment.lead
        return room.under(pace.room(slots, self.pace.rate, instant)), _next(slots, instant)

    def _due(
        self, connection: Connection, room: Room, now: datetime, closed: list[Status]
    ) -> tuple[list[Letter], bool]:
        """Best priority first. True: what was looked at may not be all."""
        letters: list[Letter] = []
        more = False
        for level in outbox.LEVELS:
            most = room.total - len(letters)
            if level > Priority.REPLY:
                bulk = sum(each.priority > Priority.REPLY for each in letters)
                most = min(most, room.bulk - bulk)
            if most < 1:
                return letters, True
            rows = outbox.due(
                connection,
                self.channel,
                level,
                now=now,
                held_since=now - self.means.timing.hold_unknown,
                most=most,
            )
            more = more or len(rows) == most
            letters += self._rechecked(connection, rows, now, closed)
        return letters, more

    def _rechecked(
        self, connection: Connection, rows: Sequence[Due], now: datetime, closed: list[Status]
    ) -> list[Letter]:
        going, closing, waiting = [], [], []
        look = self._last_look(connection, rows, now)
        allowance = Allowance.of(look)
        for row in rows:
            match (
                recheck(row, now, self.means.quiet, look)
                or self._spaced(row, now)
                or allowance.take(row, now)
            ):
                case Close(status, why):
                    closing.append({"row": row.id, "to": status, "why": why, "now": now})
                case Wait(until):
                    waiting.append({"row": row.id, "due": until, "now": now})
                case None:
                    going.append(row)
        letters, unreadable = self._opened(connection, going)
        for letter in letters:
            letter.counted = letter.broadcast_id in allowance.left
        closing += [
            {"row": row.id, "to": Status.FAILED, "why": why, "now": now} for row, why in unreadable
        ]
        outbox.close(connection, closing)
        outbox.postpone(connection, waiting)
        closed += [Status(str(each["to"])) for each in closing]
        return letters

    def _last_look(self, connection: Connection, rows: Sequence[Due], now: datetime) -> LastLook:
        copies = [(row.broadcast_id, row.person_id) for row in rows if row.broadcast_id is not None]
        return last_look(connection, copies, self.means.frequency_cap, now)

    def _spaced(self, row: Due, now: datetime) -> Wait | None:
        """Bulk keeps its distance from what was just sent to the same chat."""
        called = self.recent.get(row.address_id)
        if called is None or row.priority <= Priority.REPLY:
            return None
        left = called + self.pace.chat_gap.total_seconds() - time.monotonic()
        return Wait(now + timedelta(seconds=left)) if left > 0 else None

    def _opened(
        self, connection: Connection, rows: Sequence[Due]
    ) -> tuple[list[Letter], list[tuple[Due, str]]]:
        """Letters for what can be read, and why not for the others."""
        rendered = render(connection, self.means.renderers, rows)
        letters: list[Letter] = []
        unreadable: list[tuple[Due, str]] = []
        for row in rows:
            try:
                message = rendered.get(row.id) or body(self.means.vault, row)
                to = self.means.vault.open("addresses", "value", row.address_id, row.value)
            except SealError:
                unreadable.append((row, "sealed"))
                continue
            if message is None:
                unreadable.append((row, "no_body"))
                continue
            letters.append(
                Letter(
                    *(row.id, row.person_id, row.address_id, to, message),
                    *(row.priority, row.attempts + 1, row.expires_at, row.broadcast_id),
                )
            )
        return letters, unreadable

    def _admit(
        self, connection: Connection, sender: Sender, letters: list[Letter], now: datetime
    ) -> list[Letter]:
        """A halted sender lets one letter through, of one worker, as a probe."""
        if sender.halted is None or not letters:
            return letters
        before = now - self.means.timing.probe
        if not senders.probe(connection, self.channel, now=now, before=before):
            return []
        letters[0].probe = True
        return letters[:1]

    def _slotted(
        self, connection: Connection, sender: Sender, letters: list[Letter], moment: _Moment
    ) -> tuple[list[Letter], timedelta | None]:
        """The letters that find a slot soon, and how long until there are more slots."""
        instant = _micros(moment.now)
        weigh = self.pace.weigh
        slots = Slots(sender.free_at, sender.recent)
        taken, left = pace.reserve(
            slots,
            self.pace,
            [max(1, weigh(each.message)) if weigh else 1 for each in letters],
            now=instant,
            earliest=instant + moment.lead,
        )
        if left != slots:
            senders.take(connection, self.channel, left.free_at, left.recent)
        for letter, at in zip(letters, taken, strict=False):
            letter.slot = moment.began + (at - instant) / 1_000_000
            letter.stale = letter.slot + self._patience()
            letter.seen = moment.began
        return letters[: len(taken)], None if self.pace.rate is None else _next(
            left, instant + moment.lead
        )

    def _patience(self) -> float:
        """Seconds after its slot in which a call may still begin."""
        if self.pace.rate is None:
            return self.means.timing.fresh.total_seconds()
        return pace.LATE_US / 1_000_000

    def _start(self, connection: Connection, letters: Sequence[Letter], now: datetime) -> None:
        outbox.start(
            connection,
            [each.id for each in letters],
            self.means.worker,
            now=now,
            lease_until=now + self.means.timing.lease,
        )
        counted = Counter(each.broadcast_id for each in letters if each.counted)
        for broadcast, taken in counted.items():
            if broadcast is not None and used_up(connection, broadcast, taken):
                told_held(broadcast, CANARY)


def body(vault: Vault, row: Due | Unknown) -> Outgoing | None:
    """SealError when no key opens it or it isn't an Outgoing any more."""
    if row.body is None:
        return None
    text = vault.open("deliveries", "body", row.id, row.body)
    try:
        return decode(text)
    except (ValueError, TypeError):
        raise SealError("deliveries.body: not a message of this version.") from None


def render(
    connection: Connection, renderers: Mapping[str, Renderer], rows: Sequence[Due | Unknown]
) -> dict[int, Outgoing]:
    """Those without a body of their own, a batch a kind."""
    rendered: dict[int, Outgoing] = {}
    bare = [row for row in rows if row.body is None]
    for kind in {row.kind for row in bare} & set(renderers):
        rendered |= renderers[kind](connection, [row for row in bare if row.kind == kind])
    return rendered


def _micros(instant: datetime) -> int:
    return (instant - _EPOCH) // _MICROSECOND


def _next(slots: Slots, now: int) -> timedelta:
    """When half of what may be reserved ahead is free again; never at once, which would spin."""
    wait = max(pace.AHEAD_US // 10, slots.free_at - pace.AHEAD_US // 2 - now)
    return timedelta(microseconds=wait)
