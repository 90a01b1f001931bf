"""What each recipient of a broadcast reads: their language, who writes, and the way out. No SQL."""

from dataclasses import dataclass

from handlers.conversation.messages import Button, Outgoing
from handlers.policy import Policy
from handlers.rendering import COMMAND, is_sms
from locales import LANGUAGES, Language, Message, _, translate
from locales.gsm7 import sms_text

LONGEST = 1_600
"""UTF-16 units that one SMS may have at Twilio; Telegram takes more."""

_ONLY: dict[Language, Message] = {
    "es": _("This message is in Spanish only."),
    "en": _("This message is in English only."),
}


@dataclass(frozen=True, slots=True)
class Texts:
    """What was written for a broadcast; at least one of the languages is there."""

    kind: str
    es: str | None
    en: str | None
    link: str | None

    def own(self, language: Language) -> str | None:
        return self.es if language == "es" else self.en


def outgoing(
    texts: Texts, language: Language, channel: str, policy: Policy, *, first: bool
) -> Outgoing:
    """`first`: nothing of ours has reached this person before, so it says who we are and how to
    stop."""
    text = compose(texts, language, policy, first=first)
    if is_sms(channel):
        return Outgoing(sms_text(text, policy.fold))
    if texts.kind != "alert":
        return Outgoing(text)
    done = Button(translate(_("Done"), language), f"{COMMAND}:HECHO")
    return Outgoing(text, keyboard=((done,),))


def compose(texts: Texts, language: Language, policy: Policy, *, first: bool) -> str:
    """The programme's name, the text or the other language's with a line that says so, the link."""
    other: Language = "en" if language == "es" else "es"
    own = texts.own(language)
    lines = [] if own else [translate(_ONLY[other], language)]
    lines.append(own or texts.own(other) or "")
    if texts.link:
        lines.append(texts.link)
    if first:
        lines.append(translate(_disclosure(policy), language))
    return f"{policy.programme}: " + "\n".join(lines)


def _disclosure(policy: Policy) -> Message:
    """What a first message must tell (CTIA): how often, what it may cost, help, the way out."""
    return _(
        "You agreed to hear from us: up to {most} messages a day. "
        "Msg & data rates may apply. HELP for help, STOP to leave.",
        most=policy.frequency_cap,
    )


def too_long(texts: Texts, policy: Policy) -> int:
    """By how many units the longest rendering is more than an SMS may have; 0: it fits."""
    longest = max(
        len(sms_text(compose(texts, language, policy, first=True), policy.fold).encode("utf-16-le"))
        for language in LANGUAGES
    )
    return max(0, longest // 2 - LONGEST)
