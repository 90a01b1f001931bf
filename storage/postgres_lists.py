"""Lists as PostgreSQL's binary arrays. No statements.

The driver itself writes a list item by item in Python, which takes it longer than all else about an
insert of many rows.
"""

import struct
from collections.abc import Sequence
from itertools import chain

from psycopg.adapt import AdaptersMap, Buffer, Dumper
from psycopg.pq import Format

from storage.item_lists import Bytes, Integers, Items, Texts

_HEADER = struct.Struct(">iiIii")
_LENGTH = struct.Struct(">i")
_NULL = _LENGTH.pack(-1)


def _array(item_oid: int, count: int, items: bytes) -> bytes:
    """Of one dimension, which begins at 1; there may be NULLs in it."""
    return _HEADER.pack(1, 1, item_oid, count, 1) + items


def _each_with_length(items: Sequence[bytes | None]) -> bytes:
    pairs = ((_NULL, b"") if each is None else (_LENGTH.pack(len(each)), each) for each in items)
    return b"".join(chain.from_iterable(pairs))


class _IntegersDumper(Dumper):
    format, oid = Format.BINARY, 1016  # int8[]

    def dump(self, obj: Sequence[int | None]) -> Buffer:
        if None in obj:
            packed = [None if each is None else struct.pack(">q", each) for each in obj]
            return _array(20, len(obj), _each_with_length(packed))
        pairs = chain.from_iterable((8, each) for each in obj)
        return _array(20, len(obj), struct.pack(">" + "iq" * len(obj), *pairs))


class _TextsDumper(Dumper):
    format, oid = Format.BINARY, 1009  # text[]

    def dump(self, obj: Sequence[str | None]) -> Buffer:
        encoded = [None if each is None else each.encode() for each in obj]
        return _array(25, len(obj), _each_with_length(encoded))


class _BytesDumper(Dumper):
    format, oid = Format.BINARY, 1001  # bytea[]

    def dump(self, obj: Sequence[bytes | None]) -> Buffer:
        return _array(17, len(obj), _each_with_length(obj))


_DUMPERS: dict[type[Items], type[Dumper]] = {
    Integers: _IntegersDumper,
    Texts: _TextsDumper,
    Bytes: _BytesDumper,
}


def register(adapters: AdaptersMap) -> None:
    """For a connection."""
    for kind, dumper in _DUMPERS.items():
        adapters.register_dumper(kind, dumper)
