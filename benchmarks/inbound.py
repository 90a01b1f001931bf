"""A turn of a sign-up on SQLite, durable, beside two rival bots and the bare database."""

from functools import partial

from benchmarks import aiogram_bot, bare, enlace, ptb_bot
from benchmarks.figures import Figure, Size, alone, contest
from benchmarks.places import Workshop
from bot.channels.telegram import CONNECTIONS_TO_WEBHOOK

_TURNS_A_COMMIT = 32


def measure(size: Size, workshop: Workshop) -> list[Figure]:
    people = size.people
    seen = contest(
        size.rounds,
        {
            "enlace": lambda: alone(
                enlace.sign_up, f"sqlite:///{workshop.filled()}", people, CONNECTIONS_TO_WEBHOOK
            ),
            "ptb": lambda: alone(ptb_bot.on_sqlite, workshop.empty(), people),
            "aiogram": lambda: alone(aiogram_bot.on_sqlite, workshop.empty(), people),
            "single": lambda: alone(bare.on_sqlite, workshop.empty(), people, 1),
            "grouped": lambda: alone(bare.on_sqlite, workshop.empty(), people, _TURNS_A_COMMIT),
        },
    )
    figure = partial(Figure, "inbound", value=seen["enlace"], unit="turns/s")
    return [
        figure("turns, against python-telegram-bot", reference=seen["ptb"], at_least=2.0),
        figure("turns, against aiogram", reference=seen["aiogram"], at_least=2.0),
        figure("turns, against four bare statements", reference=seen["single"], at_least=1.0),
        figure("turns, against 32 bare turns a commit", reference=seen["grouped"], at_least=0.3),
    ]
