"""The catalogs in this repository are complete, current and in the house style."""

from locales.checks import problems


def test_the_catalogs_may_ship() -> None:
    assert problems() == []
