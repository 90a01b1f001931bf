"""The engine, by small stories: editing, ticking, asking back, missing, going back."""

import pytest

from handlers.conversation import engine
from handlers.conversation.flow import Heard
from handlers.conversation.turn import Ending
from tests.conversation.flows import Chosen, Talk, ask, choose, confirm, flow

STORY = flow(
    ask("name"),
    choose("fruit"),
    ask("recipe", when=Chosen("fruit", "apple"), optional=True),
    choose("basket", many=True),
    confirm(),
)


def at_the_summary() -> Talk:
    talk = Talk(STORY)
    talk.says("Ana", "1", "pie", "1 2")
    return talk


def test_the_summary_lists_every_answer_that_counts() -> None:
    labels = [str(label) for label, _value in at_the_summary().prompt.lines]
    assert len(labels) == 4


@pytest.mark.parametrize("words", ["2", "fruit", "change fruit", "la FRUIT por favor", "la 2"])
def test_an_answer_to_change_is_named_by_number_or_label(words: str) -> None:
    talk = at_the_summary()
    talk.says(words)
    assert talk.session.asked == "fruit"


@pytest.mark.parametrize("words", ["fruit or basket", "0", "9", "the weather"])
def test_what_names_no_single_answer_changes_none(words: str) -> None:
    talk = at_the_summary()
    talk.says(words)
    assert talk.session.asked == "confirm"


@pytest.mark.parametrize(
    "words",
    ["yes", "SÍ", "Sí, gracias", "yes please", "si todo bien", "ok", "👍 ok", "Claro que sí"],
)
def test_a_yes_in_many_words_ends_it(words: str) -> None:
    assert at_the_summary().says(words).ending is Ending.FINISHED


@pytest.mark.parametrize("words", ["yes but", "sí, pero cambia algo", "yes no", "maybe", "👍"])
def test_half_a_yes_ends_nothing(words: str) -> None:
    assert at_the_summary().says(words).session is not None


def test_a_no_asks_which_answer_to_change() -> None:
    lead = at_the_summary().says("no").says[0].lead
    assert lead is not None
    assert "number" in lead.id


def test_changing_the_branch_drops_what_hung_on_it() -> None:
    talk = at_the_summary()
    turn = talk.says("2", "2", "sí")
    assert turn.answers == {
        "name": "Ana",
        "fruit": "pear",
        "basket": ["apple", "pear"],
        "confirm": True,
    }


def test_changing_the_branch_back_needs_no_new_answers() -> None:
    talk = at_the_summary()
    talk.says("2", "2", "2", "1")
    assert talk.session.asked == "confirm"
    assert talk.says("yes").answers["recipe"] == "pie"


def test_a_branch_left_behind_leads_nowhere() -> None:
    chain = flow(
        choose("one"),
        choose("two", when=Chosen("one", "apple")),
        ask("three", when=Chosen("two", "apple")),
        confirm(),
    )
    talk = Talk(chain)
    turn = talk.says("1", "1", "deep", "1", "2", "yes")
    assert turn.answers == {"one": "pear", "confirm": True}


def test_going_back_while_changing_an_answer_keeps_it() -> None:
    talk = at_the_summary()
    talk.says("1", "back")
    assert talk.session.asked == "confirm"
    assert dict(talk.session.answers)["name"] == "Ana"


def test_back_leaves_out_what_was_known_before_anything_was_asked() -> None:
    turn = engine.start(STORY, answers={"basket": ["plum"]})
    assert turn.session is not None
    turn = engine.advance(STORY, turn.session, Heard("back"))
    assert turn.session is not None
    assert turn.session.asked == "name"
    assert dict(turn.session.answers) == {"basket": ["plum"]}


def test_what_is_known_already_is_not_asked() -> None:
    turn = engine.start(STORY, answers={"name": "Ana", "fruit": "pear"})
    assert turn.session is not None
    assert turn.session.asked == "basket"


def test_facts_that_nobody_was_asked_are_part_of_the_outcome() -> None:
    turn = engine.start(flow(ask("name")), given={"via": "poster"})
    assert turn.session is not None
    turn = engine.advance(flow(ask("name")), turn.session, Heard("Ana"))
    assert turn.answers == {"via": "poster", "name": "Ana"}


class TestTicking:
    def talk(self) -> Talk:
        talk = Talk(STORY)
        talk.says("Ana", "2")
        return talk

    def test_a_tick_refreshes_the_message_and_asks_nothing_new(self) -> None:
        turn = self.talk().presses("1")
        assert turn.says == ()
        assert turn.refreshed is not None
        assert turn.refreshed.ticked == {"1"}

    def test_ticked_twice_is_not_ticked(self) -> None:
        talk = self.talk()
        talk.presses("1")
        assert talk.presses("1").refreshed
        assert talk.session.picked == ()

    def test_done_takes_the_ticks_in_the_order_of_the_question(self) -> None:
        talk = self.talk()
        talk.presses("3")
        talk.presses("0")
        talk.presses("done")
        assert dict(talk.session.answers)["basket"] == ["apple", "lemon"]

    def test_done_without_a_tick_asks_for_one(self) -> None:
        talk = self.talk()
        assert talk.presses("done").toast
        assert talk.session.asked == "basket"

    def test_listo_typed_takes_the_ticks_too(self) -> None:
        talk = self.talk()
        talk.presses("2")
        talk.says("listo")
        assert dict(talk.session.answers)["basket"] == ["plum"]

    def test_all_takes_all(self) -> None:
        talk = self.talk()
        talk.presses("all")
        assert len(dict(talk.session.answers)["basket"]) == 4

    def test_ticks_survive_help_and_go_with_back(self) -> None:
        talk = self.talk()
        talk.presses("2")
        assert talk.says("help").says[0].ticked == {"2"}
        talk.says("back", "2")
        assert talk.session.picked == ()


class TestAskingBack:
    def talk(self) -> Talk:
        talk = Talk(STORY)
        talk.says("springfield")
        return talk

    def test_the_candidates_are_offered_under_its_own_question(self) -> None:
        prompt = self.talk().prompt
        assert prompt.text == ask("x", ask=prompt.text).ask
        assert [choice.label for choice in prompt.choices] == ["Springfield, IL", "Springfield, MO"]

    @pytest.mark.parametrize("words", ["2", "la 2", "Springfield, MO", "springfield mo"])
    def test_a_candidate_is_taken_by_number_or_name(self, words: str) -> None:
        talk = self.talk()
        talk.says(words)
        assert dict(talk.session.answers)["name"] == {"label": "Springfield, MO"}

    def test_another_answer_altogether_is_heard(self) -> None:
        talk = self.talk()
        talk.says("Chicago")
        assert dict(talk.session.answers)["name"] == "Chicago"

    def test_it_counts_as_understood(self) -> None:
        talk = Talk(STORY)
        assert not talk.says("", "springfield", "").stuck


def test_a_double_tap_is_told_so_and_asked_nothing_twice() -> None:
    talk = Talk(STORY)
    talk.says("Ana")
    mark = talk.session.question
    talk.presses("1", mark)
    turn = talk.presses("1", mark)
    assert turn.says == ()
    assert turn.toast


def test_an_old_button_brings_the_open_question_back_to_the_bottom() -> None:
    talk = Talk(STORY)
    mark = talk.session.question
    talk.says("Ana", "1")
    turn = talk.presses("0", mark)
    assert turn.toast
    assert [prompt.text for prompt in turn.says] == [ask("recipe").ask]


def test_a_miss_says_why_then_gives_an_example_then_starts_over() -> None:
    talk = Talk(STORY)
    talk.says("Ana")
    leads = [talk.says("nonsense").says[0].lead for _ in range(3)]
    ids = [lead.id for lead in leads if lead]
    assert ids[0] == ids[2]
    assert "example" in ids[1]
    assert [talk.says("nonsense").stuck, talk.says("7").stuck] == [True, False]


def test_help_gives_an_example_and_the_ways_out() -> None:
    lead = Talk(STORY).says("?").says[0].lead
    assert lead is not None
    assert all(word in lead.id for word in ("example", "BACK", "EXIT", "STOP"))
