"""What a setting may be, and the one clear line when it may not."""

from collections.abc import Mapping
from datetime import time
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from bot.settings import QuietHours, Settings, SettingsError

KEY = {"SECRET_KEYS": "enlace_newest,enlace_older"}
TWILIO = {
    "TWILIO_ACCOUNT_SID": "AC00000000000000000000000000000000",
    "TWILIO_AUTH_TOKEN": "an-auth-token",
    "TWILIO_FROM": "+12025550123",
    "PUBLIC_URL": "https://enlace.example.org/",
}
TELEGRAM = {"TELEGRAM_TOKEN": "123456:AAexample"}


def load(**variables: str) -> Settings:
    return Settings.load({**KEY, **variables})


def fault(environ: Mapping[str, str]) -> str:
    with pytest.raises(SettingsError) as raised:
        Settings.load(environ)
    return str(raised.value)


def test_only_keys_are_needed_and_the_rest_has_the_promised_defaults() -> None:
    settings = load()

    assert settings.secret_keys == ("enlace_newest", "enlace_older")
    assert settings.database_url == "sqlite:///enlace.db"
    assert settings.telegram_api_url == "https://api.telegram.org"
    assert (settings.telegram_rate, settings.sms_rate) == (25, 1)
    assert settings.sms_prices == {
        "US": Decimal("0.0125"),
        "MX": Decimal("0.09"),
        "*": Decimal("0.06"),
    }
    assert (settings.sms_fold_accents, settings.sms_keyword_replies) == ("auto", "provider")
    assert (settings.approval_threshold, settings.cooling_seconds) == (200, 60)
    assert settings.frequency_cap == 3
    assert settings.link_hosts == ("alianzaamericas.org",)
    assert settings.quiet_hours == QuietHours(time(20), time(9))
    retention = (
        settings.retention_days_messages,
        settings.retention_days_sessions,
        settings.retention_days_closed,
    )
    assert retention == (30, 7, 90)
    assert settings.log_format == "console"
    assert settings.channels == ()


def test_without_keys_it_says_how_to_make_one() -> None:
    assert fault({}) == "SECRET_KEYS is missing: make a key with `enlace keygen`."
    assert fault({"SECRET_KEYS": "  "}) == fault({})


def test_demo_and_chat_load_without_keys() -> None:
    assert Settings.load({}, need_keys=False).secret_keys == ()


def test_settings_never_change() -> None:
    settings = load()
    with pytest.raises(ValidationError):
        setattr(settings, "port", 1)  # noqa: B010
    with pytest.raises(TypeError):
        settings.sms_prices["US"] = Decimal(0)  # type: ignore[index]


@pytest.mark.parametrize("scheme", ["postgres", "postgresql"])
def test_either_name_of_postgresql_is_accepted(scheme: str) -> None:
    settings = load(
        DATABASE_URL=f"{scheme}://ana:p%40ss@db.example.org:5433/enlace?sslmode=require"
    )
    expected = "postgresql://ana:p%40ss@db.example.org:5433/enlace?sslmode=require"
    assert settings.database_url == expected


def test_a_setting_can_be_kept_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("123456:AAexample\n", "utf-8")

    telegram = load(TELEGRAM_TOKEN_FILE=str(file)).telegram

    assert telegram is not None
    assert telegram.token == "123456:AAexample"


def test_a_setting_can_not_be_given_twice(tmp_path: Path) -> None:
    file = tmp_path / "port"
    file.write_text("80")
    line = fault({**KEY, "PORT": "81", "PORT_FILE": str(file)})
    assert line == "PORT and PORT_FILE are both set: keep one."


def test_a_settings_file_that_can_not_be_read_is_named_by_its_variable(tmp_path: Path) -> None:
    missing = fault({"SECRET_KEYS_FILE": str(tmp_path / "missing")})
    assert missing == "SECRET_KEYS_FILE: the file can't be read (No such file or directory)."

    binary = tmp_path / "binary"
    binary.write_bytes(b"\xff\xfe")
    assert fault({"SECRET_KEYS_FILE": str(binary)}).startswith("SECRET_KEYS_FILE: ")


def test_a_file_of_settings_in_the_folder_stands_below_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".env").write_text("SECRET_KEYS=enlace_$HOME\nPORT=8001\nHOST=::1\n", "utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PORT", "8002")

    settings = Settings.load()

    assert settings.secret_keys == ("enlace_$HOME",)
    assert (settings.host, settings.port) == ("::1", 8002)


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("21:00-08:30", (time(21), time(8, 30))),
        (" 9:00 - 17:00 ", (time(9), time(17))),
        ("", None),
    ],
)
def test_quiet_hours(text: str, hours: tuple[time, time] | None) -> None:
    assert load(QUIET_HOURS=text).quiet_hours == hours


def test_prices_are_read_for_each_country_and_all_others() -> None:
    prices = load(SMS_PRICES=" us:0.0079, GT:0.11 ,*:0.05").sms_prices
    assert prices == {"US": Decimal("0.0079"), "GT": Decimal("0.11"), "*": Decimal("0.05")}


WRONG = [
    ("DATABASE_URL", "mysql://ana:hunter2@db/enlace"),
    ("DATABASE_URL", "sqlite://"),
    ("DATABASE_URL", "sqlite:///:memory:"),
    ("DATABASE_URL", "postgresql://ana:hunter2@db:port/enlace"),
    ("PUBLIC_URL", "enlace.example.org"),
    ("PUBLIC_URL", "https://enlace.example.org/?a=b"),
    ("PUBLIC_URL", "https://[::1"),
    ("PUBLIC_URL", "https://enlace.example.org:99999"),
    ("HOST", "two words"),
    ("PORT", "http"),
    ("PORT", "65536"),
    ("PORT", "-1"),
    ("TELEGRAM_TOKEN", "123456: hunter2"),
    ("TELEGRAM_API_URL", "ftp://example.org"),
    ("TELEGRAM_WEBHOOK_SECRET", "hunter2 hunter2"),
    ("TELEGRAM_RATE", "0"),
    ("TELEGRAM_RATE", "inf"),
    ("TWILIO_FROM", "202-555-0123"),
    ("SMS_NUMBER", "hunter2"),
    ("SMS_RATE", "fast"),
    ("SMS_PRICES", "US:0.01"),
    ("SMS_PRICES", "US:0.01,US:0.02,*:1"),
    ("SMS_PRICES", "US:free,*:1"),
    ("SMS_PRICES", "USA:1,*:1"),
    ("SMS_PRICES", "*:-1"),
    ("SMS_FOLD_ACCENTS", "always"),
    ("SMS_KEYWORD_REPLIES", "nobody"),
    ("APPROVAL_THRESHOLD", "-1"),
    ("COOLING_SECONDS", "1.5"),
    ("FREQUENCY_CAP", "9" * 5000),
    ("QUIET_HOURS", "20:00"),
    ("QUIET_HOURS", "20:00-24:00"),
    ("QUIET_HOURS", "09:00-09:00"),
    ("QUIET_HOURS", "8pm-9am"),
    ("RETENTION_DAYS_MESSAGES", "0"),
    ("RETENTION_DAYS_SESSIONS", "a week"),
    ("RETENTION_DAYS_CLOSED", "99999999"),
    ("LOG_FORMAT", "xml"),
]


@pytest.mark.parametrize(("name", "value"), WRONG)
def test_a_wrong_value_is_one_line_that_names_the_variable_and_hides_the_value(
    name: str, value: str
) -> None:
    line = fault({**KEY, name: value})
    assert line.startswith(f"{name} ")
    assert "\n" not in line
    assert "hunter2" not in line


@given(name=st.sampled_from(sorted(Settings.model_fields)), value=st.text(max_size=40))
def test_whatever_is_given_loads_or_is_refused_in_one_line(name: str, value: str) -> None:
    line = ""
    try:
        Settings.load({**KEY, name.upper(): value})
    except SettingsError as error:
        line = str(error)
    assert line == "" or line.startswith((name.upper(), "SECRET_KEYS", "TWILIO", "TELEGRAM"))
    assert len(line.splitlines()) <= 1


def test_telegram_takes_webhooks_only_where_it_has_an_address_and_a_secret() -> None:
    polling = load(**TELEGRAM).telegram
    assert polling is not None
    assert polling.webhook_url is None

    no_secret = load(**TELEGRAM, PUBLIC_URL="https://enlace.example.org").telegram
    assert no_secret is not None
    assert no_secret.webhook_url is None

    webhook = load(
        **TELEGRAM, PUBLIC_URL="https://enlace.example.org", TELEGRAM_WEBHOOK_SECRET="a_secret-1"
    ).telegram
    assert webhook is not None
    assert webhook.webhook_url == "https://enlace.example.org/telegram"
    assert webhook.webhook_secret == "a_secret-1"


def test_sms_knows_its_addresses_and_the_number_on_the_posters() -> None:
    sms = load(**TWILIO).sms
    assert sms is not None
    assert sms.webhook_url == "https://enlace.example.org/twilio/sms"
    assert sms.status_url == "https://enlace.example.org/twilio/status"
    assert sms.number == "+12025550123"

    other = load(**TWILIO, SMS_NUMBER="+12025550199").sms
    assert other is not None
    assert (other.sender, other.number) == ("+12025550123", "+12025550199")


def test_channels_are_those_with_credentials() -> None:
    assert load(**TELEGRAM).channels == ("telegram",)
    assert load(**TWILIO).channels == ("sms",)
    assert load(**TELEGRAM, **TWILIO).channels == ("telegram", "sms")


@pytest.mark.parametrize(
    ("left_out", "named"),
    [
        ("TWILIO_ACCOUNT_SID", "TWILIO_ACCOUNT_SID"),
        ("TWILIO_AUTH_TOKEN", "TWILIO_AUTH_TOKEN"),
        ("TWILIO_FROM", "TWILIO_FROM or TWILIO_MESSAGING_SERVICE_SID"),
        ("PUBLIC_URL", "PUBLIC_URL"),
    ],
)
def test_a_half_configured_sms_names_what_is_missing(left_out: str, named: str) -> None:
    given = {name: value for name, value in TWILIO.items() if name != left_out}
    assert fault({**KEY, **given}).startswith(f"{named} is missing: ")


def test_a_half_configured_telegram_names_what_is_missing() -> None:
    line = fault({**KEY, "TELEGRAM_WEBHOOK_SECRET": "a_secret"})
    assert line.startswith("TELEGRAM_TOKEN is missing: ")


def test_no_secret_shows_when_settings_are_printed() -> None:
    settings = load(
        **TELEGRAM,
        **TWILIO,
        TELEGRAM_WEBHOOK_SECRET="a_secret",
        DATABASE_URL="postgresql://ana:hunter2@db/enlace",
    )
    shown = f"{settings!r} {settings} {settings.telegram!r} {settings.sms!r}"
    for secret in ("enlace_newest", "AAexample", "an-auth-token", "AC000", "a_secret", "hunter2"):
        assert secret not in shown


def test_link_hosts_are_a_list_of_hosts_or_none() -> None:
    assert load(LINK_HOSTS="Example.org, uscis.gov").link_hosts == ("example.org", "uscis.gov")
    assert load(LINK_HOSTS="").link_hosts == ()
    assert "LINK_HOSTS" in fault({**KEY, "LINK_HOSTS": "https://example.org"})
