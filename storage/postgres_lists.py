"""Lists as PostgreSQL's binary arrays. No statements.

The driver itself writes a list item by item in Python, which takes it longer than all else about an
insert of many rows.
"""

import struct
from collections.abc import Sequence
from itertools import chain

from psycopg import DataError
from psycopg.adapt import AdaptersMap, Buffer, Dumper
from psycopg.postgres import types
from psycopg.pq import Format

from storage.item_lists import Bytes, Integers, Items, Texts

_INTEGER, _TEXT, _BYTES = types["int8"], types["text"], types["bytea"]
_HEADER = struct.Struct(">iiIii")
_LENGTH = struct.Struct(">i")
_NULL = _LENGTH.pack(-1)


def _array(item_oid: int, count: int, items: bytes) -> bytes:
    """Of one dimension, which begins at 1; there may be NULLs in it."""
    return _HEADER.pack(1, 1, item_oid, count, 1) + items


def _each_with_length(items: Sequence[bytes | None]) -> bytes:
    pairs = ((_NULL, b"") if each is None else (_LENGTH.pack(len(each)), each) for each in items)
    return b"".join(chain.from_iterable(pairs))


def _integers(items: Sequence[int | None]) -> bytes:
    if None in items:
        packed = [None if each is None else struct.pack(">q", each) for each in items]
        return _each_with_length(packed)
    return struct.pack(">" + "iq" * len(items), *chain.from_iterable((8, each) for each in items))


class _IntegersDumper(Dumper):
    format, oid = Format.BINARY, _INTEGER.array_oid

    def dump(self, obj: Sequence[int | None]) -> Buffer:
        try:
            return _array(_INTEGER.oid, len(obj), _integers(obj))
        except struct.error:
            raise DataError("bigint out of range") from None


class _TextsDumper(Dumper):
    """In UTF-8, which every connection of ours speaks."""

    format, oid = Format.BINARY, _TEXT.array_oid

    def dump(self, obj: Sequence[str | None]) -> Buffer:
        encoded = [None if each is None else each.encode() for each in obj]
        return _array(_TEXT.oid, len(obj), _each_with_length(encoded))


class _BytesDumper(Dumper):
    format, oid = Format.BINARY, _BYTES.array_oid

    def dump(self, obj: Sequence[bytes | None]) -> Buffer:
        return _array(_BYTES.oid, len(obj), _each_with_length(obj))


_DUMPERS: dict[type[Items], type[Dumper]] = {
    Integers: _IntegersDumper,
    Texts: _TextsDumper,
    Bytes: _BytesDumper,
}


def register(adapters: AdaptersMap) -> None:
    """For a connection."""
    for kind, dumper in _DUMPERS.items():
        adapters.register_dumper(kind, dumper)
