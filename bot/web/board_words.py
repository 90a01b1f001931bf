"""The words of the board and of posters, and numbers as each language writes them. No HTML."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from phonenumbers import NumberParseException, PhoneNumberFormat, format_number, parse

from bot.web.board_data import City, Shown
from handlers.policy import Policy
from locales import Language, Message, _, n_, p_, translate
from locales.formatting import Moment
from locales.labels import AMOUNTS, CATEGORIES, URGENCY

_WORDS: Mapping[str, Message] = {
    "title": _("What the shelters need"),
    "lead": _(
        "Migrant shelters say what is missing. You say how much of it you bring. What is promised "
        "comes off the count, so nobody brings what is there already."
    ),
    "join": _("Join on Telegram"),
    "open_quote": p_("quote", "“"),
    "close_quote": p_("quote", "”"),
    "committed": p_("of what is needed", "promised"),
    "coming": p_("of what is needed", "on the way"),
    "received": p_("of what is needed", "received"),
    "skip": _("Go to the needs"),
    "other": _("Ver en español"),
    "empty": _("Nothing is missing right now."),
    "empty_more": _("Join, and we'll write to you when a shelter needs what you can bring."),
    "covered": _("Covered. Thank you."),
    "poster": _("Poster"),
    "shelter_poster": _("Poster of this shelter"),
    "typed": _("What stands in quotes is in the shelter's own words."),
    "nobody": _(
        "This page shows nobody. Where to bring things is told to whoever brings them. "
        "We never ask for money."
    ),
    "print": _("Print this page as a poster"),
    "back": _("All needs"),
}


_BRING, _HELP = _("Bring some, on Telegram"), _("Help, on Telegram")


@dataclass(frozen=True, slots=True)
class Doors:
    """How people reach the bot: a number to text, a chat to open; either may be missing."""

    sms_number: str | None
    telegram_username: str | None

    @classmethod
    def of(cls, policy: Policy) -> "Doors":
        return cls(policy.sms_number, policy.telegram_username)

    def chat(self, payload: str) -> str | None:
        """The deep link that opens the chat and says where one comes from."""
        if self.telegram_username is None:
            return None
        return f"https://t.me/{self.telegram_username}?start={payload}"

    def text(self, words: str) -> str | None:
        """The link that opens the phone's own messages with the words typed in."""
        return f"sms:{self.sms_number}?&body={quote(words)}" if self.sms_number else None


def words(language: Language) -> dict[str, str]:
    return {name: translate(message, language) for name, message in _WORDS.items()}


def city_view(city: City, doors: Doors, language: Language) -> dict[str, Any]:
    shelters = [
        {
            "code": house.shelter.code,
            "name": house.shelter.name,
            "needs": [need_view(each, doors, language) for each in house.needs],
        }
        for house in city.houses
    ]
    return {"name": city.name, "region": city.region, "shelters": shelters}


def need_view(need: Shown, doors: Doors, language: Language) -> dict[str, Any]:
    def read(message: Message) -> str:
        return translate(message, language)

    return {
        "code": need.code,
        "item": need.item,
        "category": read(CATEGORIES[need.category]),
        "urgency": need.urgency,
        "urgency_words": read(URGENCY[need.urgency]),
        "missing": read(missing(need)),
        "counts": read(_counts(need)),
        "bar": bar(need),
        "by": read(_by(need)) if need.needed_by else None,
        "covered": not need.remaining,
        "by_telegram": read(_HELP if need.is_service else _BRING),
        "chat": doors.chat(f"n_{need.code}"),
        "sms": doors.text(f"{need.code} "),
        "sms_words": read(texting(need, doors)) if doors.sms_number else None,
    }


def missing(need: Shown) -> Message:
    amount = AMOUNTS[need.unit](need.remaining)
    return n_("Still needed: {amount}", "Still needed: {amount}", need.remaining, amount=amount)


def texting(need: Shown, doors: Doors) -> Message:
    return _(
        "Text {code} and how many to {number}, like: {code} {n}",
        code=need.code,
        n=min(5, need.remaining),
        number=shown_number(doors.sms_number or ""),
    )


def _by(need: Shown) -> Message:
    assert need.needed_by is not None
    return _("Needed by {moment}", moment=Moment(need.needed_by, need.zone, zone_named=True))


def _counts(need: Shown) -> Message:
    facts: dict[str, object] = {
        "quantity": need.quantity,
        "committed": need.committed,
        "on_the_way": need.on_the_way,
        "received": need.received,
    }
    if need.is_service:
        return _(
            "Of {quantity}: {committed} promised, {on_the_way} confirmed, {received} done", **facts
        )
    return _(
        "Of {quantity}: {committed} promised, {on_the_way} on the way, {received} received", **facts
    )


def bar(need: Shown) -> dict[str, int]:
    """The three quantities as parts of 1,000, each drawn over the one before."""
    coming = need.on_the_way + need.received
    parts = {"committed": need.committed, "coming": coming, "received": need.received}
    return {name: round(1000 * part / need.quantity) for name, part in parts.items()}


def shown_number(number: str) -> str:
    """An E.164 number as people write it."""
    try:
        return format_number(parse(number), PhoneNumberFormat.INTERNATIONAL)
    except NumberParseException:
        return number
