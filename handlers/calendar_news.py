"""News of an event bring its calendar file along, where the channel has files: the same entry, at
its new time or cancelled."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, cast

from sqlalchemy import Connection

from handlers.broadcasts import Renderer
from handlers.calendar_file import calendar_file, file_name
from handlers.conversation.messages import Document, Outgoing
from handlers.event_facts import Told, tell_of
from handlers.rendering import is_sms
from locales import Language
from storage import events
from storage.event_circles import news_of
from storage.outbox import Due, Unknown
from storage.sealed import Vault

LONGEST_CAPTION: Final = 1_024
"""UTF-16 units (Bot API)."""


@dataclass(frozen=True, slots=True)
class WithCalendar:
    """A renderer of broadcasts."""

    renderer: Renderer
    vault: Vault

    def __call__(
        self, connection: Connection, rows: Sequence[Due | Unknown]
    ) -> dict[int, Outgoing]:
        bodies = self.renderer(connection, rows)
        sending = [row for row in rows if isinstance(row, Due) and not is_sms(row.channel)]
        told = self._told(connection, {row.broadcast_id for row in sending if row.broadcast_id})
        files: dict[tuple[int, str], Document] = {}
        for row in sending:
            event = told.get(row.broadcast_id)
            if event is None or row.id not in bodies or not _is_caption(bodies[row.id].text):
                continue
            key = event.event.id, row.language
            if key not in files:
                content = calendar_file(event, cast("Language", row.language))
                files[key] = Document(file_name(event), content)
            bodies[row.id] = replace(bodies[row.id], document=files[key])
        return bodies

    def _told(self, connection: Connection, runs: set[int]) -> Mapping[int | None, Told]:
        """The events that these broadcasts bring news of."""
        subjects = news_of(connection, runs) if runs else {}
        found = events.read_all(connection, list(subjects.values()))
        told = {row: tell_of(connection, self.vault, event) for row, event in found.items()}
        return {run: told[row] for run, row in subjects.items() if row in told}


def _is_caption(text: str) -> bool:
    return len(text.encode("utf-16-le")) // 2 <= LONGEST_CAPTION
