"""Telegram's stand-in: see simulator.py."""

from bot.simulators.telegram.chats import Group, Person
from bot.simulators.telegram.feed import Retry
from bot.simulators.telegram.messages import Attachment, Bubble, Button
from bot.simulators.telegram.pace import STRICT, UNLIMITED, Limits
from bot.simulators.telegram.simulator import TelegramSimulator

__all__ = [
    "STRICT",
    "UNLIMITED",
    "Attachment",
    "Bubble",
    "Button",
    "Group",
    "Limits",
    "Person",
    "Retry",
    "TelegramSimulator",
]
