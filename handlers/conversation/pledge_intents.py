"""Answers to an ask that need no number: dropped, delivered, declined; and questions."""

import re
from enum import StrEnum

from handlers.conversation import pledge_words as said
from handlers.conversation.pledge_words import either


class Intent(StrEnum):
    """What is meant whatever the number."""

    NO = "no"
    DROP = "drop"
    DELIVERED = "delivered"


_EDGE = either(said.GREETINGS, said.POLITENESS, said.YES, said.OKAY, "yo|ya|i|all|todo|my pledge")
_AROUND = rf"(?:(?:{_EDGE}|[.,:()-]|@[a-z0-9]+|U|l[oa]s|the) )*"
_DROP = re.compile(
    rf"\A{_AROUND}{either(said.DROP_WORDS)} (?:{either(said.DROPPED_THING)} )?{_AROUND}\Z|"
    rf"\b(?:{either(said.DROPS)}|{either(said.BACKS_OUT)}|"
    rf"{either(said.DROP_ACTS)} {either(said.DROPPED_THING)}) |\Aya no (?:[.,] )?\Z"
)
_DROPS_OFF = re.compile(r"\bdrop \S+ (?:\S+ )?off\b")
_DELIVERED = re.compile(
    rf"\A{_AROUND}{either(said.DELIVERED_WORDS)} {_AROUND}\Z|\b{either(said.DELIVERS)} "
)
_NOT_YET = re.compile(rf"(?<!\S){either(said.NOT_YET)} ")
_DECLINED = re.compile(
    rf"(?<!\S){either(said.DECLINES)} |\A{_AROUND}{either(said.DECLINES_WHOLE)} {_AROUND}\Z"
)
# "no puedo, pero mi hermana sí", "si no puedo aviso", "no puedo con todas"
_DECLINED_AND_MORE = re.compile(
    r"(?<!\S)(?:pero|but|if|aunque|todo|todos|todas|all|everything|some|algunas) "
    r"|(?<!\S)si no "
)
_ALL_THE_SAME = re.compile(r"(?<!\S)(?:gracias a|thank you|thanks|a) (?:todos|all) ")
_ASKS = re.compile(
    rf"[?¿]|\A(?:(?:{either(said.GREETINGS)}|[.,]) )*"
    rf"(?:(?:y|and|pero|but|ok) )?{either(said.OPENS_QUESTION)} "
)
_WILLING = re.compile(rf"(?<!\S){either(said.WILLING)} ")
_ALL_OF_MINE = re.compile(r"(?<!\S)(?:l[oa]s|the|my|mis|all) [0-9]+ ")


def is_question(plain: str) -> bool:
    return _ASKS.search(plain) is not None


def intent(plain: str) -> Intent | None:
    """Of a text that is no question; what it says of a number is for the caller to weigh."""
    if _DELIVERED.search(plain) and not _NOT_YET.search(plain):
        return Intent.DELIVERED
    if _DROP.search(plain) and not _DROPS_OFF.search(plain):
        return Intent.DROP
    thanked = _ALL_THE_SAME.sub("", plain)
    if _DECLINED.search(plain) and not _DECLINED_AND_MORE.search(thanked):
        return Intent.NO
    return None


def is_willing(plain: str) -> bool:
    """Whether help is offered amid other words."""
    return _WILLING.search(plain) is not None and said.NEGATIONS.isdisjoint(plain.split())


def names_all_of_them(plain: str) -> bool:
    """ "Entregué las 5" speaks of all that was promised; "entregué 5" perhaps of a part."""
    return _ALL_OF_MINE.search(plain) is not None
