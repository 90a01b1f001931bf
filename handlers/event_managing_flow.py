"""EVENT and a code as a form: what is to be changed, and to what. No outcomes."""

from collections.abc import Sequence
from dataclasses import replace

from handlers.conversation.flow import Answers, Ask, Choose, Condition, Confirm, Flow, Option
from handlers.conversation.parsing import place_label
from handlers.conversation.words import word_set
from handlers.event_posting_flow import (
    ADDRESS,
    AUDIENCES,
    CAPACITY,
    CITY,
    LINK,
    MINUTES,
    NOTES,
    SERVICES,
    TITLE,
    WHEN,
    is_in,
    words,
)
from handlers.reminder_words import read_steps, steps_words
from locales import _

_LONGEST_REASON = 120


def _can(*states: str) -> Condition:
    return is_in("status", states)


def _is_uninvited(answers: Answers) -> bool:
    return answers.get("status") in ("draft", "open") and not answers.get("invited")


def _is_series(answers: Answers) -> bool:
    for_all = ("cancel", "reminders", "minutes", "services")
    return bool(answers.get("series")) and answers.get("what") in for_all


def _moves(answers: Answers) -> bool:
    return answers.get("what") == "place"


def _confirms(answers: Answers) -> bool:
    return answers.get("what") != "copy"


_AHEAD = _can("draft", "open")


def _options() -> Sequence[Option]:
    return (
        Option(
            "invite",
            _("Invite people"),
            words=word_set("invitar anunciar announce publicar publish"),
            when=_is_uninvited,
        ),
        Option("when", _("Another time"), words=word_set("hora fecha time date"), when=_AHEAD),
        Option("place", _("Another place"), words=word_set("lugar place where"), when=_AHEAD),
        Option("link", _("The link"), words=word_set("link enlace liga"), when=_AHEAD),
        Option("title", _("The title"), words=word_set("titulo nombre title name"), when=_AHEAD),
        Option("capacity", _("How many fit"), words=word_set("cupo capacity room"), when=_AHEAD),
        Option("notes", _("What to know"), words=word_set("notas notes"), when=_AHEAD),
        Option(
            "minutes", _("How long it lasts"), words=word_set("dura duracion duration"), when=_AHEAD
        ),
        Option(
            "services",
            _("What there will be"),
            words=word_set("servicios services accesibilidad interprete"),
            when=_AHEAD,
        ),
        Option(
            "reminders",
            _("The reminders"),
            words=word_set("recordatorio recordatorios reminder reminders avisos"),
            when=_AHEAD,
        ),
        Option("cancel", _("Call it off"), words=word_set("anular suspender"), when=_AHEAD),
        Option("copy", _("A copy for another day"), words=word_set("copia copiar copy repetir")),
    )


managing = Flow(
    "event_change",
    version=1,
    title=_("Changing an event"),
    left=_("All right, nothing was changed."),
    steps=(
        Choose(
            key="what",
            ask=_("What shall we change?"),
            label=_("What changes"),
            example=_("2"),
            options=tuple(_options()),
        ),
        replace(WHEN, when=is_in("what", ("when",))),
        replace(CITY, when=_moves),
        replace(ADDRESS, when=_moves),
        replace(LINK, when=is_in("what", ("link",))),
        replace(TITLE, when=is_in("what", ("title",))),
        replace(CAPACITY, when=is_in("what", ("capacity",))),
        replace(NOTES, when=is_in("what", ("notes",))),
        replace(
            MINUTES,
            ask=_("How long does it last?"),
            optional=False,
            when=is_in("what", ("minutes",)),
        ),
        replace(
            SERVICES,
            ask=_("What will there be, in all?"),
            when=is_in("what", ("services",)),
        ),
        Ask(
            key="reminders",
            ask=_(
                "How long before do we remind people? Like: 3 days, 1 day, 2 hours. "
                "Or: add 1 hour, remove 1 day, the usual."
            ),
            label=_("Reminders"),
            example=_("3 days, 1 day, 2 hours"),
            parse=read_steps,
            show=steps_words,
            when=is_in("what", ("reminders",)),
        ),
        Choose(
            key="which",
            ask=_("Only this one, or all that follow too?"),
            label=_("Which"),
            example=_("1"),
            options=(
                Option("one", _("Only this one"), words=word_set("esta este this one solo")),
                Option("all", _("All that follow"), words=word_set("todas todos all")),
            ),
            when=_is_series,
        ),
        Ask(
            key="reason",
            ask=_("Why? Whoever wanted to come reads it."),
            label=_("Reason"),
            example=_("It will rain hard."),
            parse=words(_LONGEST_REASON),
            show=place_label,
            optional=True,
            dictated=True,
            when=is_in("what", ("cancel",)),
        ),
        Choose(
            key="audience",
            ask=_("Whom shall we invite?"),
            label=_("Invite"),
            example=_("1"),
            options=tuple(AUDIENCES[each] for each in ("own", "near", "all", "nobody")),
            when=is_in("what", ("invite",)),
        ),
        Confirm(
            ask=_("Shall I do it? Whoever wanted to come is told what they need to know."),
            label=_("Confirm"),
            example=_("YES"),
            yes=_("Yes, do it"),
            when=_confirms,
        ),
    ),
)
