"""Writing to the outbox: an Outgoing sealed into a queued delivery. Nothing is sent here."""

import base64
from datetime import datetime
from operator import attrgetter
from typing import Any, Literal

from sqlalchemy import Connection, insert

from handlers.conversation.compact import compact_json, read_json
from handlers.conversation.messages import Button, ChannelName, Document, Outgoing
from handlers.conversation.records import record
from storage.ids import new_id
from storage.messages import Priority, deliveries
from storage.prepared import Prepared
from storage.sealed import Vault

OUTBOX = "outbox"
"""The channel on which workers are told that something waits for them."""

Kind = Literal["reply", "consent", "notice", "broadcast"]

_PLAIN = ("text", "ask", "ask_label", "answer", "toast", "edit", "edit_text")
_values = attrgetter(*_PLAIN)
_KEYBOARDS = ("keyboard", "edit_keyboard")
_ADD = Prepared(insert(deliveries))


@record
class To:
    """Where a delivery goes: one address of one person."""

    person_id: int
    address_id: int
    channel: ChannelName


def encode(message: Outgoing) -> str:
    """JSON of what differs from an empty message."""
    plain = zip(_PLAIN, _values(message), strict=True)
    filled: dict[str, Any] = {
        name: value for name, value in plain if value is not None and value != ""
    }
    for name in _KEYBOARDS:
        if rows := getattr(message, name):
            filled[name] = [[(button.label, button.data) for button in row] for row in rows]
    if message.document is not None:
        content = base64.b64encode(message.document.content).decode()
        filled["document"] = [message.document.name, content]
    return compact_json(filled)


def decode(text: str) -> Outgoing:
    fields: dict[str, Any] = read_json(text)
    for name in _KEYBOARDS:
        if name in fields:
            fields[name] = tuple(tuple(Button(*pair) for pair in row) for row in fields[name])
    if "document" in fields:
        name, content = fields["document"]
        fields["document"] = Document(name, base64.b64decode(content))
    return Outgoing(**fields)


def enqueue(
    connection: Connection,
    vault: Vault,
    to: To,
    messages: list[Outgoing],
    *,
    now: datetime,
    kind: Kind = "reply",
    priority: int = Priority.REPLY,
    due_at: datetime | None = None,
    expires_at: datetime | None = None,
) -> list[int]:
    """Queue messages for one address, to be sent in this order; returns the deliveries' ids."""
    rows: list[dict[str, Any]] = [
        {
            "id": (row := new_id()),
            "person_id": to.person_id,
            "address_id": to.address_id,
            "channel": to.channel,
            "kind": kind,
            "priority": priority,
            "body": vault.seal("deliveries", "body", row, encode(message)),
            "due_at": due_at or now,
            "expires_at": expires_at,
            "created_at": now,
            "updated_at": now,
        }
        for message in messages
    ]
    for delivery in rows:
        _ADD.write(connection, delivery)
    return [delivery["id"] for delivery in rows]
