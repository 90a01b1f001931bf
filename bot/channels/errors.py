"""A verdict on a failed send, as the tables of both providers write it. No provider's codes."""

from dataclasses import dataclass
from datetime import timedelta

from bot.channels.base import AddressEffect, Decision, SenderEffect, SendError


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a provider's answer means, for this message, its address and our own account."""

    decision: Decision
    address: AddressEffect = AddressEffect.NONE
    sender: SenderEffect = SenderEffect.NONE
    retry_after: timedelta | None = None

    def error(self, code: str) -> SendError:
        return SendError(
            code,
            self.decision,
            retry_after=self.retry_after,
            address=self.address,
            sender=self.sender,
        )


REFUSED = Verdict(Decision.NEVER)
NO_CONNECTION = Verdict(Decision.RETRY)
UNKNOWN = Verdict(Decision.UNKNOWN)
MISCONFIGURED = Verdict(
    Decision.RETRY, sender=SenderEffect.CONFIGURATION, retry_after=timedelta(minutes=5)
)


def refuse_expired(expires_in: timedelta | None) -> None:
    """Stops what is stale already: no provider is asked to send it."""
    if expires_in is not None and expires_in <= timedelta():
        raise REFUSED.error("expired")
