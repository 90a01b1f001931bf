"""Dates, numbers and lists as the reader writes them, NFC with plain spaces. No messages."""

from locales.languages import Language


def number(value: int, language: Language, country: str | None = None) -> str:
    return f"{value:,}"
