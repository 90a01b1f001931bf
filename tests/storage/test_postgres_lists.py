"""What is sent in a list arrives in PostgreSQL as it was."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import ARRAY, BigInteger, Connection, LargeBinary, Text, bindparam, select
from sqlalchemy.types import TypeEngine

from storage.database import Database
from storage.item_lists import Bytes, Integers, Texts, as_items
from storage.prepared import Prepared

_TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
_LISTS = st.one_of(
    st.tuples(st.just(BigInteger()), st.lists(st.none() | st.integers(-(2**63), 2**63 - 1))),
    st.tuples(st.just(Text()), st.lists(st.none() | _TEXT)),
    st.tuples(st.just(LargeBinary()), st.lists(st.none() | st.binary())),
)


@pytest.mark.postgres
@given(_LISTS)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
def test_a_list_arrives_as_it_was(
    postgresql: Database, sent: tuple[TypeEngine[Any], list[Any]]
) -> None:
    kind, values = sent
    statement = Prepared(select(bindparam("values", type_=ARRAY(kind)).label("values")))

    def unit(connection: Connection) -> Any:
        row = statement.first(connection, {"values": values})
        return None if row is None else row[0]

    assert postgresql.run_now(unit) == values


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([1, None, 2], Integers),
        (["a", ""], Texts),
        ([b"", None], Bytes),
        ([], list),
        ([None], list),
        ([1, "a"], list),
        ([True], list),
        ("text", str),
    ],
)
def test_lists_are_told_apart_by_what_is_in_them(values: Any, kind: type) -> None:
    assert type(as_items(values)) is kind
    assert as_items(values) == values
