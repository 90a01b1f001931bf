"""What the settings mean to the handlers, and the hour. Nothing is wired or opened here."""

from datetime import UTC, datetime, timedelta

from bot.settings import Settings
from handlers.policy import Policy
from handlers.retention import Limits


def utc_now() -> datetime:
    return datetime.now(UTC)


def policy_of(settings: Settings) -> Policy:
    return Policy(
        frequency_cap=settings.frequency_cap,
        idle=timedelta(days=settings.retention_days_sessions),
        message_days=settings.retention_days_messages,
        fold=settings.sms_fold_accents,
        provider_keywords=settings.sms_keyword_replies == "provider",
        sms_number=settings.sms_number or settings.twilio_from,
        public_url=settings.public_url,
        quiet=settings.quiet_hours,
        channels=settings.channels,
        rates={"telegram": settings.telegram_rate, "sms": settings.sms_rate},
        prices=settings.sms_prices,
        approval_threshold=settings.approval_threshold,
        cooling=timedelta(seconds=settings.cooling_seconds),
        link_hosts=settings.link_hosts,
    )


def limits_of(settings: Settings) -> Limits:
    return Limits(
        messages=timedelta(days=settings.retention_days_messages),
        sessions=timedelta(days=settings.retention_days_sessions),
        closed=timedelta(days=settings.retention_days_closed),
    )
