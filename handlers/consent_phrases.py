"""Reads consent_phrases.toml: how words are spelled, which phrases mean what. No verdicts here."""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import combinations
from pathlib import Path
from typing import Any, Literal

Says = Literal["stop", "start", "unclear", "none"]

_TOKEN = re.compile(r"!?\{\w+\}|\.\.|\w+|\S")
_REPEATS = {"?": "?", "*": "{0,4}", "+": "{1,4}"}
_COVER, _BETWEEN = "# ", "/ "
_EDGES = 6
_DRAWN_OUT, _REPEATED = re.compile(r"(.)\1{2,}"), re.compile(r"(.)\1+")
# Lengths of words: where sound is a guide, where a misspelling is guessed, where twice.
_BRIEF, _GUESSABLE, _LONG, _LONGEST = 3, 6, 10, 20


class PhraseError(ValueError):
    """A phrase in the data that can't be read; names the phrase."""


@dataclass(frozen=True)
class Phrase:
    """One phrase, compiled when a clause first holds one of its trigger words."""

    pattern: str
    triggers: frozenset[str]

    @cached_property
    def regex(self) -> re.Pattern[str]:
        return re.compile(self.pattern)


@dataclass(frozen=True)
class Rule:
    """What a family of phrases says; `amid` is for a message that holds something else too.

    `describes`: bare words that also describe someone or name a place. `across`: its phrases are
    looked for in the whole message, where "/" stands between the clauses. `keeps`: it names what
    is still wanted, so that a stop beside it is in doubt; alone it says nothing.
    """

    name: str
    says: Says
    amid: Says
    bare: bool = False
    covers_clause: bool = False
    narrows: bool = False
    doubts: bool = False
    bare_becomes: Says | None = None
    describes: bool = False
    across: bool = False
    keeps: bool = False
    phrases: tuple[Phrase, ...] = field(default=(), repr=False)

    @property
    def shields(self) -> bool:
        """Whether what it matches is hidden from the rules that ask for something."""
        return self.says == "none" and not self.narrows and self.bare_becomes is None


class Spelling:
    """Puts a folded word as the phrases spell it; a word it can't place is left as it is."""

    def __init__(
        self, words: set[str], typed: Mapping[str, str], short: Iterable[str], exact: Iterable[str]
    ):
        self._known = words
        self._sounds = {_sound(word): word for word in sorted(words) if len(word) > _BRIEF}
        self._near: dict[str, str] = {}
        for word in sorted(words.difference(exact)):
            for form in _shortened(word):
                self._near.setdefault(form, word)
        self._typed = {form: word for word in short for form in _slips(word) - words}
        self._typed |= {form: word for word, forms in typed.items() for form in forms.split()}

    def __call__(self, word: str, *, alone: bool = False) -> str:
        """`alone`: the word is a sentence of its own, where a wrong guess would decide."""
        if word in self._known or word.isdigit():
            return word
        sure = self._typed.get(word) or self._squeezed(word) or self._alike(word)
        return sure or self._nearest(word, slips=1 if alone else 2) or word

    def _squeezed(self, word: str) -> str | None:
        """Drawn out: a letter three times or more. (Doubled is a word of its own: perro, pero.)"""
        if not _DRAWN_OUT.search(word):
            return None
        twice, once = _DRAWN_OUT.sub(r"\1\1", word), _REPEATED.sub(r"\1", word)
        found = next((form for form in (twice, once) if form in self._known), None)
        return found or self._typed.get(once)

    def _alike(self, word: str) -> str | None:
        return self._sounds.get(_sound(word)) if len(word) > _BRIEF else None

    def _nearest(self, word: str, slips: int) -> str | None:
        if len(word) < (_LONG if slips == 1 else _GUESSABLE):
            return None
        near = (self._near.get(form) for form in _shortened(word))
        sure = slips == 1 or len(word) < _LONG
        return next((other for other in near if other and _close(word, other, sure)), None)


def _close(word: str, other: str, sure: bool) -> bool:
    """One letter more, fewer or other, or two swapped; if not `sure`, two such slips."""
    if word[0] != other[0] or abs(len(word) - len(other)) > 1:
        return False
    start = _alike_until(word, other)
    end = _alike_until(word[start:][::-1], other[start:][::-1])
    left, right = word[start : len(word) - end], other[start : len(other) - end]
    one_slip = len(left) < 2 and len(right) < 2
    return not sure or one_slip or (len(left) == 2 and left == right[::-1])


def _alike_until(word: str, other: str) -> int:
    pairs = enumerate(zip(word, other, strict=False))
    return next((at for at, (one, two) in pairs if one != two), min(len(word), len(other)))


def _shortened(word: str) -> Iterator[str]:
    """The word itself and with a letter left out (two letters of a long word)."""
    if not _GUESSABLE <= len(word) <= _LONGEST:
        return
    yield word
    for left_out in range(1, 3 if len(word) >= _LONG else 2):
        kept = list(combinations(word, len(word) - left_out))
        yield from map("".join, reversed(kept))  # the earlier letters left out first


def _slips(word: str) -> set[str]:
    swapped = {word[:at] + word[at + 1] + word[at] + word[at + 2 :] for at in range(len(word) - 1)}
    doubled = {word[:at] + word[at] + word[at:] for at in range(len(word))}
    return swapped | doubled


_SOUNDS = (
    (re.compile("(?<!c)h"), ""),
    (re.compile("v"), "b"),
    (re.compile("z|c(?=[ei])"), "s"),
    (re.compile("qu|c(?!h)"), "k"),
    (re.compile("g(?=[ei])"), "j"),
    (re.compile("ll"), "y"),
    (re.compile("m(?=b)"), "n"),
)


def _sound(word: str) -> str:
    """Words that sound alike in Spanish, alike ("escrivan", "mensages", "kítenme")."""
    for letters, sound in _SOUNDS:
        word = letters.sub(sound, word)
    return word


class PhraseBook:
    """The whole of the data, ready to look clauses up in."""

    def __init__(self, data: Mapping[str, Any]):
        vocabulary = data["vocabulary"]
        self.lists = {name: tuple(words.split()) for name, words in data["lists"].items()}
        self.edge = frozenset(self.lists["edge"])
        self.noise = frozenset(vocabulary["noise"].split())
        self.joints = _joints(vocabulary)
        writer = _Writer(self.lists, data["parts"], frozenset(vocabulary["common"].split()))
        self.rules = tuple(_rule(table, writer) for table in data["rule"])
        self._lookup = self._by_trigger()
        others = " ".join(
            vocabulary[key] for key in ("noise", "joints", "begins", "starts", "known")
        )
        words = writer.words | set(others.replace("|", " ").split())
        self.spelling = Spelling(
            words, data["spellings"], vocabulary["short"].split(), vocabulary["exact"].split()
        )

    def _by_trigger(self) -> dict[str, tuple[int, ...]]:
        every = [(rule, phrase) for rule in self.rules for phrase in rule.phrases]
        self._phrases = tuple(pair for pair in every if not (pair[0].across or pair[0].keeps))
        self._across = tuple(phrase for rule, phrase in every if rule.across)
        self._kept = tuple(phrase for rule, phrase in every if rule.keeps)
        lookup: dict[str, list[int]] = {}
        for at, (_, phrase) in enumerate(self._phrases):
            for word in phrase.triggers:
                lookup.setdefault(word, []).append(at)
        return {word: tuple(places) for word, places in lookup.items()}

    def triggered(self, words: Iterable[str]) -> bool:
        return not self._lookup.keys().isdisjoint(words)

    def candidates(self, words: Sequence[str]) -> list[tuple[Rule, Phrase]]:
        """The phrases worth trying on a clause of these words, in the order of the data."""
        places = {place for word in words for place in self._lookup.get(word, ())}
        return [self._phrases[place] for place in sorted(places)]

    def keeps_something(self, clauses: Iterable[str]) -> bool:
        return any(phrase.regex.search(clause) for clause in clauses for phrase in self._kept)

    def apart(self, clauses: Sequence[str]) -> Sequence[str]:
        """The clauses of a message; what a phrase finds across two of them is hidden."""
        words = {word for clause in clauses for word in clause.split()}
        whole = _BETWEEN.join(clauses)
        for phrase in self._across:
            if not phrase.triggers.isdisjoint(words):
                whole = covered(whole, phrase)
        return whole.split(_BETWEEN)


def covered(clause: str, phrase: Phrase) -> str:
    """The clause with what the phrase matches hidden."""
    return phrase.regex.sub(_COVER, clause)


def _joints(vocabulary: Mapping[str, str]) -> re.Pattern[str]:
    names = ("joints", "and", "begins", "starts")
    joints, ands, begins, starts = (_any_of(vocabulary[name]) for name in names)
    return re.compile(rf"(?<!\S)(?:{joints} |{ands} (?={begins} )|(?<!no )(?<!mas )(?={starts} ))")


def _any_of(text: str) -> str:
    phrases = sorted(filter(None, map(str.strip, re.split(r"[|\n]", text))), key=len, reverse=True)
    return f"(?:{'|'.join(phrases)})"


def _rule(table: Mapping[str, Any], writer: "_Writer") -> Rule:
    options = {key: value for key, value in table.items() if key not in ("phrases", "amid")}
    lines = (line.strip() for line in table["phrases"].splitlines())
    return Rule(
        amid=table.get("amid", table["says"]),
        phrases=tuple(writer.phrase(line) for line in lines if line),
        **options,
    )


@dataclass(frozen=True)
class _Piece:
    pattern: str
    triggers: frozenset[str] | None  # None: may match nothing, so it can't be looked for


class _Writer:
    """Turns phrases as the data writes them into regular expressions over "word word "."""

    def __init__(
        self,
        lists: Mapping[str, tuple[str, ...]],
        parts: Mapping[str, str],
        common: frozenset[str],
    ):
        self.words: set[str] = {word for words in lists.values() for word in words}
        self._lists = lists
        self._parts = parts
        self._common = common
        edges = f"(?:(?:{'|'.join(lists['edge'])}) ){{0,{_EDGES}}}"
        self._signs = {
            "^": _Piece(rf"\A{edges}", None),
            "$": _Piece(rf"{edges}\Z", None),
            "..": _Piece(r"(?:\S+ ){0,3}", None),
            "_": _Piece(r"\S+ ", None),
            "/": _Piece(_BETWEEN, None),
        }
        self._named: dict[str, _Piece] = {}

    def phrase(self, source: str) -> Phrase:
        tokens = _TOKEN.findall(source)
        piece = self._sequence(tokens)
        if tokens or not piece.triggers:
            raise PhraseError(f"cannot read the phrase: {source}")
        return Phrase(rf"(?<!\S){piece.pattern}", piece.triggers)

    def _sequence(self, tokens: list[str]) -> _Piece:
        pieces = []
        while tokens and tokens[0] not in ("|", ")"):
            pieces.append(self._repeated(self._atom(tokens), tokens))
        known = [piece.triggers for piece in pieces if piece.triggers]
        rarest = min(known, key=lambda words: (len(words & self._common), len(words)), default=None)
        return _Piece("".join(piece.pattern for piece in pieces), rarest)

    def _repeated(self, piece: _Piece, tokens: list[str]) -> _Piece:
        if not tokens or tokens[0] not in _REPEATS:
            return piece
        sign = tokens.pop(0)
        return _Piece(
            f"(?:{piece.pattern}){_REPEATS[sign]}", piece.triggers if sign == "+" else None
        )

    def _atom(self, tokens: list[str]) -> _Piece:
        token = tokens.pop(0)
        if token == "(":
            return self._group(tokens)
        if token.startswith("!"):
            return _Piece(rf"(?!{self._listed(token[2:-1]).pattern})\S+ ", None)
        if token.startswith("{"):
            return self._listed(token[1:-1])
        return self._signs.get(token) or self._word(token)

    def _word(self, token: str) -> _Piece:
        if not token.isalnum():
            raise PhraseError(f"unexpected {token!r} in a phrase")
        self.words.add(token)
        return _Piece(f"{token} ", frozenset({token}))

    def _group(self, tokens: list[str]) -> _Piece:
        choices = [self._sequence(tokens)]
        while tokens and tokens.pop(0) == "|":
            choices.append(self._sequence(tokens))
        pattern = f"(?:{'|'.join(choice.pattern for choice in choices)})"
        if any(choice.triggers is None for choice in choices):
            return _Piece(pattern, None)
        return _Piece(pattern, frozenset().union(*(choice.triggers or () for choice in choices)))

    def _listed(self, name: str) -> _Piece:
        if name not in self._named:
            self._named[name] = self._list_or_part(name)
        return self._named[name]

    def _list_or_part(self, name: str) -> _Piece:
        if name in self._lists:
            words = self._lists[name]
            return _Piece(f"(?:(?:{'|'.join(words)}) )", frozenset(words))
        if name not in self._parts:
            raise PhraseError(f"no list and no part is called {{{name}}}")
        piece = self._sequence(_TOKEN.findall(self._parts[name]))
        return _Piece(f"(?:{piece.pattern})", piece.triggers)


def _load() -> PhraseBook:
    with Path(__file__).with_name("consent_phrases.toml").open("rb") as data:
        return PhraseBook(tomllib.load(data))


BOOK = _load()
