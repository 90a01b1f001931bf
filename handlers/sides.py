"""Two sides of one person, Telegram and SMS: where we write (PREFER) and parting them (UNLINK).

How they come together is in linking.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from handlers import merging
from handlers.context import Context
from handlers.conversation.flow import Choose, Flow, Option
from handlers.conversation.words import word_set
from handlers.rendering import is_sms
from locales import _
from storage import linking

Side = Literal["sms", "telegram"]

prefer_flow = Flow(
    "prefer",
    version=1,
    title=_("Where we write to you"),
    left=_("All right, nothing was changed."),
    steps=(
        Choose(
            key="side",
            ask=_("Where should we write to you?"),
            label=_("Write to"),
            example=_("1"),
            options=(
                Option("telegram", _("Telegram"), words=word_set("chat app")),
                Option(
                    "sms",
                    _("SMS"),
                    words=word_set(
                        "text texto textos celular telefono phone numero number cel",
                        *("text message", "mensaje de texto", "mensajes de texto"),
                    ),
                ),
            ),
        ),
    ),
)


_NOTHING_LINKED = _("Nothing is linked here. LINK makes Telegram and SMS one.")


@dataclass(frozen=True, slots=True)
class Sides:
    """Where the caller is reached: here, and at the other addresses."""

    here: linking.Reached
    others: tuple[linking.Reached, ...]

    def on(self, side: Side) -> linking.Reached | None:
        return next(
            (each for each in (self.here, *self.others) if side_of(each.channel) == side), None
        )


def side_of(channel: str) -> Side:
    return "sms" if is_sms(channel) else "telegram"


def sides_of(context: Context) -> Sides:
    all_of_them = linking.addresses_of(context.connection, context.caller.person_id)
    here = [each for each in all_of_them if each.address_id == context.caller.address_id]
    others = [each for each in all_of_them if each.address_id != context.caller.address_id]
    return Sides(here[0], tuple(others))


def unlink(context: Context, _rest: str) -> None:
    """UNLINK: all that is known stays with whoever says it; the other side starts anew."""
    sides, person = sides_of(context), context.caller.person_id
    if not sides.others:
        context.say(_NOTHING_LINKED)
        return
    linking.drop_codes(context.connection, [person])
    for other in sides.others:
        merging.detach(context, other, sides.here)
    linking.set_preferred(context.connection, person, sides.here.address_id)
    context.say(
        _(
            "Separated. What we know about you stays here. The other side gets nothing from us "
            "unless it joins by itself."
        )
    )


def prefer(context: Context, _rest: str) -> None:
    if sides_of(context).others:
        context.begin(prefer_flow)
    else:
        context.say(_NOTHING_LINKED)


def prefer_sms(context: Context, _rest: str) -> None:
    _prefer(context, "sms")


def prefer_telegram(context: Context, _rest: str) -> None:
    _prefer(context, "telegram")


def finish_prefer(context: Context, answers: Mapping[str, Any]) -> None:
    _prefer(context, answers["side"])


def _prefer(context: Context, side: Side) -> None:
    sides = sides_of(context)
    chosen = sides.on(side)
    if not sides.others:
        context.say(_NOTHING_LINKED)
        return
    if chosen is None or chosen.status != "active":
        context.say(_("We can't write to you there now. Send START from there first."))
        return
    linking.set_preferred(context.connection, context.caller.person_id, chosen.address_id)
    if is_sms(chosen.channel):
        context.say(_("From now on we write to you by SMS."))
    else:
        context.say(_("From now on we write to you on Telegram."))
