"""The least that a durable turn needs: one select, one upsert, two inserts. No bot around them."""

from time import perf_counter

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
        _sign_up(connection, range(signup.EARLY), together)
        took = _sign_up(connection, range(signup.EARLY, signup.EARLY + people), together)
    engine.dispose()
    return people * len(signup.ANSWERS) / took


def _sign_up(connection: Connection, people: range, together: int) -> float:
    """Seconds."""
    chats = [chat for chat, _text in signup.turns(people)]
    first_row = people.start * len(signup.ANSWERS)
    started = perf_counter()
    for at in range(0, len(chats), together):
        with connection.begin():
            for row, chat in enumerate(chats[at : at + together], first_row + at):
                turn(connection, row, chat)
    return perf_counter() - started
