"""What people answer to an invitation: a reviewed corpus, and any text at all."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handlers.conversation.rsvp_replies import MOST_PEOPLE, RsvpReply, read_rsvp
from handlers.conversation.rsvp_words import SENSES

CORPUS = json.loads((Path(__file__).parent / "corpus.json").read_text("utf-8"))


def told(reply: RsvpReply) -> str:
    return f"{reply.meaning} {reply.party}" if reply.party else reply.meaning


@pytest.mark.parametrize("phrase", CORPUS, ids=[each["text"] for each in CORPUS])
def test_each_phrase_of_the_corpus_means_what_was_reviewed(phrase: dict[str, str]) -> None:
    assert told(read_rsvp(phrase["text"])) == phrase["meaning"]


def test_more_than_one_without_a_number_is_asked_for_the_number() -> None:
    for text in ("vamos", "sí voy con mi familia", "we'll be there", "con mis hijos"):
        assert read_rsvp(text).several, text


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=200))
def test_any_text_is_read_and_a_party_is_never_absurd(text: str) -> None:
    party = read_rsvp(text).party
    assert party is None or 1 <= party <= MOST_PEOPLE


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(sorted(SENSES)), max_size=5), st.integers(2, 40))
def test_a_number_is_never_made_up(phrases: list[str], number: int) -> None:
    """However known phrases meet, nobody is counted who was not named."""
    reply = read_rsvp(" ".join([*phrases, str(number)]))
    assert reply.party is None or reply.party >= number or reply.meaning != "yes"
