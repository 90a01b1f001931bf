"""The documents say what the code does."""

import re
from pathlib import Path

from bot.documents import conversations_page
from bot.settings import Settings

_ROOT = Path(__file__).parents[1]


def _document(name: str) -> str:
    return (_ROOT / name).read_text("utf-8")


def test_the_diagrams_are_those_of_the_flows() -> None:
    assert _document("docs/conversations.md") == conversations_page(), "run `make documents`"


def test_every_setting_is_explained() -> None:
    text = _document("docs/operating.md")
    suffixes = ("RETENTION_DAYS_SESSIONS", "RETENTION_DAYS_CLOSED")
    missing = [
        name.upper()
        for name in Settings.model_fields
        if f"`{name.upper()}" not in text and name.upper() not in suffixes
    ]
    assert not missing


def test_every_link_between_documents_leads_somewhere() -> None:
    for page in [*_ROOT.glob("*.md"), *(_ROOT / "docs").glob("*.md")]:
        for target in re.findall(r"\]\((?!https?://)([^)#]+)", page.read_text("utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"
