"""What a person means when they answer a shelter's ask by text. A wrong number is worse than a
question: a number counts only when rules cover every word around it. No wording of questions."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from handlers.conversation.pledge_doubts import Reason, has_number, lone_number, why
from handlers.conversation.pledge_grammar import ALL, Stated
from handlers.conversation.pledge_intents import (
    Intent,
    declines_in_part,
    intent,
    is_question,
    is_willing,
    names_all_of_them,
)
from handlers.conversation.pledge_rules import readings
from handlers.conversation.pledge_spelling import plain, unit_words

__all__ = [
    "Ask",
    "Delivered",
    "Drop",
    "No",
    "Nothing",
    "Pledge",
    "PledgeAll",
    "Reason",
    "Reply",
    "meaning",
    "read_reply",
]


@dataclass(frozen=True, slots=True)
class Pledge:
    """So many. `code` in all of these: the code in the text, in capitals; None where there is
    none. Against another code than the ask's own, n is not compared with what remains."""

    n: int
    code: str | None = None


@dataclass(frozen=True, slots=True)
class PledgeAll:
    """All that remains when the pledge is recorded."""

    code: str | None = None


@dataclass(frozen=True, slots=True)
class Drop:
    """Takes the promise back, whole."""

    code: str | None = None


@dataclass(frozen=True, slots=True)
class Delivered:
    """All that was promised has been brought."""

    code: str | None = None


@dataclass(frozen=True, slots=True)
class No:
    """Declines; from somebody with a pledge it may be meant as a drop."""

    code: str | None = None


@dataclass(frozen=True, slots=True)
class Ask:
    """To be asked back. number: the one that was perhaps meant, to ask about ("¿Llevas 5?"),
    never to be taken without an answer."""

    reason: Reason
    number: int | None = None
    code: str | None = None


@dataclass(frozen=True, slots=True)
class Nothing:
    """Not about the ask."""


Reply = Pledge | PledgeAll | Drop | Delivered | No | Ask | Nothing

_INTENDED: dict[Intent, type[Drop] | type[Delivered] | type[No]] = {
    Intent.NO: No,
    Intent.DROP: Drop,
    Intent.DELIVERED: Delivered,
}
_CODE = re.compile(r"@([a-z0-9]+) ")
_QUESTION_MARKS = re.compile(r"[?¿] ")
_INVERTED = re.compile(r"\A(?:can|could|should|may) (i|we) ")
# Beyond so many times the need it is no count of it: a ZIP code, a phone number.
_ABSURD = 10
_SUGGESTED = frozenset({Reason.QUESTION, Reason.APPROXIMATE, Reason.UNCLEAR})


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is known of the ask."""

    remaining: int
    quantity: int
    code: str | None


def read_reply(
    text: str, *, remaining: int, quantity: int, code: str | None, units: frozenset[str]
) -> Reply:
    """What the text means as an answer to one ask, of which `remaining` of `quantity` are open.

    units: what is counted, as unit codes ("box") or as words, folded or not; the words of the
    item belong to it where pieces are counted ("cobijas"), and not where boxes of it are. Empty:
    anything that gifts come in. `code` is the ask's own. Consent words are heard elsewhere,
    before. Never raises.
    """
    spelt = plain(text, code, unit_words(units))
    if spelt is None:
        return Nothing()
    codes = {found.upper() for found in _CODE.findall(spelt)}
    if len(codes) > 1:
        return Ask(Reason.SEVERAL_CODES)
    named = next(iter(codes), None)
    covered = [stated for stated in readings(spelt) if _fits(stated)]
    amount = _certain(covered)
    if amount is not None:
        return _weighed(amount, named, _Asked(remaining, quantity, code))
    if has_number(spelt):
        return _with_number(spelt, named, remaining, any(stated.amount for stated in covered))
    return _without_number(spelt, named, covered)


def _fits(stated: Stated) -> bool:
    """Whether what stands beside the amount may stand beside it; a time is weighed later."""
    if stated.far and not stated.promised:
        return False
    return stated.sure or stated.when or not stated.beside


def _certain(covered: Iterable[Stated]) -> Stated | None:
    """The amount that every reading gives, or every one with a unit or a promise."""
    stated = set(covered)
    sure = {each for each in stated if each.sure and not each.doubt}
    counted = sure or stated
    doubtful = any(each.doubt or (each.when and not each.sure) for each in counted)
    amounts = {(each.amount, each.whole) for each in counted}
    if doubtful or len(amounts) != 1 or amounts == {(None, False)}:
        return None
    return next(iter(counted))


def _weighed(stated: Stated, named: str | None, asked: _Asked) -> Reply:
    own = named is None or (asked.code is not None and named == asked.code.upper())
    if stated.amount == ALL:
        open_ended = asked.remaining > 0 or not own
        return PledgeAll(named) if open_ended else Ask(Reason.MORE_THAN_REMAINS, code=named)
    n = int(stated.amount or 0)
    if n == 0 or n > _ABSURD * max(asked.quantity, 1):
        return Ask(Reason.NOT_A_COUNT, code=named)
    if own and n > asked.remaining:
        return Ask(Reason.MORE_THAN_REMAINS, n, named)
    if stated.whole and not (own and n == asked.remaining):
        return Ask(Reason.UNCLEAR, n, named)
    return Pledge(n, named)


def _with_number(spelt: str, named: str | None, remaining: int, counted: bool) -> Reply:
    number = lone_number(spelt)
    meant = None if is_question(spelt) else intent(spelt)
    if meant is Intent.DELIVERED and number is not None and names_all_of_them(spelt):
        return Delivered(named)
    if meant in (Intent.DELIVERED, Intent.DROP):
        return Ask(Reason.PART, code=named)
    reason = Reason.NEGATED if meant else why(spelt)
    if reason is None and not counted and named is None:
        return Nothing()
    reason = reason or Reason.UNCLEAR
    likely = reason in _SUGGESTED and number is not None and 0 < number <= remaining
    return Ask(reason, number if likely else None, named)


def _without_number(spelt: str, named: str | None, covered: Iterable[Stated]) -> Reply:
    if is_question(spelt):
        as_told = readings(_INVERTED.sub(r"\1 can ", _QUESTION_MARKS.sub("", spelt)))
        offers = any(each.amount is not None for each in as_told)
        return Ask(Reason.QUESTION, code=named) if offers else Nothing()
    meant = intent(spelt)
    if meant:
        return _INTENDED[meant](named)
    reason = Reason.NEGATED if declines_in_part(spelt) else _doubt(set(covered))
    if reason is None and (named or is_willing(spelt)):
        reason = Reason.NO_NUMBER
    return Ask(reason, code=named) if reason else Nothing()


def _doubt(covered: set[Stated]) -> Reason | None:
    if covered and all(each.doubt for each in covered):
        return Reason.VAGUE
    if any(each.amount is not None for each in covered):
        return Reason.UNCLEAR
    if any(each.willing for each in covered):
        return Reason.NO_NUMBER
    return Reason.TIME if any(each.when for each in covered) else None


def meaning(reply: Reply) -> str:
    """In the words of the corpus: "pledge 5", "A7 pledge 5", "pledge all", "drop", "ask" …"""
    match reply:
        case Ask():
            return "ask"
        case Nothing():
            return "none"
        case Pledge(n=n, code=code):
            said, named = f"pledge {n}", code
        case PledgeAll(code=code):
            said, named = "pledge all", code
        case Drop(code=code) | Delivered(code=code) | No(code=code):
            said, named = type(reply).__name__.lower(), code
    return f"{named} {said}" if named else said
