"""What the rival bots keep: each turn's state and message, in one FULL commit. Plain sqlite3."""

import json
import sqlite3
from typing import Any

from benchmarks.signup import ANSWERS, EARLY

_SCHEMA = """
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
CREATE TABLE talks (chat INTEGER PRIMARY KEY, state TEXT, data TEXT NOT NULL DEFAULT '{}');
CREATE TABLE messages (id INTEGER PRIMARY KEY, chat INTEGER NOT NULL, heard TEXT, said TEXT);
"""
_LOG = "INSERT INTO messages (id, chat, heard, said) VALUES (?, ?, ?, ?)"
_STATE = """INSERT INTO talks (chat, state) VALUES (?, ?)
    ON CONFLICT (chat) DO UPDATE SET state = excluded.state"""
_DATA = """INSERT INTO talks (chat, data) VALUES (?, ?)
    ON CONFLICT (chat) DO UPDATE SET data = excluded.data"""


class Store:
    def __init__(self, path: str) -> None:
        self._connection = sqlite3.connect(path)
        self._connection.executescript(_SCHEMA)

    def log(self, message: int, chat: int, heard: str, said: str) -> None:
        self._connection.execute(_LOG, (message, chat, heard, said))

    def set_state(self, chat: int, state: str | None) -> None:
        self._connection.execute(_STATE, (chat, state))

    def set_data(self, chat: int, data: dict[str, Any]) -> None:
        self._connection.execute(_DATA, (chat, json.dumps(data)))

    def state(self, chat: int) -> str | None:
        found = self._connection.execute("SELECT state FROM talks WHERE chat = ?", (chat,))
        row = found.fetchone()
        return row[0] if row else None

    def data(self, chat: int) -> dict[str, Any]:
        found = self._connection.execute("SELECT data FROM talks WHERE chat = ?", (chat,))
        row = found.fetchone()
        return json.loads(row[0]) if row else {}

    def commit(self) -> None:
        self._connection.commit()

    def close(self, people: int) -> None:
        """RuntimeError unless every turn was kept and everybody signed up."""
        turns, people = len(ANSWERS) * (people + EARLY), people + EARLY
        kept = self._connection.execute("SELECT count(*) FROM messages").fetchone()[0]
        done = self._connection.execute("SELECT count(*) FROM messages WHERE said = ?", (WELCOME,))
        signed_up = done.fetchone()[0]
        self._connection.close()
        if (kept, signed_up) != (turns, people):
            raise RuntimeError(f"{kept} of {turns} turns were kept, {signed_up} signed up")


QUESTIONS = (
    "¿Cómo te gustaría participar?\n1 Alertas\n2 Voluntariado\n3 Organización\n4 Apoyo legal",
    "¿Cómo te llamas? Basta un nombre o apodo.",
    "¿Dónde estás? Envía tu código ZIP o tu ciudad.",
    "¿Qué ofreces?\n1 Traducir\n2 Transporte\n3 Cocina\n4 Manos",
    "¿Cuándo puedes ayudar?\n1 Mañanas\n2 Tardes\n3 Noches\n4 Fines de semana",
    "¿Qué idiomas hablas?\n1 Español\n2 Inglés\n3 Otro",
    "SÍ: guardar.",
)
"""What the rivals ask, in the order of signup.ANSWERS."""

FIELDS = ("kind", "name", "place", "skills", "available", "speaks")
WELCOME = "Ya eres parte."
AGAIN = "Perdón, no entendí."


def understood(field: str, text: str) -> Any:
    """The rivals' reading of an answer: numbers of choices, or the text; None: ask again."""
    if field in ("name", "place"):
        return text.strip() or None
    if text.casefold() == "todo":
        return ["1", "2", "3", "4"]
    numbers = text.split()
    return numbers if numbers and all(number.isdigit() for number in numbers) else None
