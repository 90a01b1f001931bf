"""Rivals: job queues with one durable job a message. Runs in an environment of their own.

`python -m benchmarks.dispatch_jobs QUEUE WHERE URL MESSAGES FLIGHTS` prints JSON: rate and CPU.
Exit status 3: not installed. The send is python-telegram-bot's on the fastest transport.
"""

import asyncio
import json
import sys
import threading
import time
from collections.abc import Awaitable, Callable

EARLY = 10
NOT_INSTALLED = 3
_TEXT = "Enlace: Llama hoy a tu representante y pide que apoye a los albergues de la red."


class Meter:
    """Counts what is done, from any thread, and notes when the first part and the whole were."""

    def __init__(self, messages: int) -> None:
        self.finished = threading.Event()
        self._messages = messages
        self._early = messages // EARLY
        self._done = 0
        self._lock = threading.Lock()
        self._started = (0.0, 0.0)
        self._ended = (0.0, 0.0)

    def count(self) -> None:
        with self._lock:
            self._done += 1
            if self._done == self._early:
                self._started = time.perf_counter(), time.process_time()
            if self._done == self._messages:
                self._ended = time.perf_counter(), time.process_time()
                self.finished.set()

    def report(self) -> dict[str, float]:
        counted = self._messages - self._early
        wall, cpu = (end - start for start, end in zip(self._started, self._ended, strict=True))
        return {"rate": counted / wall, "cpu": cpu * 1000 / counted}


def sender(url: str, flights: int) -> Callable[[int], Awaitable[None]]:
    """A coroutine function; its bot belongs to the loop in which it is first called."""
    from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions

    from bot.channels.telegram_http import AiohttpRequest

    request = AiohttpRequest(connections=flights)
    bot = Bot("1:queue", base_url=f"{url}/bot", request=request, get_updates_request=request)
    markup = InlineKeyboardMarkup([[InlineKeyboardButton("Listo", callback_data="c:HECHO")]])
    no_preview = LinkPreviewOptions(is_disabled=True)

    async def send(number: int) -> None:
        await bot.send_message(number, _TEXT, reply_markup=markup, link_preview_options=no_preview)

    return send


def procrastinate(where: str, url: str, messages: int, flights: int) -> dict[str, float]:
    """`where`: a PostgreSQL conninfo."""
    import procrastinate as library

    app = library.App(connector=library.PsycopgConnector(conninfo=where, max_size=16))
    meter, send = Meter(messages), sender(url, flights)

    @app.task(name="send")  # type: ignore[untyped-decorator]
    async def task(number: int) -> None:
        await send(number)
        meter.count()

    async def run() -> None:
        async with app.open_async():
            await app.schema_manager.apply_schema_async()
            for at in range(0, messages, 1000):
                jobs = [{"number": 1 + number} for number in range(at, min(at + 1000, messages))]
                await task.batch_defer_async(*jobs)
            await app.run_worker_async(concurrency=flights, wait=False, listen_notify=False)

    asyncio.run(run())
    return meter.report()


def dramatiq(where: str, url: str, messages: int, flights: int) -> dict[str, float]:
    """`where`: a Redis URL, whose server appends to its file."""
    import dramatiq as library
    from dramatiq.brokers.redis import RedisBroker
    from dramatiq.middleware.asyncio import AsyncIO

    broker = RedisBroker(url=where)
    broker.add_middleware(AsyncIO())
    library.set_broker(broker)
    meter, send = Meter(messages), sender(url, flights)

    @library.actor  # type: ignore[untyped-decorator]
    async def task(number: int) -> None:
        await send(number)
        meter.count()

    for number in range(messages):
        task.send(1 + number)
    worker = library.Worker(broker, worker_threads=flights, worker_timeout=100)
    worker.start()
    meter.finished.wait(600)
    worker.stop()
    return meter.report()


def main(queue: str, where: str, url: str, messages: str, flights: str) -> None:
    run = {"procrastinate": procrastinate, "dramatiq": dramatiq}[queue]
    try:
        import uvloop

        asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())  # the loop that all here run on
        report = run(where, url, int(messages), int(flights))
    except ModuleNotFoundError as error:
        sys.stderr.write(f"not installed: {error.name}\n")
        raise SystemExit(NOT_INSTALLED) from None
    sys.stdout.write(json.dumps(report) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
