"""Transcripts as text files: how they are read, played to a real office, and written. No asserts.

The notation is explained in README.md beside this file.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path

from handlers.conversation.messages import Keyboard, Outgoing, SharedContact
from locales.gsm7 import cost
from tests.talk import More, Office, Person

HERE = Path(__file__).parent
LANGUAGES, CHANNELS = ("es", "en"), ("sms", "telegram")

_LATER = re.compile(r"(\d+) (days|hours|minutes) later")
_NOTED = re.compile(r"\[([^]]*)\](?: #(\d+))?\s*(.*)", re.DOTALL)
_MARGIN = "   "
_SENDINGS: dict[str, More] = {
    "photo": {"media": "photo"},
    "sticker": {"media": "sticker"},
    "voice note": {"media": "voice"},
    "video": {"media": "video"},
    "document": {"media": "document"},
    "own contact": {"contact": SharedContact("+13125550188", own=True)},
    "someone's contact": {"contact": SharedContact("+13125550189", own=False)},
    "edits": {"kind": "edited"},
    "in a group": {"kind": "group"},
    "blocks": {"kind": "blocked"},
    "unblocks": {"kind": "unblocked"},
}


@dataclass(frozen=True, slots=True)
class Script:
    """`about` are the lines that say what it shows; `lines` what happens: "> …" and "* …"."""

    about: tuple[str, ...]
    lines: tuple[str, ...]


def paths() -> list[Path]:
    return sorted(HERE.glob("??/*/*.txt"))


def name(path: Path) -> str:
    return str(path.relative_to(HERE).with_suffix(""))


def read(text: str) -> Script:
    lines = text.splitlines()
    about = takewhile(lambda line: line.startswith("#"), lines)
    return Script(tuple(about), tuple(line for line in lines if line[:1] in (">", "*")))


def played(script: Script, office: Office, language: str, channel: str) -> str:
    """The whole file as it should be: what was sent, and what came back each time."""
    person = office.texter() if channel == "sms" else office.telegrammer(language)
    blocks = ["\n".join(script.about)]
    blocks += ["\n".join(_turn(line, office, person)) for line in script.lines]
    return "\n\n".join(blocks) + "\n"


def _turn(line: str, office: Office, person: Person) -> Iterator[str]:
    yield line
    mark, said = line[0], line[1:].strip()
    if mark == "*":
        _wait(said, office)
        person.looks()
    else:
        _send(said, person)
    heard = [shown for message in person.fresh for shown in _shown(message, person.channel)]
    yield from heard or ["<  (silence)"]


def _wait(words: str, office: Office) -> None:
    later = _LATER.fullmatch(words)
    if later is None:
        raise ValueError(f"a line with * says how much later it is, not {words!r}")
    office.later(**{later[2]: int(later[1])})
    office.closes_idle_sessions()


def _send(said: str, person: Person) -> None:
    noted = _NOTED.fullmatch(said)
    if noted is None:
        person.says(said)
        return
    what, number, words = noted.groups()
    if what.startswith("location "):
        latitude, longitude = map(float, what.split()[1:])
        person.sends(location=(latitude, longitude))
    elif what in _SENDINGS:
        person.says(words, **_SENDINGS[what])
    else:
        person.presses(what, int(number) - 1 if number else None)


def _shown(message: Outgoing, channel: str) -> Iterator[str]:
    if message.toast:
        yield f"<! {message.toast}"
    if message.edit is not None:
        yield from _text("<~ ", message.edit_text)
        yield from _buttons(message.edit_keyboard)
    if message.text:
        segments = cost(message.text).segments if channel == "sms" else ""
        yield from _text(f"<{segments}".ljust(len(_MARGIN)), message.text)
        if message.ask:
            yield f"{_MARGIN}[{message.ask}: {message.ask_label}]"
        yield from _buttons(message.keyboard)


def _text(first: str, text: str) -> Iterator[str]:
    for number, line in enumerate(text.split("\n")):
        yield f"{_MARGIN if number else first}{line}".rstrip()


def _buttons(keyboard: Keyboard) -> Iterator[str]:
    for row in keyboard:
        yield _MARGIN + " ".join(f"[{button.label}]" for button in row)
