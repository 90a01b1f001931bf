"""LINK: one person on Telegram and by text message. The codes, the contact, the one question.

A number is proven by Telegram itself (a shared contact of one's own), or a code that was shown at
one side is sent from the other, and nothing is linked before that side said yes. How two people
become one is in merging; what the two sides mean afterwards in sides.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any, cast

from handlers import merging
from handlers.access import privileged
from handlers.consent import wording
from handlers.context import Context
from handlers.conversation.flow import Answers, Choose, Condition, Flow, Option
from handlers.conversation.messages import ChannelName, Outgoing
from handlers.conversation.numbers import whole_number
from handlers.conversation.turn import Prompt
from handlers.conversation.vocabulary import NO, YES, agrees
from handlers.conversation.words import fold, word_set
from handlers.link_codes import code_in, new_code
from handlers.outbox import To, enqueue
from handlers.phone import e164
from handlers.rendering import Reader, is_sms
from handlers.sides import Side, prefer_flow, side_of, sides_of
from locales import Message, _
from locales.gsm7 import sms_text
from storage import linking
from storage.conversations import Caller, add_addresses, find_caller, suppressed
from storage.coordinators import has_grant
from storage.ids import new_id

CODE_LASTS = timedelta(minutes=15)
WRONG_CODES = 5
WAIT = timedelta(hours=1)
LONG_SILENT = timedelta(days=365)
"""A number unheard for so long may be somebody else's: it must write itself."""

_NOT_MINE = word_set("", "not mine", "its not mine", "no es mio", "no es mia")


def _shown_on(side: Side) -> Condition:
    def shown(answers: Answers) -> bool:
        return answers.get("shown_on") == side

    shown.__name__ = f"shown_on_{side}"
    return shown


def _is_it_yours(side: Side, ask: Message) -> Choose:
    return Choose(
        key=f"own_{side}",
        ask=ask,
        label=_("Link"),
        example=_("YES, or NO"),
        when=_shown_on(side),
        options=(
            Option("yes", _("Yes"), words=YES),
            Option("no", _("No"), words=NO | _NOT_MINE),
        ),
    )


link_flow = Flow(
    "link",
    version=1,
    title=_("Linking Telegram and SMS"),
    left=_("All right, nothing was linked."),
    steps=(
        _is_it_yours(
            "telegram",
            _(
                "Is the Telegram chat that showed this code yours? YES: it sees and changes your "
                "data. Someone asked you to send it? NO."
            ),
        ),
        _is_it_yours(
            "sms",
            _(
                "Is the phone that got this code by SMS yours? YES makes it and this chat one: "
                "whoever has it sees and changes what we know about you, as you do here.\n\n"
                "Did someone ask you to send the code? Then NO."
            ),
        ),
    ),
)


def link(context: Context, rest: str) -> None:
    """LINK shows a code; LINK with the code of the other side, or just the code, asks for a yes."""
    code = code_in(rest)
    if code is not None:
        _take_code(context, code)
    elif sides_of(context).others:
        context.say(_already())
    else:
        _show_code(context)


def _show_code(context: Context) -> None:
    code, caller = new_code(), context.caller
    linking.open_code(
        context.connection,
        caller.person_id,
        caller.address_id,
        _lookup(context, code),
        now=context.now,
        until=context.now + CODE_LASTS,
    )
    if is_sms(caller.channel):
        context.say(_code_by_sms(context, code))
        return
    context.says.append(Prompt(_code_on_telegram(context, code), share="contact"))
    if context.session is not None:
        # The same, but not asked again now: that would take the button away.
        context.session = replace(context.session)


def _code_by_sms(context: Context, code: str) -> Message:
    name = context.policy.telegram_username
    return _(
        "To make Telegram and this number one, send this to {chat} within {minutes} minutes: "
        "LINK {code}. Give it to nobody.",
        chat=f"@{name}" if name else _("our chat there"),
        minutes=_minutes(),
        code=code,
    )


def _code_on_telegram(context: Context, code: str) -> Message:
    return _(
        "One person here and by SMS: one copy of each message, and one STOP for both.\n\n"
        "Share your number with the button, or text this to {number} within {minutes} minutes:\n"
        "LINK {code}\n\n"
        "Whoever sends this code can see and change what we know about you. Give it to nobody.",
        number=context.policy.sms_number or _("our number"),
        minutes=_minutes(),
        code=code,
    )


def _minutes() -> int:
    return CODE_LASTS // timedelta(minutes=1)


def _already() -> Message:
    return _(
        "Telegram and SMS are linked already. PREFER: choose where we write. UNLINK: separate them."
    )


def _take_code(context: Context, code: str) -> None:
    """Nothing of the other side is said; a wrong code, an old one and a used one sound the same."""
    person, lookup = context.caller.person_id, _lookup(context, code)
    tries = linking.tries_since(context.connection, person, context.now - WAIT)
    if tries >= WRONG_CODES:
        context.say(_("Too many wrong codes. Please wait an hour, then try again."))
        return
    shown = linking.shown_code(context.connection, lookup, context.now)
    if shown is None:
        linking.note_try(context.connection, new_id(), person, context.now)
        context.say(_wrong_code())
    elif side_of(shown.channel) == side_of(context.caller.channel):
        context.say(
            _("This code is for the other side: got it by SMS, send it on Telegram; or vice versa.")
        )
    elif shown.person_id == person:
        context.say(_already())
    elif not _may_join(context, shown.person_id):
        context.say(_linked_elsewhere())
    else:
        context.begin(link_flow, {"code": lookup.hex(), "shown_on": side_of(shown.channel)})


def finish(context: Context, answers: Mapping[str, Any]) -> None:
    """Only a plain yes links; a no uses the code up, for then it is in the wrong hands."""
    lookup, key = bytes.fromhex(answers["code"]), f"own_{answers['shown_on']}"
    if answers[key] != "yes":
        linking.take_code(context.connection, lookup)
        context.say(link_flow.left)
    elif _is_plain(context):
        _link_or_ask(context, answers)
    else:
        context.begin(link_flow, {"code": answers["code"], "shown_on": answers["shown_on"]})


def _link_or_ask(context: Context, answers: Mapping[str, Any]) -> None:
    """By SMS a coordinator confirms it, like all that could give their role away."""
    payload = {"code": answers["code"], "shown_on": answers["shown_on"]}
    if has_grant(context.connection, context.caller.person_id):
        about = _("Link this number with a Telegram chat, which then has your role too.")
        privileged(context, "link", payload, about)
    else:
        do_link(context, payload)


def do_link(context: Context, payload: Mapping[str, Any]) -> None:
    step = link_flow.step(f"own_{payload['shown_on']}")
    lookup = bytes.fromhex(payload["code"])
    _link_by_code(context, lookup, wording(step.ask, context.language) if step else "")


def _is_plain(context: Context) -> bool:
    """ "No es correcto" names an option too; linking needs a yes and nothing else."""
    text = context.heard.text
    pressed = context.heard.press is not None
    return pressed or whole_number(text) is not None or agrees(fold(text))


def _link_by_code(context: Context, lookup: bytes, question: str) -> None:
    """The other side is held first, so that of two who send one code only one uses it up."""
    connection, caller = context.connection, context.caller
    shown = linking.shown_code(connection, lookup, context.now)
    other = find_caller(connection, shown.channel, shown.lookup) if shown else None
    if other is None or other.person_id == caller.person_id:
        context.say(_already() if sides_of(context).others else _wrong_code())
    elif not _may_join(context, other.person_id):
        context.say(_linked_elsewhere())
    elif not linking.take_code(connection, lookup):
        context.say(_wrong_code())
    else:
        merging.unite(context, other)
        merging.keep_evidence(context, question, caller.address_id, caller.channel)
        _tell_other(context, other)
        _tell(context, _("Linked: one copy of each message, and STOP counts for both."))


def take_contact(context: Context) -> None:
    """A contact was shared: it counts when it is their own, and soon after LINK."""
    contact = context.heard.contact
    if contact is None:
        return
    if not contact.own:
        context.say(
            _("That is somebody else's contact, so I leave it be. To link your own number: LINK.")
        )
    elif linking.has_open_code(context.connection, context.caller.address_id, context.now):
        _link_number(context, contact.phone)
    else:
        context.say(_("To link your number with this chat, send LINK first."))


def _link_number(context: Context, phone: str) -> None:
    number = e164(phone)
    if number is None:
        context.say(_("I can't read that number. Please text us the code from that phone."))
        return
    channel = _phone_beside(context.caller.channel)
    lookup = context.vault.index(channel, number)
    known = find_caller(context.connection, channel, lookup)
    if known is not None and known.person_id == context.caller.person_id:
        context.say(_already())
    elif sides_of(context).on("sms") is not None:
        context.say(_linked_elsewhere())
    elif suppressed(context.connection, channel, [lookup]):
        context.say(_("That number asked us to stop. Text START from it, then send LINK here."))
    elif known is not None:
        _link_known(context, known)
    elif not _add_number(context, channel, number, lookup):
        _link_number(context, phone)


def _link_known(context: Context, known: Caller) -> None:
    """The number has written to us before: its person and the caller become one."""
    if not _may_join(context, known.person_id):
        context.say(_linked_elsewhere())
    elif _may_have_changed_hands(context, known):
        context.say(_("That number has been silent for long. Please text us the code from it."))
    else:
        merging.unite(context, known)
        merging.keep_evidence(context, _shared_after(context), known.address_id, known.channel)
        _tell_other(context, known)
        _tell(context, _("Linked: one copy of each message, and STOP counts for both."))


def _may_have_changed_hands(context: Context, known: Caller) -> bool:
    silent = context.now - known.heard_at > LONG_SILENT
    return silent or known.doubted_at is not None or known.address_status == "invalid"


def _add_number(context: Context, channel: ChannelName, number: str, lookup: bytes) -> bool:
    """A number that never wrote: it is not written to either, unless it is chosen."""
    row = new_id()
    address = {
        "id": row,
        "person_id": context.caller.person_id,
        "channel": channel,
        "lookup": lookup,
        "value": context.vault.seal("addresses", "value", row, number),
        "status": "active",
        "preferred": False,
        "may_stand_in": False,
        "created_at": context.now,
        "heard_at": context.now,
    }
    [added] = add_addresses(context.connection, [address])
    if added:
        linking.drop_codes(context.connection, [context.caller.person_id])
        linking.set_preferred(
            context.connection, context.caller.person_id, context.caller.address_id
        )
        merging.keep_evidence(context, _shared_after(context), row, channel)
        _tell(context, _("Linked. We text that number only if you choose SMS."))
    return added


def _shared_after(context: Context) -> str:
    return wording(_code_on_telegram(context, ""), context.language)


def _tell(context: Context, linked: Message) -> None:
    """That it is done, and the one question that it leaves, unless another is open."""
    if context.caller.consent == "out":
        context.kind = "consent"
        context.say(
            _(
                "Linked. Your other side had stopped our messages, so neither gets any. To come "
                "back, send START."
            )
        )
    elif context.session is None:
        context.begin(prefer_flow)
        context.says[-1] = replace(context.says[-1], lead=linked)
    else:
        context.say(linked)


def _tell_other(context: Context, other: Caller) -> None:
    """Who didn't do it themselves learns of it at once, and how to undo it."""
    if context.caller.consent == "out" or other.address_status != "active":
        return
    read = Reader(context.language, context.country)
    if is_sms(other.channel):
        text = read(
            _("This number and a Telegram chat are linked now. Wasn't it you? Send UNLINK at once.")
        )
        text = sms_text(text, context.policy.fold)
    else:
        text = read(
            _("This chat and a phone number are linked now. Wasn't it you? Send UNLINK at once.")
        )
    to = To(context.caller.person_id, other.address_id, cast("ChannelName", other.channel))
    enqueue(context.connection, context.vault, to, [Outgoing(text)], now=context.now)


def _may_join(context: Context, other_person: int) -> bool:
    """Nobody has two numbers or two chats: then UNLINK and PREFER would have to say which."""
    mine = linking.addresses_of(context.connection, context.caller.person_id)
    theirs = linking.addresses_of(context.connection, other_person)
    return {side_of(each.channel) for each in mine}.isdisjoint(
        side_of(each.channel) for each in theirs
    )


def _phone_beside(channel: str) -> ChannelName:
    return "local_sms" if channel == "local_telegram" else "sms"


def _lookup(context: Context, code: str) -> bytes:
    return context.vault.index("link_code", code.replace("-", ""))


def _wrong_code() -> Message:
    return _("That code isn't right, or its time is over. LINK shows a new one.")


def _linked_elsewhere() -> Message:
    return _("One of the two is linked with another one already. Send UNLINK there first.")
