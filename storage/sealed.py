"""Sealing personal data and looking it up by keyed hash; the table that keeps the index key."""

import base64
import binascii
import hmac
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import Column, Connection, LargeBinary, String, Table, delete, select

from storage.database import insert, lock_table, metadata

_PREFIX = "enlace_"
_KEY_BYTES = 32
_VERSION = b"\x01"
_ID_BYTES = 4
_NONCE_BYTES = 12
_AT_ONCE = 256
_HEADER = len(_VERSION) + _ID_BYTES

vault = Table(
    "vault",
    metadata,
    Column("key_id", String(8), primary_key=True),
    Column("wrapped", LargeBinary, nullable=False, comment="the index key under that secret key"),
)
"""One row a secret key in use; all hold the same index key, so hashes outlive a rotation."""


class SealError(Exception):
    """A key doesn't fit, or a sealed value isn't what was sealed in this place."""


def new_secret_key() -> str:
    return _PREFIX + base64.urlsafe_b64encode(os.urandom(_KEY_BYTES)).decode().rstrip("=")


@dataclass(frozen=True, slots=True)
class _Key:
    """One secret key's working parts. A value is version, key id, nonce, then the ciphertext."""

    id: bytes
    data: AESGCM
    wrapping: AESGCM

    @classmethod
    def of(cls, secret: bytes) -> Self:
        return cls(
            _derive(secret, b"id", _ID_BYTES),
            AESGCM(_derive(secret, b"data")),
            AESGCM(_derive(secret, b"wrap")),
        )


class _Nonces:
    """Each once, from the system's randomness: to ask it for many costs as much as for one.

    A process that forks must not give the same ones on both sides.
    """

    def __init__(self) -> None:
        self._drawn: Iterator[bytes] = iter(())
        os.register_at_fork(after_in_child=self._forget)

    def next(self) -> bytes:
        # Threads share the iterator, which gives each item to one of them.
        drawn = next(self._drawn, None)
        while drawn is None:
            many = os.urandom(_NONCE_BYTES * _AT_ONCE)
            self._drawn = iter(
                [many[at : at + _NONCE_BYTES] for at in range(0, len(many), _NONCE_BYTES)]
            )
            drawn = next(self._drawn, None)
        return drawn

    def _forget(self) -> None:
        self._drawn = iter(())


_nonces = _Nonces()


class Vault:
    """Seals with the newest key, opens with any; safe to share among threads.

    Each value is bound to its table, column and row: moved elsewhere it does not open.
    """

    def __init__(self, keys: Sequence[_Key], index_key: bytes) -> None:
        self._keys = {_VERSION + key.id: key.data for key in keys}
        self._header = _VERSION + keys[0].id
        self._seal = keys[0].data
        # Copied for each value: to begin anew with the key costs more than the value itself.
        self._index = hmac.new(index_key, digestmod="sha256")

    @classmethod
    def load(cls, connection: Connection, secret_keys: Sequence[str]) -> Self:
        """`secret_keys`: newest first. Writes where the index key isn't yet wrapped under each.

        SealError when none of them opens this database.
        """
        keys = _parse(secret_keys)
        known = _wrapped(connection)
        if any(key.id.hex() not in known for key in keys):
            lock_table(connection, vault)
            known = _wrapped(connection)
            index_key = _unwrap(known, keys) if known else os.urandom(_KEY_BYTES)
            missing = [key for key in keys if key.id.hex() not in known]
            if missing:
                connection.execute(insert(vault), [_wrap(index_key, key) for key in missing])
        else:
            index_key = _unwrap(known, keys)
        return cls(keys, index_key)

    def lacks(self, connection: Connection) -> dict[str, bytes]:
        """The keys of this database that were not given: name, and how what they sealed begins."""
        others = (bytes.fromhex(key_id) for key_id in _wrapped(connection))
        return {
            key_id.hex(): _VERSION + key_id
            for key_id in others
            if _VERSION + key_id not in self._keys
        }

    def forget_other_keys(self, connection: Connection) -> None:
        """After a rotation: keys that this vault was not given no longer open the index key."""
        mine = [header[len(_VERSION) :].hex() for header in self._keys]
        connection.execute(delete(vault).where(vault.c.key_id.not_in(mine)))

    def seal(self, table: str, column: str, row: int, text: str) -> bytes:
        nonce = _nonces.next()
        plain = text.encode("utf-8", "surrogatepass")
        bound = self._header + _place(table, column, row)
        return self._header + nonce + self._seal.encrypt(nonce, plain, bound)

    def open(self, table: str, column: str, row: int, sealed: bytes) -> str:
        """SealError when it was altered, or sealed in another place or under another key."""
        header = bytes(sealed[:_HEADER])
        key = self._keys.get(header)
        if key is None:
            raise SealError(f"{table}.{column}: none of SECRET_KEYS sealed this value.")
        body = sealed[_HEADER + _NONCE_BYTES :]
        nonce = sealed[_HEADER : _HEADER + _NONCE_BYTES]
        try:
            plain = key.decrypt(nonce, body, header + _place(table, column, row))
        except (InvalidTag, ValueError):
            raise SealError(f"{table}.{column}: altered, or sealed in another place.") from None
        return plain.decode("utf-8", "surrogatepass")

    def reseal(self, table: str, column: str, row: int, sealed: bytes) -> bytes | None:
        """The value under the newest key; None when it is already."""
        if sealed[:_HEADER] == self._header:
            return None
        return self.seal(table, column, row, self.open(table, column, row, sealed))

    def index(self, kind: str, value: str) -> bytes:
        """32 bytes to look a value up by; the same for ever, whatever key seals."""
        message = f"{kind}\0{value}".encode("utf-8", "surrogatepass")
        keyed = self._index.copy()
        keyed.update(message)
        return keyed.digest()


def _place(table: str, column: str, row: int) -> bytes:
    return f"{table}|{column}|{row}".encode()


def _derive(secret: bytes, purpose: bytes, length: int = _KEY_BYTES) -> bytes:
    return HKDF(SHA256(), length, salt=None, info=b"enlace 1 " + purpose).derive(secret)


def refuse_malformed(secret_keys: Sequence[str]) -> None:
    """SealError when one of them is no key at all, whatever database it may be for."""
    _parse(secret_keys)


def _parse(secret_keys: Sequence[str]) -> list[_Key]:
    if not secret_keys:
        raise SealError("SECRET_KEYS is empty: make a key with `enlace keygen`.")
    keys = [_Key.of(_secret(text, place)) for place, text in enumerate(secret_keys, 1)]
    if len({key.id for key in keys}) < len(keys):
        raise SealError("SECRET_KEYS names one key twice.")
    return keys


def _secret(text: str, place: int) -> bytes:
    body = text.strip().removeprefix(_PREFIX)
    try:
        secret = base64.b64decode(body + "=" * (-len(body) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        secret = b""
    if len(secret) != _KEY_BYTES:
        raise SealError(f"SECRET_KEYS: entry {place} is not a key from `enlace keygen`.")
    return secret


def _wrapped(connection: Connection) -> dict[str, bytes]:
    return {row.key_id: row.wrapped for row in connection.execute(select(vault))}


def _wrap(index_key: bytes, key: _Key) -> dict[str, object]:
    nonce = os.urandom(_NONCE_BYTES)
    sealed = key.wrapping.encrypt(nonce, index_key, b"vault|" + key.id)
    return {"key_id": key.id.hex(), "wrapped": nonce + sealed}


def _unwrap(known: dict[str, bytes], keys: Sequence[_Key]) -> bytes:
    fitting = [key for key in keys if key.id.hex() in known]
    if not fitting:
        raise SealError(
            "SECRET_KEYS does not open this database: it was made with another key"
            f" ({', '.join(sorted(known))}). Give that key too, after the newest."
        )
    wrapped = known[fitting[0].id.hex()]
    try:
        return fitting[0].wrapping.decrypt(
            wrapped[:_NONCE_BYTES], wrapped[_NONCE_BYTES:], b"vault|" + fitting[0].id
        )
    except (InvalidTag, ValueError):
        raise SealError("SECRET_KEYS does not open this database: its vault was altered.") from None
