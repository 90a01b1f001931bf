"""The languages people read, and what can be said in them. No texts here."""

from typing import Final, Literal, Protocol, runtime_checkable

Language = Literal["es", "en"]

LANGUAGES: Final[tuple[Language, ...]] = ("es", "en")


@runtime_checkable
class Localizable(Protocol):
    """Anything that becomes words once the reader is known: a message, a moment, a list."""

    def localized(self, language: Language, country: str | None) -> str: ...
