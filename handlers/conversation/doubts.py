"""Why a day and an hour were not certain, in words that say what would be. Pure."""

from collections.abc import Mapping
from typing import Final

from handlers.conversation.dates import Doubt
from locales import Message, _

_WHEN = _("A day and an hour, please, like: Tuesday 10 am.")
_CLOCKS = _("The clocks are changed in that hour. Another one, please.")

DOUBTS: Final[Mapping[Doubt, Message]] = {
    Doubt.NOT_UNDERSTOOD: _WHEN,
    Doubt.NO_DAY: _("On which day?"),
    Doubt.NO_HOUR: _("At what hour?"),
    Doubt.MORNING_OR_EVENING: _("In the morning or in the evening? Please write am or pm."),
    Doubt.DAY_OR_MONTH_FIRST: _("Which is the month? Please write its name."),
    Doubt.WHICH_WEEK: _("This week or the next? Please write the date."),
    Doubt.WHICH_MIDNIGHT: _("Noon or midnight? Please write that word."),
    Doubt.SEVERAL: _("That could be several moments. One day and one hour, please."),
    Doubt.PAST: _("That has gone by. A day and an hour that lie ahead, please."),
    Doubt.IMPOSSIBLE: _("There is no such day or hour. Another one, please."),
    Doubt.CONTRADICTORY: _("The day of the week and the date don't agree. Just the date, please."),
    Doubt.CLOCKS_SKIP_IT: _CLOCKS,
    Doubt.CLOCKS_REPEAT_IT: _CLOCKS,
    Doubt.OTHER_ZONE: _("Please tell it by your own clock, without a time zone."),
}
