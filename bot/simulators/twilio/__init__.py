"""Twilio's stand-in: see simulator.py."""

from bot.simulators.twilio.carrier import Callbacks
from bot.simulators.twilio.keywords import Keywords
from bot.simulators.twilio.messages import Bubble, Message
from bot.simulators.twilio.phones import Phone, Place
from bot.simulators.twilio.segments import segments
from bot.simulators.twilio.simulator import DEFAULT_PRICES, TwilioSimulator
from bot.simulators.twilio.webhooks import Alert

__all__ = [
    "DEFAULT_PRICES",
    "Alert",
    "Bubble",
    "Callbacks",
    "Keywords",
    "Message",
    "Phone",
    "Place",
    "TwilioSimulator",
    "segments",
]
