"""The rules by which a reply to an ask is covered: amounts, promises, times, what is beside."""

import re
from collections.abc import Callable
from re import Match

from handlers.conversation import pledge_words as said
from handlers.conversation.dates_clock import CLOCK_RULES, DELTA_RULES, PART_RULES
from handlers.conversation.dates_days import DAY_RULES, MARTES_RULES, SPAN_RULES
from handlers.conversation.dates_grammar import Rule as TimeRule
from handlers.conversation.lazy import LazyPattern
from handlers.conversation.pledge_grammar import ALL, Rule, Run, Stated, Words, cover
from handlers.conversation.pledge_words import either


def readings(plain: str) -> frozenset[Stated]:
    """Every way to understand the whole of a reply, as pledge_spelling.plain gives it."""
    return cover(plain, _RULES)


_NOTHING = Stated()
_WHEN = Stated(beside=True, when=True)
_BESIDE = Stated(beside=True)
# "llevo 5 con mi hermana", but not "con suerte llevo 5"
_BEHIND = Stated(beside=True, behind=True)
_FAR = Stated(beside=True, far=True)
_WILLING = Stated(willing=True)
_DOUBT = Stated(doubt=True)


def _words(pattern: str, states: Callable[[Match[str]], Stated | None]) -> Words:
    return Words(LazyPattern(pattern), states)


def _fixed(pattern: str, stated: Stated) -> Words:
    return Words(LazyPattern(pattern), lambda _: stated)


# --- amounts

_NUMBER = r"(?:(?:x|\+) )?(?P<n>[0-9]+) (?:x )?"
_ALONE = r"(?P<n>una|uno|one) "
_ONE = r"(?P<n>una?|uno|one|an?) "
_OF_THEM = r"(?:(?:de|of) (?:ellas|ellos|es[oa]s|est[oa]s|them|those|these) )"
_UNIT = f"(?:{either(said.ADJECTIVES)} )?U (?:{either(said.ADJECTIVES)} )?"
_OF_SIZE = r"(?:(?:de|of) )?(?:U )?(?:talla|size|tamano|numero|etapa) [0-9]{1,2} "
_KIND = rf"(?:{_OF_THEM}|{_OF_SIZE})?"
_MISSING = f"{either(said.MISSING)} "
_ANY_ALL = "(?:tod[oa]s?|all|everything|them all|it all) "
_LONE_ALL = rf"{_ANY_ALL}(?!{either(said.NOT_ALL)} )"
_ALL_OF_IT = (
    rf"(?:tod[oa]s? l[oa]s? U (?:{_MISSING})?"
    rf"|tod[oa]s? (?:(?:l[oa]s?|lo) )?{_MISSING}"
    r"|tod[oa]s? (?:ell[oa]s|es[oa]s|est[oa]s|eso|esto) "
    rf"|l[oa]s? (?:U )?(?!que necesit){_MISSING}"
    r"|(?:del? resto|el resto|l[oa]s? demas|el restante|la totalidad) (?:de l[oa]s U )?"
    rf"|all (?:of )?(?:(?:the|those|these) )?U (?:{_MISSING})?"
    rf"|all (?:of )?(?:them|it|those|these) (?:{_MISSING})?"
    rf"|(?:all|everything) (?:of )?(?:the )?{_MISSING}"
    r"|(?:all )?the (?:rest|remainder|remaining U|whole (?:thing|lot|amount|order)|lot) "
    r"(?:of (?:them|it|the U|those) )?"
    r"|(?:whatevers|whatever is) (?:still )?(?:left|missing|remaining) )"
)
# "llevo las 5 que faltan", "all 5 of them"
_WHOLE = (
    rf"(?:tod[oa]s )?l[oa]s (?:ultim[oa]s |otr[oa]s )?(?P<n>[0-9]+) (?:U )?(?:{_MISSING})?",
    rf"all (?:of )?(?:the )?(?P<n>[0-9]+) (?:U )?(?:of (?:them|the U) )?(?:{_MISSING})?",
    rf"the (?:remaining |last |other )?(?P<n>[0-9]+) (?:U )?(?:{_MISSING})?",
)
_CODE = (
    r"(?:(?:para|for|del?|en|con|to) )?(?:(?:el|la|the) )?(?:(?:codigo|code|clave) (?:: )?)?"
    r"@(?P<code>[a-z0-9]+) (?:[:=,-] )?(?:(?:con|with|por|x) )?"
)
_AGREEING = f"(?:(?:{either(said.YES, said.OKAY)}|si) (?:, )?)?"
_LONE_ALL_HERE = f"{_LONE_ALL}(?={said.AFTER_ALL})"


def _amount(
    sure: bool = False, whole: bool = False, bound: bool = False
) -> Callable[[Match[str]], Stated]:
    def states(match: Match[str]) -> Stated:
        number = int(match["n"][:12]) if match["n"].isdigit() else 1
        return Stated(number, sure=sure, whole=whole, bound=bound)

    return states


_AMOUNTS: tuple[Rule, ...] = (
    _words(rf"{_NUMBER}{_KIND}", _amount()),
    _words(rf"{_ALONE}{_OF_THEM}?", _amount()),
    _words(rf"{_NUMBER}{_UNIT}{_KIND}", _amount(sure=True)),
    _words(rf"{_ONE}{_UNIT}{_KIND}", _amount(sure=True)),
    _words(rf"(?:somos|vamos|iremos|we are|were) {_NUMBER}{_UNIT}", _amount(sure=True)),
    *(_words(f"{whole}(?<=U )", _amount(sure=True, whole=True)) for whole in _WHOLE),
    *(_words(whole, _amount(whole=True)) for whole in _WHOLE),
    _fixed(_LONE_ALL, Stated(ALL, bound=True)),
    _fixed(rf"\A{_AGREEING}{_LONE_ALL_HERE}", Stated(ALL)),
    _words(rf"{_CODE}{_LONE_ALL_HERE}", lambda match: Stated(ALL, match["code"])),
    _fixed(_ALL_OF_IT, Stated(ALL)),
    _fixed(
        "(?:yo |nosotr[oa]s )?l[oa]s? (?:llevo|traigo|dono|pongo|consigo|compro|llevamos) "
        "tod[oa]s? ",
        Stated(ALL, sure=True, promised=True),
    ),
    _words(_CODE, lambda match: Stated(code=match["code"])),
)


# --- promises, which an amount follows

_LITTLE = f"(?:{either('solo|solamente|nomas|nada mas|only|just|also|tambien|unicamente')} )?"
_WE_ES = f"(?:{either('yo|nosotr[oa]s|mi espos[oa] y yo|mi familia y yo')} )?{_LITTLE}"
_WE_EN = f"(?:i|we|{either(said.OURS_EN)})"
_TO_THEM = "(?:(?:les|te|le) )?"
_GIVE_EN = either(said.GIVE_EN, said.GIVING_EN)
_PROMISES = (
    f"{_WE_ES}{_TO_THEM}{either(said.MAY_ES)} {_LITTLE}{either(said.GIVE_ES)}(?:les|te)?",
    f"{_WE_ES}(?:puedo|podemos)(?: {either(said.GIVE_EN)}| con)?",
    f"{_WE_ES}{_TO_THEM}{either(said.GIVES_ES)}",
    f"{either(said.OURS_ES)} (?:puede|va a|quiere) {either(said.GIVE_ES)}",
    f"{either(said.OURS_ES)} (?:llevara?|dona|donara|aporta|ofrece|trae|traera|pone)",
    f"{either(said.WRITE_DOWN_ES)}(?: (?:con|para|por))?",
    either(said.COUNT_ON_ES),
    r"(?<![a-z] )mejor|que sean|cambi(?:a|e|en)l[oa]s? (?:a|por)|cambi(?:a|e|en) a|dejal[oa]s? en",
    "pon|pongan?|anot(?:a|e|en)|apunt(?:a|e|en)",
    f"(?:{_WE_EN} )?{_LITTLE}{either(said.MAY_EN)} {_LITTLE}(?:be )?{_GIVE_EN}",
    f"{either(said.SHORT_MAY_EN)} {_LITTLE}(?:be )?{_GIVE_EN}",
    f"(?:(?:im|were|i am|we are|ill be|well be) )?{_LITTLE}{either(said.GIVING_EN)}",
    f"(?:im|i am|we are|were) {_LITTLE}(?:able|happy|glad|going|willing|ready) to {_GIVE_EN}",
    f"{_WE_EN} {_LITTLE}(?:bring|pledge|donate|give|offer|promise|take|commit to|bringing)",
    either(said.WRITE_DOWN_EN),
    f"(?:please )?put {either(said.OURS_EN)} down for",
)
_OPENINGS: tuple[Rule, ...] = (
    *(
        _fixed(f"(?:{promise}) (?:[:.,] ){{0,2}}{_LITTLE}", Stated(opens="promise"))
        for promise in _PROMISES
    ),
    _fixed(
        f"(?:yo |nosotr[oa]s |i |we )?{_LITTLE}"
        "(?:tengo para|tengo|tenemos|(?:i|we)ve got|(?:i|we)ve|have|got) ",
        Stated(opens="have"),
    ),
)


# --- times

# "3 o 4" is no third of the month.
_NUMBER_ALONE = re.compile(r"[0-9]+ (?:(?:st|nd|rd|th|o|ro|ero) )?")


def _when(time: TimeRule) -> Words:
    """A rule of the grammar of dates, where it matches more than a number."""

    def states(match: Match[str]) -> Stated | None:
        number_alone = _NUMBER_ALONE.fullmatch(match[0])
        return None if number_alone or time.facts(match) is None else _WHEN

    return Words(time.pattern, states)


_TIMES: tuple[Rule, ...] = (
    *map(_when, (*DAY_RULES, *MARTES_RULES, *SPAN_RULES)),
    *map(_when, (*CLOCK_RULES, *PART_RULES, *DELTA_RULES)),
    _fixed(r"(?:el|the|del|dia) (?:dia )?[0-9]{1,2} (?:(?:th|st|nd|rd) )?", _WHEN),
    _fixed(f"{either(said.SOON)} ", _WHEN),
    _fixed(f"{either(said.BEFORE_TIME)} ", Stated(opens="time")),
)


# --- what may stand beside

_STARTS = r"(?:\A|(?<=[.,] ))"
_ANYWHERE = LazyPattern("")
_INTRODUCES = LazyPattern(f"{_STARTS}{either(said.INTRODUCTIONS)} ")
_OF_CLAUSE = LazyPattern(r"[,.] ")
_OUR = r"(?:(?<!para )(?<!for )(?:mis?|my|nuestr[oa]s?|our) )?"
_TAIL = r"(?<!and )(?<!y )(?:para|for|a|al|to|en|in|at|con|with|from|(?<=U )(?:de|of|del)) " + _OUR
_THEN = "(?:¿ )?(?:(?:y|and|pero|but) )?"
_QUESTION = "(?:(?:[a-z]+|U|,) ){0,12}"
_ASIDES: tuple[Rule, ...] = (
    Run(LazyPattern(_TAIL), said.TURNING, 7, _BEHIND, _ANYWHERE),
    Run(
        LazyPattern(f"{_STARTS}{either(said.INTRODUCTIONS)} "), said.TURNING, 7, _BESIDE, _ANYWHERE
    ),
    Run(LazyPattern(r"(?:\A|(?<=\. ))(?:que )?"), said.TURNING, 15, _BESIDE, LazyPattern(r"\. ")),
    Run(LazyPattern(_STARTS), said.TURNING - said.OWN, 15, _FAR, _OF_CLAUSE),
    Run(LazyPattern(r"(?<=\. )"), said.TURNING - said.OWN, 15, _FAR, LazyPattern(r"\Z")),
    _fixed(f"(?:de|from) {either(said.OURS_ES, said.OURS_EN)} ", _BESIDE),
    _fixed(rf"{_THEN}{either(said.LOGISTICS)} {_QUESTION}(?:[?.] )*\Z", _BESIDE),
    _fixed(rf"{_THEN}{either(said.LOGISTICS_ASKED)} {_QUESTION}(?:\? )+(?:[?.] )*\Z", _BESIDE),
    _fixed(
        f"{either(said.GREETINGS, said.POLITENESS, said.OKAY, said.ONLY, said.OURSELVES)} ",
        _NOTHING,
    ),
    _fixed(f"{either(said.FOR_THEM)} ", _NOTHING),
    _fixed(r"(?:U|[.,:()]|- (?![0-9])) ?", _NOTHING),
    _fixed(r"(?<=[a-zU.,] )(?:y|and) (?!\Z)", _NOTHING),
)


# --- willing, or in doubt

_ATTITUDES: tuple[Rule, ...] = (
    _fixed(f"{either(said.YES)} ", _WILLING),
    # Without its accent "si" is "if", but for where a reply begins with it.
    _fixed(rf"(?:{_STARTS}|(?<=ola ))si |\Ayo (?=[.,] |\Z)", _WILLING),
    _fixed(f"(?<!si ){either(said.WILLING)} ", _WILLING),
    _fixed(r"(?<!\bsi )(?:yo )?(?:puedo|podemos) (?=[.,]|\Z)", _WILLING),
    _fixed(f"{either(said.VAGUE, said.PERHAPS)} ", _DOUBT),
    _fixed(
        f"{_ANY_ALL}(?:menos|excepto|salvo|but|except) (?:(?:[a-z]+|U) ){{1,6}}",
        _DOUBT,
    ),
)
_RULES = (*_AMOUNTS, *_OPENINGS, *_TIMES, *_ASIDES, *_ATTITUDES)
