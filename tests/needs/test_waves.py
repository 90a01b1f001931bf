"""Who is asked for a need, when, and why; and that nobody is asked in vain."""

from datetime import UTC, datetime, timedelta

from handlers import needs
from handlers.needs_waves import plan_of, preview
from locales import translate
from locales.labels import CATEGORIES
from storage.audit import OPERATOR
from storage.need_matching import COOL_DOWN, FITS, windows
from storage.needs import Audience, State
from tests.needs.conftest import Office
from tests.talk import Person

MATCHED = {"ask": Audience.MATCHED}


def test_everyone_who_agreed_is_asked_once_and_nobody_else(office: Office) -> None:
    folk = office.crowd(3)
    office.crowd(1, consent="out")
    code = office.post()
    assert office.asked(code) == set(folk)
    office.later(days=1)
    office.tends()
    assert office.asked(code) == set(folk)


def test_nobody_is_asked_where_nobody_is_to_be(lite: Office) -> None:
    lite.crowd(2)
    code = lite.post(ask=Audience.NOBODY)
    assert (lite.asked(code), lite.need(code).next_wave_at) == (set(), None)


def test_waves_go_from_the_city_outwards_while_something_is_missing(office: Office) -> None:
    [here] = office.crowd(1, "individual", at="tijuana")
    [near] = office.crowd(1, "individual", at="ensenada")
    [region] = office.crowd(1, "individual", at="mexicali")
    [country] = office.crowd(1, "individual", at="cdmx")
    [far] = office.crowd(1, "individual", at="chicago")
    code = office.post(urgency="critical", **MATCHED)

    waves = [{here}, {near}, {region}, {country}, {far}]
    for number, people in enumerate(waves, start=1):
        assert office.asked(code) == set().union(*waves[:number])
        assert office.asked(code, f"wave {number}") == people
        office.later(minutes=20)
        office.tends()
    assert office.need(code).next_wave_at is None


def test_a_wave_without_people_is_passed_over_at_once(lite: Office) -> None:
    [far] = lite.crowd(1, "individual", at="chicago")
    code = lite.post(**MATCHED)
    assert lite.asked(code) == {far}
    assert lite.need(code).waves == 5


def test_no_more_waves_once_it_is_covered_and_again_when_a_promise_falls(lite: Office) -> None:
    [here] = lite.crowd(1, "individual", at="tijuana")
    [near] = lite.crowd(1, "individual", at="ensenada")
    code = lite.post(quantity=5, **MATCHED)
    pledge = lite.promises(code, here, 5)
    lite.later(hours=3)
    lite.tends()
    assert lite.asked(code) == {here}
    lite.falls(pledge)
    lite.tends()
    assert lite.asked(code) == {here, near}


def test_goods_go_to_volunteers_services_to_skills_and_legal_help_to_verified_experts(
    lite: Office,
) -> None:
    [member, fan, hand, cook, driver] = lite.crowd(5)
    [lawyer, unknown] = lite.crowd(2)
    [group] = lite.crowd(1, "organisational")
    lite.registers("member", member, fan)
    lite.registers("individual", hand, cook, driver)
    lite.registers("legal_expert", lawyer, status="verified")
    lite.registers("legal_expert", unknown, status="to_verify")
    lite.is_true_of(fan, "topic", "shelters")
    lite.is_true_of(driver, "skill", "driving")
    lite.is_true_of(cook, "skill", "cooking")
    lite.is_true_of(group, "offer", "water")

    def reached(category: str) -> set[int]:
        return lite.asked(lite.post(category=category, urgency="critical", **MATCHED))

    assert reached("bedding") == {fan, hand, cook, driver}
    assert reached("water") == {fan, hand, cook, driver, group}
    assert reached("transport") == {driver}
    assert reached("legal") == {lawyer}


def test_every_category_has_somebody_whom_it_fits() -> None:
    assert FITS.keys() == CATEGORIES.keys()


def test_who_muted_shelters_paused_or_answered_is_left_out(lite: Office) -> None:
    [muted, answered, plain] = lite.crowd(3, "individual")
    lite.crowd(1, "individual", paused_until=lite.now + timedelta(days=9))
    lite.is_true_of(muted, "muted", "shelters")
    code = lite.post(ask=Audience.NOBODY)
    lite.promises(code, answered, 1)
    lite.reopens(code, Audience.MATCHED)
    assert lite.asked(code) == {plain}


def test_nobody_is_asked_for_two_needs_in_three_days_unless_one_cannot_wait(lite: Office) -> None:
    [one] = lite.crowd(1, "individual")
    assert lite.asked(lite.post(**MATCHED)) == {one}
    assert lite.asked(lite.post(**MATCHED)) == set()
    assert lite.asked(lite.post(urgency="critical", **MATCHED)) == {one}
    lite.later(seconds=COOL_DOWN.total_seconds() + 1)
    assert lite.asked(lite.post(**MATCHED)) == {one}


def test_what_is_needed_soon_goes_to_who_has_time_by_then(lite: Office) -> None:
    [always, weekend, weekday, on_call] = lite.crowd(4, "individual")
    lite.is_true_of(weekend, "available", "weekend_afternoon")
    lite.is_true_of(weekday, "available", "weekday_morning")
    lite.is_true_of(on_call, "available", "on_call")
    code = lite.post(needed_by=lite.now + timedelta(hours=6), **MATCHED)  # a Saturday
    assert lite.asked(code) == {always, weekend, on_call}
    assert weekday not in lite.asked(code)


def test_the_hours_between_now_and_a_near_deadline() -> None:
    friday = datetime(2026, 12, 4, 20, tzinfo=UTC)  # noon in Tijuana
    zone = "America/Tijuana"
    assert windows(friday, friday + timedelta(hours=4), zone) == frozenset({"weekday_afternoon"})
    assert windows(friday, friday + timedelta(hours=24), zone) == frozenset(
        {"weekday_afternoon", "weekday_evening", "weekend_morning", "weekend_afternoon"}
    )
    assert windows(friday, friday + timedelta(days=3), zone) is None
    assert windows(friday, None, zone) is None


def test_the_plan_is_shown_before_with_a_reason_and_a_count_for_each_wave(lite: Office) -> None:
    lite.crowd(2, "individual", at="tijuana")
    lite.crowd(1, "individual", at="ensenada")
    lite.crowd(3, "individual", at="chicago")
    code = lite.post(ask=Audience.NOBODY)
    lite.reopens(code, Audience.MATCHED, sends=False)
    need = lite.need(code)
    shown = lite.database.read_now(lambda c: preview(c, need, lite.now))
    assert [each.people for each in shown] == [2, 1, 0, 0, 3]
    assert translate(shown[0].wave.why, "es").startswith("Gente de Tijuana y alrededores")
    assert [each.wave.part for each in shown] == [f"wave {n}" for n in range(1, 6)]
    [whole] = lite.database.read_now(lambda c: plan_of(c, lite.need(lite.post())))
    assert whole.part == "everyone"


def test_when_covered_whoever_was_asked_and_has_not_answered_learns_it_once(
    office: Office,
) -> None:
    [giver, refuser, silent] = office.crowd(3, "individual")
    code = office.post(quantity=5)
    office.arrives()
    office.refuses(code, refuser)
    pledge = office.promises(code, giver, 5)
    office.tends()
    assert office.asked(code, "covered") == {silent}
    office.arrives()
    office.falls(pledge)
    office.tends()
    office.promises(code, giver, 5)
    office.tends()
    assert office.asked(code, "covered") == {silent}


def test_copies_that_still_wait_are_pointless_once_it_is_covered_or_answered(
    office: Office,
) -> None:
    [giver, _late] = office.crowd(2, "individual")
    code = office.post(quantity=5, sends=False)
    office.freezes()
    office.promises(code, giver, 5)
    office.sends()
    assert office.asked(code) == set()


def test_whoever_promised_learns_what_has_changed_with_what_when_and_where(lite: Office) -> None:
    ana = lite.joined(lite.texter()).says("español")
    code = lite.post(drop_off="Calle Galileo 239")
    ana.looks().talks("10", "saltar")
    lite.changes(code, needs.Edit(needed_by=lite.now + timedelta(days=2)))
    ana.looks().hears(f"{code} cambio", "10 paquetes", "lunes 23 de noviembre", "Calle Galileo 239")
    lite.changes(code, needs.Edit(drop_off="Puerta azul"))
    ana.looks().hears("Puerta azul")
    lite.changes(code, needs.Edit(quantity=6))
    ana.looks().hears("6 paquetes")
    assert lite.counts(code) == (6, 6, 0)
    lite.cancels(code, "not_needed")
    ana.looks().hears("ya no necesita 6 paquetes", "no lo lleves")
    assert (lite.counts(code), lite.need(code).status) == ((0, 0, 0), State.CANCELLED)


def test_a_change_below_what_is_there_already_is_refused(lite: Office) -> None:
    [giver] = lite.crowd(1)
    code = lite.post(ask=Audience.NOBODY)
    lite.brings(lite.promises(code, giver, 10))
    assert not lite.changes(code, needs.Edit(quantity=9))
    assert lite.changes(code, needs.Edit(quantity=10))
    assert lite.need(code).status is State.COVERED


def test_opening_is_audited_once(lite: Office) -> None:
    code = lite.post(ask=Audience.NOBODY)
    need = lite.need(code)

    assert not lite.database.run_now(
        lambda c: needs.open_need(c, lite.counter(), need.id, actor=OPERATOR)
    )


def test_who_was_told_that_it_is_covered_is_asked_once_more_when_it_stays_open(
    office: Office,
) -> None:
    [giver, refuser, silent, mute] = office.crowd(4, "individual", at="tijuana")
    code = office.post(quantity=5, **MATCHED)
    office.arrives()
    office.refuses(code, refuser)
    first = office.promises(code, giver, 5)
    office.tends()
    office.arrives()
    office.is_true_of(mute, "muted", "shelters")
    office.falls(first)
    office.tends()
    assert office.asked(code, "again") == set(), "others may take it at once"
    office.promises(code, giver, 5)
    office.later(minutes=6)
    office.tends()
    assert office.asked(code, "again") == set(), "it is covered"
    for _twice in range(2):
        office.falls(office.promise(code))
        office.later(minutes=6)
        office.tends()
        assert office.asked(code, "again") == {silent}
        office.arrives()
        office.promises(code, giver, 5)
        office.tends()
        office.arrives()
    assert office.told(code, silent) == ["wave 1", "covered", "again", "covered"]


def test_whose_ask_was_pointless_while_it_was_covered_is_asked_when_it_is_open_again(
    office: Office,
) -> None:
    [giver, late] = office.crowd(2, "individual")
    code = office.post(quantity=5, sends=False)
    office.freezes()
    office.promises(code, giver, 5)
    office.sends()
    assert office.asked(code) == set()
    office.falls(office.promise(code))
    office.later(minutes=6)
    office.tends()
    assert office.asked(code, "again") == {late}


def test_nobody_is_asked_once_more_who_was_asked_for_something_else_meanwhile(
    lite: Office,
) -> None:
    [giver, silent] = lite.crowd(2, "individual", at="tijuana")
    code = lite.post(quantity=5, **MATCHED)
    lite.arrives()
    pledge = lite.promises(code, giver, 5)
    lite.brings(pledge)
    lite.tends()
    lite.arrives()
    lite.later(days=COOL_DOWN.days, seconds=1)
    assert silent in lite.asked(lite.post(**MATCHED))
    lite.falls(pledge)
    lite.later(minutes=6)
    lite.tends()
    assert lite.asked(code, "again") == set()
    calm = lite.need(code)
    assert (calm.status, calm.news) == (State.OPEN, None)


def test_asked_once_more_in_both_languages_a_number_is_enough(lite: Office) -> None:
    ana, bob, [giver] = _joined(lite, "es"), _joined(lite, "en"), lite.crowd(1, "individual")
    code = lite.post(quantity=5)
    ana.looks()
    bob.looks()
    pledge = lite.promises(code, giver, 5)
    lite.tends()
    ana.looks().hears("ya tiene todo lo que pidio")
    bob.looks().hears("has all it asked for")
    lite.falls(pledge)
    lite.later(minutes=6)
    lite.tends()
    ana.looks().hears("vuelve a necesitar", "5 paquetes", f"{code} 5")
    bob.looks().hears("needs infant formula and diapers again: 5 packs")
    ana.says("2").hears("Anotado: llevas 2 paquetes")


def _joined(office: Office, language: str) -> Person:
    return office.joined(office.texter()).says("español" if language == "es" else "english")
