"""Reading an item of the inbox again."""

from datetime import UTC, datetime
from typing import Any

import pytest

from medicalcor.schemas.wire.whatsapp import InboundMessage, InboundStatus

SENDER = {"from": "40722000001", "id": "wamid.A", "timestamp": "1795400001"}


def inbound(contact: Any = None, **message: Any) -> InboundMessage:
    return InboundMessage.model_validate(
        {"phone_number_id": "1", "contact": contact, "message": {**SENDER, **message}}
    )


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ({"type": "text", "text": {"body": "Bună"}}, "Bună"),
        ({"type": "image", "image": {"id": "m", "caption": "dintele"}}, "dintele"),
        ({"type": "document", "document": {"id": "m", "filename": "rx.pdf"}}, None),
        ({"type": "button", "button": {"text": "Confirm", "payload": "YES"}}, "Confirm"),
        ({"type": "interactive", "interactive": {"type": "list_reply", "list_reply": {"id": "1", "title": "9:30"}}}, "9:30"),
        ({"type": "interactive", "interactive": {"type": "button_reply", "button_reply": {"id": "1", "title": "Da"}}}, "Da"),
        ({"type": "interactive", "interactive": {"type": "nfm_reply", "nfm_reply": {"body": "Sent"}}}, "Sent"),
        ({"type": "interactive", "interactive": {"type": "call_permission_reply"}}, None),
        ({"type": "order", "order": {"text": "două"}}, "două"),
        ({"type": "edit", "edit": {"original_message_id": "w", "message": {"type": "text", "text": {"body": "mâine"}}}}, "mâine"),
        ({"type": "reaction", "reaction": {"message_id": "w", "emoji": "👍"}}, None),
        ({"type": "location", "location": {"latitude": "44.4", "longitude": 26.1}}, None),
        ({"type": "unsupported", "errors": [{"code": 131051}]}, None),
        ({"type": "hologram", "hologram": {"x": 1}}, None),
    ],
)  # fmt: skip
def test_the_words_of_each_type(content: dict[str, Any], words: str | None) -> None:
    assert inbound(**content).text == words


def test_media_with_what_is_needed_to_fetch_it() -> None:
    voice = {"id": "77", "mime_type": "audio/ogg; codecs=opus", "sha256": "aGFzaA==", "voice": True}
    media = inbound(type="audio", audio=voice).media
    assert media is not None
    assert (media.id, media.mime_type, media.sha256, media.voice) == tuple(voice.values())
    assert inbound(type="text", text={"body": "x"}).media is None


def test_who_wrote_it() -> None:
    both = inbound({"profile": {"name": "Ana"}, "wa_id": "40722000001", "user_id": "RO.1"}, type="text")
    assert (both.sender_phone, both.sender_user_id, both.profile_name) == ("40722000001", "RO.1", "Ana")
    hidden = inbound({"user_id": "RO.1"}, type="text", **{"from": None, "from_user_id": "RO.2"})
    assert (hidden.sender_phone, hidden.sender_user_id, hidden.profile_name) == (None, "RO.2", None)
    assert inbound(type="text", **{"from": "no phone"}).sender_phone is None
    assert inbound(type="text", **{"from": "٤٠٧٢"}).sender_phone is None


@pytest.mark.parametrize(
    ("timestamp", "moment"),
    [
        ("1795400001", datetime(2026, 11, 23, 2, 13, 21, tzinfo=UTC)),
        (1795400001, datetime(2026, 11, 23, 2, 13, 21, tzinfo=UTC)),
        (None, None),
        ("", None),
        ("yesterday", None),
        ("0", None),
        ("-5", None),
        ("9" * 30, None),
        (["1"], None),
    ],
)
def test_when_it_was_sent(timestamp: Any, moment: datetime | None) -> None:
    assert inbound(type="text", timestamp=timestamp).sent_at == moment


def test_what_it_answers_and_the_advertisement_it_came_from() -> None:
    message = inbound(type="text", context={"id": "wamid.Q"}, referral={"source_id": "ad-1", "new_field": {}})
    assert message.in_reply_to == "wamid.Q"
    assert message.referral is not None
    assert message.referral.source_id == "ad-1"


@pytest.mark.parametrize("broken", [None, 5, "x", [], {}, {"id": 5}, {"body": []}])
def test_a_field_in_an_unknown_shape_loses_no_message(broken: Any) -> None:
    fields = (
        "text",
        "image",
        "button",
        "interactive",
        "location",
        "context",
        "referral",
        "errors",
        "edit",
        "contacts",
    )
    for kind in fields:
        message = inbound(broken, type=kind, **dict.fromkeys(fields, broken))
        assert message.provider_id == "wamid.A"
        assert message.text is None
        assert message.in_reply_to is None


def test_a_status_with_its_error() -> None:
    status = InboundStatus.model_validate(
        {
            "phone_number_id": "1",
            "status": {
                "id": "wamid.O",
                "status": "failed",
                "timestamp": "1795400001",
                "biz_opaque_callback_data": "effect-1",
                "errors": [{"code": 131047, "error_data": {"details": "More than 24 hours"}}],
            },
        }
    )
    assert (status.provider_id, status.callback_data) == ("wamid.O", "effect-1")
    assert status.error is not None
    assert (status.error.code, status.error.details) == (131047, "More than 24 hours")
    assert status.at is not None
