"""SMS through Twilio: sends, looks up, reads and checks webhooks. No pace, no rows."""

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from twilio.request_validator import RequestValidator
from twilio.rest.api.v2010.account.message import MessageInstance

from bot.channels import sms_webhooks
from bot.channels.base import Sent
from bot.channels.errors import REFUSED, UNKNOWN, refuse_expired
from bot.channels.sms_errors import decide
from bot.channels.sms_webhooks import Form, StatusReport
from bot.channels.text import RefusedError, cleaned, utf16_units
from bot.channels.twilio_http import OFFICIAL_API, TwilioClient, TwilioHttp
from handlers.conversation.messages import ChannelName, Inbound, Media, Outgoing
from locales.gsm7 import cost

MAX_UNITS: Final = 1600
_LONGEST_VALIDITY: Final = 36_000
_SHORTEST_VALIDITY: Final = 5
# Twilio's dates are by another clock. What else we sent to that phone is known by its id.
_CLOCK_SKEW: Final = timedelta(hours=1)
_LATEST: Final = 100
_PAGE: Final = 1000


class SmsChannel:
    """Sends from a messaging service, else from the number `from_`; `status_url` is public.

    Where both are given, what came to that number or went from it counts as ours too.

    `refused` counts webhooks that became nothing, by reason. A text is sent as given: it went
    through locales.gsm7.sms_text when it was rendered. Over 1,600 UTF-16 units: "too_long".
    """

    name: ChannelName = "sms"

    def __init__(
        self,
        account_sid: str,
        auth_token: str,
        *,
        from_: str | None = None,
        messaging_service_sid: str | None = None,
        api_url: str = OFFICIAL_API,
        status_url: str | None = None,
        http: TwilioHttp | None = None,
    ) -> None:
        self._http = http or TwilioHttp()
        self._client = TwilioClient(account_sid, auth_token, api_url, self._http)
        self._validator = RequestValidator(auth_token)
        self._ours = {messaging_service_sid, from_} - {None}
        self._number = None if messaging_service_sid else from_
        fixed = {
            "messaging_service_sid": messaging_service_sid,
            "from_": self._number,
            "status_callback": status_url,
        }
        self._fixed = {name: value for name, value in fixed.items() if value}
        self.refused: Counter[str] = Counter()

    async def send(self, to: str, message: Outgoing, *, expires_in: timedelta | None) -> Sent:
        """Without a text there is nothing to do: SMS has no buttons to answer or edit."""
        refuse_expired(expires_in)
        text = cleaned(message.text, len(message.text))
        if not text.strip():
            return Sent("", segments=0)
        if utf16_units(text) > MAX_UNITS:
            raise REFUSED.error("too_long")
        with _deciding():
            sent = await self._client.messages.create_async(
                to=to, body=text, **self._fixed, **_validity(expires_in)
            )
        if not isinstance(sent.sid, str) or not sent.sid:
            raise UNKNOWN.error("no_sid")
        return Sent(sent.sid, _segments(sent.num_segments, text))

    async def find(
        self, to: str, message: Outgoing, after: float, exclude: frozenset[str] = frozenset()
    ) -> str | None:
        """Asked by recipient alone: a message that waits in the queue has no date sent yet."""
        since = datetime.fromtimestamp(after, UTC) - _CLOCK_SKEW
        with _deciding():
            listed = await self._client.messages.list_async(to=to, limit=_LATEST)
            body = cleaned(message.text, len(message.text)).strip()
            found = [
                (_made_at(one), one.sid)
                for one in listed
                if self._is_ours(one)
                and one.sid not in exclude
                and (one.body or "").strip() == body
            ]
        return min(((at, sid) for at, sid in found if at >= since), default=(None, None))[1]

    async def close(self) -> None:
        await self._http.close()

    def parse(self, form: Form, now: datetime) -> Inbound | None:
        """A message webhook's fields; None: not from a person's phone, or no such webhook."""
        try:
            return sms_webhooks.read_message(form, now)
        except RefusedError as refused:
            self.refused[refused.reason] += 1
        except (TypeError, ValueError):
            self.refused["malformed"] += 1
        return None

    def parse_status(self, form: Form) -> StatusReport | None:
        try:
            return sms_webhooks.read_status(form)
        except RefusedError as refused:
            self.refused[refused.reason] += 1
        except (TypeError, ValueError):
            self.refused["malformed"] += 1
        return None

    def signed(self, url: str, pairs: Iterable[tuple[str, str]], signature: str | None) -> bool:
        """`url` is PUBLIC_URL and the path, never what the request claims; blank values count."""
        fields = _Fields()
        for name, value in pairs:
            fields.setdefault(name, []).append(value)
        try:
            return bool(signature) and self._validator.validate(url, fields, signature)
        except UnicodeEncodeError:
            return False

    async def received_since(self, after: datetime) -> list[Inbound]:
        """What people sent us from then on, oldest first: for catching up after an outage.

        All of it, however much was sent meanwhile: a page left out could hold a STOP.
        """
        ours = {"to": self._number} if self._number else {}
        read: list[Inbound | None] = []
        with _deciding():
            listed = await self._client.messages.stream_async(
                **ours, date_sent_after=after, page_size=_PAGE
            )
            async for one in listed:
                if self._came_to_us(one) or self._may_have(one):
                    read.append(self._received(one))
        known = [one for one in read if one is not None and one.sent_at >= after]
        return sorted(known, key=lambda one: one.sent_at)

    async def messages_with(self, number: str) -> dict[str, datetime]:
        """All that Twilio keeps of what this number and ours have written: ids, when made.

        Ours are the numbers too from which we wrote to this one. What other numbers of the account
        have written with it is theirs, and stays.
        """
        with _deciding():
            sent = await self._client.messages.list_async(to=number, page_size=_PAGE)
            came = await self._client.messages.list_async(from_=number, page_size=_PAGE)
            ours = [one for one in sent if self._is_ours(one)]
            numbers = {one.from_ for one in ours}
            theirs = [one for one in came if self._came_to_us(one) or one.to in numbers]
            return {one.sid: _made_at(one) for one in (*ours, *theirs)}

    async def delete_message(self, sid: str) -> None:
        """At the provider. One that is gone already is fine."""
        with _deciding():
            try:
                await self._client.messages(sid).delete_async()
            except Exception as error:
                if getattr(error, "status", None) != 404:
                    raise

    def _is_ours(self, message: MessageInstance) -> bool:
        sender = message.messaging_service_sid, message.from_
        return str(message.direction).startswith("outbound") and not self._ours.isdisjoint(sender)

    def _came_to_us(self, message: MessageInstance) -> bool:
        """To our service, which Twilio names in what its numbers receive, or to our number.

        An account may have other numbers, of other services or of none: what came to them was
        said to somebody else.
        """
        receiver = message.messaging_service_sid, message.to
        return message.direction == "inbound" and not self._ours.isdisjoint(receiver)

    def _may_have(self, message: MessageInstance) -> bool:
        """Come to us: what names no service at all, where only ours is known. Twilio promises
        nowhere that what a service's numbers receive names it; a STOP that is missed does more
        harm than an answer to a stranger."""
        unnamed = message.messaging_service_sid is None and self._number is None
        return message.direction == "inbound" and unnamed

    def _received(self, message: MessageInstance) -> Inbound | None:
        media: Media | None = "other" if str(message.num_media or "0") != "0" else None
        try:
            return sms_webhooks.inbound(
                message.sid, message.from_, message.body, _made_at(message), media=media
            )
        except RefusedError as refused:
            self.refused[refused.reason] += 1
            return None


class _Fields(dict[str, list[str]]):
    """Form fields as the validator reads them: a name may come more than once."""

    def getall(self, name: str) -> list[str]:
        return self[name]


@contextmanager
def _deciding() -> Iterator[None]:
    """Whatever the library raises becomes a SendError; its cause, which may name a person, goes."""
    try:
        yield
    except Exception as error:
        raise decide(error) from None


def _validity(expires_in: timedelta | None) -> dict[str, Any]:
    """How long it may wait in Twilio's queue, in the seconds that the API accepts."""
    if expires_in is None:
        return {}
    seconds = int(expires_in.total_seconds())
    return {"validity_period": max(_SHORTEST_VALIDITY, min(seconds, _LONGEST_VALIDITY))}


def _segments(counted: object, text: str) -> int:
    """A messaging service answers 0: it has not chosen the number yet."""
    known = str(counted or "")
    return int(known) if known.isdecimal() and int(known) else cost(text).segments


def _made_at(message: MessageInstance) -> datetime:
    """UTC, to the second; when it was asked for, since a queued one was not sent yet."""
    made: datetime = message.date_created or message.date_sent
    return made if made.tzinfo else made.replace(tzinfo=UTC)
