"""Coming from a poster or the board: the need that it was about is shown, at once or after joining.

`/start n_A7` is a need's link, `/start s_tijuana` a shelter's.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from handlers import event_joining, registration
from handlers.context import Context
from handlers.need_listing import list_needs, need_named, show
from storage import profiles
from storage.codes import named_by
from storage.needs import Need

_NEED = re.compile(r"(?:n_)?(?P<code>[a-z][0-9]{1,7})", re.ASCII | re.IGNORECASE)
_SHELTER = re.compile(r"s_(?P<code>[a-z0-9]{2,32})", re.ASCII | re.IGNORECASE)
_BOARD = "board"


def knows_code(context: Context, rest: str) -> bool:
    """Whether what follows JOIN names a need or a shelter, or something that others know."""
    return _is_ours(context, rest) or event_joining.knows_code(context, rest)


def _is_ours(context: Context, rest: str) -> bool:
    text = rest.strip()
    return _need_in(context, text) is not None or bool(_SHELTER.fullmatch(text)) or text == _BOARD


def _need_in(context: Context, rest: str) -> Need | None:
    match = _NEED.fullmatch(rest.strip())
    named = named_by(context.connection, match["code"]) if match else None
    if named is None or named.kind != "need":
        return None
    return need_named(context.connection, named.row_id)


def join(context: Context, rest: str) -> None:
    """JOIN, and what brought them: whoever is in sees it, whoever isn't joins first."""
    if not _is_ours(context, rest):
        event_joining.join(context, rest)
        return
    need = _need_in(context, rest)
    if need is not None:
        show(context, need)
    if profiles.registrations_of(context.connection, context.caller.person_id):
        if need is None:
            _show_shelter(context, rest)
        return
    registration.join(context, "")
    session = context.session
    if session is not None and session.flow == registration.registration.name:
        context.session = replace(session, given=(*session.given, ("came_for", rest.strip()[:40])))


def _show_shelter(context: Context, came_for: str) -> None:
    match = _SHELTER.fullmatch(came_for.strip())
    list_needs(context, match["code"] if match else "")


def finish(context: Context, answers: Mapping[str, Any]) -> None:
    """They are in; now what they came for."""
    registration.finish(context, answers)
    came_for = answers.get("came_for")
    if came_for is None:
        return
    need = _need_in(context, came_for)
    if need is not None:
        show(context, need)
    else:
        _show_shelter(context, came_for)
