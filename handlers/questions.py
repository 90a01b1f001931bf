"""Questions that several flows ask: topics, name, place, skills, times, languages. No outcomes."""

from handlers.conversation.flow import Answers, Ask, Choose
from handlers.conversation.parsing import person_name, place, place_label
from handlers.conversation.words import word_set
from handlers.options import options
from locales import _, vocabulary
from locales.labels import (
    AVAILABILITY,
    AVAILABILITY_SHORT,
    LANGUAGES_SPOKEN,
    SKILLS,
    SKILLS_SHORT,
    TOPICS,
)

LEGAL_ROLES = ("attorney", "accredited_rep", "paralegal", "law_student", "interpreting")
_WEEKENDS = word_set(
    "weekend weekends sabados domingos saturdays sundays sabado domingo",
    *("fin de semana", "fines de semana", "los fines de semana", "sabados y domingos"),
    *("sabado y domingo", "saturdays and sundays", "on weekends"),
)
_WEEKDAYS = word_set(
    "weekdays",
    *("entre semana", "de lunes a viernes", "lunes a viernes", "monday to friday"),
    *("monday through friday", "on weekdays", "dias de semana", "dias habiles"),
)
_MORNINGS = word_set("mornings mananas", "por la manana", "por las mananas", "las mananas")
_AFTERNOONS = word_set("afternoons tardes", "por la tarde", "por las tardes", "las tardes")
_EVENINGS = word_set(
    "evenings nights noches", "por la noche", "por las noches", "las noches", "at night"
)
_BROAD_TIMES = {
    "weekday_morning": _WEEKDAYS | _MORNINGS,
    "weekday_afternoon": _WEEKDAYS | _AFTERNOONS,
    "weekday_evening": _WEEKDAYS | _EVENINGS,
    "weekend_morning": _WEEKENDS | _MORNINGS,
    "weekend_afternoon": _WEEKENDS | _AFTERNOONS,
    "weekend_evening": _WEEKENDS | _EVENINGS,
}
VOLUNTEER_SKILLS = tuple(code for code in SKILLS if code not in LEGAL_ROLES[:4])


def is_member(answers: Answers) -> bool:
    return answers.get("kind") == "member"


def is_volunteer(answers: Answers) -> bool:
    return not is_member(answers)


def is_individual(answers: Answers) -> bool:
    return answers.get("kind") == "individual"


def is_organisational(answers: Answers) -> bool:
    return answers.get("kind") == "organisational"


def is_legal_expert(answers: Answers) -> bool:
    return answers.get("kind") == "legal_expert"


def gives_time(answers: Answers) -> bool:
    return is_individual(answers) or is_legal_expert(answers)


TOPICS_QUESTION = Choose(
    key="topics",
    ask=_("Which topics interest you?"),
    label=_("Topics"),
    example=_("1 3, or ALL"),
    options=options(TOPICS, vocabulary=vocabulary.TOPICS),
    many=True,
    when=is_member,
)
NAME_QUESTION = Ask(
    key="name",
    ask=_("What should we call you? A first name or nickname is enough."),
    label=_("Name"),
    example=_("Ana"),
    parse=person_name,
    when=is_volunteer,
)
PLACE_QUESTION = Ask(
    key="place",
    ask=_("Where are you? Send a US ZIP code, or your city and state or country."),
    label=_("Place"),
    example=_("60608, or Tijuana, Mexico"),
    parse=place,
    share="location",
    resolves_places=True,
    show=place_label,
)
SKILLS_QUESTION = Choose(
    key="skills",
    ask=_("What can you offer?"),
    label=_("Skills"),
    example=_("3 6, or NONE"),
    options=options(
        SKILLS, codes=VOLUNTEER_SKILLS, short=SKILLS_SHORT, vocabulary=vocabulary.SKILLS
    ),
    many=True,
    when=is_individual,
)
AVAILABILITY_QUESTION = Choose(
    key="available",
    ask=_("When can you help?"),
    label=_("When"),
    example=_("1 4, or ALL"),
    options=options(
        AVAILABILITY,
        short=AVAILABILITY_SHORT,
        vocabulary=vocabulary.AVAILABILITY,
        broad=_BROAD_TIMES,
    ),
    many=True,
    optional=True,
    when=gives_time,
)
SPEAKS_QUESTION = Choose(
    key="speaks",
    ask=_("Which languages?"),
    label=_("Languages"),
    example=_("1 2"),
    options=options(LANGUAGES_SPOKEN, vocabulary=vocabulary.LANGUAGES_SPOKEN),
    many=True,
    when=gives_time,
)
