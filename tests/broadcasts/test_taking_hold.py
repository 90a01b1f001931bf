"""HOLD and ABORT while it runs: no more goes out than one second's worth of sends."""

import asyncio
from datetime import timedelta

import pytest

from bot.delivery.pace import Pace
from tests.broadcasts.conftest import Office
from tests.delivery.scripted import RealClock

RATE = 20


@pytest.mark.parametrize("act", ["hold", "abort"])
async def test_it_takes_hold_within_a_second_and_hold_lets_go_again(
    office: Office, act: str
) -> None:
    office.clock = RealClock()
    office.pace = Pace(RATE, chat_gap=timedelta(seconds=1))
    await office.crowd(40)
    code = await office.started()
    workers, tender = [office.worker(), office.worker()], office.tender()
    runs = [asyncio.create_task(work) for work in (*(w.run() for w in workers), tender.run())]
    async with asyncio.timeout(20):
        while len(office.channel.calls) < 5:
            await asyncio.sleep(0.01)
        await office.act(act, code)
        at_once = len(office.channel.calls)
        while (await office.facts(code))["sending"]:
            await asyncio.sleep(0.01)
        called = len(office.channel.calls)
        await asyncio.sleep(0.2)
        assert len(office.channel.calls) == called <= at_once + RATE
        assert (await office.facts(code))["sent"] == called
        if act == "hold":
            await office.act("resume", code)
            while (await office.facts(code))["sent"] < 40:
                await asyncio.sleep(0.02)
    for worker in workers:
        worker.stop()
    runs[-1].cancel()
    await asyncio.gather(*runs, return_exceptions=True)

    assert len(office.channel.calls) == (40 if act == "hold" else called)
