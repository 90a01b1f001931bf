"""The names of the network's fixed codes, as people read them. Which codes exist: the handlers."""

from collections.abc import Callable, Mapping
from typing import Final

from locales import Message, _, n_

Labels = Mapping[str, Message]

# Options stand alone in lists, so they begin with a capital.

KINDS: Final[Labels] = {
    "member": _("Get alerts"),
    "individual": _("Volunteer"),
    "organisational": _("Help as an organization"),
    "legal_expert": _("Give legal help"),
}

REGISTERED: Final[Labels] = {
    "member": _("Members"),
    "individual": _("Volunteers"),
    "organisational": _("Organizations that help"),
    "legal_expert": _("Legal experts"),
}

CHANNELS: Final[Labels] = {"sms": _("SMS"), "telegram": _("Telegram")}

SKILLS: Final[Labels] = {
    "attorney": _("Attorney"),
    "accredited_rep": _("Accredited representative"),
    "paralegal": _("Paralegal"),
    "law_student": _("Law student"),
    "interpreting": _("Interpreting"),
    "translation": _("Translation"),
    "medical": _("Medical care"),
    "nursing": _("Nursing"),
    "mental_health": _("Mental health"),
    "driving": _("Driving"),
    "cooking": _("Cooking"),
    "childcare": _("Childcare"),
    "lifting": _("Lifting and carrying"),
    "tech": _("Technology"),
    "media": _("Media and press"),
    "legal_observer": _("Legal observing"),
    "logistics": _("Logistics"),
}
# Every skill that is not a lawyer's fits one SMS with its question when these are used.
SKILLS_SHORT: Final[Labels] = {
    **SKILLS,
    "accredited_rep": _("Accredited rep"),
    "interpreting": _("Interpret"),
    "translation": _("Translate"),
    "medical": _("Medical"),
    "mental_health": _("Counseling"),
    "driving": _("Drive"),
    "cooking": _("Cook"),
    "childcare": _("Kids"),
    "lifting": _("Lift"),
    "tech": _("Tech"),
    "media": _("Media"),
    "legal_observer": _("Observe"),
}

TOPICS: Final[Labels] = {
    "asylum": _("Asylum"),
    "tps": _("TPS"),
    "daca": _("DACA"),
    "family_unity": _("Family unity"),
    "shelters": _("Shelters"),
    "know_your_rights": _("Know your rights"),
    "policy": _("Elections and policy"),
}

LANGUAGES_SPOKEN: Final[Labels] = {
    "es": _("Spanish"),
    "en": _("English"),
    "pt": _("Portuguese"),
    "ht": _("Creole"),
    "quc": _("K'iche'"),
    "kek": _("Q'eqchi'"),
    "mam": _("Mam"),
    "kjb": _("Q'anjob'al"),
    "cab": _("Garifuna"),
    "nah": _("Nahuatl"),
    "mix": _("Mixtec"),
    "zap": _("Zapotec"),
}

AVAILABILITY: Final[Labels] = {
    "weekday_morning": _("Weekday mornings"),
    "weekday_afternoon": _("Weekday afternoons"),
    "weekday_evening": _("Weekday evenings"),
    "weekend_morning": _("Weekend mornings"),
    "weekend_afternoon": _("Weekend afternoons"),
    "weekend_evening": _("Weekend evenings"),
    "on_call": _("On call, if it's urgent"),
}
AVAILABILITY_SHORT: Final[Labels] = {
    "weekday_morning": _("Mon-Fri morning"),
    "weekday_afternoon": _("Mon-Fri afternoon"),
    "weekday_evening": _("Mon-Fri evening"),
    "weekend_morning": _("Sat-Sun morning"),
    "weekend_afternoon": _("Sat-Sun afternoon"),
    "weekend_evening": _("Sat-Sun evening"),
    "on_call": _("On call"),
}

ROLES: Final[Labels] = {
    "member": _("Member"),
    "volunteer": _("Volunteering"),
    "coordinator": _("Coordination"),
    "approver": _("Approval"),
    "admin": _("Administration"),
}

# These stand in sentences too, so they are in lower case.

CATEGORIES: Final[Labels] = {
    "water": _("water"),
    "food": _("food"),
    "infant": _("infant formula and diapers"),
    "medicine": _("medicine"),
    "first_aid": _("first aid"),
    "hygiene": _("hygiene"),
    "menstrual": _("menstrual products"),
    "clothing": _("clothing"),
    "shoes": _("shoes"),
    "bedding": _("bedding"),
    "space": _("shelter space"),
    "transport": _("transport"),
    "legal": _("legal help"),
    "interpreting": _("interpreting"),
    "mental_health": _("mental health"),
    "childcare": _("childcare"),
    "phones": _("phones and top-ups"),
    "cleaning": _("cleaning"),
    "hands": _("helping hands"),
    "other": _("something else"),
}

CATEGORIES_SHORT: Final[Labels] = {
    **CATEGORIES,
    "infant": _("baby items"),
    "bedding": _("blankets"),
    "space": _("lodging"),
    "legal": _("legal"),
    "hands": _("people"),
    "other": _("other"),
}

URGENCY: Final[Labels] = {
    "critical": _("critical"),
    "urgent": _("urgent"),
    "soon": _("soon"),
    "ongoing": _("ongoing"),
}

EVENT_KINDS: Final[Labels] = {
    "rally": _("rally"),
    "vigil": _("vigil"),
    "march": _("march"),
    "delegation": _("delegation"),
    "training": _("training"),
    "briefing": _("briefing"),
    "assembly": _("assembly"),
    "prayer_day": _("day of prayer"),
}

EVENT_SERVICES: Final[Labels] = {
    "interpreting": _("interpreting"),
    "sign_language": _("sign language"),
    "wheelchair": _("step-free access"),
    "childcare": _("childcare"),
    "food": _("food"),
    "transport": _("transport"),
}

RSVP_ANSWERS: Final[Labels] = {
    "yes": _("you're coming"),
    "maybe": _("maybe"),
    "no": _("you're not coming"),
    "waiting": _("you're on the waiting list"),
    "asked": _("not answered yet"),
}

# The name of a unit in a list of units, and so many of it.
UNITS: Final[Labels] = {
    "piece": _("pieces"),
    "box": _("boxes"),
    "pack": _("packs"),
    "bag": _("bags"),
    "bottle": _("bottles"),
    "liter": _("liters"),
    "kg": _("kilos"),
    "meal": _("meals"),
    "pair": _("pairs"),
    "bed": _("beds"),
    "night": _("nights"),
    "hour": _("hours"),
    "ride": _("rides"),
    "appointment": _("appointments"),
    "person": _("people"),
}
AMOUNTS: Final[Mapping[str, Callable[[int], Message]]] = {
    "piece": lambda n: n_("{n} piece", "{n} pieces", n),
    "box": lambda n: n_("{n} box", "{n} boxes", n),
    "pack": lambda n: n_("{n} pack", "{n} packs", n),
    "bag": lambda n: n_("{n} bag", "{n} bags", n),
    "bottle": lambda n: n_("{n} bottle", "{n} bottles", n),
    "liter": lambda n: n_("{n} liter", "{n} liters", n),
    "kg": lambda n: n_("{n} kilo", "{n} kilos", n),
    "meal": lambda n: n_("{n} meal", "{n} meals", n),
    "pair": lambda n: n_("{n} pair", "{n} pairs", n),
    "bed": lambda n: n_("{n} bed", "{n} beds", n),
    "night": lambda n: n_("{n} night", "{n} nights", n),
    "hour": lambda n: n_("{n} hour", "{n} hours", n),
    "ride": lambda n: n_("{n} ride", "{n} rides", n),
    "appointment": lambda n: n_("{n} appointment", "{n} appointments", n),
    "person": lambda n: n_("{n} person", "{n} people", n),
}

PLEDGE_STATES: Final[Labels] = {
    "held": _("held for you"),
    "confirmed": _("you bring it"),
    "delivered": _("you brought it"),
    "received": _("received"),
    "released": _("you let it go"),
    "lapsed": _("lapsed"),
    "no_show": _("not brought"),
}
SERVICE_PLEDGE_STATES: Final[Labels] = {
    **PLEDGE_STATES,
    "confirmed": _("we count on you"),
    "delivered": _("you did it"),
    "received": _("done"),
    "no_show": _("not done"),
}
"""Of what is done rather than brought."""
