"""Two people who turn out to be one become one, and an address that isn't theirs leaves.

What they are asked and told is in linking; the rows that move are in storage.
"""

from collections.abc import Mapping
from typing import Any, cast

from handlers.context import Context, session_of
from handlers.conversation.session import Session
from handlers.letting_go import let_go
from handlers.newcomers import add_people
from locales import Language
from storage import linking, profiles
from storage.conversations import Caller, find_caller
from storage.ids import new_id
from storage.linking import Reached, Standing
from storage.people import LINK

_LONGEST_WORDS = 500
_STRICTEST = ("out", "in", "none")
_PLACE = ("zone", "country", "region", "city_id")


def unite(context: Context, other: Caller) -> None:
    """The caller and the other are one person from now on, and the context's caller is they.

    Whoever had joined stays, else the older; consent is the stricter of both; what the caller was
    in the middle of goes on, else what the other was.
    """
    mine = context.caller
    known = linking.standing(context.connection, (mine.person_id, other.person_id))
    stays, goes = sorted((mine, other), key=lambda each: _seniority(known[each.person_id]))
    session = context.session or session_of(context.vault, other)[0]
    columns = _united(context, stays, goes)
    columns |= _ages(known)
    linking.merge(context.connection, stays.person_id, goes.person_id)
    profiles.change_person(context.connection, stays.person_id, **columns)
    if columns["consent"] == "out":
        _silence(context, stays.person_id)
        session = None
    linking.set_preferred(context.connection, stays.person_id, mine.address_id)
    _become(context)
    joined = known[stays.person_id].joined
    context.session = None if session and _is_over(session, joined) else session


def detach(context: Context, leaving: Reached, staying: Reached) -> None:
    """The address becomes a person of its own of whom nothing is known but the language.

    A number that never wrote is forgotten. A yes to our messages was this person's: a number
    that may be somebody else's is not written to on the strength of it.
    """
    connection = context.connection
    if not linking.has_history(connection, leaving.address_id):
        linking.remove_address(connection, leaving.address_id)
        return
    [newcomer] = add_people(connection, [(context.language, "none", context.now)])
    linking.detach(connection, leaving, newcomer.id, staying, context.now)


def keep_evidence(context: Context, shown: str, address_id: int, channel: str) -> None:
    """That the person's consent covers one more address: which question they said yes to, and how.

    Nothing when they have not said yes or no yet.
    """
    if context.caller.consent == "none":
        return
    row = new_id()
    words = context.heard.text[:_LONGEST_WORDS]
    profiles.add_consent(
        context.connection,
        {
            "id": row,
            "person_id": context.caller.person_id,
            "address_id": address_id,
            "act": context.caller.consent,
            "channel": channel,
            "wording": LINK + shown,
            "words": context.seal("consents", "words", row, words),
            "at": context.now,
        },
    )


def _seniority(standing: Standing) -> tuple[bool, Any, int]:
    return not standing.joined, standing.created_at, standing.person_id


def _united(context: Context, stays: Caller, goes: Caller) -> dict[str, Any]:
    """Columns of the one who stays: theirs, and the other's only where they had none."""
    pauses = [each.paused_until for each in (stays, goes) if each.paused_until is not None]
    columns: dict[str, Any] = {
        "consent": min(stays.consent, goes.consent, key=_STRICTEST.index),
        "paused_until": max(pauses, default=None),
        "misses": 0,
    }
    if stays.name is None and goes.name is not None:
        name = context.vault.open("people", "name", goes.person_id, goes.name)
        columns["name"] = context.seal("people", "name", stays.person_id, name)
    if all(getattr(stays, name) is None for name in _PLACE):
        columns |= {name: getattr(goes, name) for name in _PLACE}
    if stays.organisation_id is None and goes.organisation_id is not None:
        columns |= {"organisation_id": goes.organisation_id, "source": goes.source}
    elif stays.source is None:
        columns["source"] = goes.source
    return columns


def _ages(known: Mapping[int, Standing]) -> dict[str, Any]:
    return {
        "created_at": min(each.created_at for each in known.values()),
        "seen_at": max(each.seen_at for each in known.values()),
    }


def _silence(context: Context, person_id: int) -> None:
    """A stop at one address holds at all of them."""
    profiles.set_address_status(context.connection, person_id, "opted_out", "active")
    let_go(context.connection, person_id, context.now)


def _become(context: Context) -> None:
    """The caller as stored now."""
    lookup = context.vault.index(context.caller.channel, context.heard.sender)
    caller = find_caller(context.connection, context.caller.channel, lookup)
    if caller is None:
        raise RuntimeError("an address that was just merged can't be found")
    context.caller = caller
    context.language, context.country = cast("Language", caller.language), caller.country


def _is_over(session: Session, joined: bool) -> bool:
    """Nobody who is in is asked to join; and a second question whether to link is answered."""
    return session.flow == "link" or (joined and session.flow == "registration")
