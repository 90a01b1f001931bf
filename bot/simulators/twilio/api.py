"""The Messages resource: what create, list, fetch, update and delete check and do."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode, urlsplit

import phonenumbers

from bot.simulators.twilio import schema
from bot.simulators.twilio.errors import UNFINISHED as UNFINISHED_ERROR
from bot.simulators.twilio.errors import TwilioError, invalid, not_found
from bot.simulators.twilio.messages import API_VERSION, UNFINISHED, Message

DEFAULT_PAGE_SIZE = 50
_E164 = re.compile(r"\+[1-9]\d{6,14}", re.ASCII)
_HOST = re.compile(r"[A-Za-z0-9.:\[\]-]+")


@dataclass(frozen=True, slots=True)
class NewMessage:
    """A create call that keeps the rules which need no knowledge of the network."""

    to: str
    sender: str | None
    service_sid: str | None
    body: str
    media: tuple[str, ...]
    status_callback: str | None
    validity_seconds: int | None
    smart: bool


def new_message(given: list[tuple[str, str]]) -> NewMessage:
    """Check a create call in the order in which Twilio complains. Raises TwilioError."""
    p = schema.read("create", given)
    to, sender, service = p.get("To"), p.get("From"), p.get("MessagingServiceSid")
    body, media = p.get("Body", ""), tuple(p.get("MediaUrl", ()))
    if not to:
        raise TwilioError(21604, "A 'To' phone number is required.")
    if not sender and not service:
        raise TwilioError(21603, "A 'From' phone number is required.")
    if not body.strip() and not media:
        raise TwilioError(21602, "Message body is required.")
    if not is_number(to):
        raise TwilioError(21211, f"Invalid 'To' Phone Number: {to}")
    if len(body.encode("utf-16-le")) // 2 > schema.limit("create", "Body", "maxLength"):
        raise TwilioError(21617, "The concatenated message body exceeds the 1600 character limit")
    callback = p.get("StatusCallback")
    if callback is not None and not is_url(callback):
        raise TwilioError(21609, f"The 'StatusCallback' URL {callback} is not a valid URL.")
    if not all(is_url(url) for url in media):
        raise TwilioError(21620, "Invalid media URL(s)")
    if to == sender:
        raise TwilioError(21266, f"'To' and 'From' number cannot be the same: {to}")
    validity, smart = p.get("ValidityPeriod"), p.get("SmartEncoded", False)
    return NewMessage(to, sender, service, body, media, callback, validity, smart)


def is_number(text: str) -> bool:
    if not _E164.fullmatch(text):
        return False
    return phonenumbers.is_possible_number(phonenumbers.parse(text))


def is_url(text: str) -> bool:
    """A full URL whose host name has no underscore."""
    try:
        address = urlsplit(text)
        host = address.hostname
    except ValueError:
        return False
    return address.scheme in ("http", "https") and bool(host) and bool(_HOST.fullmatch(str(host)))


def region(number: str) -> str:
    """Two-letter country code; empty where it isn't known."""
    return phonenumbers.region_code_for_number(phonenumbers.parse(number)) or ""


class Archive:
    """The messages of one account, newest first in lists."""

    def __init__(self, account_sid: str, clock: Callable[[], float]) -> None:
        self._path = f"/{API_VERSION}/Accounts/{account_sid}/Messages"
        self._clock = clock
        self.messages: dict[str, Message] = {}

    def keep(self, message: Message) -> Message:
        self.messages[message.sid] = message
        return message

    def find(self, sid: str) -> Message:
        if sid not in self.messages:
            raise not_found(f"{self._path}/{sid}.json")
        return self.messages[sid]

    def delete(self, sid: str) -> None:
        if self.find(sid).status in UNFINISHED:
            raise UNFINISHED_ERROR
        del self.messages[sid]

    def update(self, sid: str, given: list[tuple[str, str]]) -> Message:
        """Redact the body of a finished message, or cancel one that waits."""
        p = schema.read("update", given)
        message = self.find(sid)
        if p.get("Body"):
            raise invalid("Body", "must be empty")
        if "Body" in p:
            if message.status in UNFINISHED:
                raise UNFINISHED_ERROR
            message.body = ""
        if "Status" in p:
            if message.status not in ("accepted", "queued"):
                raise TwilioError(30409, "Message is not in a cancelable state", 409)
            message.status = p["Status"]
        message.updated_at = self._clock()
        return message

    def page(self, given: list[tuple[str, str]]) -> dict[str, Any]:
        p = schema.read("list", given)
        size, number = p.get("PageSize", DEFAULT_PAGE_SIZE), p.get("Page", 0)
        fits = _filter(p)
        found = [m for m in reversed(self.messages.values()) if fits(m)]
        start = self._start(found, p.get("PageToken"))
        shown, rest = found[start : start + size], found[start + size :]
        query = [(name, value) for name, value in given if not name.startswith("Page")]
        first = [*query, ("PageSize", size), ("Page", 0)]
        following = [
            *query,
            ("PageSize", size),
            ("Page", number + 1),
            ("PageToken", f"PA{shown[-1].sid}" if shown else ""),
        ]
        return {
            "first_page_uri": f"{self._path}.json?{urlencode(first)}",
            "end": max(start + len(shown) - 1, 0),
            "previous_page_uri": None,
            "messages": [message.as_json() for message in shown],
            "uri": f"{self._path}.json?{urlencode(given)}",
            "page_size": size,
            "start": start,
            "next_page_uri": f"{self._path}.json?{urlencode(following)}" if rest else None,
            "page": number,
        }

    def _start(self, found: list[Message], token: str | None) -> int:
        if token is None:
            return 0
        for index, message in enumerate(found):
            if token == f"PA{message.sid}":
                return index + 1
        raise invalid("PageToken", "is unknown")


def _filter(p: Mapping[str, Any]) -> Callable[[Message], bool]:
    exact, after, before = p.get("DateSent"), p.get("DateSent>"), p.get("DateSent<")

    def fits(message: Message) -> bool:
        if p.get("To", message.to) != message.to or p.get("From", message.sender) != message.sender:
            return False
        if exact is None and after is None and before is None:
            return True
        if message.sent_at is None:
            return False
        sent = datetime.fromtimestamp(int(message.sent_at), UTC)
        return (
            (exact is None or sent.date() == exact.date())
            and (after is None or sent >= after)
            and (before is None or sent <= before)
        )

    return fits
