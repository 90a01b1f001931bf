"""Logs tell an operator what happened and where, and never who."""

import ast
import io
import json
import logging
import re
import sys
import threading
import warnings
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import structlog
from sqlalchemy import create_engine, text
from sqlalchemy.exc import SQLAlchemyError

from bot import logs

ROOT = Path(__file__).parent.parent
WORDS = "Me llamo María, mi número es +52 55 1234 5678"


@pytest.fixture
def written() -> io.StringIO:
    """Everything that is logged, one JSON object a line."""
    stream = io.StringIO()
    logs.configure("json", stream)
    return stream


def lines(written: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in written.getvalue().splitlines()]


def test_a_line_has_its_time_level_and_facts(written: io.StringIO) -> None:
    structlog.get_logger().info(
        "delivery_failed",
        channel="sms",
        code=30003,
        delivery=7_234_567_890_123_456_789,
        seconds=timedelta(milliseconds=1500),
        retry_after=None,
    )
    [line] = lines(written)
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "event": "delivery_failed",
        "level": "info",
        "channel": "sms",
        "code": 30003,
        "delivery": 7_234_567_890_123_456_789,
        "seconds": 1.5,
        "retry_after": None,
    }


def test_what_could_hold_personal_data_is_dropped_and_its_key_named(written: io.StringIO) -> None:
    structlog.get_logger().info("received", text=WORDS, phone="+525512345678", channel="sms")
    [line] = lines(written)
    assert line["dropped"] == ["phone", "text"]
    assert "María" not in written.getvalue()
    assert "5512345678" not in written.getvalue()


@pytest.mark.parametrize(
    "value", [WORDS, "+525512345678", "5512345678", "María", {"name": "Ana"}, b"Ana", object()]
)
def test_an_allowed_key_takes_plain_codes_only(written: io.StringIO, value: object) -> None:
    structlog.get_logger().info("received", reason=value)
    assert lines(written)[0]["reason"] == "[not logged]"


def test_an_event_stays_on_one_line_without_long_numbers(written: io.StringIO) -> None:
    structlog.get_logger().info("received\nfrom \x1b[31m5512345678\ud800")
    assert lines(written)[0]["event"] == "received from  [31m# "


def test_an_exception_is_told_by_type_and_place_and_never_by_its_words(
    written: io.StringIO,
) -> None:
    def read_answer() -> None:
        try:
            raise KeyError(WORDS)
        except KeyError as error:
            raise ValueError(f"can't read {WORDS}") from error

    try:
        read_answer()
    except ValueError:
        structlog.get_logger().exception("turn_failed", inbound=12)

    [line] = lines(written)
    assert line["level"] == "error"
    assert line["exception"] == "ValueError"
    assert re.fullmatch(r"tests/test_logs\.py:\d+ read_answer", line["trace"][-1])
    assert re.fullmatch(r"KeyError at tests/test_logs\.py:\d+ read_answer", line["causes"][0])
    assert "María" not in written.getvalue()


def test_every_member_of_a_group_of_exceptions_is_told(written: io.StringIO) -> None:
    group = ExceptionGroup(WORDS, [ValueError(WORDS), OSError(WORDS)])
    structlog.get_logger().error("worker_failed", exc_info=group)
    assert lines(written)[0]["causes"] == ["ValueError at no frame", "OSError at no frame"]


def test_a_circle_of_causes_ends(written: io.StringIO) -> None:
    first, second = ValueError(), OSError()
    first.__cause__, second.__cause__ = second, first
    structlog.get_logger().error("worker_failed", exc_info=first)
    assert lines(written)[0]["causes"] == ["OSError at no frame"]


def test_an_exception_that_nobody_caught_is_told_safely(written: io.StringIO) -> None:
    thread = threading.Thread(target=int, args=(WORDS,))
    thread.start()
    thread.join()
    sys.excepthook(ValueError, ValueError(WORDS), None)

    assert [line["event"] for line in lines(written)] == ["uncaught_exception"] * 2
    assert "María" not in written.getvalue()


def test_a_library_is_told_by_its_template_without_arguments(written: io.StringIO) -> None:
    logging.getLogger("apscheduler.executors").error("Job %s failed for %s", "sweep", WORDS)
    logging.getLogger("some.library").warning(WORDS)

    with_template, without = lines(written)
    assert with_template["event"] == "Job %s failed for %s"
    assert with_template["logger"] == "apscheduler.executors"
    assert without["event"] == "library line"
    assert without["where"].startswith("test_logs:")
    assert "María" not in written.getvalue()


@pytest.mark.parametrize(
    "library", ["httpx", "telegram.Bot", "twilio.http_client", "uvicorn.access"]
)
def test_what_libraries_say_of_every_request_is_not_logged(
    written: io.StringIO, library: str
) -> None:
    logging.getLogger(library).info("POST %s", "https://api.example.org/bot123:secret/sendMessage")
    assert written.getvalue() == ""


def test_a_call_with_the_bot_token_in_its_url_leaves_no_line(written: io.StringIO) -> None:
    transport = httpx.MockTransport(lambda _request: httpx.Response(200))
    with httpx.Client(transport=transport) as client:
        client.post("https://api.example.org/bot123:secret/sendMessage", json={"text": WORDS})
    assert written.getvalue() == ""


def test_a_failed_statement_does_not_tell_its_parameters(written: io.StringIO) -> None:
    engine = create_engine("sqlite://")
    try:
        with engine.connect() as connection:
            connection.execute(text("INSERT INTO nowhere VALUES (:name)"), {"name": WORDS})
    except SQLAlchemyError:
        structlog.get_logger().exception("turn_failed")
    engine.dispose()
    [line] = lines(written)
    assert line["exception"] == "OperationalError"
    assert "María" not in written.getvalue()


def test_a_warning_is_told_without_its_words(written: io.StringIO) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(False)
        logging.captureWarnings(True)
        warnings.warn(WORDS, stacklevel=1)
    assert lines(written)[0]["logger"] == "py.warnings"
    assert "María" not in written.getvalue()


def test_a_line_that_can_not_be_written_stops_nothing_and_prints_nothing(
    written: io.StringIO, capsys: pytest.CaptureFixture[str]
) -> None:
    written.close()
    structlog.get_logger().info("received", channel="sms")
    logging.getLogger("some.library").warning("said %s", WORDS)
    assert capsys.readouterr() == ("", "")


def test_on_a_console_a_line_reads_as_text() -> None:
    stream = io.StringIO()
    logs.configure("console", stream)
    structlog.get_logger().warning("webhook_rejected", channel="sms", status=403)
    assert re.search(r"warning\s+.*webhook_rejected\s+channel=sms status=403", stream.getvalue())


def test_starting_twice_logs_once(written: io.StringIO) -> None:
    logs.configure("json", written)
    logging.getLogger("some.library").warning("once")
    assert len(lines(written)) == 1


LOGGERS = {"log", "logger", "_log", "_logger"}
METHODS = {"debug", "info", "warning", "error", "exception", "critical"}


def log_calls() -> Iterator[tuple[str, ast.Call]]:
    for package in ("bot", "handlers", "locales", "storage"):
        for path in sorted((ROOT / package).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
                    continue
                owner = node.func.value
                named = isinstance(owner, ast.Name) and owner.id in LOGGERS
                if named and node.func.attr in METHODS:
                    yield f"{path.relative_to(ROOT)}:{node.lineno}", node


def test_every_line_in_the_code_names_a_constant_event_and_known_keys() -> None:
    faults = []
    for place, call in log_calls():
        event = call.args[0] if len(call.args) == 1 else None
        if not (isinstance(event, ast.Constant) and re.fullmatch(r"[a-z_]+", str(event.value))):
            faults.append(f"{place}: the event must be one constant word such as turn_failed")
        keys = {keyword.arg for keyword in call.keywords} - {"exc_info"}
        faults += [f"{place}: {key} is not in bot.logs.KEYS" for key in keys - logs.KEYS]
    assert faults == []
