"""A few kills at random among people who talk; `make soak` does it for as long as one likes."""

import random
from pathlib import Path

import pytest

from tests.crash.soak import soak
from tests.crash.world import BOTH_CHANNELS, world


@pytest.mark.parametrize("seed", [1])
async def test_the_books_balance_after_random_kills(
    database_url: str, tmp_path: Path, seed: int
) -> None:
    async with world(database_url, tmp_path, BOTH_CHANNELS) as here:
        outcome = await soak(here, kills=4, chance=random.Random(seed), people=3)
    assert outcome.texts >= 18
