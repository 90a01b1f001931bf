"""Posters to print: what for, a code to scan and a word to text, in both languages.

For needs, shelters and whatever else has a code; no person is on them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import segno
from sqlalchemy import Connection, select

from bot.web.board_data import shown
from bot.web.board_words import Doors, shown_number
from handlers.event_facts import tell_of
from handlers.needs_words import place_of
from locales import LANGUAGES, Language, Message, _, translate
from locales.formatting import Moment
from locales.labels import AMOUNTS
from storage import events, needs
from storage.codes import named_by
from storage.events import EventState
from storage.network import shelters
from storage.sealed import Vault


@dataclass(frozen=True, slots=True)
class Poster:
    """`heading` and `lines` appear in each language, `name` and `place` once, as they are.

    `payload` opens the chat, `keyword` begins what one texts, `example` is such a text; `ask` says
    what for.
    """

    heading: Message
    name: str
    place: str
    ask: Message
    payload: str
    keyword: str
    example: Message
    lines: tuple[Message, ...] = ()
    quoted: bool = False


Read = Callable[[Connection, Vault, int, datetime], Poster | None]


def find(connection: Connection, vault: Vault, code: str, now: datetime) -> Poster | None:
    """What the code of a need, an event or a shelter says on a poster."""
    named = named_by(connection, code)
    if named is not None and named.kind in READERS:
        return READERS[named.kind](connection, vault, named.row_id, now)
    return _shelter(connection, code)


def view(poster: Poster, doors: Doors) -> dict[str, Any]:
    chat = doors.chat(poster.payload)
    texted = f"SMSTO:{doors.sms_number}:{poster.keyword}" if doors.sms_number else None
    return {
        "name": poster.name,
        "quoted": poster.quoted,
        "place": poster.place,
        "number": shown_number(doors.sms_number) if doors.sms_number else None,
        "chat_code": qr(chat) if chat else None,
        "sms_code": qr(texted) if texted else None,
        "chat": f"t.me/{doors.telegram_username}" if chat else None,
        "languages": [_said(poster, doors, language) for language in LANGUAGES],
    }


def qr(text: str) -> str:
    """As SVG as large as its place: paths, and none of the text."""
    return segno.make(text, error="m", micro=False).svg_inline(
        border=2, dark="#000", omitsize=True, svgclass="qr", lineclass=None
    )


def _unbroken(text: str) -> str:
    """On one line, whatever stands before it."""
    return text.replace(" ", "\N{NO-BREAK SPACE}").replace("-", "\N{NON-BREAKING HYPHEN}")


def _said(poster: Poster, doors: Doors, language: Language) -> dict[str, Any]:
    def read(message: Message) -> str:
        return translate(message, language)

    number = _unbroken(shown_number(doors.sms_number or ""))
    return {
        "language": language,
        "heading": read(poster.heading),
        "lines": [read(line) for line in poster.lines],
        "ask": read(poster.ask),
        "scan": read(_("Scan to open Telegram")),
        "text": read(_("Text {words} to {number}", words=poster.example, number=number)),
        "free": read(_("In Spanish and English. Leave at any time.")),
        "money": read(_("We never ask for money or papers.")),
    }


def _need(connection: Connection, vault: Vault, need_id: int, now: datetime) -> Poster | None:
    need = needs.read(connection, need_id)
    seen = shown(vault, need, now) if need else None
    if need is None or seen is None:
        return None
    by = (
        (_("Needed by {moment}", moment=Moment(seen.needed_by, seen.zone)),)
        if seen.needed_by
        else ()
    )
    return Poster(
        heading=_("{amount} needed", amount=AMOUNTS[seen.unit](seen.quantity)),
        name=seen.item,
        quoted=True,
        place=place_of(need),
        lines=by,
        ask=_("Can you help?") if seen.is_service else _("How many can you bring?"),
        payload=f"n_{seen.code}",
        keyword=f"{seen.code} ",
        example=_("{code} {n}", code=seen.code, n=min(5, seen.quantity)),
    )


def _shelter(connection: Connection, code: str) -> Poster | None:
    statement = select(shelters).where(shelters.c.code == code.strip().lower())
    row = connection.execute(statement).first()
    if row is None:
        return None
    return Poster(
        heading=_("Help this shelter"),
        name=row.name,
        place=f"{row.city}, {row.region}",
        ask=_("See what is missing today, and say what you bring."),
        payload=f"s_{row.code}",
        keyword=f"NECESIDADES {row.code}",
        example=_("NEEDS {code}", code=row.code),
    )


def _event(connection: Connection, vault: Vault, event_id: int, now: datetime) -> Poster | None:
    event = events.read(connection, event_id)
    if event is None or event.status is not EventState.OPEN or event.ends_at <= now:
        return None
    told = tell_of(connection, vault, event)
    lines: list[Message] = [_("On {when}", when=told.when)]
    if told.link is not None:
        lines.append(
            _("Online too: we send the link") if told.place else _("Online: we send the link")
        )
    if told.eases is not None:
        lines.append(_("There will be: {services}", services=told.eases))
    return Poster(
        heading=_("You're invited"),
        name="\N{NO-BREAK SPACE}· ".join(
            dict.fromkeys(filter(None, (told.title.es, told.title.en)))
        ),
        place=told.address or "",
        lines=tuple(lines),
        ask=_("Coming? Tell us how many you are."),
        payload=f"e_{event.code}",
        keyword=f"{event.code} ",
        example=_("{code} YES", code=event.code),
    )


READERS: Mapping[str, Read] = {"need": _need, "event": _event}
"""By the kind of what a code stands for."""
