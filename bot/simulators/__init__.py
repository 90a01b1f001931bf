"""Strict stand-ins for the providers over real HTTP, for demo, tests and benchmarks."""

from bot.simulators.faults import Drip, Garbage, Hang, Refuse, Reset
from bot.simulators.limits import Rate
from bot.simulators.serving import serve
from bot.simulators.telegram import TelegramSimulator
from bot.simulators.twilio import TwilioSimulator

__all__ = [
    "Drip",
    "Garbage",
    "Hang",
    "Rate",
    "Refuse",
    "Reset",
    "TelegramSimulator",
    "TwilioSimulator",
    "serve",
]
