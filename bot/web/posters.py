"""Posters to print: what for, a code to scan and a word to text, in both languages.

For needs, shelters and whatever else has a code; no person is on them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import segno
from markupsafe import Markup
from sqlalchemy import Connection, select

from bot.web.board_data import shown
from bot.web.board_words import Doors, shown_number
from locales import LANGUAGES, Language, Message, _, translate
from locales.formatting import Moment
from locales.labels import AMOUNTS
from storage import needs
from storage.codes import named_by
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


def qr(text: str) -> Markup:
    """As SVG as large as its place."""
    drawn = segno.make(text, error="m", micro=False).svg_inline(
        border=2, dark="#000", omitsize=True, svgclass="qr", lineclass=None
    )
    return Markup(drawn)


def _said(poster: Poster, doors: Doors, language: Language) -> dict[str, Any]:
    def read(message: Message) -> str:
        return translate(message, language)

    number = shown_number(doors.sms_number or "")
    return {
        "language": language,
        "heading": read(poster.heading),
        "lines": [read(line) for line in poster.lines],
        "ask": read(poster.ask),
        "scan": read(_("Scan to open Telegram")),
        "text": read(_("Text {words} to {number}", words=poster.example, number=number)),
        "free": read(_("Free. In Spanish and English. Leave at any time.")),
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
        place=f"{need.shelter.name} · {need.shelter.city}",
        lines=by,
        ask=_("How many can you bring?"),
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


READERS: Mapping[str, Read] = {"need": _need}
"""By the kind of what a code stands for."""
