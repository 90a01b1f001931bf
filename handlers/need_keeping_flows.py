"""What a shelter is asked back about its needs: how much, by when, why, from whom. No outcomes."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from handlers.conversation.deadlines import when_needed
from handlers.conversation.flow import (
    Answers,
    Ask,
    Choose,
    Condition,
    Flow,
    Heard,
    Hearing,
    NotUnderstood,
    Option,
    Understood,
    always,
)
from handlers.conversation.vocabulary import ALL, NO, YES
from handlers.conversation.words import fold, word_set
from handlers.rendering import Joined
from locales import Message, _
from locales.formatting import Moment
from locales.labels import AMOUNTS

EVERYTHING: Final = "all"
REASONS: Final[Mapping[str, Message]] = {
    "enough": _("We have enough now"),
    "elsewhere": _("It came from elsewhere"),
    "mistake": _("It was a mistake"),
    "other": _("Another reason"),
}
_YES_OR_NO = (Option("yes", _("Yes"), words=YES), Option("no", _("No"), words=NO))
_LEFT = _("All right, nothing was changed.")


def _by(heard: Heard) -> Hearing:
    """An instant on the shelter's clocks."""
    hearing = when_needed(heard, str(heard.known["zone"]))
    if isinstance(hearing, Understood) and hearing.value["by"] is None:
        return NotUnderstood()
    return hearing


def _moment(value: Any) -> Message:
    return _("{moment}", moment=Moment(datetime.fromisoformat(value["by"]), value["zone"]))


def _givers(answers: Answers) -> Sequence[dict[str, Any]]:
    found: Sequence[dict[str, Any]] = answers["givers"]
    return found


def _giver(heard: Heard) -> Hearing:
    """A handle, or all of them; the numbers of the list are heard before."""
    said = fold(heard.text)
    for each in _givers(heard.known):
        everybody = each["id"] == EVERYTHING and said in ALL
        if everybody or (each["id"] != EVERYTHING and said == fold(each["label"])):
            return Understood(each)
    return NotUnderstood()


def giver_words(value: Any) -> Message | Joined:
    if value["id"] == EVERYTHING:
        return _("All of them")
    return Joined((value["label"], AMOUNTS[value["unit"]](value["due"])))


def _is_open(answers: Answers) -> bool:
    return "chosen" not in answers


def is_part(answers: Answers) -> bool:
    """Less came than somebody promised."""
    giver = answers.get("who") or answers.get("chosen")
    if not giver or giver["id"] == EVERYTHING:
        return False
    units = answers.get("units")
    return units is not None and 0 < units < giver["due"]


def _yes_or_no(key: str, ask: Message, label: Message, *, when: Condition = always) -> Choose:
    return Choose(
        key=key, ask=ask, label=label, example=_("YES, or NO"), options=_YES_OR_NO, when=when
    )


receiving = Flow(
    "need_received",
    version=1,
    title=_("What has arrived"),
    left=_LEFT,
    steps=(
        Ask(
            key="who",
            ask=_("From whom did it come? A number, or ALL."),
            label=_("From"),
            example=_("1"),
            parse=_giver,
            offers=_givers,
            named=giver_words,
            show=giver_words,
            when=_is_open,
        ),
        _yes_or_no("rest", _("Does the rest of it still come?"), _("The rest"), when=is_part),
    ),
)

resizing = Flow(
    "need_resize",
    version=1,
    title=_("Asking for more or less"),
    left=_LEFT,
    steps=(_yes_or_no("sure", _("Shall we do that?"), _("Sure")),),
)

extending = Flow(
    "need_extend",
    version=1,
    title=_("A later date"),
    left=_LEFT,
    steps=(
        Ask(
            key="by",
            ask=_("Until when? A day and an hour."),
            label=_("By when"),
            example=_("Friday 5 pm"),
            parse=_by,
            named=_moment,
            show=_moment,
        ),
    ),
)

closing = Flow(
    "need_close",
    version=1,
    title=_("Closing a need"),
    left=_LEFT,
    steps=(
        Choose(
            key="reason",
            ask=_("Why do you close it? Whoever promised something is told."),
            label=_("Reason"),
            example=_("1"),
            options=(
                Option(
                    "enough",
                    REASONS["enough"],
                    words=word_set(
                        "enough suficiente basta covered cubierto",
                        *("ya tenemos", "ya no hace falta", "we have enough", "ya es suficiente"),
                        *("no longer needed", "ya hay", "ya esta"),
                    ),
                ),
                Option(
                    "elsewhere",
                    REASONS["elsewhere"],
                    words=word_set(
                        "elsewhere", "otra parte", "otro lado", "nos lo donaron", "lo compramos"
                    ),
                ),
                Option(
                    "mistake",
                    REASONS["mistake"],
                    words=word_set("mistake error equivocacion", "por error", "me equivoque"),
                ),
                Option("other", REASONS["other"], words=word_set("other otro otra")),
            ),
        ),
    ),
)
