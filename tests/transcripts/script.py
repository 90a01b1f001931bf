"""Transcripts as text files: how they are read, played to a real office, and written. No asserts.

The notation is explained in README.md beside this file.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, timedelta
from functools import partial
from itertools import takewhile
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from handlers import invitations
from handlers.conversation.messages import Keyboard, Outgoing, SharedContact
from handlers.event_changes import change_event
from handlers.events import Plan, create
from locales.gsm7 import cost
from storage.audit import OPERATOR
from storage.codes import codes
from storage.coordinators import Role
from storage.doors import doors
from storage.events import Event, events
from tests.posting import post_diapers, post_truck
from tests.talk import More, Office, Person
from tests.tending import tend

HERE = Path(__file__).parent
LANGUAGES, CHANNELS = ("es", "en"), ("sms", "telegram")

_NEEDED = re.compile(r"(\d+) packs of diapers are needed")
_TO_UNLOAD = re.compile(r"(\d+) people are needed to unload a truck")
_LATER = re.compile(r"(\d+) (days|hours|minutes) later")
_NOTED = re.compile(r"\[([^]]*)\](?: #(\d+))?\s*(.*)", re.DOTALL)
_SAID = re.compile(r"([23]?)>(.*)")
_INVITATION = re.compile(r"\{invitation ([a-z]+)(?: ([\w:]+))?\}")
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


@dataclass(slots=True)
class Names:
    """What comes out differently each time has a name in the file: {code 1}, {person 2}, …"""

    office: Office
    names: dict[str, str] = field(default_factory=dict)
    codes: set[str] = field(default_factory=set)

    def hide(self, text: str) -> str:
        for what, pattern in self._patterns().items():
            text = re.sub(pattern, partial(self._name, what), text)
        return text

    def show(self, text: str) -> str:
        text = _INVITATION.sub(self._invitation, text)
        text = text.replace("{march}", self._march()) if "{march}" in text else text
        text = text.replace("{door}", self._door()) if "{door}" in text else text
        for value, name in self.names.items():
            text = text.replace(name, value)
        return text

    def _name(self, what: str, found: re.Match[str]) -> str:
        if what == "door":
            return "{door}"
        value = found[0]
        if value not in self.names:
            known = [name for name in self.names.values() if name.startswith(f"{{{what} ")]
            self.names[value] = f"{{{what} {len(known) + 1}}}"
        return self.names[value]

    def _patterns(self) -> dict[str, str]:
        self.codes.update(row.code for row in self.office.rows(codes))
        known = "|".join(self.codes) or "(?!)"
        four = "[A-Z0-9]{4}"
        return {
            "person": r"\bV-\d{6,}\b",
            "invitation": rf"\b{four}-{four}-{four}\b",
            "one-time code": r"(?<![\d$])\b\d{6}\b(?!\d)",
            "code": rf"\b(?:{known})\b",
            "link": r"/c/[\w-]+",
            "door": rf"\b(?:{'|'.join(row.code for row in self.office.rows(doors)) or '(?!)'})\b",
        }

    def _march(self) -> str:
        """The march that is planned, or was: the day after tomorrow at half past ten in Chicago."""
        known = self.office.rows(events)
        return str(known[0].code) if known else plan_march(self.office).code

    def _door(self) -> str:
        tend(self.office)
        [door] = self.office.rows(doors)
        return str(door.code)

    def _invitation(self, found: re.Match[str]) -> str:
        """An invitation from the command line: {invitation approver shelter:tijuana}."""
        office, role, scope = self.office, Role(found[1]), found[2] or "network"

        def unit(connection: Connection) -> str:
            where = invitations.read_scope(connection, scope)
            assert where is not None, f"there is no {scope}"
            vault = office.desk.vault
            return invitations.make(connection, vault, role, *where, now=office.now)

        return office.database.run_now(unit)


def paths() -> list[Path]:
    return sorted(HERE.glob("??/*/*.txt"))


def name(path: Path) -> str:
    return str(path.relative_to(HERE).with_suffix(""))


def read(text: str) -> Script:
    lines = text.splitlines()
    about = takewhile(lambda line: line.startswith("#"), lines)
    said = tuple(line for line in lines if line.startswith("*") or _SAID.match(line))
    return Script(tuple(about), said)


def played(script: Script, office: Office, language: str, channel: str) -> str:
    """The whole file as it should be: what was sent, and what came back each time."""
    numbers = sorted({said[1] for line in script.lines if (said := _SAID.match(line))} | {""})
    people = {
        each: office.texter() if channel == "sms" else office.telegrammer(language)
        for each in numbers
    }
    names = Names(office)
    blocks = ["\n".join(script.about)]
    blocks += ["\n".join(_turn(line, names, people)) for line in script.lines]
    return "\n\n".join(blocks) + "\n"


def _turn(line: str, names: Names, people: dict[str, Person]) -> Iterator[str]:
    """What was sent, what its sender heard, and what the others heard of it."""
    yield line
    said = _SAID.match(line)
    speaker = said[1] if said else ""
    if said:
        _send(names.show(said[2].strip()), people[speaker])
    else:
        _wait(line[1:].strip(), names.office)
        people[speaker].looks()
    yield from _heard(people[speaker], speaker, names) or [f"{speaker}<  (silence)"]
    for number, person in people.items():
        if number != speaker:
            yield from _heard(person.looks(), number, names)


def plan_march(office: Office) -> Event:
    wall = office.now.astimezone(ZoneInfo("America/Chicago")) + timedelta(days=2)
    plan = Plan(
        "march",
        "Marcha por la dignidad",
        "March for dignity",
        wall.replace(hour=10, minute=30).astimezone(UTC),
        "America/Chicago",
        place="Federal Plaza, Chicago",
    )
    vault, now = office.desk.vault, office.now
    return office.database.run_now(
        lambda connection: create(connection, vault, plan, actor=OPERATOR, now=now)
    )


def move_march(office: Office, by: timedelta) -> None:
    vault, now = office.desk.vault, office.now
    [march] = office.rows(events)
    changes = {"starts_at": march.starts_at + by}
    office.database.run_now(
        lambda connection: change_event(
            connection, vault, march.id, changes, actor=OPERATOR, now=now
        )
    )


def _heard(person: Person, number: str, names: Names) -> list[str]:
    shown = [line for message in person.fresh for line in _shown(message, person.channel)]
    indent = " " * len(number)
    return [names.hide((number if line[:1] == "<" else indent) + line) for line in shown]


def _wait(words: str, office: Office) -> None:
    for pattern, post in ((_NEEDED, post_diapers), (_TO_UNLOAD, post_truck)):
        if needed := pattern.fullmatch(words):
            post(office, int(needed[1]))
            tend(office)
            return
    if words == "the march moves by a day":
        move_march(office, timedelta(days=1))
        tend(office)
        return
    later = _LATER.fullmatch(words)
    if later is None:
        raise ValueError(f"a line with * says how much later it is, not {words!r}")
    office.later(**{later[2]: int(later[1])})
    office.closes_idle_sessions()
    tend(office)


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
        if message.document:
            yield f"{_MARGIN}({message.document.name})"
        if message.ask:
            yield f"{_MARGIN}[{message.ask}: {message.ask_label}]"
        yield from _buttons(message.keyboard)


def _text(first: str, text: str) -> Iterator[str]:
    for number, line in enumerate(text.split("\n")):
        yield f"{_MARGIN if number else first}{line}".rstrip()


def _buttons(keyboard: Keyboard) -> Iterator[str]:
    for row in keyboard:
        yield _MARGIN + " ".join(f"[{button.label}]" for button in row)
