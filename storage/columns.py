"""Column types and conditions that tables share. No tables."""

from sqlalchemy import BigInteger, Integer

Id = BigInteger().with_variant(Integer(), "sqlite")
"""64 bits on both databases; on SQLite the row id itself."""


def one_of(column: str, *values: str) -> str:
    """A rule for what a column may hold, or for the rows of an index.

    SQLite makes a little table anew for each IN of three values and more whenever it looks.
    """
    return " OR ".join(f"{column} = '{value}'" for value in values)
