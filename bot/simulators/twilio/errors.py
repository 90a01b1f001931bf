"""Twilio's error answers, by code."""

from typing import Any


class TwilioError(Exception):
    """An error answer of the REST API."""

    def __init__(self, code: int, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status

    def as_json(self) -> dict[str, Any]:
        return {
            "code": self.code,
            "message": self.message,
            "more_info": f"https://www.twilio.com/docs/errors/{self.code}",
            "status": self.status,
        }


UNAUTHORIZED = TwilioError(20003, "Authenticate", 401)
METHOD_NOT_ALLOWED = TwilioError(20004, "Method not allowed", 405)
TOO_MANY_REQUESTS = TwilioError(20429, "Too Many Requests", 429)
UNFINISHED = TwilioError(20009, "Cannot delete this resource before the Message is complete", 409)

# Codes of a refused create call, and of a message that was taken but did not arrive.
REFUSALS = {
    21211: "Invalid 'To' Phone Number",
    21408: "Permission to send an SMS has not been enabled for the region indicated by 'To'",
    21610: "Attempt to send to unsubscribed recipient",
    21611: "This 'From' number has exceeded the maximum number of queued messages",
    21614: "'To' number is not a valid mobile number",
    63038: "Account exceeded the daily messages limit",
}
FAILURES = {
    30001: "Queue overflow",
    30002: "Account suspended",
    30003: "Unreachable destination handset",
    30004: "Message blocked",
    30005: "Unknown destination handset",
    30006: "Landline or unreachable carrier",
    30007: "Message filtered",
    30008: "Unknown error",
    30034: "Message from an Unregistered Number",
}
# These never left Twilio: "failed"; the carrier's failures end "undelivered".
NEVER_LEFT = {30001, 30002}


def not_found(path: str) -> TwilioError:
    return TwilioError(20404, f"The requested resource {path} was not found", 404)


def invalid(name: str, why: str) -> TwilioError:
    return TwilioError(20001, f"Parameter '{name}' {why}")
