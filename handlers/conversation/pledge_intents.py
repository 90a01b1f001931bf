"""Answers to an ask that need no number: dropped, delivered, declined; and questions."""

from enum import StrEnum

from handlers.conversation import pledge_answer_words as answers
from handlers.conversation import pledge_words as said
from handlers.conversation.lazy import LazyPattern
from handlers.conversation.pledge_words import either


class Intent(StrEnum):
    """What is meant whatever the number."""

    NO = "no"
    DROP = "drop"
    DELIVERED = "delivered"


_EDGE = either(
    said.GREETINGS, said.POLITENESS, said.YES, said.OKAY, "yo|ya|i|all|todo|my pledge|done"
)
_AROUND = rf"(?:(?:{_EDGE}|[.,:()-]|@[a-z0-9]+|U|l[oa]s|the) )*"
_DROP = LazyPattern(
    rf"\A{_AROUND}{either(answers.DROP_WORDS)} (?:{either(answers.DROPPED_THING)} )?{_AROUND}\Z|"
    rf"\b(?:{either(answers.DROPS)}|{either(answers.BACKS_OUT)}|"
    rf"{either(answers.DROP_ACTS)} {either(answers.DROPPED_THING)}) |\Aya no (?:[.,] )?\Z"
)
_DROPS_OFF = LazyPattern(r"\bdrop \S+ (?:\S+ )?off\b")
_END = r"\Z|[.,:)] "
_DELIVERED = LazyPattern(
    rf"\A{_AROUND}{either(answers.DELIVERED_WORDS)} {_AROUND}\Z|"
    rf"\A{_AROUND}{either(answers.ARRIVED)} |"
    rf"\b{either(answers.DELIVERS)} (?={_END}|{either(answers.DELIVERED_WHERE)} )"
)
_NOT_YET = LazyPattern(rf"(?<!\S){either(answers.NOT_YET)} ")
_CANNOT_DO = either(answers.CANNOT_DO, said.GIVE_ES, said.GIVE_EN)
_DECLINED = LazyPattern(
    rf"(?<!\S)(?:{either(answers.DECLINES)} |"
    rf"{either(answers.CANNOT)} (?={_END}|{_CANNOT_DO}(?:l[oea]s?)? ))|"
    rf"\A{_AROUND}{either(answers.DECLINES_WHOLE)} {_AROUND}\Z"
)
_BUT = LazyPattern(r"(?<!\S)(?:pero|but) ")
# "no puedo hoy, mañana sí", "no puedo con todas", "no, but my sister can"
_IN_PART = LazyPattern(
    r"(?<!\S)(?:if|aunque|todo|todos|todas|all|everything|some|algunas|yes) |(?<!\S)si no "
)
_ALL_THE_SAME = LazyPattern(r"(?<!\S)(?:gracias a|thank you|thanks|a) (?:todos|all) ")
_ASKS = LazyPattern(
    rf"[?¿]|\A(?:(?:{either(said.GREETINGS)}|[.,]) )*"
    rf"(?:(?:y|and|pero|but|ok) )?{either(answers.OPENS_QUESTION)} "
)
_WILLING = LazyPattern(rf"(?<!\S){either(said.WILLING)} ")
_ALL_OF_MINE = LazyPattern(r"(?<!\S)(?:l[oa]s|the|my|mis|all) [0-9]+ ")


def is_question(plain: str) -> bool:
    return _ASKS.search(plain) is not None


def intent(plain: str) -> Intent | None:
    """Of a text that is no question; what it says of a number is for the caller to weigh."""
    if _DELIVERED.search(plain) and not _NOT_YET.search(plain):
        return Intent.DELIVERED
    if _DROP.search(plain) and not _DROPS_OFF.search(plain):
        return Intent.DROP
    declined = _DECLINED.search(_BUT.split(plain)[-1])
    if declined and not _IN_PART.search(_ALL_THE_SAME.sub("", plain)):
        return Intent.NO
    return None


def declines_in_part(plain: str) -> bool:
    """ "No puedo hoy, mañana sí", "no puedo con todas": for a text without an intent."""
    return any(_DECLINED.search(part) for part in _BUT.split(plain))


def is_willing(plain: str) -> bool:
    """Whether help is offered amid other words."""
    return _WILLING.search(plain) is not None and answers.NEGATIONS.isdisjoint(plain.split())


def names_all_of_them(plain: str) -> bool:
    """ "Entregué las 5" speaks of all that was promised; "entregué 5" perhaps of a part."""
    return _ALL_OF_MINE.search(plain) is not None
