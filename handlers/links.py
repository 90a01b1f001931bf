"""Web addresses in what people write, and whether they lead where everybody may be sent. Pure."""

import re
import unicodedata
from collections.abc import Collection, Iterator
from typing import Final
from urllib.parse import urlsplit

LONGEST: Final = 300
_WEB = re.compile(
    r"""(?:[a-z][a-z0-9+.-]*://|www\.)[^\s<>"']+
    | (?<![\w@.-]) (?:[\w-]+\.)+ (?:xn--[\w-]+|[^\W\d_]{2,24}) (?:[/?][^\s<>"']*)?
    | (?<![\w.]) \d{1,3}(?:\.\d{1,3}){3} (?![\w.])
    | (?<![\w.]) @[a-z]\w{3,31}""",
    re.IGNORECASE | re.VERBOSE,
)
_SURELY = re.compile(
    r"""[a-z]://|www\.|(?<!\w)@[a-z]|\d{1,3}(?:\.\d{1,3}){3}
    |\b[\w-]+\.(?:com|org|net|me|mx|info|io|app|link|ly|xyz|us|co|cc|tk|ru|cn|top|site|online|shop
        |store|vip|live|club|biz|tv|gg|uk|ca|edu|gov|dev|page|win|icu|gt|hn|cr|xn--[\w-]+)\b
    |\b[\w-]+\.[^\W\d_]{2,24}/\w""",
    re.IGNORECASE | re.VERBOSE,
)
_DOTS = str.maketrans(dict.fromkeys("\u3002\uff61\u2024", "."))
"""What a browser, or the writing of an SMS, makes a dot of."""
_TRAILING = ".,;:!?)]}»”’"


def as_link(text: str) -> str | None:
    """The text as one web address, with https where no scheme was typed; None: it is none."""
    word = text.strip()
    link = word if "://" in word else f"https://{word}"
    return link if len(link) <= LONGEST and is_link(link) and "." in (host_of(link) or "") else None


def is_link(value: str) -> bool:
    try:
        parts = urlsplit(value)
    except ValueError:
        return False
    plain = value.isascii() and value.isprintable() and " " not in value
    own = parts.scheme in ("https", "http") and not parts.username and bool(parts.hostname)
    return plain and own


def hosts_in(text: str) -> Iterator[str]:
    """The hosts of all that phones would make a link of, and names that Telegram would (@name).

    As it arrives: what looks like a letter or a dot to a browser, or becomes one by SMS, is one.
    """
    for found in _WEB.finditer(as_it_arrives(text)):
        link = found[0].rstrip(_TRAILING)
        if link.startswith("@"):
            yield link.lower()
            continue
        host = host_of(link if "://" in link else f"https://{link}")
        if host is not None:
            yield host


def has_link(text: str) -> bool:
    """Whether some of it is a link for sure: where a text is refused for it, and not only looked at
    by one more person, "leche.pan" has to pass, which `hosts_in` takes for a host."""
    return _SURELY.search(as_it_arrives(text)) is not None


def as_it_arrives(text: str) -> str:
    """Without what nobody sees, and with each sign as it looks."""
    visible = (each for each in text.translate(_DOTS) if unicodedata.category(each) != "Cf")
    return unicodedata.normalize("NFKC", "".join(visible)).translate(_DOTS)


def host_of(link: str) -> str | None:
    try:
        return urlsplit(link).hostname
    except ValueError:
        return None


def is_listed(host: str, allowed: Collection[str]) -> bool:
    """It is one of these, or below one."""
    return any(host == each or host.endswith(f".{each}") for each in allowed)
