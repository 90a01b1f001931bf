"""What receiving needs besides a connection."""

from dataclasses import dataclass

from handlers.policy import Policy
from storage.sealed import Vault


@dataclass(slots=True)
class Desk:
    """The policy is replaced once, when Telegram has told what the bot is called there."""

    vault: Vault
    policy: Policy
