"""Days and moments as people write them: certain, or asked back with the reason."""

import json
import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from handlers.conversation.dates import AskBack, Doubt, Moment, read_day, read_moment
from handlers.conversation.dates_score import phrases, score
from locales import Language
from locales.formatting import date_time_words, date_words, day_words, time_words

CORPORA = Path(__file__).parent / "dates"
ZONES = (
    "America/Chicago",
    "America/Tijuana",
    "America/Mexico_City",
    "America/Tegucigalpa",
    "America/Phoenix",
)
CHICAGO = "America/Chicago"
SATURDAY = datetime.fromisoformat("2026-11-21T14:00:00-06:00")
NEW_YEAR = datetime.fromisoformat("2027-01-01T00:00:00+00:00")
WEEKDAYS = {
    "es": ("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
MONTHS = {
    "es": (
        *("enero", "febrero", "marzo", "abril", "mayo", "junio"),
        *("julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre"),
    ),
    "en": (
        *("January", "February", "March", "April", "May", "June"),
        *("July", "August", "September", "October", "November", "December"),
    ),
}


def corpus(name: str) -> list[dict[str, str | None]]:
    rows: list[dict[str, str | None]] = json.loads((CORPORA / name).read_text("utf-8"))
    return rows


def moment(text: str, language: str = "es", now: datetime = SATURDAY, zone: str = CHICAGO) -> str:
    """The wall time that was understood, or the doubt."""
    heard = read_moment(text, language, now, zone)
    if isinstance(heard, AskBack):
        return heard.reason.value
    return heard.at.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M")


# --- the corpora


@pytest.mark.parametrize("name", ["corpus.json", "heldout.json"])
def test_every_phrase_of_the_corpus_is_understood_or_asked_back(name: str) -> None:
    report = score(phrases(corpus(name)))
    assert report.misses == ()
    assert report.wrong == 0


def test_the_corpus_is_large_and_speaks_both_languages() -> None:
    rows = corpus("corpus.json")
    assert len(rows) >= 150
    assert min(sum(row["lang"] == lang for row in rows) for lang in ("es", "en")) >= 60
    assert len(rows) == len({(row["text"], row["now"], row["zone"], row["lang"]) for row in rows})


def test_no_phrase_of_the_heldout_file_was_copied_from_the_corpus() -> None:
    heldout = {row["text"] for row in corpus("heldout.json")}
    shared = heldout & {row["text"] for row in corpus("corpus.json")}
    assert len(shared) < len(heldout) / 10


def test_a_report_tells_every_miss_and_counts_what_is_wrong() -> None:
    now, zone = "2026-11-21T14:00:00-06:00", CHICAGO
    rows: list[dict[str, str | None]] = [
        {"text": "mañana 5 pm", "expect": "2026-11-22T23:00:00Z"},
        {"text": "mañana a las 5", "expect": "2026-11-22T17:00:00-06:00"},
        {"text": "mañana 6 pm", "expect": None},
    ]
    entries = [{**row, "lang": "es", "now": now, "zone": zone} for row in rows]
    *misses, last = score(phrases(entries)).lines
    assert last == "right 1/3 · wrong 1"
    assert len(misses) == 2
    assert "'mañana a las 5'" in misses[0]
    assert "asks (morning or evening)" in misses[0]
    assert "due ask" in misses[1]


@pytest.mark.parametrize(
    ("entry", "fault"),
    [
        ({}, "phrase 1: without expect, lang, now, text, zone"),
        ("mañana", "phrase 1: not an object"),
        ({"text": 5, "lang": "es", "now": "", "zone": "", "expect": None}, "is not a text"),
        (
            {"text": "", "lang": "es", "now": "2026-11-21T14:00", "zone": CHICAGO, "expect": None},
            "has no offset",
        ),
        (
            {
                "text": "",
                "lang": "es",
                "now": "2026-11-21T14:00Z",
                "zone": "Chicago",
                "expect": None,
            },
            "Chicago",
        ),
    ],
)
def test_a_malformed_corpus_is_refused_with_its_entry(entry: object, fault: str) -> None:
    with pytest.raises(ValueError, match=fault):
        phrases([entry])


def test_a_corpus_is_a_list() -> None:
    with pytest.raises(ValueError, match="list"):
        phrases({"text": "mañana"})


# --- days


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("15 de enero", "2027-01-15"),
        ("hasta el 15 de enero", "2027-01-15"),
        ("January 15", "2027-01-15"),
        ("Jan 15", "2027-01-15"),
        ("2027-01-15", "2027-01-15"),
        ("1/15", "2027-01-15"),
        ("el lunes", "2026-11-23"),
        ("until Monday", "2026-11-23"),
        ("before Friday", "2026-11-27"),
        ("antes del viernes", "2026-11-27"),
        ("next Friday", "2026-11-27"),
        ("sábado", "2026-11-28"),
        ("hoy", "2026-11-21"),
        ("mañana", "2026-11-22"),
        ("10 días", "2026-12-01"),
        ("una semana", "2026-11-28"),
        ("2 semanas", "2026-12-05"),
        ("for two weeks", "2026-12-05"),
        ("un par de semanas", "2026-12-05"),
        ("1 mes", "2026-12-21"),
        ("a month", "2026-12-21"),
        ("three months", "2027-02-21"),
        ("por un año", "2027-11-21"),
        ("fin de mes", "2026-11-30"),
        ("the end of the year", "2026-12-31"),
    ],
)
def test_a_day_or_a_span_is_one_day(text: str, day: str) -> None:
    assert read_day(text, SATURDAY.date()) == date.fromisoformat(day)


@pytest.mark.parametrize(
    "text",
    [
        "3/4",
        "mar 5",
        "30 de febrero",
        "lunes 22 de noviembre",
        "2026-01-15",
        "ayer",
        "unos días",
        "la próxima semana",
        "lunes o martes",
        "5",
        "no sé",
        "999 years",
        "",
        "\0\ud800",
    ],
)
def test_what_is_no_certain_day_is_none(text: str) -> None:
    assert read_day(text, SATURDAY.date()) is None


def test_a_month_from_its_last_day_ends_with_the_shorter_month() -> None:
    assert read_day("un mes", date(2027, 1, 31)) == date(2027, 2, 28)
    assert moment("en un mes a las 5 pm", now=datetime(2027, 1, 31, 18, tzinfo=UTC)) == "which week"


# --- why a person is asked


@pytest.mark.parametrize(
    ("text", "doubt"),
    [
        ("no sé", Doubt.NOT_UNDERSTOOD),
        ("5 de la tarde", Doubt.NO_DAY),
        ("el fin de semana a las 5 pm", Doubt.NO_DAY),
        ("sábado 5 de diciembre", Doubt.NO_HOUR),
        ("mañana temprano", Doubt.NO_HOUR),
        ("viernes a las 5:30", Doubt.MORNING_OR_EVENING),
        ("mañana a las 12 de la mañana", Doubt.MORNING_OR_EVENING),
        ("5/12 a las 17:00", Doubt.DAY_OR_MONTH_FIRST),
        ("sábado 10:30 pm", Doubt.WHICH_WEEK),
        ("en 15 días a las 6 pm", Doubt.WHICH_WEEK),
        ("viernes a medianoche", Doubt.WHICH_MIDNIGHT),
        ("viernes 12 am", Doubt.WHICH_MIDNIGHT),
        ("domingo y lunes 5 pm", Doubt.NOT_UNDERSTOOD),
        ("domingo, lunes 5 pm", Doubt.SEVERAL),
        ("hoy a las 8 am", Doubt.PAST),
        ("20 de noviembre 5 pm", Doubt.PAST),
        ("30 de febrero 5 pm", Doubt.IMPOSSIBLE),
        ("lunes 5 de diciembre 5 pm", Doubt.CONTRADICTORY),
        ("mañana 10 pm de la mañana", Doubt.CONTRADICTORY),
        ("14 de marzo de 2027 2:30 am", Doubt.CLOCKS_SKIP_IT),
        ("7 de noviembre de 2027 1:30 am", Doubt.CLOCKS_REPEAT_IT),
        ("mañana 4 pm ET", Doubt.OTHER_ZONE),
    ],
)
def test_a_doubt_has_its_name(text: str, doubt: Doubt) -> None:
    assert moment(text) == doubt.value


def test_mar_is_march_in_english_and_in_doubt_in_spanish() -> None:
    assert moment("Mar 5 6pm", "en") == "2027-03-05 18:00"
    assert moment("mar 5 6pm", "es") == Doubt.SEVERAL.value
    assert moment("5 mar 6pm", "es") == "2027-03-05 18:00"
    assert moment("mar 24 nov 6pm", "es") == "2026-11-24 18:00"


def test_a_weekday_settles_which_number_is_the_month() -> None:
    assert moment("sábado 5/12 6 pm") == "2026-12-05 18:00"
    assert moment("Wed 5/12 6pm", "en") == "2027-05-12 18:00"
    assert moment("lunes 5/12 6 pm") == Doubt.CONTRADICTORY.value


def test_a_day_of_the_month_counts_where_its_weekday_agrees() -> None:
    assert moment("sábado 5 10 am") == "2026-12-05 10:00"
    assert moment("viernes 5 10 am") == Doubt.CONTRADICTORY.value
    assert moment("viernes 4 15 pm") == "2026-11-27 16:15"
    assert moment("the second Saturday at 5pm", "en") == Doubt.NOT_UNDERSTOOD.value


def test_two_hours_are_never_one_with_its_minutes() -> None:
    for text in ("viernes 5 y 6 pm", "viernes de 5 a 6 pm", "Friday 5 to 6 pm", "Friday 5-6 pm"):
        assert moment(text) == Doubt.NOT_UNDERSTOOD.value


def test_a_place_behind_the_moment_is_passed_over_unless_it_may_name_a_clock() -> None:
    assert moment("mañana 5 pm en el parque") == "2026-11-22 17:00"
    assert moment("tomorrow 5 pm at City Hall", "en") == "2026-11-22 17:00"
    assert moment("mañana 5 pm en Tijuana") == Doubt.NOT_UNDERSTOOD.value


def test_a_day_begins_and_ends_by_the_clocks_of_the_zone() -> None:
    late = datetime.fromisoformat("2026-11-22T04:30:00+00:00")
    assert moment("mañana 9 am", now=late) == "2026-11-22 09:00"
    assert moment("mañana 9 am", now=late, zone="America/New_York") == "2026-11-22 09:00"
    assert moment("mañana 9 am", now=late, zone="Europe/Madrid") == "2026-11-23 09:00"


def test_hours_from_now_are_counted_across_a_change_of_clocks() -> None:
    before = datetime.fromisoformat("2027-03-13T23:00:00-06:00")
    assert moment("en 6 horas", now=before) == "2027-03-14 06:00"
    repeated = datetime.fromisoformat("2027-11-07T00:30:00-05:00")
    heard = read_moment("in 2 hours", "en", repeated, CHICAGO)
    assert heard == Moment(repeated.astimezone(UTC) + timedelta(hours=2))


# --- the days on which clocks change

CHANGES = {
    CHICAGO: {date(2027, 3, 14), date(2027, 11, 7)},
    "America/Tijuana": {date(2027, 3, 14), date(2027, 11, 7)},
    "America/Mexico_City": set(),
    "America/Tegucigalpa": set(),
    "America/Phoenix": set(),
}


@pytest.mark.parametrize("zone", ZONES)
def test_only_the_hours_that_clocks_skip_or_repeat_are_asked_back(zone: str) -> None:
    asked = set()
    for number in range(2, 365):
        day = date(2027, 1, 1) + timedelta(days=number)
        for hour in ("01:30", "02:30"):
            heard = read_moment(f"{day} {hour}", "en", NEW_YEAR, zone)
            if isinstance(heard, AskBack):
                asked.add(day)
            else:
                wall = heard.at.astimezone(ZoneInfo(zone))
                assert f"{wall:%Y-%m-%d %H:%M}" == f"{day} {hour}"
    assert asked == CHANGES[zone]


@pytest.mark.parametrize("zone", [CHICAGO, "America/Tijuana"])
def test_the_hours_around_a_change_keep_their_wall_time(zone: str) -> None:
    now = datetime(2027, 2, 1, tzinfo=UTC)
    forward = [moment(f"14 de marzo {h} am", "es", now, zone) for h in ("1:59", "2:00", "3:00")]
    assert forward == ["2027-03-14 01:59", Doubt.CLOCKS_SKIP_IT.value, "2027-03-14 03:00"]
    back = [moment(f"Nov 7 {h} am", "en", now, zone) for h in ("12:59", "1:00", "2:00")]
    assert back == ["2027-11-07 00:59", Doubt.CLOCKS_REPEAT_IT.value, "2027-11-07 02:00"]


# --- properties

VOCABULARY = re.split(
    " ",
    "mañana hoy sábado lunes mar 5 12 31 10:30 5/12 25/12 2026-12-05 diciembre dec de la las a "
    "tarde noche am pm p a.m. at on the next próximo este que viene en in 2 horas semanas un media "
    "y cuarto para menos half past quarter to CT ET hora time noon medianoche tonight 1730 h hrs "
    "fin mes 29 febrero 0 00:00 -06:00 T Z , - / : . th 1ro segundo \0 \ud800 ñ ½ ٣",
)
NOISE = st.text() | st.lists(st.sampled_from(VOCABULARY), max_size=14).map(" ".join)
NOWS = st.datetimes(datetime(2026, 1, 1), datetime(2029, 1, 1), timezones=st.just(UTC))


@settings(max_examples=600, deadline=None)
@given(NOISE, st.sampled_from(["es", "en"]), NOWS, st.sampled_from(ZONES))
@example("9" * 160, "es", SATURDAY, CHICAGO)
@example("\ufdfa" * 160, "es", SATURDAY, CHICAGO)
@example("2026-12-05T10:30:00+99:99", "en", SATURDAY, CHICAGO)
def test_no_text_raises_and_no_moment_is_past(
    text: str, language: str, now: datetime, zone: str
) -> None:
    heard = read_moment(text, language, now, zone)
    assert isinstance(heard, AskBack) or (heard.at > now and heard.at.tzinfo is UTC)
    day = read_day(text, now.date())
    assert day is None or day >= now.date()


@st.composite
def walls(draw: st.DrawFn) -> tuple[datetime, str]:
    """A wall time that exists once on the clocks of a zone, within a year."""
    zone = draw(st.sampled_from(ZONES))
    minutes = draw(st.integers(2 * 24 * 60, 364 * 24 * 60))
    at = (NEW_YEAR + timedelta(minutes=minutes)).astimezone(ZoneInfo(zone))
    assume(at.utcoffset() == at.replace(fold=1 - at.fold).utcoffset())
    return at, zone


def in_twelve(at: datetime, language: Language) -> list[str]:
    hour, half = at.hour % 12 or 12, "am" if at.hour < 12 else "pm"
    weekday = WEEKDAYS[language][at.weekday()]
    month = MONTHS[language][at.month - 1]
    clock = f"{hour}:{at.minute:02} {half}"
    if language == "es":
        dotted = f"{hour}:{at.minute:02} {half[0]}. m."
        return [
            f"{weekday} {at.day} de {month} de {at.year} a las {clock}",
            f"{weekday} {at.day} {month[:3]} {at.year}, {dotted}",
            f"{clock} del {at.day} de {month} del {at.year}",
            f"{at.day}-{month}-{at.year} {hour}:{at.minute:02}{half.upper()}",
        ]
    return [
        f"{weekday}, {month} {at.day}, {at.year} at {clock.upper()}",
        f"{at.day} {month[:3]} {at.year} {hour}:{at.minute:02}{half[0]}",
        f"{clock} on {weekday[:3]} {month} {at.day} {at.year}",
    ]


def in_twenty_four(at: datetime, language: Language) -> list[str]:
    month = MONTHS[language][at.month - 1]
    iso = [f"{at:%Y-%m-%d %H:%M}", f"{at:%Y-%m-%dT%H:%M:00}", f"{at:%Y-%m-%dT%H:%M%z}"]
    # 10 and 11 have no leading zero to tell them from an evening hour
    if at.hour in (10, 11):
        return iso
    if language == "es":
        return [*iso, f"{at.day} de {month} de {at.year} a las {at:%H:%M} hrs"]
    return [*iso, f"{month} {at.day}, {at.year} at {at:%H:%M}"]


@settings(max_examples=300, deadline=None)
@given(walls(), st.sampled_from(["es", "en"]))
def test_any_instant_reads_back_from_every_way_it_is_written(
    wall: tuple[datetime, str], language: Language
) -> None:
    at, zone = wall
    at = at.replace(second=0)
    for text in in_twelve(at, language) + in_twenty_four(at, language):
        assert read_moment(text, language, NEW_YEAR, zone) == Moment(at.astimezone(UTC)), text


@settings(max_examples=200, deadline=None)
@given(walls(), st.sampled_from([("es", "MX"), ("es", "US"), ("es", "GT"), ("en", "US")]))
def test_what_the_bot_writes_of_a_moment_the_bot_can_read(
    wall: tuple[datetime, str], reader: tuple[Language, str]
) -> None:
    at, zone = wall
    language, country = reader
    text = f"{date_words(at, zone, language, country)} {at.year} {time_words(at, zone, *reader)}"
    assert read_moment(text, language, NEW_YEAR, zone) == Moment(at.astimezone(UTC)), text
    alone = date_time_words(at, zone, language, country)
    heard = read_moment(alone, language, at.astimezone(UTC) - timedelta(days=30), zone)
    assert heard == Moment(at.astimezone(UTC)), alone


@settings(max_examples=200, deadline=None)
@given(st.dates(date(2027, 1, 1), date(2027, 12, 31)), st.sampled_from(["es", "en"]))
def test_any_day_reads_back_as_the_bot_writes_it(day: date, language: Language) -> None:
    assert read_day(day_words(day, language), date(2027, 1, 1)) == day
    assert read_day(day.isoformat(), date(2027, 1, 1)) == day
