"""Rules that cover a whole reply to an ask, and what a reply so covered states. No decisions."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from re import Match

from handlers.conversation import pledge_words as said
from handlers.conversation.dates_clock import CLOCK_RULES, DELTA_RULES, PART_RULES
from handlers.conversation.dates_days import DAY_RULES, MARTES_RULES, SPAN_RULES
from handlers.conversation.dates_grammar import Rule as TimeRule
from handlers.conversation.pledge_words import either

ALL = "all"


@dataclass(frozen=True, slots=True)
class Stated:
    """What part of a reply states.

    amount: a number or ALL; sure: a unit or a word of promise goes with it; whole: a number that
    is said to be all that is missing; beside: words that may stand beside a sure number only;
    when: they tell a time; willing: help without a number; doubt: words that leave it open.
    """

    amount: int | str | None = None
    code: str | None = None
    sure: bool = False
    whole: bool = False
    beside: bool = False
    when: bool = False
    willing: bool = False
    doubt: bool = False

    def joined(self, other: "Stated") -> "Stated | None":
        """Both together; None for two amounts or two codes."""
        if self.amount is not None and other.amount is not None:
            return None
        if self.code and other.code and self.code != other.code:
            return None
        return Stated(
            self.amount if other.amount is None else other.amount,
            self.code or other.code,
            self.sure or other.sure,
            self.whole or other.whole,
            self.beside or other.beside,
            self.when or other.when,
            self.willing or other.willing,
            self.doubt or other.doubt,
        )


@dataclass(frozen=True, slots=True)
class _Rule:
    pattern: re.Pattern[str]
    states: Callable[[Match[str]], Stated | None]


_NOTHING = Stated()
_WHEN = Stated(beside=True, when=True)
_BESIDE = Stated(beside=True)


def readings(plain: str) -> frozenset[Stated]:
    """All ways to cover the whole of a reply (as pledge_spelling.plain gives it) with rules."""
    if _TWO_NUMBERS.search(plain):
        return frozenset()
    reached: dict[int, set[Stated]] = {0: {_NOTHING}}
    for at in range(len(plain)):
        for end, stated in _stated(plain, at) if at in reached else ():
            joined = (before.joined(stated) for before in reached[at])
            reached.setdefault(end, set()).update(each for each in joined if each)
    return frozenset(reached.get(len(plain), ()))


def _stated(plain: str, at: int) -> list[tuple[int, Stated]]:
    matches = ((rule, match) for rule in _RULES if (match := rule.pattern.match(plain, at)))
    return [
        (match.end(), stated)
        for rule, match in matches
        if match.end() > at and (stated := rule.states(match)) is not None
    ]


# --- the rules

_TWO_NUMBERS = re.compile(r"(?<!\S)[0-9]\S* [0-9]")
_NUMBER = r"(?:(?:x|\+) )?(?P<n>[0-9]+) (?:x )?"
_OF_THEM = r"(?:(?:de|of) (?:ellas|ellos|es[oa]s|est[oa]s|them|those|these) )"
_UNIT = f"(?:{either(said.ADJECTIVES)} )?U (?:{either(said.ADJECTIVES)} )?"
_ALONE = r"(?P<one>una|uno|one)"
_ONE = r"(?P<one>una?|uno|one|an?)"
_SIZE = r"(?:(?:talla|size|tamano|numero|etapa) [0-9]{1,2} )"
_ATTRIBUTES = rf"(?:{_OF_THEM}|(?:(?:de|of) )?(?:U )?{_SIZE})?"
_PLAIN_WORD = rf"(?:(?!(?:{'|'.join(sorted(said.TURNING))}) )(?:[a-z]+|U) )"


def _amount(sure: bool = False, whole: bool = False) -> Callable[[Match[str]], Stated]:
    def states(match: Match[str]) -> Stated:
        number = match.groupdict().get("n")
        return Stated(amount=int(number[:12]) if number else 1, sure=sure, whole=whole)

    return states


def _fixed(pattern: str, stated: Stated) -> _Rule:
    return _Rule(re.compile(pattern), lambda _: stated)


def _rule(pattern: str, states: Callable[[Match[str]], Stated | None]) -> _Rule:
    return _Rule(re.compile(pattern), states)


def _promise() -> str:
    """Words of promise that a number, or "all", follows."""
    we = f"(?:{either('yo|nosotr[oa]s|mi espos[oa] y yo|mi familia y yo')} )?"
    us = f"(?:i|we|{either(said.OURS_EN)})"
    little = f"(?:{either('solo|solamente|nomas|nada mas|only|just|also|tambien|unicamente')} )?"
    to_them = "(?:(?:les|te|le) )?"
    give = either(said.GIVE_EN, said.GIVING_EN)
    promises = (
        f"{we}{little}{to_them}{either(said.MAY_ES)} {little}{either(said.GIVE_ES)}(?:les|te)?",
        f"{we}{little}(?:puedo|podemos)(?: {either(said.GIVE_EN)}| con)?",
        f"{we}{little}(?:tengo|tenemos)",
        f"{we}{little}{to_them}{either(said.GIVES_ES)}",
        f"{either(said.OURS_ES)} (?:puede|va a|quiere) {either(said.GIVE_ES)}",
        f"{either(said.OURS_ES)} (?:lleva|dona|aporta|ofrece|trae)",
        f"{either(said.WRITE_DOWN_ES)}(?: (?:con|para|por))?",
        either(said.COUNT_ON_ES),
        f"(?:{us} )?{little}{either(said.MAY_EN)} {little}(?:be )?{give}",
        f"(?:ill|well|id (?:like|love) to|let me|let us|lets|happy to|glad to|able to|willing to|"
        f"id be (?:happy|glad) to|wed (?:like|love) to) {little}(?:be )?{give}",
        f"(?:(?:im|were|i am|we are|ill be|well be) )?{little}{either(said.GIVING_EN)}",
        f"{us} {little}(?:bring|pledge|donate|give|offer|have|got|promise|take|commit to|bringing)",
        "(?:ive|weve)(?: got)?",
        "(?:please )?(?:count|put|sign|mark|add|write|pencil|list|jot) (?:me|us) "
        "(?:(?:in|down|up|on) )?(?:for|with)",
        "(?:ill|well|i will|we will|i can|we can) be (?:there|over|by) with",
        "(?:i |we )?pledge|(?:my|our) pledge is",
        "que sean|mejor|cambi(?:a|e|en)l[oa]s? (?:a|por)|cambi(?:a|e|en) a|dejal[oa]s? en|pon",
        "make (?:it|that|mine)|change (?:(?:it|mine|that|my pledge) )?to|lets make it",
    )
    return "(?:" + "|".join(promises) + ") "


_PROMISE = _promise() + f"(?:: |, )?(?:{either('solo|solamente|nomas|nada mas|only|just')} )?"
_MISSING = f"{either(said.MISSING)} "
_SHORT_ALL = rf"(?:tod[oa]s?|all|everything|them all|it all) (?!{either(said.NOT_ALL)} )"
_LONG_ALL = (
    rf"(?:tod[oa]s? l[oa]s? U (?:{_MISSING})?"
    rf"|tod[oa]s? (?:(?:l[oa]s?|lo) )?{_MISSING}"
    r"|tod[oa]s? (?:ell[oa]s|es[oa]s|est[oa]s|eso|esto) "
    rf"|l[oa]s? (?:U )?{_MISSING}"
    r"|(?:el resto|l[oa]s? demas|el restante|la totalidad) (?:de l[oa]s U )?"
    rf"|all (?:of )?(?:(?:the|those|these) )?U (?:{_MISSING})?"
    rf"|all (?:of )?(?:them|it|those|these) (?:{_MISSING})?"
    rf"|(?:all|everything) (?:the )?{_MISSING}"
    rf"|(?:all )?the (?:rest|remainder|remaining U|whole (?:thing|lot|amount|order)|lot) "
    r"(?:of (?:them|it|the U|those) )?"
    r"|(?:whatevers|whatever is|whatever you) (?:still )?(?:left|missing|remaining|need) )"
)
_WHOLE = (
    rf"(?:tod[oa]s )?l[oa]s (?:ultim[oa]s |otr[oa]s )?(?P<n>[0-9]+) (?:U )?(?:{_MISSING})?",
    rf"all (?:of )?(?:the )?(?P<n>[0-9]+) (?:U )?(?:of (?:them|the U) )?(?:{_MISSING})?",
    rf"the (?:remaining |last |other )?(?P<n>[0-9]+) (?:U )?(?:{_MISSING})?",
)
_STARTS = r"(?:\A|(?<=[.,] ))"
_CODE = (
    r"(?:(?:para|for|del?|en|con|to) )?(?:(?:el|la|the) )?(?:(?:codigo|code|clave) (?:: )?)?"
    r"@(?P<code>[a-z0-9]+) (?:[:=,-] )?(?:(?:con|with|por|x) )?"
)
_AGREEING = f"(?:(?:{either(said.YES, said.OKAY)}|si) (?:, )?)?"

_AMOUNTS = (
    _rule(rf"{_NUMBER}{_OF_THEM}?", _amount()),
    _rule(rf"{_ALONE} {_OF_THEM}?", _amount()),
    _rule(rf"{_NUMBER}{_UNIT}{_ATTRIBUTES}", _amount(sure=True)),
    _rule(rf"{_ONE} {_UNIT}{_ATTRIBUTES}", _amount(sure=True)),
    _rule(rf"{_PROMISE}{_NUMBER}(?:{_UNIT})?{_ATTRIBUTES}", _amount(sure=True)),
    _rule(rf"{_PROMISE}{_ALONE} {_OF_THEM}?", _amount(sure=True)),
    _rule(rf"{_PROMISE}{_ONE} {_UNIT}{_ATTRIBUTES}", _amount(sure=True)),
    *(_rule(f"{_PROMISE}{whole}", _amount(sure=True, whole=True)) for whole in _WHOLE),
    *(_rule(f"{whole}(?<=U )", _amount(sure=True, whole=True)) for whole in _WHOLE),
    *(_rule(whole, _amount(whole=True)) for whole in _WHOLE),
    _fixed(rf"{_PROMISE}(?<!tengo )(?<!got ){_SHORT_ALL}", Stated(ALL, sure=True)),
    _fixed(f"{_PROMISE}{_LONG_ALL}", Stated(ALL, sure=True)),
    _fixed(rf"\A{_AGREEING}{_SHORT_ALL}(?={said.AFTER_ALL})", Stated(ALL)),
    _rule(rf"{_CODE}{_SHORT_ALL}(?={said.AFTER_ALL})", lambda m: Stated(ALL, m["code"])),
    _fixed(_LONG_ALL, Stated(ALL)),
)


_CODES = (_rule(_CODE, lambda match: Stated(code=match["code"])),)


# "3 o 4" is no third of the month.
_NUMBER_ALONE = re.compile(r"[0-9]+ (?:(?:st|nd|rd|th|o|ro|ero) )?")


def _time_rules() -> Iterable[_Rule]:
    """The grammar of dates, where it says more than a number ("el sábado", "a las 5")."""
    before = f"(?:(?:{either(said.BEFORE_TIME)}) ){{0,3}}"
    times = (*DAY_RULES, *MARTES_RULES, *SPAN_RULES, *CLOCK_RULES, *PART_RULES, *DELTA_RULES)
    for time in times:
        yield _rule(f"{before}(?P<time>{time.pattern.pattern})", _when(time))
    yield _fixed(rf"{before}(?:el|the|del|dia) (?:dia )?[0-9]{{1,2}} (?:(?:th|st|nd|rd) )?", _WHEN)
    yield _fixed(f"{before}{either(said.SOON)} ", _WHEN)


def _when(time: TimeRule) -> Callable[[Match[str]], Stated | None]:
    def states(match: Match[str]) -> Stated | None:
        number_alone = _NUMBER_ALONE.fullmatch(match["time"])
        return None if number_alone or time.facts(match) is None else _WHEN

    return states


_THEN = "(?:¿ )?(?:(?:y|and|pero|but) )?"
_WORDS = "(?:(?:[a-z]+|U|,) ){0,12}"
_ASIDES = (
    *(
        _fixed(
            rf"(?:para|for|a|al|to|en|in|at|con|with|de|from|of|del) {_PLAIN_WORD}{{{n}}}", _BESIDE
        )
        for n in range(1, 7)
    ),
    *(
        _fixed(rf"(?:con|with|en|in) (?:mis?|my|nuestr[oa]s?|our) {_PLAIN_WORD}{{{n}}}", _BESIDE)
        for n in range(1, 4)
    ),
    *(
        _fixed(rf"{_STARTS}{either(said.INTRODUCTIONS)} {_PLAIN_WORD}{{{n}}}", _BESIDE)
        for n in range(1, 7)
    ),
    _fixed(rf"(?:\A|(?<=\. ))(?:que )?{_PLAIN_WORD}{{1,15}}\. ", _BESIDE),
    _fixed(rf"{_THEN}{either(said.LOGISTICS)} {_WORDS}(?:\? )*\Z", _BESIDE),
    _fixed(rf"{_THEN}{either(said.LOGISTICS_ASKED)} {_WORDS}(?:\? )+\Z", _BESIDE),
)
_FILLERS = (
    _fixed(
        either(said.GREETINGS, said.POLITENESS, said.OKAY, said.ONLY, said.OURSELVES, said.FOR_THEM)
        + " ",
        _NOTHING,
    ),
    _fixed(r"(?:U|[.,:()]|- (?![0-9])) ?", _NOTHING),
    _fixed(f"{either(said.YES)} ", Stated(willing=True)),
    _fixed(rf"{_STARTS}si |\Ayo \Z", Stated(willing=True)),
    _fixed(f"(?<!si ){either(said.WILLING)} ", Stated(willing=True)),
    _fixed(r"(?<!\bsi )(?:yo )?(?:puedo|podemos) (?=[.,]|\Z)", Stated(willing=True)),
    _fixed(f"{either(said.VAGUE)} ", Stated(doubt=True)),
    _fixed(f"{either(said.PERHAPS)} ", Stated(doubt=True)),
)
_RULES = (*_AMOUNTS, *_CODES, *_time_rules(), *_ASIDES, *_FILLERS)
