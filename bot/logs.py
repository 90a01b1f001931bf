"""Structured logs that can't carry personal data, ours and the libraries'. No metrics here.

Only the keys in KEYS pass, with numbers, codes and other plain values. Of an exception only its
type and place are kept, because its text may be a person's words. Of a library's line only the
template is kept, because its arguments may be a URL with a token, or a message.
"""

import logging
import re
import sys
import threading
import traceback
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from types import TracebackType
from typing import Literal, TextIO

import structlog
from structlog.types import EventDict, Processor, WrappedLogger

Style = Literal["console", "json"]

KEYS = frozenset(
    {
        # what a line is
        *("event", "level", "timestamp", "logger"),
        # what went wrong and where in the code
        *("error", "code", "reason", "where", "setting"),
        # which row: numbers that mean nothing outside the database
        *("inbound", "delivery", "broadcast", "need", "session"),
        # what it was about
        *("channel", "status", "decision", "address_effect", "sender_effect", "kind", "flow"),
        *("version", "language", "method", "attempt", "attempts"),
        # how much and how long
        *("count", "rows", "batch", "waiting", "done", "segments", "seconds", "milliseconds"),
        *("retry_after", "rate"),
        # the machine
        *("role", "worker", "job", "host", "port", "pid", "dialect", "revision"),
    }
)
"""The keys that a log line may have. None may ever hold a name, an address, a place or a text."""

_TOKEN = re.compile(r"[A-Za-z0-9_.:\-]{1,64}")
_LONG_NUMBER = re.compile(r"\d{7,}")
_NOT_LOGGED = "[not logged]"
_INNERMOST_FRAMES = 12
_MOST_CAUSES = 8
_LIBRARIES = (
    *("aiohttp", "alembic", "apscheduler", "asyncio", "httpcore", "httpx", "sqlalchemy"),
    *("telegram", "twilio", "uvicorn", "uvicorn.access", "uvicorn.asgi", "uvicorn.error"),
)


def configure(style: Style, stream: TextIO | None = None) -> None:
    """Sends every log line of this process to `stream`, by default standard error.

    Also what the libraries log, warnings, and exceptions that nobody caught.
    """
    output = stream or sys.stderr
    structlog.configure(
        processors=[
            structlog.stdlib.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            only_safe,
            _renderer(style, output),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=lambda *_args: _Output(output),
        cache_logger_on_first_use=False,
    )
    _take_over_standard_logging()
    sys.excepthook = _uncaught
    threading.excepthook = lambda args: _uncaught(args.exc_type, args.exc_value, args.exc_traceback)
    sys.unraisablehook = lambda args: _uncaught(args.exc_type, args.exc_value, args.exc_traceback)


class _Output:
    """Where lines end. One that can't be written is lost, and the work goes on."""

    _turn = threading.Lock()

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, line: str) -> None:
        with suppress(OSError, ValueError), self._turn:
            self._stream.write(f"{line}\n")
            self._stream.flush()

    debug = info = warning = error = critical = write


def _renderer(style: Style, output: TextIO) -> Processor:
    if style == "json":
        return structlog.processors.JSONRenderer()
    return structlog.dev.ConsoleRenderer(colors=output.isatty())


def only_safe(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Lets plain values under known keys through, and names the keys that it dropped."""
    exception = _exception_of(event.pop("exc_info", None))
    kept = {key: _plain(value) for key, value in event.items() if key in KEYS}
    kept["event"] = _one_line(event.get("event"))
    dropped = sorted(key for key in event if key not in KEYS)
    if dropped:
        kept["dropped"] = dropped
    return {**kept, **_describe(exception)} if exception else kept


def _plain(value: object) -> object:
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, str) and _TOKEN.fullmatch(value) and not _LONG_NUMBER.search(value):
        return value
    return _NOT_LOGGED


def _one_line(text: object) -> str:
    line = "".join(char if char.isprintable() else " " for char in str(text))
    return _LONG_NUMBER.sub("#", line)[:200]


def _exception_of(exc_info: object) -> BaseException | None:
    if isinstance(exc_info, BaseException):
        return exc_info
    if isinstance(exc_info, tuple):
        return next((part for part in exc_info if isinstance(part, BaseException)), None)
    return sys.exception() if exc_info else None


def _describe(error: BaseException) -> dict[str, object]:
    causes = [f"{type(cause).__name__} at {_place(cause)}" for cause in _causes(error)]
    described: dict[str, object] = {"exception": type(error).__name__, "trace": _trace(error)}
    return {**described, "causes": causes} if causes else described


def _causes(error: BaseException) -> Iterator[BaseException]:
    """What led to it, and the members of a group, nearest first."""
    waiting, seen = [error], {id(error)}
    while waiting and len(seen) <= _MOST_CAUSES:
        current = waiting.pop(0)
        parts = current.exceptions if isinstance(current, BaseExceptionGroup) else ()
        led_to_it = None if current.__suppress_context__ else current.__context__
        for cause in (*parts, current.__cause__, led_to_it):
            if cause is not None and id(cause) not in seen:
                seen.add(id(cause))
                waiting.append(cause)
                yield cause


def _trace(error: BaseException) -> list[str]:
    """The innermost frames, outermost first, as "folder/file.py:line function"."""
    frames = traceback.extract_tb(error.__traceback__)[-_INNERMOST_FRAMES:]
    return [f"{_short(frame.filename)}:{frame.lineno} {frame.name}" for frame in frames]


def _place(error: BaseException) -> str:
    return next(reversed(_trace(error)), "no frame")


def _short(filename: str) -> str:
    return "/".join(Path(filename).parts[-2:])


class _LibraryLines(logging.Handler):
    """Writes what a library logs: its template and where it stands, never its arguments."""

    def emit(self, record: logging.LogRecord) -> None:
        template = record.msg if isinstance(record.msg, str) and record.args else "library line"
        structlog.get_logger().log(
            min(max(record.levelno // 10 * 10, logging.DEBUG), logging.CRITICAL),
            template,
            logger=record.name,
            where=f"{record.module}:{record.lineno}",
            exc_info=record.exc_info,
        )


def _take_over_standard_logging() -> None:
    root = logging.getLogger()
    for handler in root.handlers[:]:
        if type(handler) in (_LibraryLines, logging.StreamHandler):
            root.removeHandler(handler)
    root.addHandler(_LibraryLines())
    root.setLevel(logging.WARNING)
    for name in _LIBRARIES:
        library = logging.getLogger(name)
        library.handlers.clear()
        library.propagate = True
        library.setLevel(logging.WARNING)
    logging.captureWarnings(True)
    # When a line can't be written, the standard library would print its arguments.
    logging.raiseExceptions = False


def _uncaught(
    kind: type[BaseException], error: BaseException | None, trace: TracebackType | None
) -> None:
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error or kind(), trace)
        return
    structlog.get_logger().critical("uncaught_exception", exc_info=error or kind())
