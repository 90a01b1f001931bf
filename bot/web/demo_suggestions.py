"""What a person of the demo might type next, read from what the bot has just said. No state."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

from bot.simulators.telegram import Bubble as Chatted
from bot.simulators.twilio import Bubble as Texted
from bot.web.demo_stage import Actor, Channel
from handlers.consent_words import Consent, classify
from handlers.conversation.vocabulary import ALL, NO, NONE, agrees, steering
from handlers.conversation.words import fold
from handlers.features import COMMANDS
from locales import Language

_MOST = 8
_NUMBERED = re.compile(r"^(\d{1,2}) \S", re.MULTILINE)
_SEVERAL = re.compile(r"\b\d{1,2}(?: \d{1,2})+$", re.MULTILINE)
_CAPITALS = re.compile(r"\b[A-ZÁÉÍÓÚÑ]{2,}(?: [A-ZÁÉÍÓÚÑ]{2,})?\b")

# What the posters and deep links of the demo's network say.
_OPENINGS: Mapping[Channel, Mapping[Language, tuple[str, ...]]] = {
    "sms": {"es": ("UNIRME", "UNIRME CHICAGO"), "en": ("JOIN", "JOIN CHICAGO")},
    "telegram": {"es": ("/start o_chicago",), "en": ("/start o_losangeles",)},
}


def suggestions(actor: Actor) -> list[str]:
    """Openings on an empty screen, nothing where the bot shows buttons, else words and numbers."""
    screen: Sequence[Texted | Chatted] = actor.phone.screen
    if not screen:
        return list(_OPENINGS[actor.channel][actor.language])
    heard = _since_last_act(screen)
    if not heard or any(isinstance(bubble, Chatted) and bubble.buttons for bubble in heard):
        return []
    said = {bubble.text for bubble in screen if bubble.who == "person"}
    answers = [answer for answer in actor.answers if answer not in said]
    return list(dict.fromkeys(_offered(heard, answers)))[:_MOST]


def _since_last_act(screen: Sequence[Texted | Chatted]) -> list[Texted | Chatted]:
    acts = [index for index, bubble in enumerate(screen) if bubble.who == "person"]
    return list(screen[acts[-1] + 1 :]) if acts else []


def _offered(heard: Sequence[Texted | Chatted], answers: Sequence[str]) -> Iterator[str]:
    last = heard[-1].text
    several, numbers = _SEVERAL.findall(last), _NUMBERED.findall(last)
    words = {word: kind for bubble in heard for word, kind in _words(bubble.text)}
    yield from (word for word, kind in words.items() if kind == "yes")
    yield from several
    if not (several or numbers) and "?" in last:
        yield from answers
    yield from (() if several else numbers)
    yield from (word for word, kind in words.items() if kind == "word")
    yield from (word for word, kind in words.items() if kind == "stop")


def _words(text: str) -> Iterator[tuple[str, Literal["yes", "word", "stop"]]]:
    """The words in capitals that the bot understands; a stop is offered last."""
    for word in _CAPITALS.findall(text):
        folded = fold(word)
        if classify(word).consent is Consent.STOP:
            yield word, "stop"
        elif agrees(folded):
            yield word, "yes"
        elif steering(word) or COMMANDS.find(word) or folded in ALL | NONE | NO:
            yield word, "word"
