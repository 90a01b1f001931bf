"""Every transcript, played anew: what is said today is what a native speaker has reviewed."""

from pathlib import Path

import pytest

from tests.talk import Office
from tests.transcripts import script

SMS_ALLOWED_TO_JOIN = 8
ONLY_ON_TELEGRAM = {
    *("blocked", "buttons", "contact", "edited", "group", "location", "stale-button"),
    "start-link",
}
IN_BOTH_LANGUAGES = {"language-switch", "need_life"}
"""The second shows a preview: what is sent, as readers of each language get it."""


@pytest.mark.parametrize("path", script.paths(), ids=script.name)
def test_the_bot_says_what_was_reviewed(
    path: Path, office: Office, request: pytest.FixtureRequest
) -> None:
    language, channel = path.parts[-3:-1]
    reviewed = path.read_text("utf-8")
    said = script.played(script.read(reviewed), office, language, channel)
    if request.config.getoption("--rewrite-transcripts"):
        path.write_text(said, "utf-8")
    else:
        assert said == reviewed, f"review the change, then: make transcripts ({path.name})"


def names(language: str, channel: str) -> set[str]:
    return {path.stem for path in (script.HERE / language / channel).glob("*.txt")}


def test_every_path_is_there_in_both_languages_and_on_both_channels() -> None:
    for channel in script.CHANNELS:
        assert names("es", channel) == names("en", channel)
    assert names("es", "telegram") - names("es", "sms") == ONLY_ON_TELEGRAM
    assert names("es", "sms") <= names("es", "telegram")


def test_every_transcript_says_what_it_shows() -> None:
    for path in script.paths():
        about = script.read(path.read_text("utf-8")).about
        assert about, path
        assert all(len(line) > len("# a word") for line in about), path


@pytest.mark.parametrize("language", script.LANGUAGES)
def test_a_volunteer_is_in_after_eight_texts(language: str) -> None:
    path = script.HERE / language / "sms" / "individual.txt"
    text = path.read_text("utf-8")
    sent = [line for line in script.read(text).lines if line.startswith(">")]
    assert len(sent) <= SMS_ALLOWED_TO_JOIN
    assert {"es": "Ya eres parte", "en": "You're in"}[language] in text


def test_nothing_is_left_untranslated_in_spanish() -> None:
    for path in script.paths():
        if path.parts[-3] == "es" and path.stem not in IN_BOTH_LANGUAGES:
            heard = " ".join(
                line
                for line in path.read_text("utf-8").splitlines()
                if not line.lstrip("0123456789").startswith((">", "#", "*"))
            )
            assert not {"the", "your", "you", "STOP", "HELP"} & set(heard.split()), path
