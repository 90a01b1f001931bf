"""What Twilio posts, as the bot reads it; and who may post at all."""

from base64 import b64encode
from datetime import UTC, datetime
from hashlib import sha1
from hmac import digest
from typing import Any
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.base import AddressEffect, SenderEffect
from bot.channels.sms import SmsChannel
from bot.channels.sms_webhooks import StatusReport
from handlers.conversation.messages import Inbound
from handlers.phone import canonical
from storage.messages import Status

NOW = datetime(2026, 12, 5, 16, 30, tzinfo=UTC)
SID = "SM" + "a1" * 16
URL = "https://enlace.example/twilio/sms"
FORM = {
    "MessageSid": SID,
    "From": "+13125550100",
    "To": "+13125550199",
    "Body": "UNIRME",
    "NumMedia": "0",
    "NumSegments": "1",
    "FromCity": "CHICAGO",
    "FromZip": "60601",
}


def channel() -> SmsChannel:
    return SmsChannel("AC" + "0" * 32, "token", from_="+13125550199")


def read(**changes: str) -> Inbound | None:
    return channel().parse(FORM | changes, NOW)


def test_a_text_with_who_and_when_and_nothing_of_where() -> None:
    assert read() == Inbound("sms", SID, "+13125550100", NOW, "UNIRME")


def test_pairs_are_read_like_a_mapping() -> None:
    assert channel().parse(list(FORM.items()), NOW) == read()


@pytest.mark.parametrize("sender", ["+525512345678", "+50251234567", "+34600123456"])
def test_people_write_from_every_country(sender: str) -> None:
    inbound = read(From=sender)
    assert inbound is not None
    assert inbound.sender == sender


def test_a_mexican_mobile_is_one_number_with_and_without_its_old_1() -> None:
    inbound = read(From="+5215512345678")
    assert inbound is not None
    assert inbound.sender == "+525512345678"


@pytest.mark.parametrize(
    ("sender", "reason"),
    [
        ("72975", "sender"),
        ("CARECEN", "sender"),
        ("", "sender"),
        ("+", "sender"),
        ("+1312555\0" + "0100", "sender"),
        ("whatsapp:+13125550100", "other_channel"),
        ("messenger:123", "other_channel"),
    ],
)
def test_short_codes_names_and_other_channels_are_refused(sender: str, reason: str) -> None:
    reader = channel()
    assert reader.parse(FORM | {"From": sender}, NOW) is None
    assert reader.refused == {reason: 1}


@pytest.mark.parametrize(
    ("content_type", "media"),
    [
        ("image/jpeg", "photo"),
        ("audio/amr", "voice"),
        ("video/3gpp", "video"),
        ("text/vcard", "document"),
        ("", "document"),
    ],
)
def test_an_mms_is_media_with_its_text(content_type: str, media: str) -> None:
    inbound = read(NumMedia="1", MediaContentType0=content_type, Body="mira")
    assert inbound is not None
    assert (inbound.media, inbound.text) == (media, "mira")


@pytest.mark.parametrize("kind", ["STOP", "START", "HELP"])
def test_advanced_opt_out_says_what_it_did(kind: str) -> None:
    inbound = read(OptOutType=kind)
    assert inbound is not None
    assert inbound.opt_out == kind.lower()


def test_an_unknown_opt_out_type_is_none() -> None:
    inbound = read(OptOutType="SOON")
    assert inbound is not None
    assert inbound.opt_out is None


@pytest.mark.parametrize(
    ("body", "text"),
    [("", ""), ("a\0b\ud83dc", "abc"), ("  ALTO  ", "  ALTO  "), ("ñ" * 20_000, "ñ" * 10_000)],
)
def test_a_body_is_clean_and_bounded(body: str, text: str) -> None:
    inbound = read(Body=body)
    assert inbound is not None
    assert inbound.text == text


@pytest.mark.parametrize("sid", ["", "SM 1", "SM\n", "ü", "S" * 65])
def test_without_a_sid_there_is_no_message(sid: str) -> None:
    reader = channel()
    assert reader.parse(FORM | {"MessageSid": sid}, NOW) is None
    assert reader.refused == {"malformed": 1}


def status(name: str, code: str = "") -> StatusReport | None:
    return channel().parse_status({"MessageSid": SID, "MessageStatus": name, "ErrorCode": code})


@pytest.mark.parametrize(
    ("name", "state"),
    [
        ("queued", Status.SENDING),
        ("sending", Status.SENDING),
        ("sent", Status.SENT),
        ("delivered", Status.DELIVERED),
        ("read", Status.DELIVERED),
        ("canceled", Status.CANCELLED),
    ],
)
def test_a_status_is_ours(name: str, state: Status) -> None:
    assert status(name) == StatusReport(SID, state)


@pytest.mark.parametrize(
    ("code", "address", "sender"),
    [
        ("30003", AddressEffect.NONE, SenderEffect.NONE),
        ("30005", AddressEffect.SUSPECT, SenderEffect.NONE),
        ("30007", AddressEffect.NONE, SenderEffect.FILTERED),
        ("30034", AddressEffect.NONE, SenderEffect.CONFIGURATION),
        ("21610", AddressEffect.OPTED_OUT, SenderEffect.NONE),
        ("39999", AddressEffect.NONE, SenderEffect.NONE),
    ],
)
def test_a_failure_says_why_and_what_it_means(
    code: str, address: AddressEffect, sender: SenderEffect
) -> None:
    assert status("undelivered", code) == StatusReport(SID, Status.FAILED, code, address, sender)


@pytest.mark.parametrize("code", ["", "abc", "0", "9" * 50, "-1"])
def test_a_failure_without_a_code_is_a_failure(code: str) -> None:
    assert status("failed", code) == StatusReport(SID, Status.FAILED)


def test_an_unknown_status_changes_nothing() -> None:
    reader = channel()
    form = {"MessageSid": SID, "MessageStatus": "teleported"}
    assert reader.parse_status(form) is None
    assert reader.refused == {"status": 1}


def signature(pairs: list[tuple[str, str]], url: str = URL, token: str = "token") -> str:
    """As Twilio documents it: the URL, then names and values in order of name."""
    text = url + "".join(name + value for name, value in sorted(pairs))
    return b64encode(digest(token.encode(), text.encode(), sha1)).decode()


def test_a_signed_webhook_is_twilios() -> None:
    pairs = [*FORM.items(), ("Body2", ""), ("NewNextYear", "ñ 🧡")]
    assert channel().signed(URL, pairs, signature(pairs))


def test_blank_values_are_signed_too() -> None:
    pairs = parse_qsl("MessageSid=SM1&Body=&From=%2B13125550100", keep_blank_values=True)
    trimmed = [(name, value) for name, value in pairs if value]
    assert channel().signed(URL, pairs, signature(pairs))
    assert not channel().signed(URL, trimmed, signature([*trimmed, ("Extra", "")]))


def test_a_name_that_comes_twice_is_signed_with_both_values() -> None:
    pairs = [("A", "2"), ("A", "1"), ("B", "3")]
    assert channel().signed(URL, pairs, signature(pairs))
    assert not channel().signed(URL, pairs[1:], signature(pairs))


@pytest.mark.parametrize(
    "forged", [None, "", "nonsense", "ñ", "\ud800", "A" * 10_000, signature([("Body", "ALTO")])]
)
def test_a_forged_signature_is_not(forged: str | None) -> None:
    assert channel().signed(URL, FORM.items(), forged) is False


def test_a_signature_counts_for_its_url_and_token_alone() -> None:
    pairs = list(FORM.items())
    assert not channel().signed(URL, pairs, signature(pairs, url=URL + "x"))
    assert not channel().signed(URL, pairs, signature(pairs, token="another"))


TEXT = st.text(st.characters(codec=None), max_size=40)
NAMES = st.sampled_from(
    [
        *("MessageSid", "From", "Body", "NumMedia", "MediaContentType0", "OptOutType"),
        *("MessageStatus", "ErrorCode"),
    ]
)


@given(form=st.dictionaries(NAMES | TEXT, TEXT), base=st.sampled_from([{}, FORM]))
def test_any_form_is_read_cleanly_or_not_at_all(form: dict[str, str], base: dict[str, str]) -> None:
    reader = channel()
    reader.parse_status(base | form)
    inbound = reader.parse(base | form, NOW)
    if inbound is not None:
        inbound.text.encode()
        assert "\0" not in inbound.text
        assert canonical(inbound.sender) == inbound.sender


@given(form=st.dictionaries(NAMES, st.none() | st.integers() | st.lists(TEXT)))
def test_a_form_of_anything_else_is_read_too(form: dict[str, Any]) -> None:
    reader = channel()
    assert reader.parse(form, NOW) is None
    reader.parse_status(form)


@given(pairs=st.lists(st.tuples(TEXT, TEXT), max_size=6), claimed=TEXT)
def test_no_form_passes_unsigned(pairs: list[tuple[str, str]], claimed: str) -> None:
    assert channel().signed(URL, pairs, claimed) is False
