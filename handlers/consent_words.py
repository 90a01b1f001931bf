"""What a message says about consent: stop, start, unclear or nothing. The phrases are data."""

import json
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from handlers.consent_phrases import BOOK, Rule, Says, covered
from handlers.conversation.words import fold


class Consent(StrEnum):
    """UNCLEAR: ask once whether to stop everything. NONE: not about consent."""

    STOP = "stop"
    START = "start"
    UNCLEAR = "unclear"
    NONE = "none"


@dataclass(frozen=True)
class Verdict:
    """`rule` names what decided, as in the data ("bare cancelar"); empty for NONE."""

    consent: Consent
    rule: str = ""


ProviderKeyword = Literal["stop", "start", "help"]

# Twilio's default keywords on long codes: the whole message, in any case.
_PROVIDER_KEYWORDS: dict[str, ProviderKeyword] = {
    **dict.fromkeys(
        ("stop", "stopall", "unsubscribe", "cancel", "end", "quit", "revoke", "optout"), "stop"
    ),
    **dict.fromkeys(("start", "yes", "unstop"), "start"),
    **dict.fromkeys(("help", "info"), "help"),
}

_NOTHING = Verdict(Consent.NONE)
# Far above what either channel delivers (SMS 1,600; Telegram 4,096); bounds the work on the rest.
_LONGEST = 10_000
_BOUNDARY = re.compile(r"[.!?¡¿;:,\n\r()\[\]|。、]+|\s[-\u2013\u2014/]+\s(?!out\b)|\u2014")
_SPELLED_OUT = re.compile(r"(?<!\w)(?:[^\W\d_][\W_]{1,3}){2,}[^\W\d_](?!\w)")
_CODE = re.compile(r"[a-z]\d{1,7}")
_COMMAND = re.compile(r"\s*/(\w+)(?:@\w+)?(?!\S)")
# How phones report that someone reacted to a message by quoting it: its words are ours.
_REACTION = re.compile(
    r"\s*(?:(?:dis)?liked|loved|laughed at|emphasi[sz]ed|questioned|removed an? \w+ from|"
    r"reacted .{1,12} to|(?:no )?le gust[oó]|le encant[oó]|se ri[oó] de|enfatiz[oó]|"
    r"(?:te )?reaccion[oó] .{0,12} a)\s+[a\s]*[\"“«”]",
    re.IGNORECASE,
)
_STOP_SIGNS = frozenset("🛑⛔🚫")
_STOP_WORDS = frozenset(BOOK.lists["stop_word"])
_BESIDE_CODES = _STOP_WORDS | {"parar", "paren"}


def is_provider_keyword(text: str) -> ProviderKeyword | None:
    """What Twilio itself answers and acts on before we hear of it; nothing but trimmed."""
    return _PROVIDER_KEYWORDS.get(text.strip().casefold())


def classify(text: str) -> Verdict:
    """Never raises, whatever the text; reads the first and last half of one beyond 10,000."""
    if _is_plain(bare := text.strip()):
        return _read_all([_spelled(fold(bare).split())])
    text = _bounded(text)
    if _REACTION.match(text):
        return _NOTHING
    command = _COMMAND.match(text)
    if command:
        if command[1].casefold() == "start":
            return Verdict(Consent.START, "start command")
        text = f"{command[1]} {text[command.end() :]}"
    pieces = _pieces(text)
    if not pieces:
        signs = not _STOP_SIGNS.isdisjoint(text)
        return Verdict(Consent.UNCLEAR, "stop sign") if signs else _NOTHING
    return _read_all(pieces)


def _is_plain(bare: str) -> bool:
    """One word, or numbers: nothing in it to be divided or put together."""
    plain = bare.isascii() and (bare.isalnum() or bare.replace(" ", "").isdigit())
    return plain and len(bare) <= _LONGEST


def _read_all(pieces: Sequence[list[str]]) -> Verdict:
    if not any(BOOK.triggered(words) for words in pieces):
        return _NOTHING
    clauses = [clause for words in pieces for clause in _clauses(words)]
    verdict = _weighed([_read(clause) for clause in BOOK.apart(clauses)])
    if verdict.consent is Consent.STOP and BOOK.keeps_something(clauses):
        return Verdict(Consent.UNCLEAR, verdict.rule)
    return verdict


def _bounded(text: str) -> str:
    half = _LONGEST // 2
    return text if len(text) <= _LONGEST else f"{text[:half]}\n{text[-half:]}"


def _pieces(text: str) -> list[list[str]]:
    """The words between punctuation marks, spelled as the phrases spell them."""
    plain = _bounded(unicodedata.normalize("NFKC", text))  # one sign may stand for many letters
    plain = _SPELLED_OUT.sub(lambda run: "".join(filter(str.isalpha, run[0])), plain)
    folded = (_without_codes(fold(piece).split()) for piece in _BOUNDARY.split(plain))
    return [_spelled(words) for words in folded if words]


def _without_codes(words: list[str]) -> list[str]:
    """Whoever stops may say so beside the code of what was asked ("ALTO U4", "U4 5 stop")."""
    if _BESIDE_CODES.isdisjoint(words) or not any(map(_CODE.fullmatch, words)):
        return words
    return [word for word in words if not (_CODE.fullmatch(word) or word.isdigit())]


def _spelled(words: Sequence[str]) -> list[str]:
    if len(words) < 5 and (whole := "".join(words)) in _STOP_WORDS:
        return [whole]
    alone = len(words) == 1
    spelled = (BOOK.spelling(word, alone=alone) for word in words if word not in BOOK.noise)
    return " ".join(spelled).split()  # "yano" is two


def _clauses(words: Sequence[str]) -> list[str]:
    parts = BOOK.joints.split(f"{' '.join(words)} ")
    return [part for part in parts if part.strip()]


@dataclass(frozen=True)
class _Finding:
    """What one clause says: the rule that matched, and how it weighs on bare words elsewhere."""

    rule: Rule | None = None
    consent: Says = "none"
    says_something: bool = False
    bare_becomes: Says | None = None


def _read(clause: str) -> _Finding:
    words = clause.split()
    says_something = not BOOK.edge.issuperset(words)
    visible = clause
    narrowed: Rule | None = None
    becomes: Says | None = None
    for rule, phrase in BOOK.candidates(words):
        if rule.shields:
            if phrase.regex.search(visible):
                if rule.covers_clause:
                    return _Finding(says_something=says_something, bare_becomes=becomes)
                visible = covered(visible, phrase)
                becomes = becomes or ("unclear" if rule.doubts else None)
        elif not phrase.regex.search(visible):
            continue
        elif rule.narrows:
            narrowed = narrowed or rule
        elif rule.bare_becomes:
            becomes = becomes or rule.bare_becomes
        elif rule.says == "stop" and not rule.bare and narrowed:
            return _Finding(narrowed, narrowed.says, says_something)
        else:
            return _Finding(rule, rule.says, says_something, "unclear" if rule.doubts else None)
    return _Finding(says_something=says_something, bare_becomes=becomes)


def _weighed(findings: Sequence[_Finding]) -> Verdict:
    """One verdict for the message: a plain request counts wherever it stands, a bare word
    means less beside other sentences."""
    said = [finding for finding in findings if finding.says_something or finding.rule]
    amid = any(not (finding.rule and finding.rule.bare) for finding in said) and len(said) > 1
    becomes = next((finding.bare_becomes for finding in said if finding.bare_becomes), None)
    verdicts = [
        _one(finding.rule, finding.consent, amid, becomes) for finding in said if finding.rule
    ]
    by_consent = {verdict.consent: verdict for verdict in reversed(verdicts)}
    if Consent.STOP in by_consent and Consent.START in by_consent:
        return Verdict(Consent.UNCLEAR, "stop and start")
    for consent in (Consent.STOP, Consent.UNCLEAR, Consent.START):
        if consent in by_consent:
            return by_consent[consent]
    return _NOTHING


def _one(rule: Rule, consent: Says, amid: bool, bare_becomes: Says | None) -> Verdict:
    if amid:
        consent = rule.amid if consent == rule.says else consent
        if rule.bare and bare_becomes and (rule.describes or bare_becomes != "none"):
            consent = bare_becomes
    return Verdict(Consent(consent), rule.name)


@dataclass(frozen=True)
class Score:
    right: int
    total: int

    def __str__(self) -> str:
        return f"{self.right}/{self.total}"


@dataclass(frozen=True)
class Miss:
    kind: str
    text: str
    verdict: Verdict

    def __str__(self) -> str:
        reason = f" ({self.verdict.rule})" if self.verdict.rule else ""
        quoted = json.dumps(self.text, ensure_ascii=not self.text.isprintable())
        return f"{self.kind}: {quoted} read as {self.verdict.consent}{reason}"


_EXPECTED = {
    "stop": Consent.STOP,
    "not_stop": Consent.NONE,
    "unclear": Consent.UNCLEAR,
    "start": Consent.START,
}


@dataclass(frozen=True)
class Report:
    scores: Mapping[str, Score]
    misses: Sequence[Miss]
    precision: float  # of the phrases read as stop, the share that is
    recall: float  # of the phrases that are stop, the share read so

    def lines(self) -> list[str]:
        """Every miss, precision and recall of stop, and last the line of the four scores."""
        figures = f"stop: precision {self.precision:.1%} · recall {self.recall:.1%}"
        last = " · ".join(f"{kind} {score}" for kind, score in self.scores.items())
        return [*map(str, self.misses), figures, last]


def score(phrases: Mapping[str, object]) -> Report:
    """Of phrases by kind (stop, not_stop, unclear, start; other keys are left alone).

    Raises ValueError where a kind isn't a list of texts.
    """
    read = {kind: [(text, classify(text)) for text in _texts(phrases, kind)] for kind in _EXPECTED}
    misses = [
        Miss(kind, text, verdict)
        for kind, expected in _EXPECTED.items()
        for text, verdict in read[kind]
        if verdict.consent != expected
    ]
    wrong = {kind: sum(miss.kind == kind for miss in misses) for kind in _EXPECTED}
    scores = {kind: Score(len(read[kind]) - wrong[kind], len(read[kind])) for kind in _EXPECTED}
    stopped = sum(
        verdict.consent == Consent.STOP for pairs in read.values() for _, verdict in pairs
    )
    right = scores["stop"].right
    return Report(scores, misses, _share(right, stopped), _share(right, scores["stop"].total))


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 1.0


def _texts(phrases: Mapping[str, object], kind: str) -> Iterable[str]:
    texts = phrases.get(kind, [])
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
        raise ValueError(f"'{kind}' must be a list of texts")
    return texts
