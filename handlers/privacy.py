"""MY DATA and DELETE MY DATA: the commands, the one question before deleting, and the deletion.

What is told of a person is in my_data; what happens when texts grow old is in retention.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from handlers import coordinators
from handlers.context import Context
from handlers.conversation.flow import Choose, Flow, Option
from handlers.conversation.numbers import whole_number
from handlers.conversation.words import fold, word_set
from handlers.letting_go import let_go_for_good
from handlers.my_data import tell_all
from handlers.newcomers import add_people
from handlers.rendering import is_sms
from locales import LANGUAGES, Message, _, translate
from storage import leaving
from storage.conversations import Caller

_DELETE, _KEEP = "delete", "keep"
_SURELY = _("Yes, delete it all")
_WORDS = word_set("yes y si s", "yes please", "si por favor", "yes delete", "si borrar")
_PLAINLY = _WORDS | {fold(translate(_SURELY, language)) for language in LANGUAGES}
_LONGEST_THOUGHT = timedelta(hours=12)

forget_me = Flow(
    "forget_me",
    version=1,
    title=_("Deleting your data"),
    left=_("All right, nothing was deleted."),
    steps=(
        Choose(
            key="sure",
            ask=_("This deletes everything we keep about you, for good. Are you sure?"),
            label=_("Delete"),
            example=_("YES, or NO"),
            options=(
                Option(_DELETE, _SURELY, words=_WORDS),
                Option(_KEEP, _("No, keep it"), words=word_set("no n", "no gracias", "no thanks")),
            ),
        ),
    ),
)


def my_data(context: Context, _rest: str) -> None:
    """All of it, also after a stop and to someone who never joined."""
    for message in tell_all(context):
        context.say(message)


def ask_to_delete(context: Context, _rest: str) -> None:
    """One question, in the middle of another flow too, which then ends."""
    if coordinators.is_last_admin(context):
        context.say(
            _(
                "You are the network's only admin. Without you nobody can invite others, until "
                "whoever runs the server does."
            )
        )
    context.begin(forget_me)


def finish(context: Context, answers: Mapping[str, Any]) -> None:
    """Only a plain yes, soon after the question, deletes; what sounds like one is asked again."""
    if answers["sure"] != _DELETE:
        context.say(forget_me.left)
    elif _is_plain(context):
        _delete(context)
    else:
        context.begin(forget_me)


def _is_plain(context: Context) -> bool:
    asked = context.caller.session_at
    if asked is None or context.now - asked > _LONGEST_THOUGHT:
        return False
    text = context.heard.text
    return (
        context.heard.press is not None or whole_number(text) is not None or fold(text) in _PLAINLY
    )


def _delete(context: Context) -> None:
    """All of it in this transaction. An empty person takes the place, to receive one farewell.

    One more takes each other address from which there is still something to be deleted elsewhere.
    """
    connection, now, caller = context.connection, context.now, context.caller
    coordinators.step_down(context, "deleted")
    let_go_for_good(connection, caller.person_id, now)
    leaving.count_departure(connection, caller.person_id, now.date())
    leaving.suppress(connection, [caller.person_id], now)
    leaving.ask_provider(connection, [caller.person_id], now)
    kept = leaving.addresses_to_keep(connection, caller.person_id, caller.address_id)
    empties = add_people(connection, [(context.language, "out", now)] * len(kept))
    heirs = {address: each.id for address, each in zip(kept, empties, strict=True)}
    leaving.leave_empty(connection, caller.person_id, heirs, now)
    empty = empties[0]
    context.caller = Caller(
        person_id=empty.id,
        address_id=caller.address_id,
        channel=caller.channel,
        address_status="active",
        heard_at=now,
        handle=empty.handle,
        language=context.language,
        consent="out",
    )
    context.session, context.kind = None, "consent"
    context.say(_farewell(context))


def _farewell(context: Context) -> Message:
    if is_sms(context.caller.channel):
        return _(
            "Done. We deleted everything we kept about you and won't write again. "
            "To come back one day, send START. Take care."
        )
    return _(
        "Done. We deleted everything we kept about you and won't write again. "
        "This chat stays on your phone until you delete it. To come back: START."
    )
