"""The least that a durable turn needs: one select, one upsert, two inserts. No bot around them."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from time import perf_counter

import psycopg
from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    bindparam,
    insert,
    select,
)
from sqlalchemy.dialects import postgresql

from benchmarks import signup
from storage.database import database_url
from storage.postgres import postgres_engine
from storage.sqlite import create_privately, sqlite_engine

_STATE, _BODY = b"s" * 200, b"b" * 200
_NOW = 1_795_000_000_000_000

metadata = MetaData()
_Key = BigInteger().with_variant(Integer(), "sqlite")
_sessions = Table(
    "sessions",
    metadata,
    Column("person", _Key, primary_key=True, autoincrement=False),
    Column("state", LargeBinary, nullable=False),
    Column("updated_at", _Key, nullable=False),
)
_inbound = Table(
    "inbound",
    metadata,
    Column("id", _Key, primary_key=True, autoincrement=False),
    Column("provider_id", String(64), nullable=False, unique=True),
    Column("person", _Key, nullable=False),
    Column("payload", LargeBinary, nullable=False),
    Column("at", _Key, nullable=False),
)
_outbox = Table(
    "outbox",
    metadata,
    Column("id", _Key, primary_key=True, autoincrement=False),
    Column("person", _Key, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("due_at", _Key, nullable=False),
)

_FIND = select(_sessions.c.state).where(_sessions.c.person == bindparam("person"))
_new = postgresql.insert(_sessions)  # SQLite's compiler writes this ON CONFLICT as well
_SAVE = _new.on_conflict_do_update(
    index_elements=[_sessions.c.person],
    set_={"state": _new.excluded.state, "updated_at": _new.excluded.updated_at},
)
_LOG, _QUEUE = insert(_inbound), insert(_outbox)
_SQL = (
    "SELECT state FROM sessions WHERE person = %s",
    "INSERT INTO sessions (person, state, updated_at) VALUES (%s, %s, %s)"
    " ON CONFLICT (person) DO UPDATE SET state = excluded.state, updated_at = excluded.updated_at",
    "INSERT INTO inbound (id, provider_id, person, payload, at) VALUES (%s, %s, %s, %s, %s)",
    "INSERT INTO outbox (id, person, body, due_at) VALUES (%s, %s, %s, %s)",
)
"""The four statements as the driver takes them."""

Turn = tuple[int, int]
"""A row's id and the person."""


def turn(connection: Connection, row: int, person: int) -> None:
    connection.execute(_FIND, {"person": person}).first()
    connection.execute(_SAVE, {"person": person, "state": _STATE, "updated_at": _NOW})
    message = {"id": row, "provider_id": str(row), "person": person, "payload": _STATE, "at": _NOW}
    connection.execute(_LOG, message)
    connection.execute(_QUEUE, {"id": row, "person": person, "body": _BODY, "due_at": _NOW})


def on_sqlite(path: str, people: int, together: int) -> float:
    """Turns a second, one after another, with so many in each FULL commit."""
    url = database_url(f"sqlite:///{path}")
    create_privately(url)
    engine = sqlite_engine(url, "BEGIN IMMEDIATE")
    metadata.create_all(engine)
    with engine.connect() as connection:

        def take(turns: Sequence[Turn]) -> None:
            with connection.begin():
                for row, person in turns:
                    turn(connection, row, person)

        _one_by_one(_turns(range(signup.EARLY)), take, together)
        turns = _turns(range(signup.EARLY, signup.EARLY + people))
        started = perf_counter()
        _one_by_one(turns, take, together)
        took = perf_counter() - started
    engine.dispose()
    return len(turns) / took


def on_postgres(url: str, people: int, flights: int) -> float:
    """Turns a second through SQLAlchemy Core, a commit each, so many at once."""
    engine = postgres_engine(database_url(url), flights)
    metadata.create_all(engine)

    def take(each: Turn) -> None:
        with engine.begin() as connection:
            turn(connection, *each)

    rate = _at_once(people, take, flights)
    engine.dispose()
    return rate


def on_psycopg(url: str, people: int, flights: int) -> float:
    """The same through the driver alone, with a connection for each thread."""
    engine = postgres_engine(database_url(url), flights)
    metadata.create_all(engine)
    engine.dispose()
    own = threading.local()

    def connect() -> None:
        own.connection = psycopg.connect(url)

    def take(each: Turn) -> None:
        row, person = each
        with own.connection.transaction():
            own.connection.execute(_SQL[0], (person,)).fetchone()
            own.connection.execute(_SQL[1], (person, _STATE, _NOW))
            own.connection.execute(_SQL[2], (row, str(row), person, _STATE, _NOW))
            own.connection.execute(_SQL[3], (row, person, _BODY, _NOW))

    return _at_once(people, take, flights, connect)


def _turns(people: range) -> list[Turn]:
    chats = (chat for chat, _text in signup.turns(people))
    return list(enumerate(chats, people.start * len(signup.ANSWERS) + 1))


def _one_by_one(
    turns: Sequence[Turn], take: Callable[[Sequence[Turn]], None], together: int
) -> None:
    for at in range(0, len(turns), together):
        take(turns[at : at + together])


def _at_once(
    people: int, take: Callable[[Turn], None], flights: int, start: Callable[[], None] | None = None
) -> float:
    turns = _turns(range(signup.EARLY, signup.EARLY + people))
    with ThreadPoolExecutor(flights, initializer=start) as threads:
        list(threads.map(take, _turns(range(signup.EARLY))))
        started = perf_counter()
        for wave in signup.waves(turns):
            list(threads.map(take, wave))
        return len(turns) / (perf_counter() - started)
