"""The vault: what it seals opens in its place alone, and keys can be changed."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, delete, select, update

from storage.database import Database
from storage.sealed import SealError, Vault, new_secret_key, vault

OLD, NEW, OTHER = new_secret_key(), new_secret_key(), new_secret_key()


def loading(*keys: str) -> Callable[[Connection], Vault]:
    return lambda connection: Vault.load(connection, keys)


@pytest.fixture
async def store(database_url: str) -> AsyncIterator[Database]:
    opened = Database(database_url)
    yield opened
    await opened.close()


@pytest.fixture(scope="module")
def safe(tmp_path_factory: pytest.TempPathFactory) -> Vault:
    """A vault whose database is gone again: it needs it only to be loaded."""
    database = Database(f"sqlite:///{tmp_path_factory.mktemp('vault')}/enlace.db")
    database.run_now(vault.create)
    loaded = database.run_now(loading(OLD))
    database.close_now()
    return loaded


@given(st.text(alphabet=st.characters(exclude_categories=[])), st.integers(0, 2**63 - 1))
def test_any_text_opens_to_itself(safe: Vault, words: str, row: int) -> None:
    assert safe.open("people", "name", row, safe.seal("people", "name", row, words)) == words


def test_nothing_of_the_text_shows_and_no_two_seals_are_alike(safe: Vault) -> None:
    one, two = (safe.seal("people", "name", 1, "Guadalupe") for _ in range(2))
    assert b"Guadalupe" not in one
    assert one != two


def nonce_of(sealed: bytes) -> bytes:
    """After the version and the key's id."""
    return sealed[5:17]


def test_a_nonce_is_used_once_by_however_many_threads(safe: Vault) -> None:
    def many(_: int) -> list[bytes]:
        return [nonce_of(safe.seal("people", "name", 1, "Ana")) for _ in range(1_000)]

    with ThreadPoolExecutor(8) as threads:
        drawn = [nonce for nonces in threads.map(many, range(8)) for nonce in nonces]
    assert len(set(drawn)) == 8_000


FORKING = """
import os, sys
from storage.database import Database
from storage.sealed import Vault, new_secret_key, vault

database = Database(sys.argv[1])
database.run_now(vault.create)
key = new_secret_key()
safe = database.run_now(lambda connection: Vault.load(connection, [key]))
database.close_now()
safe.seal("people", "name", 1, "Ana")
child = os.fork()
for _ in range(300):
    os.write(1, (safe.seal("people", "name", 1, "Ana")[5:17].hex() + "\\n").encode())
if child:
    os.waitpid(child, 0)
os._exit(0)
"""


def test_a_process_that_forks_shares_no_nonce_with_the_other(tmp_path: Path) -> None:
    command = [sys.executable, "-c", FORKING, f"sqlite:///{tmp_path}/forked.db"]
    root = Path(__file__).parents[2]
    forked = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True)
    drawn = forked.stdout.split()
    assert (len(drawn), len(set(drawn))) == (600, 600)


@pytest.mark.parametrize(
    "place",
    [("addresses", "name", 1), ("people", "source", 1), ("people", "name", 2)],
    ids=["another table", "another column", "another row"],
)
def test_a_value_moved_to_another_place_does_not_open(
    safe: Vault, place: tuple[str, str, int]
) -> None:
    sealed = safe.seal("people", "name", 1, "Guadalupe")
    with pytest.raises(SealError, match="another place"):
        safe.open(*place, sealed)


def test_no_bit_of_a_value_can_be_changed(safe: Vault) -> None:
    sealed = safe.seal("people", "name", 1, "Lupe")
    for position in range(len(sealed)):
        altered = bytearray(sealed)
        altered[position] ^= 1
        with pytest.raises(SealError):
            safe.open("people", "name", 1, bytes(altered))


@pytest.mark.parametrize("length", [0, 1, 5, 16, 17, 30, 36])
def test_a_value_cut_short_does_not_open(safe: Vault, length: int) -> None:
    sealed = safe.seal("people", "name", 1, "Lupe")
    with pytest.raises(SealError, match=r"people\.name"):
        safe.open("people", "name", 1, sealed[:length])


def test_an_error_does_not_show_what_was_sealed(safe: Vault) -> None:
    sealed = safe.seal("people", "name", 1, "Guadalupe")
    with pytest.raises(SealError) as caught:
        safe.open("people", "name", 2, sealed)
    assert "Guadalupe" not in repr(caught.value)
    assert caught.value.__cause__ is None


def test_looking_up_is_keyed_and_told_apart_by_kind(safe: Vault) -> None:
    number = safe.index("sms", "+13125550100")
    assert number == safe.index("sms", "+13125550100")
    assert len(number) == 32
    assert number != safe.index("telegram", "+13125550100")


async def test_a_vault_is_made_once_and_opened_again(store: Database) -> None:
    first = await store.run(loading(OLD))
    sealed = first.seal("people", "name", 1, "Lupe")
    again = await store.run(loading(OLD))
    assert again.open("people", "name", 1, sealed) == "Lupe"
    assert again.index("sms", "+1") == first.index("sms", "+1")


async def test_opening_an_existing_vault_only_reads(store: Database) -> None:
    await store.run(loading(OLD))
    await store.read(loading(OLD))


async def test_two_processes_that_start_at_once_agree(store: Database, database_url: str) -> None:
    other = Database(database_url)
    keys = [(OLD,), (NEW, OLD), (OLD,), (OTHER, OLD)]
    loaded = await asyncio.gather(
        *((store, other)[place % 2].run(loading(*given)) for place, given in enumerate(keys))
    )
    assert len({safe.index("sms", "+1") for safe in loaded}) == 1
    sealed = loaded[0].seal("people", "name", 1, "Lupe")
    assert {safe.open("people", "name", 1, sealed) for safe in loaded} == {"Lupe"}
    await other.close()


async def test_another_key_does_not_open_the_database(store: Database) -> None:
    await store.run(loading(OLD))
    with pytest.raises(SealError, match="SECRET_KEYS does not open this database") as caught:
        await store.run(loading(OTHER))
    assert "\n" not in str(caught.value)
    with pytest.raises(SealError):
        await store.read(loading(NEW, OTHER))
    await store.run(loading(OLD))


async def test_an_altered_vault_is_refused(store: Database) -> None:
    await store.run(loading(OLD))
    await store.run(lambda c: c.execute(update(vault).values(wrapped=b"\0" * 60)))
    with pytest.raises(SealError, match="altered"):
        await store.run(loading(OLD))


async def test_a_rotation_reseals_and_keeps_hashes(store: Database) -> None:
    before = await store.run(loading(OLD))
    sealed, hashed = before.seal("people", "name", 1, "Lupe"), before.index("sms", "+1")

    during = await store.run(loading(NEW, OLD))
    assert during.open("people", "name", 1, sealed) == "Lupe", "the old key still opens"
    resealed = during.reseal("people", "name", 1, sealed)
    assert resealed is not None
    assert during.reseal("people", "name", 1, resealed) is None, "it is under the newest already"
    with pytest.raises(SealError):
        before.open("people", "name", 1, resealed)

    after = await store.run(loading(NEW))
    assert after.open("people", "name", 1, resealed) == "Lupe"
    assert after.index("sms", "+1") == hashed, "suppressions outlive the key"
    with pytest.raises(SealError, match="none of SECRET_KEYS"):
        after.open("people", "name", 1, sealed)


async def test_during_a_rotation_a_process_with_the_old_key_starts_still(store: Database) -> None:
    await store.run(loading(OLD))
    await store.run(loading(NEW, OLD))
    await store.run(loading(OLD))


async def test_after_a_rotation_the_old_key_opens_nothing(store: Database) -> None:
    await store.run(loading(OLD))
    rotated = await store.run(loading(NEW, OLD))
    await store.run(rotated.forget_other_keys)
    await store.run(loading(OLD))
    after = await store.run(loading(NEW))
    await store.run(after.forget_other_keys)
    with pytest.raises(SealError):
        await store.run(loading(OLD))
    kept = await store.read(lambda c: c.execute(select(vault.c.key_id)).scalars().all())
    assert len(kept) == 1


async def test_the_database_alone_does_not_hold_the_index_key(store: Database) -> None:
    """Deleting the row makes a new index key: the old one was nowhere else."""
    before = await store.run(loading(OLD))
    await store.run(lambda c: c.execute(delete(vault)))
    after = await store.run(loading(OLD))
    assert after.index("sms", "+1") != before.index("sms", "+1")


def test_keys_are_long_and_different() -> None:
    keys = {new_secret_key() for _ in range(100)}
    assert len(keys) == 100
    assert all(key.startswith("enlace_") and "," not in key for key in keys)


@pytest.mark.parametrize(
    ("keys", "complaint"),
    [
        ([], "SECRET_KEYS is empty"),
        (["hunter2"], "entry 1 is not a key"),
        ([OLD, "enlace_á"], "entry 2 is not a key"),
        ([OLD, OLD[:-4]], "entry 2 is not a key"),
        ([OLD, OLD], "one key twice"),
    ],
)
async def test_what_is_no_key_is_named_by_its_place_not_its_text(
    store: Database, keys: list[str], complaint: str
) -> None:
    with pytest.raises(SealError, match=complaint) as caught:
        await store.run(loading(*keys))
    assert "hunter2" not in str(caught.value)


async def test_spaces_around_a_key_do_no_harm(store: Database) -> None:
    await store.run(loading(OLD))
    await store.run(loading(f"  {OLD}\n"))
