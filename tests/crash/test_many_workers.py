"""Four workers on one PostgreSQL, two of which are killed while they send."""

from storage.messages import deliveries
from tests.crash.world import LEASE_IS_OVER, World, eventually
from tests.processes.machine import heard

NUMBERS = [f"+13125551{number:03}" for number in range(30)]
CHATS = range(8001, 8016)
TEXTS = ["Uno de tres.", "Dos de tres.", "Tres de tres."]


async def who_sent(here: World) -> set[int]:
    """Processes whose messages have arrived; each worker's name has its own between two dashes."""
    done = (row for row in await here.rows(deliveries) if row.status == "sent")
    return {int(row.worker.split("-")[-2]) for row in done}


async def test_each_message_arrives_once_and_in_order(on_postgres: World) -> None:
    here = on_postgres
    twilio, telegram = here.providers.twilio, here.providers.telegram
    for number in NUMBERS:
        await here.queues(await here.knows(number), *TEXTS)
    for chat in CHATS:
        await telegram.person(chat).starts()
        await here.queues(await here.knows(str(chat), "telegram"), *TEXTS)
    everything = 3 * (len(NUMBERS) + len(CHATS))
    worker = frozenset({"worker"})
    here.door.shut()

    here.providers.environment["SMS_RATE"] = "10"  # so that each of them gets its share
    victims = [here.bot(roles=worker, dies_at=3 * step) for step in ("called ", "sending ")]
    survivors = [here.bot(roles=worker) for _ in range(2)]
    for victim in victims:
        await victim.dies()
    working = {survivor.process.pid for survivor in survivors}
    await eventually(lambda: who_sent(here), lambda senders: senders >= working)
    for survivor in survivors:
        await survivor.stop()
    here.providers.environment["SMS_RATE"] = "100"
    here.hour.ahead += LEASE_IS_OVER
    here.bot(roles=worker)
    await here.settles(sent=everything)
    await twilio.settled(20)

    for number in NUMBERS:
        assert heard(twilio.phone(number)) == TEXTS
    for chat in CHATS:
        texts = heard(telegram.person(chat))
        assert sorted(set(texts)) == sorted(TEXTS)
        assert all(texts.count(text) <= 2 for text in TEXTS)
        assert [text for at, text in enumerate(texts) if text not in texts[:at]] == TEXTS
