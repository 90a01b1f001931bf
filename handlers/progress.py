"""How a broadcast goes, in words: what STATUS says of it, what its author is shown and told.

On Telegram one message is edited in place, and news come as new ones; by SMS there are only news:
the start, trouble, the end.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import cast

from sqlalchemy import Connection

from handlers.alerts_control import STATES
from handlers.broadcast_subjects import answers_to
from handlers.broadcasts import CANARY as FIRST
from handlers.conversation.messages import ChannelName, Outgoing
from handlers.conversation.turn import Choice, Prompt, Words
from handlers.notices import tell
from handlers.outbox import To, enqueue
from handlers.policy import Policy
from handlers.rendering import Joined, Reader, is_sms, rendered
from handlers.wall_hours import NO_ZONE
from locales import Language, Message, _, n_
from locales.formatting import Count, Moment
from locales.labels import TOPICS
from storage import broadcast_replies, broadcasts, watchers
from storage.broadcast_replies import Replies
from storage.broadcasts import CANARY, ERRORS, TOO_OLD, Broadcast, State
from storage.messages import Status
from storage.sealed import Vault
from storage.watchers import Watch

_SOON, _SELDOM = timedelta(seconds=3), timedelta(seconds=30)
_EDIT_LASTS = timedelta(minutes=1)
_MOST_LOSSES = 2
_BAR = 10
_FILTERED = "30007"


@dataclass(frozen=True, slots=True)
class Going:
    """A broadcast at one moment. `waiting` includes those `later`, whose hour is still to come,
    the last of them at `until`. `done` said DONE; `answers`: what is said to the need or event that
    it is about. `speed`: copies a second lately; None: not known."""

    run: Broadcast
    sent: int
    delivered: int
    failed: int
    left_out: int
    waiting: int
    later: int
    until: datetime | None
    done: int
    replies: Replies
    answers: Words | None = None
    speed: float | None = None

    @property
    def over(self) -> int:
        return self.sent + self.failed + self.left_out


def look(
    connection: Connection, run: Broadcast, now: datetime, watch: Watch | None = None
) -> Going:
    """`watch`: what it is compared with for its speed."""
    books = broadcasts.books(connection, run.id)
    n = books.statuses
    sent = n[Status.SENT] + n[Status.DELIVERED]
    later, until = (0, None)
    if run.state is State.RUNNING:
        later, until = watchers.wait_until(connection, run.id, now)
    return Going(
        run,
        sent,
        n[Status.DELIVERED],
        n[Status.FAILED],
        n[Status.SUPPRESSED] + n[Status.EXPIRED] + n[Status.CANCELLED],
        n[Status.QUEUED] + n[Status.SENDING] + n[Status.UNKNOWN],
        later,
        until,
        books.done,
        broadcast_replies.replies(connection, run.id),
        answers_to(connection, run),
        _speed(watch, sent, now),
    )


def _speed(watch: Watch | None, sent: int, now: datetime) -> float | None:
    if watch is None or watch.counted_at is None or now <= watch.counted_at:
        return None
    return (sent - watch.counted) / (now - watch.counted_at).total_seconds()


def report(going: Going, *, zone: str | None, bar: bool) -> Words:
    """Everything about it in a few lines."""
    run = going.run
    lines: list[Words] = [_title(run)]
    if run.state is State.HELD:
        lines.append(why_held(run.reason or ""))
    if run.started_at is None:
        if run.ended_at is None:
            starts = Moment(run.starts_at, zone or NO_ZONE, zone_named=True)
            lines.append(_("Planned for {moment}.", moment=starts))
        return Joined(tuple(lines), "\n")
    if bar and run.audience:
        share = min(going.over / run.audience, 1.0)
        lines.append(f"{'▓' * int(share * _BAR):░<{_BAR}} {int(share * 100)} %")
    lines.append(_counts(going))
    if run.state is State.RUNNING:
        lines += _to_come(going, zone)
    lines += _answers(going)
    return Joined(tuple(lines), "\n")


def _title(run: Broadcast) -> Words:
    topic = TOPICS.get(run.topic or "")
    parts: tuple[Words, ...] = (run.code, topic) if topic else (run.code,)
    return Joined((Joined(parts, ", "), STATES[run.state]))


def _counts(going: Going) -> Words:
    sent = _(
        "{sent} of {audience} sent", sent=Count(going.sent), audience=Count(going.run.audience)
    )
    others = (
        (going.delivered, n_("{n} delivered", "{n} delivered", going.delivered)),
        (going.failed, n_("{n} failed", "{n} failed", going.failed)),
        (going.left_out, n_("{n} left out", "{n} left out", going.left_out)),
        (going.waiting, n_("{n} waiting", "{n} waiting", going.waiting)),
    )
    return Joined((sent, *(words for n, words in others if n)), ", ")


def _to_come(going: Going, zone: str | None) -> list[Words]:
    lines: list[Words] = []
    soon = going.waiting - going.later
    if going.speed and soon:
        minutes = max(1, round(soon / going.speed / 60))
        per_minute = round(going.speed * 60)
        lines.append(
            n_(
                "{speed} a minute, about {n} minute left",
                "{speed} a minute, about {n} minutes left",
                minutes,
                speed=Count(per_minute),
            )
        )
    if going.later and going.until is not None:
        until = Moment(going.until, zone or NO_ZONE)
        lines.append(
            n_(
                "{n} waits for a decent hour, until {moment}",
                "{n} wait for a decent hour, until {moment}",
                going.later,
                moment=until,
            )
        )
    return lines


def _answers(going: Going) -> list[Words]:
    lines: list[Words] = [] if going.answers is None else [going.answers]
    if going.done:
        lines.append(n_("{n} said DONE", "{n} said DONE", going.done))
    stopped, wrote = going.replies
    if stopped or wrote:
        lines.append(_("{stopped} left, {wrote} wrote", stopped=Count(stopped), wrote=Count(wrote)))
    return lines


def why_held(reason: str) -> Message:
    known = _REASONS.get(reason)
    if known is not None:
        return known
    if reason == CANARY:
        return _("The first {most} have it.", most=FIRST)
    return _("Our account with the provider has a fault (code {fault}).", fault=reason)


_REASONS: Mapping[str, Message] = {
    "person": _("A coordinator put it on hold."),
    "operator": _("Whoever runs the system put it on hold."),
    ERRORS: _("More than one in ten of the latest copies failed for good."),
    _FILTERED: _("The phone companies filter it as spam."),
}


def what_to_do(run: Broadcast) -> Message:
    code = run.code
    if run.reason == CANARY:
        return _("Look at it, then RESUME {code} for the rest, or ABORT {code}.", code=code)
    if run.reason == ERRORS:
        return _("Look whom it goes to, then RESUME {code} or ABORT {code}.", code=code)
    if run.reason == _FILTERED:
        return _("Better ABORT {code}, and write it anew without links and capitals.", code=code)
    if run.reason in _REASONS:
        return _("RESUME {code}: go on. ABORT {code}: end it.", code=code)
    return _("Tell whoever runs the system; once it is mended, RESUME {code}.", code=code)


@dataclass(frozen=True, slots=True)
class _Tending:
    """One watch in the middle of one unit."""

    connection: Connection
    vault: Vault
    policy: Policy
    watch: Watch
    now: datetime

    @property
    def edits(self) -> bool:
        channel = self.watch.channel
        return channel is not None and not is_sms(channel)

    def news(self, prompt: Prompt) -> None:
        """At once where they wrote it; where that chat is gone, wherever they are reached."""
        if self.watch.channel is None:
            tell(
                *(self.connection, self.vault, self.policy, self.watch.person_id, prompt),
                now=self.now,
            )
        else:
            self.queue(self.rendered(prompt))

    def rendered(self, prompt: Prompt) -> Outgoing:
        read = Reader(cast("Language", self.watch.language), self.watch.country)
        return rendered(prompt, read, self.watch.channel or "", self.policy.fold)

    def queue(self, message: Outgoing, expires_at: datetime | None = None) -> int:
        watch = self.watch
        to = To(watch.person_id, watch.address_id or 0, cast("ChannelName", watch.channel))
        [row] = enqueue(
            self.connection, self.vault, to, [message], now=self.now, expires_at=expires_at
        )
        return row

    def note(self, **fields: object) -> None:
        watchers.note(self.connection, self.watch, **fields)


def tend(
    connection: Connection,
    vault: Vault,
    policy: Policy,
    which: tuple[int, int],
    now: datetime,
) -> None:
    """Shows one watcher (`which`: broadcast and person) how it goes by now.

    Done twice it shows nothing twice.
    """
    watch = watchers.hold_watch(connection, *which)
    run = broadcasts.read(connection, which[0])
    if watch is None or run is None:
        return
    tending = _Tending(connection, vault, policy, watch, now)
    if run.ended_at is not None or run.started_at is None:
        _before_or_after(tending, run)
    else:
        _meanwhile(tending, run)


def _before_or_after(tending: _Tending, run: Broadcast) -> None:
    if run.ended_at is None:
        tending.note(next_at=tending.now + _SELDOM)
        return
    going = look(tending.connection, run, tending.now)
    if run.started_at is not None:
        if tending.edits:
            _show(tending, going, last=True)
        tending.news(Prompt(_ending(going, tending.watch.zone)))
    elif run.reason == TOO_OLD:
        tending.news(Prompt(_("{code} was not released within a day: dropped.", code=run.code)))
    watchers.end(tending.connection, tending.watch)


def _ending(going: Going, zone: str | None) -> Words:
    later = _("Later: STATUS {code}.", code=going.run.code)
    return Joined((report(going, zone=zone, bar=False), later), "\n")


def _meanwhile(tending: _Tending, run: Broadcast) -> None:
    watch, now = tending.watch, tending.now
    going = look(tending.connection, run, now, watch)
    news = "running" if run.state is State.RUNNING else f"held {run.reason}"
    if tending.edits:
        _show(tending, going)
    elif watch.told is None:
        tending.news(Prompt(_started(run)))
    if news != watch.told and run.state is State.HELD:
        tending.news(_trouble(run))
    age = now - (run.started_at or now)
    tending.note(
        told=news,
        counted=going.sent,
        counted_at=now,
        next_at=now + min(max(age / 20, _SOON), _SELDOM),
    )


def _started(run: Broadcast) -> Message:
    return n_(
        "{code} has started, for {n} person. HOLD {code}: stop for a while. STATUS {code}: news.",
        "{code} has started, for {n} people. HOLD {code}: stop for a while. STATUS {code}: news.",
        run.audience,
        code=run.code,
    )


def _trouble(run: Broadcast) -> Prompt:
    held = _("{code} is on hold.", code=run.code)
    text = Joined((held, why_held(run.reason or ""), what_to_do(run)), " ")
    again = Choice(_("Resume {code}", code=run.code), f"REANUDAR {run.code}")
    return Prompt(text, commands=(again,))


def _show(tending: _Tending, going: Going, *, last: bool = False) -> None:
    """The message that is edited: sent first, and again when it was lost; then brought up to date,
    one edit after the other."""
    watch, connection = tending.watch, tending.connection
    shown = tending.rendered(_progress(going, watch.zone))
    digest = sha256(shown.text.encode()).hexdigest()
    message = watchers.message(connection, watch.message_id)
    edit = watchers.message(connection, watch.edit_id)
    lost = message is None or not (message.in_flight or message.arrived)
    lost = lost or (edit is not None and edit.status is Status.FAILED)
    if lost and not last and watch.losses <= _MOST_LOSSES:
        row = tending.queue(shown)
        tending.note(message_id=row, edit_id=None, shown=digest, losses=watch.losses + 1)
    elif message is None or not message.arrived or digest == watch.shown:
        return
    elif (last or edit is None or not edit.in_flight) and (message.number or "").isdigit():
        changed = Outgoing(
            edit=int(message.number or 0), edit_text=shown.text, edit_keyboard=shown.keyboard
        )
        row = tending.queue(changed, expires_at=None if last else tending.now + _EDIT_LASTS)
        tending.note(edit_id=row, shown=digest)


def _progress(going: Going, zone: str | None) -> Prompt:
    run = going.run
    text = report(going, zone=zone, bar=True)
    if run.ended_at is not None:
        return Prompt(text)
    if run.state is State.HELD:
        steer = Choice(_("Resume {code}", code=run.code), f"REANUDAR {run.code}")
    else:
        steer = Choice(_("Hold {code}", code=run.code), f"DETENER {run.code}")
    return Prompt(text, commands=(steer,))
