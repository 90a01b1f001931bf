"""What holds for every flow and whatever people send: the engine under hypothesis."""

from dataclasses import replace

from hypothesis import assume, given
from hypothesis import strategies as st

from handlers.conversation import engine
from handlers.conversation.flow import Choose, Confirm, Flow, Heard
from handlers.conversation.session import Session, dump, load
from handlers.conversation.turn import Ending, Turn
from handlers.conversation.vocabulary import Steer, steering
from locales import LANGUAGES
from tests.conversation.flows import Talk, flows, good_answer, heards, text, texts, tokens

anything = st.lists(heards, max_size=12)


def played(flow: Flow, said: list[Heard]) -> Talk:
    """A talk after all that; what comes after its end is not heard."""
    talk = Talk(flow)
    for heard in said:
        if talk.is_over:
            break
        talk.hears(heard)
    return talk


def answers(turn: Turn) -> dict[str, object]:
    return dict(turn.session.answers) if turn.session else dict(turn.answers)


@given(flows(), anything)
def test_nothing_that_anyone_sends_breaks_it_or_stays_without_an_answer(
    flow: Flow, said: list[Heard]
) -> None:
    talk = Talk(flow)
    for heard in said:
        turn = talk.hears(heard)
        assert turn.says or turn.refreshed or turn.toast or turn.ending is Ending.FINISHED
        assert (turn.session is None) == (turn.ending is not None)
        if turn.session is None:
            break


@given(flows(), anything)
def test_a_session_is_the_same_after_a_night_in_the_database(flow: Flow, said: list[Heard]) -> None:
    awake, slept = Talk(flow), Talk(flow, keep=lambda session: load(dump(session)))
    for heard in said:
        assert awake.hears(heard) == slept.hears(heard)
        if awake.is_over:
            break
        assert load(dump(awake.session)) == awake.session


@given(flows(), anything)
def test_the_position_is_the_first_gap_and_nothing_else(flow: Flow, said: list[Heard]) -> None:
    talk = played(flow, said)
    assume(not talk.is_over)
    bare = Session(flow.name, flow.version, answers=talk.session.answers)
    assert engine.open_question(flow, bare) == engine.open_question(flow, talk.session)
    asked = engine.restate(flow, bare).session
    assert asked is not None
    assert asked.asked == talk.session.asked


@given(flows(), st.integers(1, 8))
def test_back_and_the_same_answer_again_leads_to_the_same_place(flow: Flow, turns: int) -> None:
    talk = Talk(flow)
    for _ in range(turns):
        latest = talk.turn
        if talk.answers_well().session is None:
            talk.turn = latest
            break
    assume(talk.session.answers)
    before = talk.session
    talk.says("back")
    reopened = engine.open_question(flow, talk.session)
    assert reopened is not None
    assert reopened.key not in talk.session.known()
    talk.answers_well()
    assert dict(talk.session.answers) == dict(before.answers)
    assert talk.session.asked == before.asked


@given(flows(), anything)
def test_back_from_the_first_question_stays_there(flow: Flow, said: list[Heard]) -> None:
    talk = played(flow, said)
    assume(not talk.is_over)
    for _ in range(len(flow.steps) + 1):
        talk.says("atrás")
    assert talk.session.asked == Talk(flow).session.asked


@given(flows(), anything, st.booleans())
def test_exit_always_leaves_and_yields_nothing(
    flow: Flow, said: list[Heard], spanish: bool
) -> None:
    talk = played(flow, said)
    assume(not talk.is_over)
    turn = talk.says("SALIR" if spanish else "exit!")
    assert (turn.ending, turn.answers) == (Ending.LEFT, {})
    assert turn.says[0].text == flow.left


@given(flows(), anything)
def test_skip_passes_only_what_is_optional(flow: Flow, said: list[Heard]) -> None:
    talk = played(flow, said)
    assume(not talk.is_over)
    step = engine.open_question(flow, talk.session)
    assert step is not None
    offered = any(
        extra.token == "skip" for extra in engine.restate(flow, talk.session).says[0].extras
    )
    turn = talk.says("saltar")
    if step.optional:
        assert offered
        assert answers(turn)[step.key] is None
    else:
        assert not offered
        assert turn.session is not None
        assert turn.session.asked == step.key
        assert step.key not in turn.session.known()


@given(flows(), anything, st.data())
def test_a_stale_button_never_answers_another_question(
    flow: Flow, said: list[Heard], data: st.DataObject
) -> None:
    talk = played(flow, said)
    assume(not talk.is_over)
    now = talk.session.question
    mark = data.draw(st.integers(-2, now + 3).filter(lambda mark: mark != now))
    before = talk.session
    turn = talk.presses(data.draw(tokens), mark)
    assert turn.session is not None
    assert turn.session.answers == before.answers
    assert turn.session.picked == before.picked
    assert turn.toast


@given(flows(), anything)
def test_a_copy_of_the_question_further_up_still_answers_it(flow: Flow, said: list[Heard]) -> None:
    talk = played(flow, said)
    assume(not talk.is_over)
    before = talk.session
    again = engine.restate(flow, talk.session).session
    helped = talk.says("help").session
    assert again is not None
    assert helped is not None
    assert before.question == again.question == helped.question
    assert before.offered == again.offered == helped.offered


@given(flows(), anything, st.data())
def test_a_number_means_what_was_offered_when_it_was_shown(
    flow: Flow, said: list[Heard], data: st.DataObject
) -> None:
    talk = played(flow, said)
    assume(not talk.is_over and talk.session.offered)
    step = engine.open_question(flow, talk.session)
    assert step is not None
    assume(not isinstance(step, Confirm))
    place = data.draw(st.integers(0, len(talk.session.offered) - 1))
    meant = talk.session.offered[place]
    shown = engine.restate(flow, talk.session).says[0].choices[place]
    assert shown.token == str(place)
    given_answer = answers(talk.says(f"{place + 1}."))[step.key]
    assert given_answer == ([meant] if isinstance(step, Choose) and step.many else meant)


@given(flows(), anything, st.data())
def test_a_button_and_its_number_say_the_same(
    flow: Flow, said: list[Heard], data: st.DataObject
) -> None:
    talk = played(flow, said)
    assume(not talk.is_over and talk.session.offered)
    step = engine.open_question(flow, talk.session)
    assume(not (isinstance(step, Choose) and step.many))
    place = data.draw(st.integers(0, len(talk.session.offered) - 1))
    session = talk.session
    typed = engine.advance(flow, session, Heard(str(place + 1)))
    pressed = engine.advance(flow, session, Heard(press=f"{session.question}:{place}"))
    assert typed.session == pressed.session
    assert typed.answers == pressed.answers


@given(flows(), anything)
def test_the_outcome_holds_the_answers_that_apply_and_no_others(
    flow: Flow, said: list[Heard]
) -> None:
    talk = played(flow, said)
    for _ in range(20):
        if talk.is_over:
            break
        talk.answers_well()
    assume(talk.turn.ending is Ending.FINISHED)
    outcome = dict(talk.turn.answers)
    applying = [step.key for step in flow.steps if step.when(outcome)]
    assert set(outcome) == set(applying)


@given(flows(), anything)
def test_good_answers_always_lead_to_the_end(flow: Flow, said: list[Heard]) -> None:
    talk = played(flow, said)
    for _ in range(len(flow.steps) + 1):
        if not talk.is_over:
            talk.answers_well()
    assert talk.is_over


@given(flows(), anything, st.data())
def test_an_answer_changed_at_the_end_leaves_the_others_alone(
    flow: Flow, said: list[Heard], data: st.DataObject
) -> None:
    assume(isinstance(flow.steps[-1], Confirm))
    talk = played(flow, said)
    for _ in range(len(flow.steps)):
        if not talk.is_over and talk.session.asked != "confirm":
            talk.answers_well()
    assume(not talk.is_over and talk.session.offered)
    before = dict(talk.session.answers)
    number = data.draw(st.integers(1, len(talk.session.offered)))
    key = talk.session.offered[number - 1]
    talk.says(str(number))
    assert talk.session.asked == key
    assert dict(talk.session.answers) == {k: v for k, v in before.items() if k != key}
    undone = engine.advance(flow, talk.session, Heard("back"))
    assert undone.session is not None
    assert (undone.session.asked, dict(undone.session.answers)) == ("confirm", before)
    step = flow.step(key)
    assert step is not None
    talk.says(good_answer(step))
    after = dict(talk.session.answers)
    assert {k: v for k, v in after.items() if k != key} == {
        k: v for k, v in before.items() if k != key
    }


@given(flows(), anything)
def test_two_misses_in_a_row_bring_an_example_and_a_human(flow: Flow, said: list[Heard]) -> None:
    talk = played(flow, said)
    assume(not talk.is_over)
    step = engine.open_question(flow, talk.session)
    assume(isinstance(step, Choose))
    talk.keep = lambda session: replace(session, misses=0)
    first = talk.says("xylophone zzz")
    talk.keep = lambda session: session
    second = talk.says("???? zzz qqq")
    assert not first.stuck
    assert second.stuck
    lead = second.says[0].lead
    assert lead is not None
    assert "HUMAN" in lead.id
    assert not talk.says("xylophone zzz").stuck


@given(flows(), anything)
def test_every_prompt_can_be_read_in_every_language(flow: Flow, said: list[Heard]) -> None:
    talk = Talk(flow)
    for heard in said:
        for prompt in talk.turn.says:
            words = (prompt.text, prompt.lead, *(choice.label for choice in prompt.choices))
            for each in words:
                if each is not None and not isinstance(each, str):
                    assert all(each.localized(language, None) for language in LANGUAGES)
        if talk.is_over:
            break
        talk.hears(heard)


@given(texts)
def test_steering_words_are_few_and_never_raise(said: str) -> None:
    assert steering(said) in (None, *Steer)


def test_the_text_of_a_made_up_message_is_its_own_translation() -> None:
    assert [text("Right?").localized(language, None) for language in LANGUAGES] == ["Right?"] * 2
