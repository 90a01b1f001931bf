"""MY DATA: everything that is held of a person, told in plain words. Deleting it is in privacy.

Each line names the columns that it tells. A column of a person's that no line tells, and that is
not among UNTOLD, is a fault that a test finds.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from handlers.access import scope_words
from handlers.context import Context
from handlers.conversation.turn import Words
from handlers.event_facts import TEXTS, Title
from handlers.needs_words import is_done
from handlers.places import place_of
from handlers.rendering import Joined, Reader, is_sms
from locales import Language, Message, _, n_
from locales.formatting import Listing, Moment, zone_words
from locales.gsm7 import Fold, cost, sms_text
from locales.labels import (
    AMOUNTS,
    AVAILABILITY,
    CATEGORIES,
    KINDS,
    LANGUAGES_SPOKEN,
    PLEDGE_STATES,
    ROLES,
    RSVP_ANSWERS,
    SERVICE_PLEDGE_STATES,
    SKILLS,
    TOPICS,
    Labels,
)
from storage.held import Held, held_of
from storage.people import RETURN

_OF_EVENTS = (
    *("id", "kind", "status", "organisation_id", "starts_at", "zone", "minutes", "city_id"),
    *("services", "capacity", "taken", "ladder", "sequence", "uid", "series_id", "audience"),
    *("created_by", "created_at", "updated_at", "ended_at"),
)
UNTOLD = frozenset(
    {
        # numbers of ours that mean nothing elsewhere
        *("people.id", "addresses.id", "registrations.id", "consents.id", "handovers.id"),
        *("addresses.person_id", "registrations.person_id", "traits.person_id"),
        *("consents.person_id", "consents.address_id", "sessions.person_id"),
        *("sessions.address_id", "handovers.person_id", "handovers.address_id"),
        # the same as something told: a hash of the number, the day of joining again
        *("addresses.lookup", "addresses.created_at", "people.seen_at"),
        *("registrations.updated_at", "sessions.updated_at", "sessions.turn"),
        # about our own working
        *("people.misses", "addresses.strikes", "addresses.preferred", "addresses.doubted_at"),
        *("addresses.may_stand_in", "link_codes.*", "link_tries.*"),
        *("consents.wording", "handovers.reason", "handovers.closed_at"),
        # how each message travelled; its words are told
        *("inbound.*", "deliveries.*", "departures.*", "farewells.*", "watchers.*"),
        # of coordinators: what they are to decide, wrong invitation codes
        *("approvals.*", "approval_views.*", "invitation_tries.*", "grants.id", "grants.person_id"),
        *("grants.granted_by", "pending_acts.id", "pending_acts.person_id", "pending_acts.lookup"),
        "pending_acts.tries",
        # a shelter's: how its needs stand; and that a person has said something to an ask of one
        *("needs.*", "need_answers.*", "pledges.id", "pledges.need_id", "pledges.person_id"),
        *(f"pledges.{each}" for each in ("nudge_at", "nudged_at", "held_until")),
        *("pledges.created_at", "pledges.updated_at"),
        # an event's, besides the words of whoever posted it; how an answer to it is kept
        *(f"events.{each}" for each in _OF_EVENTS),
        *(f"rsvps.{each}" for each in ("event_id", "person_id", "was", "asked_at")),
        *(f"rsvps.{each}" for each in ("created_at", "updated_at", "answered_at", "queued_at")),
    }
)

_TRAITS: Mapping[str, tuple[Message, Labels]] = {
    "topic": (_("Topics"), TOPICS),
    "muted": (_("Muted"), TOPICS),
    "skill": (_("Skills"), SKILLS),
    "available": (_("When"), AVAILABILITY),
    "speaks": (_("Languages"), LANGUAGES_SPOKEN),
    "offer": (_("Offer"), CATEGORIES),
}
NEED_TEXTS = ("item", "note", "drop_off")
_SEGMENTS = 3
_TELEGRAM_LENGTH = 3_500
_LATEST = 10
_LONGEST_QUOTE = 60
_NO_ZONE = "UTC"


@dataclass(frozen=True, slots=True)
class Zone:
    """A time zone by the name of its city."""

    name: str

    def localized(self, language: Language, country: str | None) -> str:
        return zone_words(self.name, language, country)


@dataclass(frozen=True, slots=True)
class Telling:
    """What a line may look at."""

    context: Context
    held: Held

    def opened(self, table: str, column: str, row: int, sealed: bytes | None) -> str | None:
        return None if sealed is None else self.context.vault.open(table, column, row, sealed)

    def day(self, at: datetime) -> Moment:
        return Moment(at, self.held.person.zone or _NO_ZONE, "date", year=True)


@dataclass(frozen=True, slots=True)
class Line:
    columns: frozenset[str]
    tell: Callable[[Telling], Iterable[Words]]


def tell_all(context: Context) -> list[str]:
    """All of it, in as few messages as each channel carries well, in the person's language."""
    telling = Telling(context, held_of(context.connection, context.caller.person_id))
    read = Reader(context.language, context.country)
    lines = [read(words) for line in LINES for words in line.tell(telling)]
    ending = read(_ending(telling))
    opening = read(_("This is everything we keep about you:"))
    if is_sms(context.caller.channel):
        return list(_packed([opening, *lines, ending], _fits_sms(context.policy.fold)))
    return list(_packed([opening, *lines, ending], lambda text: len(text) <= _TELEGRAM_LENGTH))


def _packed(lines: Sequence[str], fits: Callable[[str], bool]) -> Iterator[str]:
    """Whole lines, as many to a message as fit."""
    message = ""
    for line in lines:
        longer = f"{message}\n{line}" if message else line
        if message and not fits(longer):
            yield message
            longer = line
        message = longer
    yield message


def _fits_sms(fold: Fold) -> Callable[[str], bool]:
    return lambda text: cost(sms_text(text, fold)).segments <= _SEGMENTS


def _ending(telling: Telling) -> Message:
    if telling.held.person.consent == "out" or not telling.held.registrations:
        return _("To delete everything, send: DELETE MY DATA")
    return _("To change something: PROFILE. To delete everything, send: DELETE MY DATA")


def _name(telling: Telling) -> Iterator[Words]:
    person = telling.held.person
    name = telling.opened("people", "name", person.id, person.name)
    if name is not None:
        yield Joined((_("Name"), name))


def _code(telling: Telling) -> Iterator[Words]:
    yield Joined((_("Your code"), telling.held.person.handle))


def _language(telling: Telling) -> Iterator[Words]:
    yield Joined((_("Language"), LANGUAGES_SPOKEN[telling.held.person.language]))


def _place(telling: Telling) -> Iterator[Words]:
    person = telling.held.person
    found = person.city_id and place_of(telling.context.connection, person.city_id)
    parts = [each for each in (person.region, person.country) if each]
    named: list[Words] = [found.label] if found else list(parts)
    if person.zone:
        named.append(Zone(person.zone))
    if named:
        yield Joined((_("Place"), Joined(tuple(named), ", ")))


def _came_through(telling: Telling) -> Iterator[Words]:
    told = [each for each in (telling.held.organisation, telling.held.person.source) if each]
    if told:
        yield Joined((_("Came through"), ", ".join(told)))


def _registrations(telling: Telling) -> Iterator[Words]:
    for row in telling.held.registrations:
        since = _("since {day}", day=telling.day(row.created_at))
        parts: list[Words] = [KINDS[row.kind], since]
        if row.status != "active":
            parts.append(_("verified") if row.status == "verified" else _("not verified yet"))
        yield Joined((_("Take part"), Joined(tuple(parts), ", ")))
        if row.headcount is not None:
            yield Joined((_("People"), str(row.headcount)))
        sealed = {
            "group_name": _("Organization"),
            "offer": _("Details"),
            "credential": _("Credential"),
        }
        for column, label in sealed.items():
            value = telling.opened("registrations", column, row.id, getattr(row, column))
            if value is not None:
                yield Joined((label, value))


def _traits(telling: Telling) -> Iterator[Words]:
    for kind, (label, labels) in _TRAITS.items():
        codes = {row.value for row in telling.held.traits if row.kind == kind}
        told = [*(each for each in labels if each in codes), *sorted(codes.difference(labels))]
        if told:
            yield Joined((label, Listing(tuple(labels.get(code, code) for code in told))))


def _pause(telling: Telling) -> Iterator[Words]:
    until = telling.held.person.paused_until
    if until is not None and until > telling.context.now:
        yield Joined((_("Pause until"), telling.day(until)))


def _addresses(telling: Telling) -> Iterator[Words]:
    """By its last two digits: this may be read over somebody's shoulder."""
    states = {
        "blocked": _("blocked by you"),
        "opted_out": _("stopped"),
        "invalid": _("can't be reached"),
    }
    for row in telling.held.addresses:
        value = telling.opened("addresses", "value", row.id, row.value) or ""
        last = value[-2:]
        where = _("number ending in {last}", last=last)
        if not is_sms(row.channel):
            where = _("chat ending in {last}", last=last)
        heard = _("last message on {day}", day=telling.day(row.heard_at))
        parts: list[Words] = [where, heard]
        if row.status in states:
            parts.append(states[row.status])
        yield Joined((_channel(row.channel), Joined(tuple(parts), ", ")))


def _consent(telling: Telling) -> Iterator[Words]:
    states = {
        "in": _("You get our messages."),
        "out": _("You have stopped: we send you nothing."),
        "none": _("You haven't joined."),
    }
    yield states[telling.held.person.consent]
    earlier = len(telling.held.consents) - _LATEST
    if earlier > 0:
        yield n_("{n} earlier change", "{n} earlier changes", earlier)
    for row in telling.held.consents[-_LATEST:]:
        came = _("you came back") if row.wording == RETURN else _("you joined")
        act = came if row.act == "in" else _("you stopped")
        parts: list[Words] = [telling.day(row.at), _channel(row.channel), act]
        words = telling.opened("consents", "words", row.id, row.words)
        if words:
            parts.append(f'"{_short(words)}"')
        yield Joined(tuple(parts), ", ")


def _since(telling: Telling) -> Iterator[Words]:
    yield _("We have known you since {day}.", day=telling.day(telling.held.person.created_at))


def _unfinished(telling: Telling) -> Iterator[Words]:
    for row in telling.held.sessions:
        yield _(
            "A form that you began. Unless you go on with it, we delete it on {day}.",
            day=telling.day(row.expires_at),
        )


def _set_aside(telling: Telling) -> Iterator[Words]:
    number = len(telling.held.handovers)
    if number:
        yield n_(
            "{n} message set aside for our team.", "{n} messages set aside for our team.", number
        )


def _texts(telling: Telling) -> Iterator[Words]:
    number, days = telling.held.texts, telling.context.policy.message_days
    if number:
        yield n_(
            "The text of {n} message between us, for {days} days.",
            "The texts of {n} messages between us, each for {days} days.",
            number,
            days=days,
        )


def _grants(telling: Telling) -> Iterator[Words]:
    connection = telling.context.connection
    for row in telling.held.grants:
        since = _("since {day}", day=telling.day(row.granted_at))
        parts = [ROLES[row.role], scope_words(connection, row.scope, row.scope_id), since]
        if row.revoked_at is not None:
            parts.append(_("until {day}", day=telling.day(row.revoked_at)))
        yield Joined((_("Role"), Joined(tuple(parts), ", ")))


def _pending_acts(telling: Telling) -> Iterator[Words]:
    for row in telling.held.pending_acts:
        if row.expires_at > telling.context.now:
            yield _("Something that you asked for and that waits for its code.")


def _rsvps(telling: Telling) -> Iterator[Words]:
    for row in telling.held.rsvps:
        title = Title(
            row.kind,
            telling.opened("events", "title_es", row.event_id, row.title_es),
            telling.opened("events", "title_en", row.event_id, row.title_en),
        )
        when = Moment(row.starts_at, row.zone)
        parts: list[Words] = [title, when, RSVP_ANSWERS[row.answer]]
        if row.answer != "no":
            parts.append(n_("{n} person", "{n} people", row.party))
        if row.offered_until is not None:
            parts.append(_("a place is kept for you"))
        if row.confirmed_at is not None:
            parts.append(_("confirmed"))
        if row.checked_in_at is not None:
            parts.append(_("you were there"))
        yield Joined((row.code, Joined(tuple(parts), ", ")))


def _events(telling: Telling) -> Iterator[Words]:
    """Their own words in what they posted."""
    for row in telling.held.events:
        texts = (telling.opened("events", each, row.id, getattr(row, each)) for each in TEXTS)
        yield Joined((_("You posted {code}", code=row.code), ", ".join(filter(None, texts))))


def _pledges(telling: Telling) -> Iterator[Words]:
    for row in telling.held.pledges:
        item = telling.opened("needs", "item", row.need_id, row.item) or ""
        states = SERVICE_PLEDGE_STATES if is_done(row.unit, row.category) else PLEDGE_STATES
        parts: list[Words] = [AMOUNTS[row.unit](row.units), item, states[row.status]]
        if row.received:
            parts.append(_("{n} received", n=row.received))
        if row.eta is not None:
            parts.append(Moment(row.eta, row.zone, zone_named=True))
        contact = telling.opened("pledges", "contact", row.id, row.contact)
        if contact is not None:
            parts.append(contact)
        yield Joined((row.code, Joined(tuple(parts), ", ")))


def _needs(telling: Telling) -> Iterator[Words]:
    """Their own words in what they posted."""
    for row in telling.held.needs:
        texts = (telling.opened("needs", each, row.id, getattr(row, each)) for each in NEED_TEXTS)
        yield Joined((_("You posted {code}", code=row.code), ", ".join(filter(None, texts))))


def _channel(channel: str) -> str:
    return "SMS" if is_sms(channel) else "Telegram"


def _short(words: str) -> str:
    plain = " ".join(words.split())
    return plain if len(plain) <= _LONGEST_QUOTE else f"{plain[:_LONGEST_QUOTE].rstrip()}..."


def _line(tell: Callable[[Telling], Iterable[Words]], *columns: str) -> Line:
    return Line(frozenset(columns), tell)


LINES = (
    _line(_name, "people.name"),
    _line(_code, "people.handle"),
    _line(_language, "people.language"),
    _line(_place, "people.city_id", "people.region", "people.country", "people.zone"),
    _line(_came_through, "people.organisation_id", "people.source"),
    _line(
        _registrations,
        *("registrations.kind", "registrations.status", "registrations.created_at"),
        *("registrations.group_name", "registrations.headcount", "registrations.offer"),
        "registrations.credential",
    ),
    _line(_traits, "traits.kind", "traits.value"),
    _line(_pause, "people.paused_until"),
    _line(
        _addresses, *(f"addresses.{each}" for each in ("channel", "value", "status", "heard_at"))
    ),
    _line(
        _consent,
        "people.consent",
        *(f"consents.{each}" for each in ("act", "channel", "words", "at")),
    ),
    _line(_since, "people.created_at"),
    _line(_unfinished, "sessions.flow", "sessions.state", "sessions.expires_at"),
    _line(_set_aside, "handovers.words", "handovers.at"),
    _line(
        _grants,
        *(f"grants.{each}" for each in ("role", "scope", "scope_id", "granted_at", "revoked_at")),
    ),
    _line(_pending_acts, "pending_acts.name", "pending_acts.payload", "pending_acts.expires_at"),
    _line(
        _rsvps,
        *("events.code", "rsvps.answer", "rsvps.party", "rsvps.offered_until"),
        *("rsvps.confirmed_at", "rsvps.checked_in_at"),
    ),
    _line(_events, *(f"events.{each}" for each in TEXTS)),
    _line(
        _pledges,
        *(f"pledges.{each}" for each in ("units", "received", "status", "eta", "contact")),
    ),
    _line(_needs, *(f"needs.{each}" for each in NEED_TEXTS)),
    _line(_texts, "inbound.payload", "deliveries.body"),
)
