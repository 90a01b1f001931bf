"""What every channel is: it sends an Outgoing to an address, or says why not. No provider here."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Protocol

from handlers.conversation.messages import ChannelName, Outgoing


class Decision(StrEnum):
    """What a failed send means for the delivery."""

    RETRY = "retry"
    NEVER = "never"
    UNKNOWN = "unknown"


class AddressEffect(StrEnum):
    """What a failed send says about the address."""

    NONE = "none"
    OPTED_OUT = "opted_out"
    BLOCKED = "blocked"
    INVALID = "invalid"
    SUSPECT = "suspect"


class SenderEffect(StrEnum):
    """What a failed send says about our side.

    Wrong configuration, or wrong for some recipients only (a country that is not enabled: alerted,
    and the others go on); filtered; at a cap.
    """

    NONE = "none"
    CONFIGURATION = "configuration"
    RECIPIENT = "recipient"
    FILTERED = "filtered"
    CAPPED = "capped"


@dataclass(frozen=True, slots=True)
class Sent:
    """`provider_id` finds the message again at the provider; empty when only an edit was made."""

    provider_id: str
    segments: int = 1


class SendError(Exception):
    """A send that did not succeed. Its text names the provider's code and never a person."""

    def __init__(
        self,
        code: str,
        decision: Decision,
        *,
        retry_after: timedelta | None = None,
        address: AddressEffect = AddressEffect.NONE,
        sender: SenderEffect = SenderEffect.NONE,
        new_address: str | None = None,
    ) -> None:
        super().__init__(f"{code}: {decision}")
        self.code = code
        self.decision = decision
        self.retry_after = retry_after
        self.address = address
        self.sender = sender
        self.new_address = new_address


class Channel(Protocol):
    """One provider. `send` raises SendError and nothing else."""

    name: ChannelName

    async def send(self, to: str, message: Outgoing, *, expires_in: timedelta | None) -> Sent: ...

    async def find(
        self, to: str, message: Outgoing, after: float, exclude: frozenset[str] = frozenset()
    ) -> str | None:
        """The provider's id of a message whose outcome is unknown.

        None: it never arrived. Raises SendError while the provider can't be asked.
        `after` is a Unix time in seconds; `exclude` are ids that are known to be other messages.
        """
        ...

    async def close(self) -> None: ...
