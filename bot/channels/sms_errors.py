"""What each Twilio code means for a delivery: the table, and the one reader of it."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from aiohttp import ClientConnectorError, ConnectionTimeoutError, InvalidURL
from twilio.base.exceptions import TwilioException, TwilioRestException, TwilioServiceException
from twilio.http.response import Response

from bot.channels.base import AddressEffect, Decision, SenderEffect, SendError
from bot.channels.errors import MISCONFIGURED, NO_CONNECTION, REFUSED, UNKNOWN, Verdict
from bot.channels.twilio_http import SlowDownError

_OPTED_OUT = Verdict(Decision.NEVER, AddressEffect.OPTED_OUT)
_INVALID = Verdict(Decision.NEVER, AddressEffect.INVALID)
_SUSPECT = Verdict(Decision.NEVER, AddressEffect.SUSPECT)
_NOT_THERE = Verdict(Decision.NEVER, sender=SenderEffect.RECIPIENT)
_FILTERED = Verdict(Decision.NEVER, sender=SenderEffect.FILTERED)
_CAPPED = Verdict(Decision.RETRY, sender=SenderEffect.CAPPED, retry_after=timedelta(hours=1))
_BUSY = Verdict(Decision.RETRY, retry_after=timedelta(seconds=5))
_LATER = Verdict(Decision.RETRY, retry_after=timedelta(minutes=1))

CODES: Final[Mapping[int, Verdict]] = {
    20003: MISCONFIGURED,  # wrong credentials
    20005: MISCONFIGURED,  # account not active
    20009: _LATER,  # to be deleted, but not yet sent
    20404: MISCONFIGURED,  # no such account
    20429: _BUSY,  # too many requests: not processed
    21211: _INVALID,  # not a phone number
    21212: MISCONFIGURED,  # our own number is none
    21265: _INVALID,  # a short code
    21266: _INVALID,  # our own number
    21408: _NOT_THERE,  # their country is not enabled for the account
    21602: REFUSED,  # no body
    21603: MISCONFIGURED,  # no sender given
    21606: MISCONFIGURED,  # our number can't send SMS
    21608: REFUSED,  # trial account: number not verified
    21609: MISCONFIGURED,  # our status URL is none
    21610: _OPTED_OUT,
    21611: _LATER,  # our number's queue is full
    21612: _SUSPECT,  # no route from our number to theirs
    21614: _INVALID,  # not SMS-capable
    21617: REFUSED,  # body over 1,600 characters
    21635: _INVALID,  # landline
    21659: MISCONFIGURED,  # our number is not Twilio's
    21660: MISCONFIGURED,  # our number is another account's
    21701: MISCONFIGURED,  # no such messaging service
    21703: MISCONFIGURED,  # messaging service without numbers
    21705: MISCONFIGURED,  # no such messaging service
    30001: _LATER,
    30002: MISCONFIGURED,  # account suspended
    30003: REFUSED,  # phone unreachable just now
    30004: _SUSPECT,  # blocked
    30005: _SUSPECT,  # unknown phone
    30006: _SUSPECT,  # landline or unreachable carrier
    30007: _FILTERED,
    30008: REFUSED,  # unknown error at the carrier
    30022: _BUSY,  # 10DLC rate
    30023: _CAPPED,  # 10DLC daily cap
    30027: _CAPPED,  # T-Mobile's daily cap
    30032: MISCONFIGURED,  # toll-free number not verified
    30034: MISCONFIGURED,  # 10DLC number not registered
    30036: REFUSED,  # its validity ended in the queue
    63038: _CAPPED,  # account's daily cap
}
_BY_STATUS: Final[Mapping[int, Verdict]] = {
    401: MISCONFIGURED,
    403: MISCONFIGURED,
    404: MISCONFIGURED,
    405: MISCONFIGURED,
    408: UNKNOWN,
    429: _BUSY,
}


def verdict(code: int) -> Verdict:
    """For a code of a status callback; unknown codes are final, and say nothing of the address."""
    return CODES.get(code, REFUSED)


def decide(error: Exception) -> SendError:
    verdict, code = UNKNOWN, type(error).__name__
    match error:
        case TwilioRestException() | TwilioServiceException():
            return answered(error.status, error.code)
        case TwilioException(args=(_, Response() as response)):
            return answered(response.status_code, None)
        case SlowDownError():
            verdict, code = Verdict(Decision.RETRY, retry_after=error.retry_after), "429"
        case ClientConnectorError() | ConnectionTimeoutError() | InvalidURL():
            verdict, code = NO_CONNECTION, "no_connection"
        case TimeoutError():
            code = "timeout"
        case UnicodeEncodeError():
            verdict, code = REFUSED, "unencodable"
    return verdict.error(code)


def answered(status: object, code: object) -> SendError:
    """Only a 4xx says that the message was refused; after anything else it may be on its way."""
    if not isinstance(status, int) or not 400 <= status < 500:
        return UNKNOWN.error(f"http_{status}"[:16])
    if isinstance(code, int) and code in CODES:
        return CODES[code].error(str(code))
    by_status = _BY_STATUS.get(status, REFUSED)
    return by_status.error(str(code) if isinstance(code, int) else f"http_{status}")
