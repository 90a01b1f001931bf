"""The sign-up that every contestant hears: six questions, asked of many people at once."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Sequence
from time import perf_counter
from typing import Any, TypeVar

import uvloop

T = TypeVar("T")

ANSWERS = ("/start", "2", "Rosa", "60608", "1 3", "todo", "1 2", "si")
"""Start, the six answers (how, name, place, skills, when, languages), and the yes that saves."""

EARLY = 16
"""So many people sign up before the clock starts: no one's first minute is measured."""

FIRST_CHAT, _FIRST_UPDATE = 70_000_000, 880_000_000
_SENT_AT = 1_795_000_000


def turns(people: range) -> Iterator[tuple[int, str]]:
    """Chat and text, interleaved: everybody's first message, then everybody's second, and so on."""
    for text in ANSWERS:
        for person in people:
            yield FIRST_CHAT + person, text


def updates(people: range) -> list[bytes]:
    """The same as Telegram posts them to a webhook."""
    first = _FIRST_UPDATE + people.start * len(ANSWERS)
    return [_update(number, *turn) for number, turn in enumerate(turns(people), first)]


def _update(number: int, chat: int, text: str) -> bytes:
    person = {"id": chat, "first_name": "Rosa"}
    message = {
        "message_id": number % 1_000_000,
        "from": {**person, "is_bot": False, "language_code": "es"},
        "chat": {**person, "type": "private"},
        "date": _SENT_AT,
        "text": text,
    }
    if text.startswith("/"):
        message["entities"] = [{"offset": 0, "length": len(text), "type": "bot_command"}]
    return json.dumps({"update_id": number, "message": message}).encode()


async def rate(people: int, take: Callable[[bytes], Awaitable[None]], flights: int) -> float:
    """Turns a second that `take` takes in, with so many in flight at once."""
    await fly_all(updates(range(EARLY)), take, flights)
    bodies = updates(range(EARLY, EARLY + people))
    started = perf_counter()
    await fly_all(bodies, take, flights)
    return len(bodies) / (perf_counter() - started)


async def fly_all(bodies: Sequence[T], take: Callable[[T], Awaitable[None]], flights: int) -> None:
    """Takes all of them in, with so many in flight at once."""
    for said_by_all in waves(bodies):
        waiting = iter(said_by_all)
        async with asyncio.TaskGroup() as group:
            for _ in range(flights):
                group.create_task(_fly(waiting, take))


async def _fly(waiting: Iterator[T], take: Callable[[T], Awaitable[None]]) -> None:
    for body in waiting:
        await take(body)


def waves(turns: Sequence[T]) -> Iterator[Sequence[T]]:
    """Nobody answers a question before it is asked, however few people there are."""
    size = len(turns) // len(ANSWERS)
    for at in range(0, len(turns), size):
        yield turns[at : at + size]


def run(contest: Coroutine[Any, Any, T]) -> T:
    """On the event loop that Enlace runs on, for all alike."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(contest)
