"""Enlace itself in a contest: the channel's own parse, the real intake, a real database."""

from sqlalchemy import Connection, func, select

from benchmarks import signup
from bot import collector
from bot.channels.telegram import TelegramChannel
from bot.intake import Intake
from bot.metrics import Metrics
from bot.terms import utc_now
from handlers.conversation.compact import read_json
from handlers.desk import Desk
from handlers.policy import Policy
from storage.database import Database
from storage.messages import deliveries, inbound
from storage.people import consents, registrations
from storage.sealed import Vault, new_secret_key


def sign_up(url: str, people: int, flights: int) -> float:
    """Turns a second, on a migrated and filled database."""
    return signup.run(_sign_up(url, people, flights))


async def _sign_up(url: str, people: int, flights: int) -> float:
    database = Database(url, size=flights)
    key = new_secret_key()
    vault = await database.run(lambda connection: Vault.load(connection, [key]))
    intake = Intake(database, Desk(vault, Policy()), Metrics(), utc_now)
    channel = TelegramChannel("1:enlace")

    async def take(body: bytes) -> None:
        heard = channel.parse(read_json(body), utc_now())
        became = await intake.take(heard) if heard else "refused"
        if became != "done":
            raise RuntimeError(f"a turn was {became}")

    collector.settle()
    rate = await signup.rate(people, take, flights)
    everybody = people + signup.EARLY
    await database.read(lambda connection: _balance(connection, everybody))
    await channel.close()
    await database.close()
    return rate


def _balance(connection: Connection, people: int) -> None:
    """RuntimeError unless every turn was logged and answered, and everybody signed up."""
    turns = people * len(signup.ANSWERS)
    for table, least in (
        (inbound, turns),
        (deliveries, turns),
        (registrations, people),
        (consents, people),
    ):
        kept = connection.execute(select(func.count()).select_from(table)).scalar_one()
        if kept < least:
            raise RuntimeError(f"{table.name}: {kept} rows, where {least} belong")
