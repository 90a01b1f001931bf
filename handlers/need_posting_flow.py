"""NEED as a form: what is asked of whoever posts a need, and how it is read. No outcomes."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from handlers.conversation.deadlines import leading_urgency, when_needed
from handlers.conversation.flow import (
    ANEW,
    Answers,
    Ask,
    AskBack,
    Choose,
    Confirm,
    Flow,
    Heard,
    Hearing,
    NotUnderstood,
    Parser,
    Understood,
)
from handlers.conversation.need_items import Item, asks_for_money, read_amount, read_items
from handlers.conversation.parsing import tidy
from handlers.conversation.vocabulary import NO, NONE, YES
from handlers.conversation.words import fold, word_set
from handlers.links import as_it_arrives, has_link
from handlers.needs import Lack
from handlers.needs_words import so_many_of
from handlers.options import options
from locales import Message, _, vocabulary
from locales.formatting import Listing, Moment
from locales.labels import AMOUNTS, CATEGORIES, CATEGORIES_SHORT, URGENCY

_LONGEST_WORDS: Final = 160
_LONGEST_NOTE: Final = 80
_AGAIN = re.compile(
    r"(?:otra vez|de nuevo|nuevamente|lo mismo(?: que)?|igual que|repetir|repite|again|repeat|"
    r"same(?: as)?|same again)?\s*#?(?P<code>[a-z][0-9]{1,7})(?:\s+(?:otra vez|de nuevo|again))?",
    re.IGNORECASE,
)
_THE_LAST = word_set(
    "again repeat repetir repite same nuevamente",
    *("otra vez", "de nuevo", "lo mismo", "lo mismo de siempre", "same again", "the same"),
)
_DEADLINE = re.compile(
    r"[\s,.]+(?=(?:para|antes|a m[aá]s tardar|by|before|no later|until|hasta|hoy|today|tonight|"
    r"(?:el|este) (?:lunes|martes|mi[eé]rcoles|jueves|viernes|s[aá]bado|domingo)|"
    r"(?:on|this) (?:mon|tues|wednes|thurs|fri|satur|sun)day|"
    r"ma[ñn]ana|tomorrow|urge|urgente|urgent|asap|(?:es )?cr[ií]tic[oa]|critical)\b)",
    re.IGNORECASE,
)
_NOT_A_THING = (
    YES
    | NO
    | NONE
    | word_set(
        "hola hello hi hey algo something cosas things todo everything",
        *("no se", "i dont know", "de todo", "muchas cosas"),
    )
)
_WHEN = re.compile(r"\b\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}\b|\b\d{1,2}:\d{2}\b")
_PHONE = re.compile(r"\d(?:[\W_]{0,3}\d){6,}")
_REPLY_TO = re.compile(
    r"\b(?:responde|contesta|manda|env[ií]a|escribe|reply|answer|text|send)\w*\b.{0,40}\b"
    r"(?:a|al|to)\s+\d{4,}",
    re.IGNORECASE,
)
"""A short code is no phone number by its length."""
_MOST_OFFERED: Final = 3
_MOST_SHELTERS: Final = 9
_UNTIMED = ("critical", "urgent", "soon", "ongoing")


def has_several_shelters(answers: Answers) -> bool:
    return "shelters" in answers


def lacks_amount(answers: Answers) -> bool:
    return any(each["quantity"] is None for each in _listed(answers))


def is_one_thing(answers: Answers) -> bool:
    """Of one thing the category can be changed; of several only what isn't known is asked."""
    found = _listed(answers)
    return len(found) == 1 or any(each["category"] is None for each in found)


def _listed(answers: Answers) -> Sequence[Mapping[str, Any]]:
    items: Mapping[str, Any] = answers.get("items") or {}
    found: Sequence[Mapping[str, Any]] = items.get("list", ())
    return found


def _shelters(answers: Answers) -> Sequence[dict[str, Any]]:
    found: Sequence[dict[str, Any]] = answers.get("shelters", ())
    return found[:_MOST_SHELTERS]


def _former(answers: Answers) -> Sequence[dict[str, Any]]:
    """What this shelter needed before, the newest first."""
    return [each for each in answers.get("former", ()) if each["home"] == answers["shelter"]["id"]]


def _offered_again(answers: Answers) -> Sequence[dict[str, Any]]:
    """Each thing once."""
    by_item = {fold(each["label"]): each for each in reversed(_former(answers))}
    return list(reversed(by_item.values()))[:_MOST_OFFERED]


def _drop_offs(answers: Answers) -> Sequence[dict[str, Any]]:
    home = answers["shelter"]["id"]
    return [each for each in answers.get("drop_offs", ()) if each["home"] == home]


def _shelter(heard: Heard) -> Hearing:
    """By code or name, or a part of the name that no other has."""
    said = fold(heard.text)
    shelters: Sequence[dict[str, Any]] = heard.known.get("shelters", ())
    named = [each for each in shelters if said in (each["code"], fold(each["label"]))]
    named = named or [each for each in shelters if said and said in fold(each["label"])]
    if len(named) == 1:
        return Understood(named[0])
    if named:
        return AskBack(_("Which shelter?"), tuple(named[:4]))
    return NotUnderstood(_("I don't know that shelter. Its name or its code, please."))


def _things(heard: Heard) -> Hearing:
    """What is needed, with all else that was said along: how many, by when, how urgent."""
    former = _repeated(heard)
    if former is not None:
        return Understood(former)
    if asks_for_money(heard.text):
        return NotUnderstood(_("I don't ask people for money. What would it buy? I ask for that."))
    text, when = _with_deadline(heard)
    items = read_items(text)
    fault = _bait(text) or _fault(items)
    if fault is not None:
        return NotUnderstood(fault)
    also: dict[str, Any] = {"amount": ANEW, "category": ANEW, "when": when or ANEW}
    if len(items) == 1 and items[0].category:
        also["category"] = items[0].category
    if when is None and "when" in heard.known:
        del also["when"]
    if "note" not in heard.known:
        also["note"] = None
    value = {"label": items[0].item, "list": [_as_answer(each) for each in items]}
    return Understood({**value, "also": also})


def _fault(items: Sequence[Item]) -> Message | None:
    if not items or any(fold(each.item) in _NOT_A_THING for each in items):
        return _("What and how many, like: 20 boxes of diapers. Several things: with commas.")
    if not all(each.item for each in items):
        return _("Of what? Like: 20 boxes of diapers.")
    if len(items) > 1 and any(each.quantity is None for each in items):
        return _("How many of each? Like: 10 boxes of water, 5 blankets.")
    return None


def _as_answer(item: Item) -> dict[str, Any]:
    return {
        "item": item.item,
        "quantity": item.quantity,
        "unit": item.unit,
        "category": item.category,
    }


def _repeated(heard: Heard) -> dict[str, Any] | None:
    """A need of before, by its code, or the last one."""
    former = _former(heard.known)
    text = tidy(heard.text[:_LONGEST_WORDS])
    if former and fold(text) in _THE_LAST:
        return former[0]
    match = _AGAIN.fullmatch(text)
    code = match["code"].upper() if match else None
    return next((each for each in former if each["code"] == code), None)


def _with_deadline(heard: Heard) -> tuple[str, dict[str, Any] | None]:
    """The text without the time that it names, and that time where it is certain."""
    urgency, text = leading_urgency(heard.text)
    zone = _zone(heard)
    for cut in [match.start() for match in _DEADLINE.finditer(text)]:
        tail = text[cut:].strip(" ,.\n")
        hearing = when_needed(replace(heard, text=f"{urgency or ''} {tail}".strip()), zone)
        if isinstance(hearing, Understood):
            return text[:cut], hearing.value
        if isinstance(hearing, AskBack):
            return text[:cut], None
    if urgency is None:
        return text, None
    return text, {"urgency": urgency, "by": None, "zone": zone, "label": urgency}


def _zone(heard: Heard) -> str:
    return str(heard.known["shelter"]["zone"])


def _amount(heard: Heard) -> Hearing:
    found = read_amount(heard.text)
    if found is None or found.rest:
        return NotUnderstood()
    return Understood({"quantity": found.quantity, "unit": found.unit})


def _amount_words(value: Any) -> Message | str:
    unit = value["unit"]
    return AMOUNTS[unit](value["quantity"]) if unit else str(value["quantity"])


def _when(heard: Heard) -> Hearing:
    return when_needed(heard, _zone(heard))


def _urgencies(_answers: Answers) -> Sequence[dict[str, Any]]:
    return [{"urgency": code, "by": None, "zone": None, "label": code} for code in _UNTIMED]


def _when_offered(value: Any) -> Message:
    """How near a deadline each urgency means."""
    if value["by"]:
        return _("{moment}", moment=_moment(value))
    match value["urgency"]:
        case "critical":
            return _("critical: within 12 hours")
        case "urgent":
            return _("urgent: within 2 days")
        case "soon":
            return _("soon: within a week")
        case _:
            return _("ongoing: always needed")


def when_words(value: Any) -> Message:
    urgency = URGENCY[value["urgency"]]
    if value["by"]:
        return _("{moment} ({urgency})", moment=_moment(value), urgency=urgency)
    return urgency


def _moment(value: Any) -> Moment:
    return Moment(datetime.fromisoformat(value["by"]), value["zone"])


def _words_for_all(most: int) -> Parser:
    """Words that others will read: no payment, no link and no number that could be a trap."""

    def parse(heard: Heard) -> Hearing:
        text = tidy(heard.text)
        if len(text) > most:
            return NotUnderstood(_("That is too long for me. Up to {most} letters.", most=most))
        fault = _bait(text)
        if fault is not None or not any(char.isalnum() for char in text):
            return NotUnderstood(fault)
        return Understood({"label": text})

    return parse


def _bait(text: str) -> Message | None:
    if asks_for_money(text):
        return _("Nothing about money or payments, please: people would be cheated.")
    seen = _WHEN.sub("when", as_it_arrives(text))
    if has_link(seen) or _PHONE.search(seen) or _REPLY_TO.search(seen):
        return _("No links and no phone numbers, please: everyone will read this.")
    return None


def thing_words(unit: str, quantity: int | None, item: str) -> Message | str:
    """ "20 boxes of "diapers"", or the thing alone while nobody has said how many."""
    return item if quantity is None else so_many_of(unit, quantity, item)


def _things_words(value: Any) -> Listing:
    return Listing(
        tuple(thing_words(each["unit"], each["quantity"], each["item"]) for each in value["list"])
    )


def lacks_of(answers: Mapping[str, Any]) -> list[Lack]:
    """One for each thing that was named."""
    amount, when = answers.get("amount"), answers["when"]
    drop_off, note = answers.get("drop_off"), answers.get("note")
    return [
        Lack(
            shelter_id=answers["shelter"]["id"],
            category=_category(each, answers),
            item=each["item"],
            quantity=each["quantity"] or answers["amount"]["quantity"],
            unit=(amount or {}).get("unit") or each["unit"],
            urgency=when["urgency"],
            needed_by=datetime.fromisoformat(when["by"]) if when["by"] else None,
            drop_off=drop_off["label"] if drop_off else None,
            note=note["label"] if note else None,
        )
        for each in answers["items"]["list"]
    ]


def _category(each: Mapping[str, Any], answers: Mapping[str, Any]) -> str:
    """Of one thing it is what was said; of several it is what each one's words tell."""
    chosen = answers.get("category")
    if len(answers["items"]["list"]) == 1:
        return str(chosen or each["category"])
    return str(each["category"] or chosen or "other")


def _also(value: Any) -> Answers:
    also: Answers = value.get("also", {})
    return also


posting = Flow(
    "need",
    version=1,
    title=_("Posting a need"),
    left=_("All right, nothing was posted."),
    steps=(
        Ask(
            key="shelter",
            ask=_("Which shelter is it for?"),
            label=_("Shelter"),
            example=_("2, or its name"),
            parse=_shelter,
            offers=_shelters,
            show=lambda value: str(value["label"]),
            when=has_several_shelters,
        ),
        Ask(
            key="items",
            ask=_("What is needed, and how much? Like: 20 boxes of diapers. Several: with commas."),
            label=_("Needed"),
            example=_("10 boxes of water, 5 blankets"),
            parse=_things,
            offers=_offered_again,
            dictated=True,
            named=_things_words,
            show=_things_words,
            also=_also,
        ),
        Ask(
            key="amount",
            ask=_("How many? A number, and what it comes in."),
            label=_("How many"),
            example=_("20 boxes"),
            parse=_amount,
            show=_amount_words,
            when=lacks_amount,
        ),
        Choose(
            key="category",
            ask=_("What kind of thing is it?"),
            label=_("Kind"),
            example=_("2, or a word: water"),
            options=options(CATEGORIES, short=CATEGORIES_SHORT, vocabulary=vocabulary.CATEGORIES),
            when=is_one_thing,
        ),
        Ask(
            key="when",
            ask=_("By when? A day and hour, or a number:"),
            label=_("By when"),
            example=_("tomorrow 5 pm, or 2"),
            parse=_when,
            offers=_urgencies,
            named=_when_offered,
            show=when_words,
        ),
        Ask(
            key="drop_off",
            ask=_(
                "Where and when can people come? Do you pick it up? Told only to whoever promises."
            ),
            label=_("Delivery"),
            example=_("Calle Roma 5, 9 am to 6 pm"),
            parse=_words_for_all(_LONGEST_WORDS),
            offers=_drop_offs,
            dictated=True,
            show=lambda value: str(value["label"]),
            optional=True,
        ),
        Ask(
            key="note",
            ask=_("What else should people know?"),
            label=_("Note"),
            example=_("new or washed"),
            parse=_words_for_all(_LONGEST_NOTE),
            dictated=True,
            show=lambda value: str(value["label"]),
            optional=True,
        ),
        Confirm(
            ask=_("Shall we ask people for this?"),
            label=_("All set"),
            example=_("YES, or 2"),
            yes=_("Yes, ask people"),
        ),
    ),
)
