"""Column types and conditions that tables share. No tables."""

from sqlalchemy import BigInteger, Column, ForeignKey, Integer

Id = BigInteger().with_variant(Integer(), "sqlite")
"""64 bits on both databases; on SQLite the row id itself."""


def person_key() -> Column[int]:
    """The key, or a part of it, of what belongs to a person and goes with them."""
    return Column(
        "person_id",
        Id,
        ForeignKey("people.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    )


def one_of(column: str, *values: str) -> str:
    """A rule for what a column may hold, or for the rows of an index.

    SQLite makes a little table anew for each IN of three values and more whenever it looks.
    """
    return " OR ".join(f"{column} = '{value}'" for value in values)
