"""`python -m locales`, on a small project of its own."""

import json
import re
from pathlib import Path
from threading import Thread

import pytest

from locales.__main__ import main
from locales.checks import problems
from locales.upkeep import add_translations, catalog_path, template_path, untranslated, update

SOURCE = """
from locales import _, n_, p_
hello = _("Hello, {name}.", name="Ana")
boxes = n_("{n} box", "{n} boxes", 2)
may = p_("month", "May")
"""
SPANISH: dict[str, str | list[str]] = {
    "Hello, {name}.": "Hola, {name}.",
    "{n} box": ["{n} caja", "{n} cajas"],
    "month|May": "mayo",
}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for folder in ("bot/web/templates", "handlers", "locales", "storage"):
        (tmp_path / folder).mkdir(parents=True)
    say(tmp_path, SOURCE)
    return tmp_path


@pytest.fixture
def translated(project: Path) -> Path:
    assert add_translations(SPANISH, project) == []
    assert problems(project) == []
    return project


def say(project: Path, code: str, file: str = "handlers/greeting.py") -> None:
    (project / file).write_text(code, "utf-8")


def spanish(project: Path) -> str:
    return catalog_path("es", project).read_text("utf-8")


def rewrite_spanish(project: Path, old: str, new: str) -> None:
    text = spanish(project)
    assert old in text
    catalog_path("es", project).write_text(text.replace(old, new), "utf-8")


def test_texts_of_code_and_pages_are_found(project: Path) -> None:
    say(project, "<p>{{ _('On a page') }}</p>", "bot/web/templates/page.html")
    update(project)
    assert set(untranslated(project)) == {"Hello, {name}.", "{n} box", "month|May", "On a page"}


def test_english_fills_itself(project: Path) -> None:
    update(project)
    assert not [fault for fault in problems(project) if fault.startswith("en")]


def test_updating_twice_changes_nothing(translated: Path) -> None:
    before = [template_path(translated).read_bytes(), catalog_path("es", translated).read_bytes()]
    update(translated)
    after = [template_path(translated).read_bytes(), catalog_path("es", translated).read_bytes()]
    assert before == after
    assert not re.search(rb"\d\d\d\d-\d\d|:\d+\n|Babel", b"".join(after))


def test_moving_a_text_within_its_file_changes_nothing(translated: Path) -> None:
    before = spanish(translated)
    say(translated, "\n\n\n" + SOURCE)
    update(translated)
    assert spanish(translated) == before


def test_a_text_that_is_gone_leaves_the_catalogs(translated: Path) -> None:
    say(translated, SOURCE.replace("Hello, {name}.", "Hi, {name}."))
    assert any("lacks 'Hi, {name}.'" in fault for fault in problems(translated))
    assert any("which no source says" in fault for fault in problems(translated))
    update(translated)
    assert "Hello" not in spanish(translated)
    assert problems(translated) == ["es: 'Hi, {name}.': untranslated"]


def test_half_a_source_file_drops_no_translation(
    translated: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = spanish(translated)
    say(translated, "from locales import _\nhello = _(")
    assert main(["update"], translated) == 2
    assert "greeting.py" in capsys.readouterr().err
    assert spanish(translated) == before


def test_a_text_that_becomes_plural_is_translated_anew(translated: Path) -> None:
    say(translated, 'n_("Hello, {name}.", "Hello, {name} and {n}.", 2, name="Ana")')
    update(translated)
    assert untranslated(translated) == {"Hello, {name}.": ["", ""]}


def test_translations_come_from_a_file(
    project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "new.json"
    file.write_text(json.dumps({"Hello, {name}.": "Hola, {name}."}), "utf-8")
    assert main(["translate", str(file)], project) == 0
    told = capsys.readouterr().out
    assert "still untranslated: '{n} box'" in told
    assert "Hello" not in told


def test_fill_prints_what_translate_reads(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["fill"], project) == 0
    assert json.loads(capsys.readouterr().out) == {
        "Hello, {name}.": "",
        "month|May": "",
        "{n} box": ["", ""],
    }


@pytest.mark.parametrize(
    ("name", "texts", "reason"),
    [
        ("Never said", "Nunca", "no such text"),
        ("Hello, {name}.", "Hola, {nombre}.", "has no {nombre}"),
        ("Hello, {name}.", "Hola, {name!r}.", "has no {name}"),
        ("Hello, {name}.", "Hola, {name.", "expected '}'"),
        ("Hello, {name}.", "", "none of them empty"),
        ("{n} box", "cajas", "2 texts wanted"),
        ("May", "mayo", "no such text"),
    ],
)
def test_a_translation_that_can_not_hold_is_refused_alone(
    project: Path, name: str, texts: str, reason: str
) -> None:
    (refusal,) = add_translations({name: texts, "month|May": "mayo"}, project)
    assert reason in str(refusal)
    assert "mayo" in spanish(project)


def test_a_file_that_is_no_object_is_refused_in_one_line(
    project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "new.json"
    for content in ("[]", "{", "{}x"):
        file.write_text(content, "utf-8")
        assert main(["translate", str(file)], project) == 2
        assert len(capsys.readouterr().err.splitlines()) == 1


def test_two_people_may_add_translations_at_once(project: Path) -> None:
    update(project)
    threads = [
        Thread(target=add_translations, args=({name: texts}, project))
        for name, texts in SPANISH.items()
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert untranslated(project) == {}


@pytest.mark.parametrize(
    ("code", "fault"),
    [
        ('_(f"Hello, {x}")', "f-string"),
        ("_(x)", "needs its text written out"),
        ('n_("a box", x, 2)', "needs its text written out"),
        ('_("Hello, {name}.")', "given nothing but its text names name"),
        ('_("Hello.", name="Ana")', "given name but its text names nothing"),
        ('n_("{n} box of {thing}", "{n} boxes of {thing}", 2)', "names thing"),
        ('p_("month", "{year}")', "names year"),
    ],
)
def test_a_call_that_no_catalog_can_serve_is_named(project: Path, code: str, fault: str) -> None:
    say(project, code)
    update(project)
    (found,) = [told for told in problems(project) if told.startswith("handlers/greeting.py:1:")]
    assert fault in found


def test_calls_with_other_names_or_arguments_from_elsewhere_are_left_alone(project: Path) -> None:
    say(project, 'x._(1)\nother(y)\n_("Hello, {name}.", **given)\n')
    add_translations({"Hello, {name}.": "Hola, {name}."}, project)
    assert problems(project) == []


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ('msgstr "Hola, {name}."', 'msgstr ""', "untranslated"),
        ('msgstr[1] "{n} cajas"', 'msgstr[1] ""', "untranslated"),
        ("Hola, {name}.", "Hola.", "{name} is in only one"),
        ("Hola, {name}.", "Hola, {name:>9}.", "{name} is in only one"),
        ("Hola, {name}.", "Hola, {name.", "can't be read"),
        ("{n} cajas", "cajas", "{n} is in only one"),
        ("Hola, {name}.", "Hola, {name}. ", "begins or ends"),
        ("Hola, {name}.", "Hola, {name}…", "HORIZONTAL ELLIPSIS"),
        ("Hola, {name}.", "“Hola”, {name}.", "LEFT DOUBLE QUOTATION MARK"),
        ("Hola, {name}.", "Hola [{name}].", "LEFT SQUARE BRACKET"),
        ("Hola, {name}.", "Hola, {name}!", "don't pair"),
        ("Hola, {name}.", "¡Hola! ¡{name}!", "one exclamation mark"),
        ("Hola, {name}.", "man\u0303ana, {name}.", "composed form"),
    ],
)
def test_a_bad_translation_is_named(translated: Path, old: str, new: str, fault: str) -> None:
    rewrite_spanish(translated, old, new)
    told = problems(translated)
    assert any(fault in line for line in told), told
    assert main(["check"], translated) == 1


def test_a_singular_may_leave_its_count_out(translated: Path) -> None:
    rewrite_spanish(translated, '{n} caja"', 'una caja"')
    assert problems(translated) == []


def test_a_fuzzy_translation_is_named(translated: Path) -> None:
    rewrite_spanish(translated, '#, python-brace-format\nmsgid "Hello', '#, fuzzy\nmsgid "Hello')
    assert "es: 'Hello, {name}.': fuzzy" in problems(translated)


def test_english_that_was_edited_in_its_catalog_is_named(translated: Path) -> None:
    path = catalog_path("en", translated)
    path.write_text(path.read_text("utf-8").replace('msgstr "May"', 'msgstr "Mai"'), "utf-8")
    assert any(
        fault.startswith("en: 'month|May': English differs") for fault in problems(translated)
    )


def test_placeholders_are_plain_names(project: Path) -> None:
    say(project, '_("{n:,} of {} {who.name}", **given)')
    update(project)
    told = "\n".join(problems(project))
    for name in ("{n}", "{}", "{who.name}"):
        assert f"placeholder {name} must be a plain name" in told


def test_an_unknown_language_and_a_missing_catalog_are_named(translated: Path) -> None:
    (translated / "locales/xx/LC_MESSAGES").mkdir(parents=True)
    catalog_path("en", translated).unlink()
    told = "\n".join(problems(translated))
    assert "locales/xx: not one of the languages" in told
    assert "enlace.po: missing" in told


def test_typography_is_free_on_pages_only(project: Path) -> None:
    page = "bot/web/templates/page.html"
    say(project, "{{ _('Loading…') }}", page)
    add_translations({**SPANISH, "Loading…": "Cargando…"}, project)
    assert problems(project) == []
    say(project, SOURCE + '_("Loading…")')
    update(project)
    assert any("HORIZONTAL ELLIPSIS" in fault for fault in problems(project))


def test_catalogs_that_may_ship_pass_in_silence(
    translated: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check"], translated) == 0
    assert capsys.readouterr() == ("", "")
