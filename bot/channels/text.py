"""Text as both providers take it: cleaned and measured; and why an inbound was refused."""


class RefusedError(Exception):
    """Nothing for the bot to do; the reason is a metric's label, so it comes from a fixed set."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def cleaned(text: object, limit: int) -> str:
    """Without NUL and lone surrogates, `limit` characters at most; empty for what is no text."""
    if not isinstance(text, str):
        return ""
    if text.isascii() and "\0" not in text:
        return text[:limit]
    return text[:limit].replace("\0", "").encode("utf-8", "ignore").decode()


def utf16_units(text: str) -> int:
    """Both providers count so: an emoji is two."""
    return len(text.encode("utf-16-le")) // 2
