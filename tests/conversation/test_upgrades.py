"""A conversation that a new release finds half-way: nothing is asked twice, nobody is stranded."""

import json
from dataclasses import replace

from hypothesis import assume, given
from hypothesis import strategies as st

from handlers.conversation import engine
from handlers.conversation.flow import Choose, Flow, Heard, Step
from handlers.conversation.session import Session, adopt, dump, load
from handlers.conversation.turn import Ending
from tests.conversation.flows import CODES, Talk, ask, choose, confirm, flow, flows, heards

name, fruit, basket = ask("name"), choose("fruit"), choose("basket", many=True)
V1 = flow(name, fruit, basket, confirm())


def release(*steps: Step, renamed: dict[str, str] | None = None) -> Flow:
    return flow(*steps, version=2, renamed=renamed)


def after(*said: str) -> Session:
    talk = Talk(V1)
    talk.says(*said)
    return load(dump(talk.session))


def test_a_renamed_question_keeps_its_answer() -> None:
    v2 = release(ask("nickname"), fruit, basket, confirm(), renamed={"name": "nickname"})
    turn = engine.advance(v2, after("Ana"), Heard("2"))
    assert turn.session is not None
    assert turn.session.answers == (("nickname", "Ana"), ("fruit", "pear"))


def test_a_question_renamed_while_it_is_open_takes_its_answer() -> None:
    v2 = release(name, choose("favorite"), basket, confirm(), renamed={"fruit": "favorite"})
    turn = engine.advance(v2, after("Ana"), Heard("3"))
    assert turn.session is not None
    assert dict(turn.session.answers)["favorite"] == "plum"


def test_the_answer_to_a_removed_question_goes_with_it() -> None:
    v2 = release(name, basket, confirm())
    adopted = adopt(v2, after("Ana", "1", "1 2"))
    assert adopted.answers == (("name", "Ana"), ("basket", ["apple", "pear"]))


def test_an_answer_to_a_question_that_was_removed_while_open_answers_nothing_else() -> None:
    v2 = release(name, basket, confirm())
    turn = engine.advance(v2, after("Ana"), Heard("2"))
    assert turn.session is not None
    assert turn.session.answers == (("name", "Ana"),)
    assert turn.session.asked == "basket"
    assert turn.says[0].text == basket.ask


def test_a_button_of_a_question_that_was_removed_answers_nothing_else() -> None:
    session = after("Ana")
    v2 = release(name, basket, confirm())
    turn = engine.advance(v2, session, Heard(press=f"{session.question}:1"))
    assert turn.session is not None
    assert turn.session.answers == (("name", "Ana"),)
    assert turn.session.asked == "basket"
    assert turn.toast


def test_whoever_wants_to_leave_leaves_whatever_was_released() -> None:
    turn = engine.advance(release(name, basket, confirm()), after("Ana"), Heard("salir"))
    assert turn.ending is Ending.LEFT


def test_an_added_question_is_asked_in_its_place() -> None:
    v2 = release(name, ask("color"), fruit, basket, confirm())
    turn = engine.advance(v2, after("Ana", "1"), Heard("1 2"))
    assert turn.session is not None
    assert turn.session.asked == "color"
    assert dict(turn.session.answers)["fruit"] == "apple"


def test_a_button_does_not_answer_a_question_that_was_added_before_its_own() -> None:
    session = after("Ana")
    v2 = release(name, choose("dessert"), fruit, basket, confirm())
    for heard in (Heard(press=f"{session.question}:1"), Heard("2")):
        turn = engine.advance(v2, session, heard)
        assert turn.session is not None
        assert turn.session.asked == "dessert"
        assert turn.session.answers == (("name", "Ana"),)


def test_a_number_still_means_what_the_person_was_shown_when_options_changed_places() -> None:
    v2 = release(name, choose("fruit", ("plum", "lemon", "apple", "pear")), basket, confirm())
    turn = engine.advance(v2, after("Ana"), Heard("1"))
    assert turn.session is not None
    assert dict(turn.session.answers)["fruit"] == "apple"


def test_a_number_of_an_option_that_is_gone_is_asked_again_with_todays_options() -> None:
    v2 = release(name, choose("fruit", ("plum", "lemon")), basket, confirm())
    session = after("Ana")
    for heard in (Heard("1"), Heard(press=f"{session.question}:0")):
        turn = engine.advance(v2, session, heard)
        assert turn.session is not None
        assert turn.session.asked == "fruit"
        assert turn.session.offered == ("plum", "lemon")
        assert [choice.token for choice in turn.says[0].choices] == ["0", "1"]


def test_an_answer_that_is_offered_no_more_is_asked_again() -> None:
    v2 = release(name, choose("fruit", ("plum", "lemon")), basket, confirm())
    turn = engine.advance(v2, after("Ana", "1"), Heard("1"))
    assert turn.session is not None
    assert turn.session.asked == "fruit"
    assert turn.session.answers == (("name", "Ana"),)


def test_what_was_skipped_and_may_be_skipped_no_more_is_asked() -> None:
    v1 = flow(ask("name", optional=True), choose("fruit", optional=True), basket)
    talk = Talk(v1)
    talk.says("skip", "skip")
    same = adopt(replace(v1, version=2), talk.session)
    assert same.answers == (("name", None), ("fruit", None))
    assert adopt(release(name, fruit, basket), talk.session).answers == ()


def test_the_summary_changes_the_answer_that_it_showed() -> None:
    session = after("Ana", "1", "1 2")
    turn = engine.advance(release(fruit, basket, confirm()), session, Heard("3"))
    assert turn.session is not None
    assert turn.session.asked == "basket"


def test_ticks_of_options_that_are_left_stay_ticked() -> None:
    talk = Talk(V1)
    talk.says("Ana", "1")
    talk.presses("0")
    talk.presses("2")
    v2 = release(name, fruit, choose("basket", ("lemon", "plum"), many=True), confirm())
    turn = engine.restate(v2, talk.session)
    assert turn.session is not None
    assert turn.session.picked == ()
    assert adopt(v2, talk.session).picked == ("plum",)


def test_a_choice_that_became_free_text_takes_words() -> None:
    v2 = release(name, ask("fruit"), basket, confirm())
    turn = engine.advance(v2, after("Ana"), Heard("mango"))
    assert turn.session is not None
    assert dict(turn.session.answers)["fruit"] == "mango"


def test_places_asked_back_are_forgotten_when_the_question_became_a_choice() -> None:
    v2 = release(choose("name", ("Ana", "Eva")), fruit, basket, confirm())
    turn = engine.advance(v2, after("springfield"), Heard("2"))
    assert turn.session is not None
    assert dict(turn.session.answers) == {"name": "Eva"}


def test_a_release_that_asks_nothing_more_ends_with_what_was_answered() -> None:
    turn = engine.advance(release(name), after("Ana"), Heard("2"))
    assert turn.ending is Ending.FINISHED
    assert turn.answers == {"name": "Ana"}


def test_a_session_of_the_first_release_is_read_although_fields_were_added_since() -> None:
    kept = json.loads(dump(after("Ana")))
    assert "editing" not in kept
    assert load(json.dumps(kept)) == after("Ana")


def test_a_session_that_spells_out_every_field_is_read_too() -> None:
    old = {"given": [], "picked": [], "misses": 0, "editing": None}
    assert load(json.dumps(old | json.loads(dump(after("Ana"))))) == after("Ana")


@given(flows("q"), flows("q"), st.lists(heards, max_size=8), st.data())
def test_any_session_lives_on_under_any_release(
    before: Flow, release: Flow, said: list[Heard], data: st.DataObject
) -> None:
    """What still fits is not asked again; what is said goes to no question that wasn't shown."""
    talk = Talk(before)
    for heard in said:
        if talk.is_over:
            break
        talk.hears(heard)
    assume(not talk.is_over)
    keys = [step.key for step in release.steps]
    renamed = data.draw(st.dictionaries(st.sampled_from(("q0", "q1")), st.sampled_from(keys)))
    after = replace(release, version=2, renamed=renamed)
    session = load(dump(talk.session))
    adopted = adopt(after, session)
    assert adopt(after, adopted) == adopted
    for key, value in session.answers:
        step = after.step(renamed.get(key, key))
        if isinstance(step, Choose) and value is not None:
            values = value if isinstance(value, list) else [value]
            fits = isinstance(value, list) == step.many and set(values) <= set(_codes(step))
            assert not fits or step.key in adopted.known()
    turn = engine.advance(after, session, data.draw(heards))
    if turn.session is not None:
        assert engine.open_question(after, turn.session) == after.step(turn.session.asked or "")
        changed = {k for k, v in turn.session.answers if dict(adopted.answers).get(k, ...) != v}
        assert changed <= {adopted.asked, *(adopted.editing or ())[:1]}


def _codes(step: Choose) -> list[str]:
    return [option.code for option in step.options if option.code in CODES]
