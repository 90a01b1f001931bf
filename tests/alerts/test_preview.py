"""What is shown before an alert goes out is what then happens: texts, price, people, hours."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import Connection, update

from handlers.alert_costs import Others, bill, course
from handlers.alerts_plan import Plan
from handlers.broadcast_texts import Texts
from handlers.links import as_link, hosts_in, is_listed
from handlers.policy import Policy
from storage import audience_counts
from storage.audience import Scope, Terms
from storage.audience_counts import Group, LeftOut
from storage.database import Database
from storage.people import addresses, people
from storage.sealed import Vault, new_secret_key
from tests.alerts.conftest import Town
from tests.broadcasts.conftest import TEXTS
from tests.broadcasts.conftest import Office as Sending

ACCENTED = "Acción: llámale hoy a tu senadora y dile que proteja a las familias con TPS, por favor"
NOON = datetime(2026, 11, 21, 18, 0, tzinfo=UTC)


def group(n: int, **fields: object) -> Group:
    alike: dict[str, object] = {"why": None, "language": "es", "channel": "sms", "country": "US"}
    alike |= {"zone": "America/Chicago", "first": False, "n": n}
    return Group(**{**alike, **fields})  # type: ignore[arg-type]


def plan(text: str = "Llama hoy", **fields: object) -> Plan:
    return Plan(Texts("alert", text, None, None), Scope(), "tps", NOON, **fields)  # type: ignore[arg-type]


async def test_who_is_counted_is_who_gets_it(database_url: str) -> None:
    """On both databases: the count before, and the audience that is frozen then."""
    database = Database(database_url)
    vault = await database.run(lambda c: Vault.load(c, [new_secret_key()]))
    office = Sending(database, vault)
    reached = await office.crowd(7)
    stopped, muted, paused = await office.crowd(3)
    [gone] = await office.crowd(1)
    strangers = await office.crowd(2, consent="none")
    await office.is_true_of(muted, "muted", "shelters")
    await office.change(people, stopped, consent="out")
    await office.change(people, paused, paused_until=office.now + timedelta(days=1))
    blocked = update(addresses).where(addresses.c.person_id == gone).values(status="blocked")
    await database.run(lambda c: c.execute(blocked))

    def count(connection: Connection) -> list[Group]:
        terms = Terms(("telegram", "sms"), 3)
        return audience_counts.count(connection, Scope(), "shelters", terms, office.now)

    groups = await database.read(count)
    found = {why: sum(g.n for g in groups if g.why is why) for why in (None, *LeftOut)}
    code = await office.started(TEXTS)
    assert await office.audience(code) == set(reached)
    assert found == {
        None: 7,
        LeftOut.STOPPED: 1,
        LeftOut.MUTED: 1,
        LeftOut.PAUSED: 1,
        LeftOut.NO_ADDRESS: 1,
        LeftOut.CAPPED: 0,
    }
    assert strangers
    assert all(g.first for g in groups if g.why is None)
    await database.close()


async def test_who_is_left_out_is_told_with_the_reason(town: Town) -> None:
    ids = town.crowd(8)
    town.crowd(2, consent="out")
    town.crowd(1, paused_until=town.now + timedelta(days=1))
    for each in ids[:3]:
        town.true_of(each, "muted", "tps")
    ana = await town.coordinator("telegram", "en")
    await ana.writes("ALERT", "TPS", "Call your senator today", "SKIP", "SKIP", "1", "now")
    ana.hears(
        "Left out: 2 stopped, 1 on a break, and 3 muted the topic.",
        "It goes to 5 people.",
        "At today's pace it is done by Saturday, November 21, 12:00 PM (Chicago time).",
    )


async def test_nobody_is_named_in_it(town: Town) -> None:
    ids = town.crowd(3)
    ana = await town.coordinator("telegram", "en")
    await ana.writes("ALERT", "TPS", "Call your senator today", "SKIP", "SKIP", "1", "now")
    heard = "\n".join(ana.heard)
    assert "V-" not in heard
    assert not any(str(each) in heard for each in ids)


async def test_accents_go_where_that_saves_a_segment_and_it_is_said(town: Town) -> None:
    town.crowd(1)
    ana = await town.coordinator("telegram", "en")
    await ana.writes("ALERT", "TPS", ACCENTED, "SKIP", "SKIP", "1", "now")
    ana.hears("Accion: llamale hoy", "They go without accents: that saves a segment.")


async def test_kept_accents_are_named_with_their_price_and_can_be_dropped(town: Town) -> None:
    town.desk = type(town.desk)(
        town.desk.vault, Policy(provider_keywords=False, fold="never", frequency_cap=3)
    )
    town.crowd(1)
    ana = await town.coordinator("telegram", "en")
    await ana.writes("ALERT", "TPS", ACCENTED, "SKIP", "SKIP", "1", "now")
    ana.hears(
        "In Spanish, by SMS: 4 segments each.", "Accents make it dearer: ó á í. Without them: 2"
    )
    await ana.writes("NO ACCENTS")
    ana.hears("Accion: llamale hoy", "2 segments each", "Shall it go out like this?")
    assert "make it dearer" not in "".join(ana.heard)


async def test_an_emoji_is_named_with_its_price(town: Town) -> None:
    town.crowd(1)
    ana = await town.coordinator("telegram", "en")
    text = "🚨 Call your senator today and ask to protect TPS for all of our families, please"
    await ana.writes("ALERT", "TPS", text, "SKIP", "SKIP", "1", "now")
    ana.hears("These signs make it dearer: 🚨. Without them:")


def test_the_price_is_that_of_each_country_and_of_what_each_reads() -> None:
    groups = [
        group(10),
        group(4, country="MX"),
        group(2, country=None),
        group(5, channel="telegram"),
        group(9, why=LeftOut.STOPPED),
    ]
    found = bill(plan(), groups, Policy())
    assert (found.people, found.segments) == (16, 16)
    assert found.dollars == {"MX": Decimal("0.36"), "US": Decimal("0.1250"), "": Decimal("0.12")}
    first = bill(plan(), [group(10, first=True)], Policy())
    assert first.segments == 20


def test_the_time_is_the_slower_channels() -> None:
    groups = [group(120), group(2_500, channel="telegram")]
    found = course(plan(), groups, Policy(), NOON)
    assert found.ends_at == NOON + timedelta(seconds=120)
    assert (found.late, found.lost) == (0, 0)


def test_whoever_sleeps_is_counted_for_their_morning() -> None:
    groups = [group(10), group(6, zone="Pacific/Honolulu")]
    found = course(plan(), groups, Policy(), NOON)
    assert found.late == 6
    assert found.ends_at == NOON + timedelta(hours=1, seconds=6)


def test_what_the_pace_cannot_reach_in_time_is_said() -> None:
    """A segment a second: 86,400 in 24 decent hours, the rest is stale by then."""
    found = course(plan(), [group(100_000)], Policy(), NOON)
    assert found.lost == pytest.approx(13_600, abs=1_000)
    quick = Policy(rates={"sms": 100.0, "telegram": 25.0})
    assert course(plan(), [group(100_000)], quick, NOON).lost == 0


def test_an_hour_for_everyone_is_counted_from_where_it_comes_last() -> None:
    groups = [group(1, zone="America/New_York"), group(1, zone="America/Los_Angeles")]
    local = plan(local_at="2026-11-22T10:00")
    found = course(local, groups, Policy(), datetime(2026, 11, 22, 15, 0, tzinfo=UTC))
    assert found.ends_at == datetime(2026, 11, 22, 18, 0, 1, tzinfo=UTC)


def test_what_others_have_waiting_goes_first() -> None:
    """600 segments of others at one a second; on Telegram nobody waits for them."""
    before = Others("sms", "America/Chicago", NOON, None, 300, 2)
    found = course(plan(), [group(120)], Policy(), NOON, [before])
    assert (found.ends_at, found.before) == (NOON + timedelta(minutes=12), 300)
    on_telegram = [group(100, channel="telegram")]
    assert course(plan(), on_telegram, Policy(), NOON, [before]).ends_at < NOON + timedelta(
        minutes=1
    )
    in_an_hour = course(plan(), [group(120)], Policy(), NOON + timedelta(hours=1), [before])
    assert in_an_hour.ends_at == NOON + timedelta(minutes=62)
    stale = replace(before, n=10_000, expires_at=NOON + timedelta(minutes=30))
    assert course(plan(), [group(120)], Policy(), NOON, [stale]).ends_at == NOON + timedelta(
        minutes=32
    )


async def test_the_queue_of_a_sender_is_counted_into_the_finish(town: Town) -> None:
    town.crowd(90)
    ana = await town.coordinator("telegram", "en")
    words = ("ALERT", "TPS", "Call your senator today", "SKIP", "SKIP", "1")
    await ana.writes(*words, "tomorrow 9:30 am", "yes", "90")
    town.later(days=1)
    await town.looks()
    for text in (*words, "now"):
        town.receive(ana.message(text))
    await town.works()
    ana.hears("90 other messages go out before it.", "12:04 PM")


@pytest.mark.parametrize("hour", ["tomorrow 9:30 am", "tomorrow 9:30 am in each one's time"])
async def test_an_alert_that_has_not_begun_is_counted_into_the_finish(
    town: Town, hour: str
) -> None:
    town.crowd(90)
    ana = await town.coordinator("telegram", "en")
    words = ("ALERT", "TPS", "Call your senator today", "SKIP", "SKIP", "1")
    await ana.writes(*words, hour, "yes", "90")
    for text in (*words, "tomorrow 9:30 am"):
        town.receive(ana.message(text))
    await town.works()
    ana.hears("90 other messages go out before it.")


def test_no_quiet_hours_nobody_waits() -> None:
    groups = [group(6, zone="Pacific/Honolulu")]
    assert course(plan(), groups, Policy(quiet=None), NOON).late == 0
    assert course(plan(), groups, Policy(quiet=(time(20), time(9))), NOON).late == 6


@pytest.mark.parametrize(
    ("typed", "link"),
    [
        ("alianzaamericas.org/tps", "https://alianzaamericas.org/tps"),
        (" http://a.example.org ", "http://a.example.org"),
        ("hola", None),
        ("javascript:alert(1)", None),
        ("https://user@evil.example", None),
        ("https://ex ample.org", None),
        ("https://" + "a" * 400 + ".org", None),
    ],
)
def test_a_link_is_a_web_address(typed: str, link: str | None) -> None:
    assert as_link(typed) == link


def test_hosts_are_found_as_phones_would_link_them() -> None:
    text = "Ve a bit.ly/x, www.Evil.example/a y (https://a.b.org/?q=1). No.Es nada 3.5 p.m."
    assert {"bit.ly", "www.evil.example", "a.b.org"} <= set(hosts_in(text))
    for text, host in {
        "Firma ｅｖｉｌ．ｃｏｍ/tps": "evil.com",
        "evil。com/x": "evil.com",
        "ev\u200bil.com": "evil.com",
        "аlianzaamericas.org/tps": "аlianzaamericas.org",
        "ñandu.org/x": "ñandu.org",
        "tg://resolve?domain=x": "resolve",
        "mira @evilbot": "@evilbot",
        "http://10.0.0.1/x y 10.0.0.1": "10.0.0.1",
    }.items():
        assert host in set(hosts_in(text))
        assert not is_listed(host, ["alianzaamericas.org"])
    assert not set(hosts_in("a las 3.5 p.m. del 12.05.2026, escribe a info@a.org"))
    assert is_listed("www.alianzaamericas.org", ["alianzaamericas.org"])
    assert not is_listed("evilalianzaamericas.org", ["alianzaamericas.org"])
    assert not is_listed("alianzaamericas.org.evil.example", ["alianzaamericas.org"])
