"""Every setting: read from the environment once, checked, typed, immutable. Wires nothing."""

import os
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import time
from decimal import Decimal, InvalidOperation
from io import StringIO
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Literal, NamedTuple, Self
from urllib.parse import urlsplit

from dotenv import dotenv_values
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic import ValidationError as Invalid
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from handlers.conversation.messages import ChannelName

_MAY_BE_EMPTY = ("QUIET_HOURS", "LINK_HOSTS")
_OTHER_COUNTRIES = "*"
_DEFAULT_PRICES = "US:0.0125,MX:0.09,*:0.06"
_WORD = re.compile(r"[!-.0-~]+")
_TELEGRAM_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")
_PHONE_NUMBER = re.compile(r"\+[1-9][0-9]{6,14}|[0-9]{5,6}")
_WALL_TIME = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])")
_COUNTRY = re.compile(r"[A-Z]{2}|\*")
_HOST = re.compile(r"(?:[a-z0-9-]{1,63}\.)+[a-z]{2,63}", re.ASCII)

_PLAIN_REASONS = {
    "int_parsing": "must be a whole number",
    "int_parsing_size": "must be a smaller number",
    "float_parsing": "must be a number",
}


class SettingsError(Exception):
    """A setting is wrong or missing. One line that names the variable and never shows its value."""


class QuietHours(NamedTuple):
    """Wall times of each person's own zone; `start` may be the evening before `end`."""

    start: time
    end: time


@dataclass(frozen=True, slots=True)
class Telegram:
    """A Telegram bot. `rate` is messages a second. Without a webhook address it polls."""

    token: str = field(repr=False)
    api_url: str
    rate: float
    webhook_url: str | None
    webhook_secret: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class Sms:
    """A Twilio account. `rate` is segments a second.

    It sends through `messaging_service_sid` when there is one, else from `sender`. `number` is
    shown to people.
    """

    account_sid: str = field(repr=False)
    auth_token: str = field(repr=False)
    api_url: str
    rate: float
    messaging_service_sid: str | None
    sender: str | None
    number: str | None
    webhook_url: str
    status_url: str


def _database_url(value: str) -> str:
    scheme, _, rest = value.partition("://")
    if scheme == "sqlite" and rest.startswith("/") and rest not in ("/", "/:memory:"):
        return value
    url = f"postgresql://{rest}"
    if scheme not in ("postgres", "postgresql") or not _is_url(url):
        raise ValueError("must look like sqlite:///FILE or postgresql://USER:PASSWORD@HOST/NAME")
    return url


def _is_url(url: str) -> bool:
    try:
        return make_url(url).database is not None
    except (ArgumentError, ValueError):
        return False


def _base_url(value: str) -> str:
    if not _is_base_url(value):
        raise ValueError("must be an address such as https://enlace.example.org")
    return value.rstrip("/")


def _is_base_url(value: str) -> bool:
    try:
        parts = urlsplit(value)
        has_port = parts.port != 0
    except ValueError:
        return False
    plain = not (parts.query or parts.fragment or parts.username or re.search(r"\s", value))
    return parts.scheme in ("http", "https") and bool(parts.hostname) and has_port and plain


def _quiet_hours(value: str) -> QuietHours | None:
    if not value:
        return None
    found = [_WALL_TIME.fullmatch(part.strip()) for part in value.split("-")]
    times = [time(int(match[1]), int(match[2])) for match in found if match]
    if len(found) != 2 or len(times) != 2 or times[0] == times[1]:
        raise ValueError("must be two different times such as 20:00-09:00, or empty for none")
    return QuietHours(*times)


def _prices(value: str) -> Mapping[str, Decimal]:
    pairs = [tuple(part.strip() for part in entry.split(":")) for entry in value.split(",")]
    prices = dict(_price(*pair) for pair in pairs if len(pair) == 2)
    if len(prices) != len(pairs) or _OTHER_COUNTRIES not in prices:
        raise ValueError(
            "must give each country one price, and * the price of all others,"
            " such as US:0.0125,MX:0.09,*:0.06"
        )
    return MappingProxyType(prices)


def _price(country: str, price: str) -> tuple[str, Decimal]:
    try:
        amount = Decimal(price)
    except InvalidOperation:
        amount = Decimal("NaN")
    if not _COUNTRY.fullmatch(country.upper()) or not amount.is_finite() or amount < 0:
        raise ValueError("must hold prices in dollars by country, such as US:0.0125,*:0.06")
    return country.upper(), amount


def _hosts(value: str) -> tuple[str, ...]:
    found = tuple(part.strip().lower() for part in value.split(",")) if value else ()
    if not all(_HOST.fullmatch(host) for host in found):
        raise ValueError("must be host names such as alianzaamericas.org, or empty for none")
    return found


def _secret_keys(value: str) -> tuple[str, ...]:
    return tuple(key.strip() for key in value.split(","))


def _word(value: str) -> str:
    if not _WORD.fullmatch(value):
        raise ValueError("must be one word, without spaces or slashes")
    return value


def _telegram_secret(value: str) -> str:
    if not _TELEGRAM_SECRET.fullmatch(value):
        raise ValueError("must be 1 to 256 letters, digits, hyphens or underscores")
    return value


def _phone_number(value: str) -> str:
    if not _PHONE_NUMBER.fullmatch(value):
        raise ValueError("must be a number such as +12025550123, or a short code")
    return value


def _from_text(parse: Callable[[str], object]) -> BeforeValidator:
    """Text is parsed; a value that has its type already is left as it is."""
    return BeforeValidator(lambda value: parse(value) if isinstance(value, str) else value)


Url = Annotated[str, AfterValidator(_base_url)]
Word = Annotated[str, AfterValidator(_word)]
TelegramSecret = Annotated[str, AfterValidator(_telegram_secret)]
PhoneNumber = Annotated[str, AfterValidator(_phone_number)]
Rate = Annotated[float, Field(gt=0, le=10_000, allow_inf_nan=False)]
Count = Annotated[int, Field(ge=0, le=1_000_000_000)]
Days = Annotated[int, Field(ge=1, le=36_500)]


class Settings(BaseModel):
    """The whole configuration. Each field is the environment variable of the same name."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    database_url: Annotated[str, AfterValidator(_database_url), Field(repr=False)] = (
        "sqlite:///enlace.db"
    )
    secret_keys: Annotated[tuple[str, ...], _from_text(_secret_keys), Field(repr=False)] = ()
    public_url: Url | None = None
    host: Word = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8000

    telegram_token: Annotated[Word | None, Field(repr=False)] = None
    telegram_api_url: Url = "https://api.telegram.org"
    telegram_webhook_secret: Annotated[TelegramSecret | None, Field(repr=False)] = None
    telegram_rate: Rate = 25.0

    twilio_account_sid: Annotated[Word | None, Field(repr=False)] = None
    twilio_auth_token: Annotated[Word | None, Field(repr=False)] = None
    twilio_messaging_service_sid: Annotated[Word | None, Field(repr=False)] = None
    twilio_from: PhoneNumber | None = None
    sms_number: PhoneNumber | None = None
    twilio_api_url: Url = "https://api.twilio.com"
    sms_rate: Rate = 1.0
    sms_prices: Annotated[
        Mapping[str, Decimal], _from_text(_prices), AfterValidator(MappingProxyType)
    ] = Field(default_factory=lambda: _prices(_DEFAULT_PRICES))
    sms_fold_accents: Literal["auto", "never"] = "auto"
    sms_keyword_replies: Literal["provider", "bot"] = "provider"

    approval_threshold: Count = 200
    cooling_seconds: Count = 60
    link_hosts: Annotated[tuple[str, ...], _from_text(_hosts)] = ("alianzaamericas.org",)
    frequency_cap: Count = 3
    quiet_hours: Annotated[QuietHours | None, _from_text(_quiet_hours)] = QuietHours(
        time(20), time(9)
    )
    retention_days_messages: Days = 30
    retention_days_sessions: Days = 7
    retention_days_closed: Days = 90
    log_format: Literal["console", "json"] = "console"

    @classmethod
    def load(cls, environ: Mapping[str, str] | None = None, *, need_keys: bool = True) -> Self:
        """Without `environ`: from the environment, and below it from a file `.env` in this folder.

        SettingsError: a value is wrong, a needed one missing or a channel half configured.
        """
        given = dict(_given(_environment() if environ is None else environ))
        try:
            settings = cls.model_validate(given)
        except Invalid as error:
            raise SettingsError(_first_fault(error)) from None
        if need_keys and not settings.secret_keys:
            raise SettingsError("SECRET_KEYS is missing: make a key with `enlace keygen`.")
        settings._refuse_half_channels()
        return settings

    @property
    def channels(self) -> tuple[ChannelName, ...]:
        """Those that have credentials."""
        configured: dict[ChannelName, object] = {"telegram": self.telegram, "sms": self.sms}
        return tuple(name for name, channel in configured.items() if channel is not None)

    @property
    def telegram(self) -> Telegram | None:
        if self.telegram_token is None:
            return None
        secret = self.telegram_webhook_secret
        webhook = f"{self.public_url}/telegram" if self.public_url and secret else None
        return Telegram(
            token=self.telegram_token,
            api_url=self.telegram_api_url,
            rate=self.telegram_rate,
            webhook_url=webhook,
            webhook_secret=secret if webhook else None,
        )

    @property
    def sms(self) -> Sms | None:
        if self.twilio_account_sid is None or self.twilio_auth_token is None:
            return None
        return Sms(
            account_sid=self.twilio_account_sid,
            auth_token=self.twilio_auth_token,
            api_url=self.twilio_api_url,
            rate=self.sms_rate,
            messaging_service_sid=self.twilio_messaging_service_sid,
            sender=self.twilio_from,
            number=self.sms_number or self.twilio_from,
            webhook_url=f"{self.public_url}/twilio/sms",
            status_url=f"{self.public_url}/twilio/status",
        )

    def _refuse_half_channels(self) -> None:
        if self.telegram_webhook_secret and not self.telegram_token:
            raise SettingsError("TELEGRAM_TOKEN is missing: TELEGRAM_WEBHOOK_SECRET is set.")
        sender = self.twilio_messaging_service_sid or self.twilio_from
        parts = {
            "TWILIO_ACCOUNT_SID": self.twilio_account_sid,
            "TWILIO_AUTH_TOKEN": self.twilio_auth_token,
            "TWILIO_FROM or TWILIO_MESSAGING_SERVICE_SID": sender,
        }
        missing = [name for name, value in parts.items() if not value]
        if missing and len(missing) < len(parts):
            raise SettingsError(f"{missing[0]} is missing: SMS is only half configured.")
        if not missing and not self.public_url:
            raise SettingsError("PUBLIC_URL is missing: Twilio signs its messages over it.")


def _environment() -> Mapping[str, str]:
    file = Path(".env")
    text = _read(file.name, file) if file.is_file() else ""
    beside = dotenv_values(stream=StringIO(text), interpolate=False)
    return {**{name: value for name, value in beside.items() if value is not None}, **os.environ}


def _given(environ: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """The settings that are set, by field name, from NAME or from the file that NAME_FILE names."""
    for field_name in Settings.model_fields:
        name = field_name.upper()
        value, path = environ.get(name), environ.get(f"{name}_FILE")
        if value and path:
            raise SettingsError(f"{name} and {name}_FILE are both set: keep one.")
        if path:
            value = _read(f"{name}_FILE", Path(path))
        if value is not None and (value.strip() or name in _MAY_BE_EMPTY):
            yield field_name, value.strip()


def _read(name: str, path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except OSError as error:
        raise SettingsError(f"{name}: the file can't be read ({error.strerror}).") from None
    except ValueError:
        raise SettingsError(f"{name}: the file is not text in UTF-8.") from None


def _first_fault(error: Invalid) -> str:
    fault = error.errors(include_url=False, include_input=False)[0]
    cause = fault.get("ctx", {}).get("error")
    known = str(cause) if cause else _PLAIN_REASONS.get(fault["type"])
    reason = known or fault["msg"].replace("Input should", "must")
    return f"{str(fault['loc'][0]).upper()} {reason}."
