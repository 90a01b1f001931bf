"""Who can help with what: a need's category against skills and offers, its deadline against the
hours that people gave. Codes of the network; no people and no SQL."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Fit:
    """`anyone`: any volunteer may bring it, and so may whoever follows the shelters' news.
    `skills` and `offers`: one of them is enough. `remote`: it helps from anywhere."""

    anyone: bool = False
    skills: tuple[str, ...] = ()
    offers: tuple[str, ...] = ()
    remote: bool = False


_GOODS: Final = (
    *("water", "food", "infant", "medicine", "first_aid", "hygiene", "menstrual", "clothing"),
    *("shoes", "bedding", "phones", "cleaning", "other"),
)
LEGAL: Final = "legal"
"""The category that only verified legal experts are asked for."""

FITS: Final[Mapping[str, Fit]] = {
    **{each: Fit(anyone=True, offers=tuple({each: 1, "other": 1})) for each in _GOODS},
    "space": Fit(offers=("space",)),
    "transport": Fit(skills=("driving", "logistics"), offers=("transport",)),
    LEGAL: Fit(remote=True),
    "interpreting": Fit(skills=("interpreting", "translation"), remote=True),
    "mental_health": Fit(skills=("mental_health",), remote=True),
    "childcare": Fit(skills=("childcare",), offers=("hands",)),
    "hands": Fit(anyone=True, skills=("lifting", "logistics", "cooking"), offers=("hands",)),
}
"""By the codes of need categories."""

TOPIC: Final = "shelters"
"""The topic of all needs: whoever muted it is not asked."""

COOL_DOWN: Final = timedelta(days=3)
"""Who was asked for one need is not asked for another so soon, unless it is critical."""

_SOON: Final = timedelta(hours=48)
_PARTS: Final = ((6, "morning"), (12, "afternoon"), (17, "evening"))


def windows(now: datetime, deadline: datetime | None, zone: str) -> frozenset[str] | None:
    """Which of the hours that people gave lie between now and a deadline that is near.

    None: there is time enough not to look at hours.
    """
    if deadline is None or deadline - now > _SOON:
        return None
    found = set()
    moment = now.astimezone(ZoneInfo(zone))
    while moment <= deadline:
        day = "weekend" if moment.weekday() >= 5 else "weekday"
        part = max((each for each in _PARTS if each[0] <= moment.hour), default=None)
        if part is not None:
            found.add(f"{day}_{part[1]}")
        moment += timedelta(hours=1)
    return frozenset(found)
