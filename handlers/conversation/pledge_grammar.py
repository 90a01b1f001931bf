"""How rules cover a whole reply to an ask, and what a reply so covered states. No rule here."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from re import Match
from typing import Literal, Protocol

from handlers.conversation.lazy import LazyPattern

ALL: Literal["all"] = "all"
Opened = Literal["", "promise", "have", "time"]


@dataclass(frozen=True, slots=True)
class Stated:
    """What part of a reply states.

    amount: a number or ALL; sure: a unit or a promise goes with it; promised: a promise does;
    whole: a number that is said to be all that is missing; bound: an amount that only a promise
    may precede; opens: words that call for an amount, or for a time, straight behind them;
    beside: words that may stand beside a sure number only; behind: only behind one; far: beside
    a promised one only;
    when: they tell a time; willing: help without a number; doubt: words that leave it open.
    """

    amount: int | Literal["all"] | None = None
    code: str | None = None
    sure: bool = False
    promised: bool = False
    whole: bool = False
    bound: bool = False
    opens: Opened = ""
    beside: bool = False
    behind: bool = False
    far: bool = False
    when: bool = False
    willing: bool = False
    doubt: bool = False

    def then(self, other: "Stated") -> "Stated | None":
        """Both, one behind the other; None where they can't stand so."""
        if not self._allows(other):
            return None
        promised = self.opens == "promise"
        return Stated(
            amount=self.amount if other.amount is None else other.amount,
            code=self.code or other.code,
            sure=self.sure or other.sure or promised or self.opens == "have",
            promised=self.promised or other.promised or promised,
            whole=self.whole or other.whole,
            opens=other.opens,
            beside=self.beside or other.beside,
            far=self.far or other.far,
            when=self.when or other.when,
            willing=self.willing or other.willing,
            doubt=self.doubt or other.doubt,
        )

    def _allows(self, other: "Stated") -> bool:
        if self.opens == "time" and not (other.when or other.opens == "time"):
            return False
        if self.opens in ("promise", "have") and other.amount is None:
            return False
        if (other.bound and self.opens != "promise") or (other.behind and self.amount is None):
            return False
        twice = self.amount is not None and other.amount is not None
        return not twice and not (self.code and other.code and self.code != other.code)


class Rule(Protocol):
    """Covers words from a place on, in none, one or several ways."""

    def ways(self, plain: str, at: int) -> Iterator[tuple[int, Stated]]:
        """Where each way ends, and what it states."""


@dataclass(frozen=True, slots=True)
class Words:
    """Words that match a pattern, which ends with a space. `states`: None where they don't."""

    pattern: LazyPattern
    states: Callable[[Match[str]], Stated | None]

    def ways(self, plain: str, at: int) -> Iterator[tuple[int, Stated]]:
        match = self.pattern.match(plain, at)
        if match and match.end() > at and (stated := self.states(match)) is not None:
            yield match.end(), stated


@dataclass(frozen=True, slots=True)
class Run:
    """Up to `most` of any words but some, behind a beginning (a pattern that may be empty).

    closes: what must stand behind the run, and is covered too.
    """

    begins: LazyPattern
    but: frozenset[str]
    most: int
    stated: Stated
    closes: LazyPattern

    def ways(self, plain: str, at: int) -> Iterator[tuple[int, Stated]]:
        match = self.begins.match(plain, at)
        end = match.end() if match else 0
        for _ in range(self.most if match else 0):
            word = _WORD.match(plain, end)
            if word is None or word[1] in self.but:
                return
            end = word.end()
            if closing := self.closes.match(plain, end):
                yield closing.end(), self.stated


_WORD = re.compile(r"([a-z]+|U) ")
# "llevo 5 10 de enero": which belongs to what is anybody's guess.
_TWO_NUMBERS = re.compile(r"(?<!\S)[0-9]\S* [0-9]")


def cover(plain: str, rules: Sequence[Rule]) -> frozenset[Stated]:
    """All ways to cover the whole of a reply (as pledge_spelling.plain gives it) with rules."""
    if _TWO_NUMBERS.search(plain):
        return frozenset()
    reached: dict[int, set[Stated]] = {0: {Stated()}}
    for at in range(len(plain)):
        if at not in reached:
            continue
        for rule in rules:
            for end, stated in rule.ways(plain, at):
                joined = (before.then(stated) for before in reached[at])
                reached.setdefault(end, set()).update(each for each in joined if each)
    return frozenset(each for each in reached.get(len(plain), ()) if not each.opens)
