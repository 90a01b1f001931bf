"""What an error says about an address or about us, applied. Shared by sends and receipts."""

from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy import Connection

from bot.channels.base import AddressEffect, SenderEffect
from handlers.conversation.messages import ChannelName
from storage import standing

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Whose:
    """An address, and whose it is."""

    person_id: int
    address_id: int
    channel: ChannelName


def apply_to_address(
    connection: Connection, effect: AddressEffect, whose: Whose, now: datetime
) -> None:
    match effect:
        case AddressEffect.OPTED_OUT:
            standing.opted_out(
                connection, whose.person_id, whose.address_id, whose.channel, now=now
            )
        case AddressEffect.BLOCKED:
            standing.close_address(connection, whose.address_id, "blocked")
        case AddressEffect.INVALID:
            standing.close_address(connection, whose.address_id, "invalid")
        case AddressEffect.SUSPECT:
            standing.strike(connection, whose.address_id)
        case AddressEffect.NONE:
            pass


def alert(channel: str, code: str, effect: SenderEffect) -> None:
    """Tells whoever watches the logs that only the operator can mend this."""
    log.error("sender_trouble", channel=channel, code=code, sender_effect=str(effect))
