"""Column types that every table shares. No tables."""

from sqlalchemy import BigInteger, Integer

Id = BigInteger().with_variant(Integer(), "sqlite")
"""64 bits on both databases; on SQLite the row id itself."""
