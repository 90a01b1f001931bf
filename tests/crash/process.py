"""One bot process of the crash tests: what `enlace run` runs, with a trap on its way."""

import ctypes
import os
import signal
import socket
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from bot import logs
from bot.app import Seams
from bot.delivery.dispatcher import CALLS
from bot.delivery.timing import Timing
from bot.intake import Receive
from bot.serving import EVERYTHING, Roles, run_loop, serve_roles
from bot.settings import Settings
from handlers.consent_words import classify
from handlers.inbound import receive_all
from locales import LANGUAGES, _, translate

_PR_SET_PDEATHSIG = 1

# Read once, by the server that the processes are forked from.
classify("")
for language in LANGUAGES:
    translate(_("EXIT"), language)


class Trap:
    """Kills this process when it has come by these steps, in this order."""

    def __init__(self, *steps: str) -> None:
        self._steps = list(steps)
        self._lock = threading.Lock()

    def __call__(self, step: str) -> None:
        with self._lock:
            if not self._steps or step != self._steps[0]:
                return
            del self._steps[0]
            if not self._steps:
                os.kill(os.getpid(), signal.SIGKILL)


@dataclass(frozen=True, slots=True)
class Order:
    """How a process is to be. `ahead`: seconds that its clock is ahead of ours."""

    environment: Mapping[str, str]
    log: str
    door: socket.socket | None = None
    roles: Roles = EVERYTHING
    dies_at: tuple[str, ...] = ()
    ahead: float = 0.0
    timing: Mapping[str, timedelta] = field(default_factory=dict)
    patience: float = 10.0
    catch_up_patience: float = 120.0
    receive: Receive = receive_all
    calls: int = CALLS

    def seams(self) -> Seams:
        ahead = timedelta(seconds=self.ahead)
        return Seams(
            now=lambda: datetime.now(UTC) + ahead,
            timing=Timing(**self.timing),  # type: ignore[arg-type]
            database_patience=self.patience,
            catch_up_patience=self.catch_up_patience,
            receive=self.receive,
            calls=self.calls,
            failpoint=Trap(*self.dies_at),
        )


def main(order: Order) -> None:
    """Until it is told to stop, killed, or trapped."""
    _die_with_the_tests()
    file = os.open(order.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(file, 1)
    os.dup2(file, 2)
    settings = Settings.load(order.environment)
    logs.configure(settings.log_format)
    run_loop(lambda: serve_roles(settings, order.roles, order.door, order.seams()))


def _die_with_the_tests() -> None:
    """The parent is the fork server, which ends when the test run does, however that ends."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
