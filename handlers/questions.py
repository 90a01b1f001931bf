"""Questions that several flows ask: topics, name, place, skills, times, languages. No outcomes."""

from handlers.conversation.flow import Answers, Ask, Choose
from handlers.conversation.parsing import person_name, place, place_label
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
    options=options(AVAILABILITY, short=AVAILABILITY_SHORT, vocabulary=vocabulary.AVAILABILITY),
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
