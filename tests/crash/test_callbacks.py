"""Status callbacks in any order, before their time and twice: the last word is the same."""

import pytest

from bot.simulators.twilio import Callbacks
from storage.messages import deliveries, receipts
from tests.crash.world import World, eventually

NUMBERS = [f"+131255502{number:02}" for number in range(10)]
DEAD, UNREACHABLE = NUMBERS[0], 30003


@pytest.mark.parametrize("how", list(Callbacks))
async def test_every_delivery_ends_where_the_provider_says(here: World, how: Callbacks) -> None:
    twilio = here.providers.twilio
    twilio.callbacks = how
    twilio.phone(DEAD).ends(UNREACHABLE)
    for number in NUMBERS:
        await here.queues(await here.knows(number), "Mañana a las 10.")

    here.bot()
    await here.settles(delivered=9, failed=1)
    await twilio.settled()
    await eventually(lambda: here.rows(receipts), lambda kept: not kept)

    assert await here.statuses() == {"delivered": 9, "failed": 1}
    [failed] = [row for row in await here.rows(deliveries) if row.status == "failed"]
    assert failed.error == str(UNREACHABLE)
    assert twilio.alerts == []
