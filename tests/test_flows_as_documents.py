"""What people read, as a whole: flows as diagrams, what texts cost, and the words they offer."""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from bot.documents import flow_diagrams, measured, segment_table
from handlers.consent_words import Consent, classify
from handlers.conversation.flow import Choose
from handlers.conversation.rsvp_replies import read_rsvp
from handlers.conversation.vocabulary import ALL, DONE, NO, NONE, YES, steering
from handlers.conversation.words import fold
from handlers.features import COMMANDS, FEATURES
from locales import LANGUAGES, Language, translate
from tests.transcripts import script

ROOT = Path(__file__).parent.parent
ALLOWED: Mapping[str, Mapping[str, str]] = tomllib.loads(
    (ROOT / "tests" / "segments_allowed.toml").read_text("utf-8")
)
ACRONYMS = {"TPS", "DACA", "ZIP", "SMS", "DOJ", "US", "EE", "UU", "LGBT"}
ANSWERS = ALL | NONE | DONE | YES | NO | {"me", "yo"}
"""What a question takes; "me" says that a number is still the same person's."""
STOP_WORDS = {
    *("STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"),
    *("ALTO", "BAJA", "PARAR", "CANCELAR"),
}
CAPITALS = re.compile(r"(?<![\w{])[A-ZÁÉÍÓÚÑ]{2,}(?: [A-ZÁÉÍÓÚÑ]{2,})*(?![\w}])")


def catalog_texts() -> Iterator[tuple[str, str]]:
    """Every text of the handlers, English and Spanish beside each other."""
    path = ROOT / "locales" / "es" / "LC_MESSAGES" / "enlace.po"
    with path.open("rb") as file:
        catalog = read_po(file)
    for message in catalog:
        places = [name for name, _line in message.locations]
        if message.id and any(name.startswith("handlers/") for name in places):
            yield _first(message.id), _first(message.string)


def _first(texts: str | Sequence[str] | None) -> str:
    return texts if isinstance(texts, str) else (texts or ("",))[0]


def offered_words(text: str) -> set[str]:
    """Words in capitals, as texts offer what can be sent."""
    found = {word for run in CAPITALS.findall(text) for word in (run, *run.split())}
    return {word for word in found if word not in ACRONYMS}


class TestDiagrams:
    @pytest.mark.parametrize("language", LANGUAGES)
    @pytest.mark.parametrize("name", FEATURES)
    def test_every_question_and_every_option_of_a_flow_is_in_it(
        self, name: str, language: Language
    ) -> None:
        flow = FEATURES[name].flow
        drawn = flow_diagrams(language)[name]
        lines = drawn.splitlines()
        assert lines[0] == "flowchart TD"
        for step in flow.steps:
            boxes = [line for line in lines if re.match(rf"  {step.key}[\[{{]", line)]
            assert len(boxes) == 1
            assert translate(step.ask, language).split("\n")[0].split('"')[0][:30] in boxes[0]
            for option in step.options if isinstance(step, Choose) else ():
                assert translate(option.label, language) in boxes[0]

    @pytest.mark.parametrize("language", LANGUAGES)
    @pytest.mark.parametrize("name", FEATURES)
    def test_every_arrow_joins_what_is_drawn(self, name: str, language: Language) -> None:
        drawn = flow_diagrams(language)[name]
        boxes = set(re.findall(r"^  (\w+)[\[({]", drawn, re.MULTILINE))
        arrows = re.findall(r"^  (\w+) -[.-]*->(?:\|[^|]*\|)? (\w+)$", drawn, re.MULTILINE)
        assert arrows
        assert {end for arrow in arrows for end in arrow} <= boxes

    def test_no_quotation_mark_ends_a_box_early(self) -> None:
        for language in LANGUAGES:
            for drawn in flow_diagrams(language).values():
                assert all(line.count('"') in (0, 2) for line in drawn.splitlines())


class TestSegments:
    def test_every_spanish_text_fits_one_sms_unless_it_is_listed_with_a_reason(self) -> None:
        long = [row for row in measured() if row.language == "es" and row.cost.segments > 1]
        unlisted = [row.name for row in long if not _listed(row.name)]
        assert not unlisted

    def test_the_list_names_nothing_that_fits(self) -> None:
        long = [row.name for row in measured() if row.cost.segments > 1 and row.language == "es"]
        for name in ALLOWED["texts"]:
            assert any(each.startswith(name) for each in long), name

    def test_every_spanish_sms_of_the_transcripts_is_one_unless_listed(self) -> None:
        assert not {text for _segments, text in long_in_transcripts() if not _said(text)}

    def test_only_the_summary_is_longer_than_two(self) -> None:
        longest = {text for segments, text in long_in_transcripts() if segments > 2}
        assert all(
            text.startswith(("1 Participacion: ", "1 Tipo: ", "1 Tema: ")) for text in longest
        )
        assert max(segments for segments, _text in long_in_transcripts()) <= 3

    def test_every_reason_says_something(self) -> None:
        assert all(len(reason) > 20 for kind in ALLOWED.values() for reason in kind.values())

    def test_the_table_ends_with_how_many_fit(self) -> None:
        assert re.search(r"es: \d+ of \d+ texts fit one segment", segment_table())


def long_in_transcripts() -> list[tuple[int, str]]:
    """The first line of each Spanish text of more than one SMS, with how many."""
    found = []
    for path in script.paths():
        if path.parts[-3:-1] == ("es", "sms") and path.stem != "language-switch":
            lines = path.read_text("utf-8").splitlines()
            found += [(int(line[1]), line[3:]) for line in lines if re.match(r"<[2-9]", line)]
    return found


def _listed(name: str) -> bool:
    return any(name.startswith(listed) for listed in ALLOWED["texts"])


def _said(text: str) -> bool:
    return any(re.match(pattern, text) for pattern in ALLOWED["said"])


class TestOfferedWords:
    """A text must not tell people to send what the bot then doesn't understand."""

    def test_every_opt_out_word_that_a_text_offers_stops(self) -> None:
        offered = {
            word for texts in catalog_texts() for text in texts for word in offered_words(text)
        }
        for word in offered & STOP_WORDS:
            assert classify(word).consent is Consent.STOP, word

    def test_where_english_offers_a_way_out_spanish_does_too(self) -> None:
        for english, spanish in catalog_texts():
            assert _offers_stop(english) == _offers_stop(spanish), english

    def test_no_text_offers_an_opt_out_for_anything_else(self) -> None:
        """The carrier blocks the number on CANCEL, END and QUIT, so nothing else may use them."""
        for texts in catalog_texts():
            for text in texts:
                assert not offered_words(text) & {"CANCEL", "CANCELAR", "END", "QUIT"}, text

    def test_every_word_that_a_text_offers_is_understood(self) -> None:
        for texts in catalog_texts():
            for text in texts:
                runs = [run for run in CAPITALS.findall(text) if run not in ACRONYMS]
                assert not [run for run in runs if not _understood(run)], text


def _offers_stop(text: str) -> bool:
    """DETENER is a stop to everybody but those who have it as a command, with a code."""
    offered = [word for word in offered_words(text) if not _is_for_coordinators(word)]
    return any(classify(word).consent is Consent.STOP for word in offered)


def _is_for_coordinators(word: str) -> bool:
    found = COMMANDS.find(word)
    return found is not None and found[0].granted


def _understood(word: str) -> bool:
    return (
        COMMANDS.find(word) is not None
        or steering(word) is not None
        or classify(word).consent in (Consent.STOP, Consent.START)
        or fold(word) in ANSWERS
        or read_rsvp(word).meaning != "none"
        or all(part in ACRONYMS for part in word.split())
    )
