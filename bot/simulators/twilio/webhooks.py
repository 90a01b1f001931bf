"""Signed webhooks to the bot, as Twilio posts them, and the alerts its debugger would show."""

import asyncio
from dataclasses import dataclass
from http import HTTPStatus
from secrets import token_hex
from urllib.parse import urlencode
from xml.etree import ElementTree

from twilio.request_validator import RequestValidator

from bot.simulators.post import Answer, Postman, UnreachableError

SIGNATURE_HEADER = "X-Twilio-Signature"
TIMEOUT_SECONDS = 15.0
RETRIEVAL_FAILURE = 11200
NO_TWIML = 12100


@dataclass(frozen=True, slots=True)
class Alert:
    """A line of Twilio's debugger."""

    code: int
    sid: str
    what: str


class Webhooks:
    """`timeout` is for each of the two tries; a refusal (4xx) is not tried again.

    `copies` posts each webhook that many times at once, as a network that stutters does.
    """

    def __init__(self, postman: Postman, auth_token: str) -> None:
        self.timeout = TIMEOUT_SECONDS
        self.copies = 1
        self.alerts: list[Alert] = []
        self._postman = postman
        self._validator = RequestValidator(auth_token)

    async def post(
        self, url: str, parameters: dict[str, str], sid: str, *, twiml: bool = False
    ) -> None:
        """Post with one retry; a failure becomes an alert."""
        headers = {
            "Content-Type": "application/x-www-form-urlencoded; charset=utf-8",
            "User-Agent": "TwilioProxy/1.1",
            "I-Twilio-Idempotency-Token": token_hex(16),
            SIGNATURE_HEADER: self._validator.compute_signature(url, parameters),
        }
        body = urlencode(parameters).encode()
        tries = (self._retried(url, body, headers) for _ in range(self.copies))
        for outcome in await asyncio.gather(*tries):
            self._judge(outcome, sid, twiml=twiml)

    def _judge(self, outcome: Answer | str, sid: str, *, twiml: bool) -> None:
        if isinstance(outcome, str) or not outcome.ok:
            what = outcome if isinstance(outcome, str) else _line(outcome.status)
            self.alerts.append(Alert(RETRIEVAL_FAILURE, sid, what))
        elif twiml and not _is_empty_response(outcome):
            what = "the answer is no empty <Response/>"
            self.alerts.append(Alert(NO_TWIML, sid, what))

    async def _retried(self, url: str, body: bytes, headers: dict[str, str]) -> Answer | str:
        outcome = await self._try(url, body, headers)
        return await self._try(url, body, headers) if isinstance(outcome, str) else outcome

    async def _try(self, url: str, body: bytes, headers: dict[str, str]) -> Answer | str:
        """The answer, or why another try is due."""
        try:
            answer = await self._postman.post(url, body, headers, self.timeout)
        except UnreachableError as error:
            return str(error)
        return _line(answer.status) if answer.status >= 500 else answer


def _line(status: int) -> str:
    return f"{status} {HTTPStatus(status).phrase}"


def _is_empty_response(answer: Answer) -> bool:
    if not answer.text:
        return True
    try:
        root = ElementTree.fromstring(answer.text)
    except ElementTree.ParseError:
        return False
    is_xml = answer.media_type in ("text/xml", "application/xml")
    return is_xml and root.tag == "Response" and len(root) == 0
