"""ALERT as a form: what the author of an alert is asked, and how its words are read. No outcomes.

Whom it is for and when it goes out are asked in flows of their own names beside.
"""

import re
import unicodedata
from typing import Any, Final

from handlers.alerts_flow_audience import AUDIENCE
from handlers.alerts_flow_when import WHEN
from handlers.conversation.flow import (
    Answers,
    Ask,
    Choose,
    Condition,
    Confirm,
    Flow,
    Heard,
    Hearing,
    NotUnderstood,
    Understood,
    anew,
)
from handlers.conversation.language import guess_language
from handlers.conversation.numbers import whole_number
from handlers.conversation.vocabulary import NO, NONE
from handlers.conversation.words import fold, word_set
from handlers.links import as_link
from handlers.options import options
from handlers.rendering import Joined
from locales import Language, Message, _, vocabulary
from locales.labels import LANGUAGES_SPOKEN, TOPICS

LONGEST: Final = 800
"""UTF-16 units of a text: with its link and all that goes with it, it still is one SMS."""

_SHOWN: Final = 40
_INVISIBLE = ("Cc", "Cs", "Co", "Cn")


def written_in(language: Language) -> Condition:
    def holds(answers: Answers) -> bool:
        return (answers.get("text") or {}).get("language") == language

    holds.__name__ = f"written_in_{language}"
    return holds


def is_on_telegram(answers: Answers) -> bool:
    """By SMS the one-time code is the yes."""
    return answers.get("by_sms") is not True


def _message(heard: Heard) -> Hearing:
    text = _tidy(heard.text)
    fault = _fault(text)
    if fault is not None:
        return NotUnderstood(fault)
    return Understood({"label": text, "language": _language(text, heard.language)})


def _other(heard: Heard) -> Hearing:
    text = _tidy(heard.text)
    if fold(text) in NO | NONE:
        return Understood(None)
    if text == (heard.known.get("text") or {}).get("label"):
        return NotUnderstood(_("That is the same text. Write it in the other language, or SKIP."))
    fault = _fault(text)
    return Understood({"label": text}) if fault is None else NotUnderstood(fault)


def _fault(text: str) -> Message | None:
    excess = len(text.encode("utf-16-le")) // 2 - LONGEST
    if excess > 0:
        return _(
            "That is {excess} characters too many: up to {most}, please.",
            excess=excess,
            most=LONGEST,
        )
    if sum(char.isalpha() for char in text) < 2:
        return _("The words that people are to read, please.")
    return None


def _tidy(text: str) -> str:
    """Its lines, without what can't be seen and without empty ones in a row."""
    lines = (" ".join(line.split()) for line in text.splitlines())
    whole = "\n".join(lines).strip()
    seen = (char for char in whole if char == "\n" or unicodedata.category(char) not in _INVISIBLE)
    return re.sub(r"\n{3,}", "\n\n", "".join(seen))


def _language(text: str, writer: Language) -> Language:
    """By its words; where those don't tell, that of whoever writes."""
    return guess_language(text, writer)


def _link(heard: Heard) -> Hearing:
    if fold(heard.text) in NO | NONE:
        return Understood(None)
    link = as_link(heard.text)
    if link is None:
        return NotUnderstood(_("A web address, please, such as https://example.org. Or SKIP."))
    return Understood({"label": link})


def _number(heard: Heard) -> Hearing:
    number = whole_number(re.sub(r"(?<=\d)[.,\s](?=\d{3}\b)", "", heard.text[:40]))
    return NotUnderstood() if number is None else Understood(number)


def short(value: Any) -> str:
    text = " ".join(str(value["label"]).split())
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 3].rstrip()}..."


def _label(value: Any) -> str:
    return str(value["label"])


def _text_with_language(value: Any) -> Joined:
    return Joined((LANGUAGES_SPOKEN[value["language"]], short(value)))


alert_flow = Flow(
    "alert",
    version=1,
    title=_("Writing an alert"),
    left=_("All right, nothing was sent."),
    steps=(
        Choose(
            key="topic",
            ask=_("An alert on which topic?"),
            label=_("Topic"),
            example=_("2"),
            options=options(TOPICS, vocabulary=vocabulary.TOPICS),
        ),
        Ask(
            key="text",
            ask=_("What should it say? In Spanish or English; I ask for the other one next."),
            label=_("Text"),
            example=_("Call your senator today: 202-224-3121."),
            parse=_message,
            dictated=True,
            show=_text_with_language,
            also=anew("in_english", "in_spanish"),
        ),
        Ask(
            key="in_english",
            ask=_("And in English? Without it, who reads English gets the Spanish, and is told."),
            label=_("English"),
            example=_("Call your senator today: 202-224-3121."),
            parse=_other,
            dictated=True,
            optional=True,
            when=written_in("es"),
            show=short,
        ),
        Ask(
            key="in_spanish",
            ask=_("And in Spanish? Without it, who reads Spanish gets the English, and is told."),
            label=_("Spanish"),
            example=_("Call your senator today: 202-224-3121."),
            parse=_other,
            dictated=True,
            optional=True,
            when=written_in("en"),
            show=short,
        ),
        Ask(
            key="link",
            ask=_("A web page to go with it? Send its address."),
            label=_("Web page"),
            example=_("https://alianzaamericas.org"),
            parse=_link,
            optional=True,
            show=_label,
        ),
        *AUDIENCE,
        *WHEN,
        Confirm(
            ask=_("Shall it go out like this?"),
            label=_("All set"),
            example=_("YES, or 2"),
            yes=_("Yes, send"),
            words=word_set(
                "send mandar mandala mandarla mandalo enviar enviala enviarla",
                *("send it", "yes send", "yes send it", "si mandarla", "si mandala", "que salga"),
            ),
        ),
        Ask(
            key="number",
            ask=_("To send it for real, type the number of people that it goes to."),
            label=_("People"),
            example=_("1240"),
            parse=_number,
            when=is_on_telegram,
        ),
    ),
)
