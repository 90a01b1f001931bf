"""What the demo's phones show, as JSON for the page. No HTTP, no words of its own."""

from decimal import Decimal
from typing import Any

from phonenumbers import PhoneNumberFormat, format_number, parse

from bot.simulators.telegram import Bubble as Chatted
from bot.simulators.telegram import Person, TelegramSimulator
from bot.simulators.twilio import Bubble as Texted
from bot.simulators.twilio import Phone
from bot.web.demo_stage import Actor, Stage
from bot.web.demo_suggestions import suggestions
from locales.gsm7 import EXTENSION, cost

_MOST_BUBBLES = 200


def actor_state(actor: Actor, telegram: TelegramSimulator) -> dict[str, Any]:
    """One person and the newest bubbles of their phone."""
    common = {
        "id": actor.id,
        "name": actor.name,
        "channel": actor.channel,
        "language": actor.language,
        "suggestions": suggestions(actor),
    }
    if isinstance(actor.phone, Phone):
        shown = actor.phone.screen[-_MOST_BUBBLES:]
        return {
            **common,
            "number": shown_number(actor.phone.number),
            "bubbles": [_texted(each) for each in shown],
        }
    return {**common, **_chat(actor.phone, actor, telegram)}


def shown_number(number: str) -> str:
    """An E.164 number as people write it."""
    return format_number(parse(number), PhoneNumberFormat.INTERNATIONAL)


def totals(stage: Stage) -> dict[str, Any]:
    """What the two providers counted."""
    billed = [m for m in stage.twilio.messages.values() if m.price]
    return {
        "sms_segments": sum(message.cost.count for message in billed),
        "sms_price": _plain(sum((m.price for m in billed if m.price), Decimal(0))),
    }


def last_call(stage: Stage) -> dict[str, Any] | None:
    """The newest request of the bot to a provider that was answered."""
    logs = (("Telegram", stage.telegram.calls.calls), ("Twilio", stage.twilio.calls.calls))
    newest = [(name, calls[-1]) for name, calls in logs if calls]
    if not newest:
        return None
    name, call = max(newest, key=lambda pair: pair[1].at)
    return {"provider": name, "method": call.method, "status": call.status}


def dear_characters(text: str) -> list[str]:
    """The characters without which a text would take fewer segments, each once."""
    billed = cost(text)
    dear = billed.offenders or tuple(dict.fromkeys(c for c in text if c in EXTENSION))
    cheaper = "".join("x" if character in dear else character for character in text)
    return list(dear) if cost(cheaper).segments < billed.segments else []


def _texted(bubble: Texted) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "key": bubble.sid,
        "who": bubble.who,
        "text": _displayable(bubble.text),
        "time": bubble.time.isoformat(),
        "kind": "photo" if bubble.media else "text",
    }
    if bubble.who == "bot":
        shown |= {
            "segments": bubble.segments,
            "encoding": bubble.encoding,
            "price": None if bubble.price is None else _plain(bubble.price),
            "dear": dear_characters(bubble.text),
        }
    return shown


def _chat(phone: Person, actor: Actor, telegram: TelegramSimulator) -> dict[str, Any]:
    return {
        "number": shown_number(f"+{phone.phone_number}"),
        "bubbles": [_chatted(each) for each in phone.screen[-_MOST_BUBBLES:]],
        "started": phone.started,
        "blocked": phone.blocked,
        "typing": phone.activity == "typing",
        "about": telegram.description(actor.language),
        "commands": [[name, about] for name, about in telegram.menu(phone).items()],
        "keyboard": [[{"label": k.label, "asks": k.asks} for k in row] for row in phone.keyboard],
        "toasts": phone.toasts[-_MOST_BUBBLES:],
        "toasts_before": max(0, len(phone.toasts) - _MOST_BUBBLES),
    }


def _chatted(bubble: Chatted) -> dict[str, Any]:
    rows = [[{"label": b.label, "data": b.data, "url": b.url} for b in r] for r in bubble.buttons]
    return {
        "key": str(bubble.message_id),
        "who": bubble.who,
        "text": _displayable(bubble.text),
        "time": bubble.time.isoformat(),
        "kind": bubble.kind,
        "edited": bubble.edited,
        "buttons": rows,
        "spinning": bubble.spinning,
        "file": bubble.file.name if bubble.file else None,
    }


def _displayable(text: str) -> str:
    """NUL and lone surrogates can't be shown, and a browser's JSON would not keep them apart."""
    return (
        text.replace("\0", "\ufffd")
        .encode("utf-16-le", "surrogatepass")
        .decode("utf-16-le", "replace")
    )


def _plain(amount: Decimal) -> str:
    return format(amount.normalize(), "f")
