"""What each recipient of a broadcast reads: their language, who writes, and the way out. No SQL."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from handlers.conversation.compact import compact_json, read_json
from handlers.conversation.messages import Button, Keyboard, Outgoing
from handlers.policy import Policy
from handlers.rendering import COMMAND, is_sms
from handlers.wall_hours import same_wall
from locales import LANGUAGES, Language, Message, _, p_, translate
from locales.formatting import Moment
from locales.gsm7 import Fold, has_accents, sms_text

LONGEST = 1_600
"""UTF-16 units that one SMS may have at Twilio; Telegram takes more."""

_ONLY: dict[Language, Message] = {
    "es": _("This message is in Spanish only."),
    "en": _("This message is in English only."),
}


@dataclass(frozen=True, slots=True)
class Happening:
    """When what it is about begins. The text tells the hour on the wall of `zone`, an IANA name."""

    at: datetime
    zone: str


@dataclass(frozen=True, slots=True)
class Recipient:
    """Who reads. `first`: nothing of ours has reached this person before, so it says who we are
    and how to stop. `zone`: where they are, IANA name."""

    language: Language
    first: bool = False
    zone: str | None = None


@dataclass(frozen=True, slots=True)
class Texts:
    """What was written for a broadcast; at least one of the languages is there.

    `buttons`, by language, are for Telegram; an alert has its own.
    """

    kind: str
    es: str | None
    en: str | None
    link: str | None
    buttons: Mapping[Language, Keyboard] = field(default_factory=dict)
    happens: Happening | None = None

    def own(self, language: Language) -> str | None:
        return self.es if language == "es" else self.en


def command(label: str, words: str) -> Button:
    """A button that says `words` as if the person had typed them: 60 bytes at most."""
    return Button(label, f"{COMMAND}:{words}")


def outgoing(texts: Texts, reader: Recipient, channel: str, policy: Policy) -> Outgoing:
    text = compose(texts, reader, policy)
    if is_sms(channel):
        return Outgoing(sms_text(text, _fold(texts, policy)))
    if texts.kind == "alert":
        done = command(translate(p_("alert", "Done"), reader.language), "HECHO")
        return Outgoing(text, keyboard=((done,),))
    return Outgoing(text, keyboard=texts.buttons.get(reader.language, ()))


def _fold(texts: Texts, policy: Policy) -> Fold:
    """Whoever wrote without accents wants none that cost more, nor in our own lines."""
    written = f"{texts.es or ''}{texts.en or ''}"
    return policy.fold if has_accents(written) else "auto"


def compose(texts: Texts, reader: Recipient, policy: Policy) -> str:
    """The programme's name, the text or the other language's with a line that says so, the hour
    where they are if it differs, the link."""
    language = reader.language
    other: Language = "en" if language == "es" else "es"
    own = texts.own(language)
    lines = [] if own else [translate(_ONLY[other], language)]
    lines.append(own or texts.own(other) or "")
    if texts.happens and (theirs := _their_hour(texts.happens, reader)):
        lines.append(theirs)
    if texts.link:
        lines.append(texts.link)
    if reader.first:
        lines.append(translate(_disclosure(policy), language))
    return f"{policy.programme}: " + "\n".join(lines)


def _their_hour(happens: Happening, reader: Recipient) -> str | None:
    """Only where their clock shows another hour at that moment."""
    if reader.zone is None or same_wall(happens.at, reader.zone, happens.zone):
        return None
    moment = Moment(happens.at, reader.zone)
    return translate(_("Where you are: {moment}", moment=moment), reader.language)


def _disclosure(policy: Policy) -> Message:
    """What a first message must tell (CTIA): how often, what it may cost, help, the way out."""
    return _(
        "You agreed to hear from us: up to {most} messages a day. "
        "Msg & data rates may apply. HELP for help, STOP to leave.",
        most=policy.frequency_cap,
    )


def dump_buttons(buttons: Mapping[Language, Keyboard]) -> str | None:
    kept = {
        language: [[(button.label, button.data) for button in row] for row in rows]
        for language, rows in buttons.items()
    }
    return compact_json(kept) if kept else None


def load_buttons(kept: str | None) -> dict[Language, Keyboard]:
    found: dict[Language, list[list[list[str]]]] = read_json(kept) if kept else {}
    return {
        language: tuple(tuple(Button(*pair) for pair in row) for row in rows)
        for language, rows in found.items()
    }


def too_long(texts: Texts, policy: Policy) -> int:
    """By how many units the longest rendering is more than an SMS may have; 0: it fits."""
    longest = max(
        len(sms_text(compose(texts, reader, policy), policy.fold).encode("utf-16-le"))
        for reader in (Recipient(language, first=True) for language in LANGUAGES)
    )
    return max(0, longest // 2 - LONGEST)
