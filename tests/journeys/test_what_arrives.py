"""Everything that WhatsApp may post: kinds, batches, repeats, and what nobody can read."""

from typing import Any

import pytest

from tests.journeys.test_whatsapp_message import COLD, WARM
from tests.stack import OLD_SECRET, Stack
from tests.webhooks import entries, envelope, message, new_wamid, other, status_of, value_of

MEDIA = {"id": "900000000000102", "mime_type": "audio/ogg; codecs=opus", "sha256": "x"}
SPOKEN = {
    "audio": {**MEDIA, "voice": True},
    "image": MEDIA,
    "video": MEDIA,
    "document": MEDIA,
    "sticker": MEDIA,
}
CHOSEN = {
    "interactive": {"type": "button_reply", "button_reply": {"id": "yes", "title": WARM["ro"]}},
    "button": {"text": WARM["ro"], "payload": "yes"},
}
WORDLESS: dict[str, Any] = {
    "location": {"latitude": 44.4, "longitude": 26.1},
    "contacts": [{"name": {"formatted_name": "Somebody"}}],
    "order": {"catalog_id": "1"},
}


@pytest.mark.parametrize("kind", SPOKEN)
def test_a_message_without_words_is_kept_and_answered_with_words(stack: Stack, phone: str, kind: str) -> None:
    assert stack.post_json(envelope([other(phone, kind, SPOKEN[kind])])).status_code == 200
    [sent] = stack.answered(phone)
    assert sent["type"] == "text"
    [kept] = stack.rows(
        "select m.kind, m.body, m.media ->> 'id' as media from messages m join addresses a using (person_id)"
        " where a.value = $1",
        phone,
    )
    assert kept == {"kind": kind, "body": None, "media": "900000000000102"}


def test_a_caption_is_read_like_a_text(stack: Stack, phone: str) -> None:
    photo = other(phone, "image", {**MEDIA, "caption": WARM["de"]})
    assert stack.post_json(envelope([photo])).status_code == 200
    stack.answered(phone)
    assert (stack.person(phone)["classification"], stack.person(phone)["speaks"]) == ("WARM", "de")


@pytest.mark.parametrize("kind", CHOSEN)
def test_a_tapped_choice_is_read_like_a_text(stack: Stack, phone: str, kind: str) -> None:
    assert stack.post_json(envelope([other(phone, kind, CHOSEN[kind])])).status_code == 200
    stack.answered(phone)
    assert stack.person(phone)["classification"] == "WARM"


@pytest.mark.parametrize("kind", [*WORDLESS, "a_kind_of_next_year"])
def test_a_kind_that_we_cannot_use_is_kept_and_asked_about(stack: Stack, phone: str, kind: str) -> None:
    content = WORDLESS.get(kind, {"anything": 1})
    assert stack.post_json(envelope([other(phone, kind, content)])).status_code == 200
    [sent] = stack.answered(phone)
    assert sent["type"] == "text"
    [kept] = stack.rows(
        "select d.payload ->> 'raw_kind' as raw from domain_events d join addresses a on a.person_id = d.subject_id"
        " where a.value = $1 and d.type = 'message.received'",
        phone,
    )
    assert kept["raw"] == kind


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("reaction", {"message_id": "wamid.x", "emoji": "👍"}),
        ("system", {"type": "user_changed_number"}),
        ("revoke", {"original_message_id": "wamid.x"}),
    ],
)
def test_a_kind_that_nobody_answers_is_kept_in_silence(
    stack: Stack, phone: str, kind: str, content: Any
) -> None:
    assert stack.post_json(envelope([other(phone, kind, content)])).status_code == 200
    stack.person(phone)
    stack.settle()
    assert stack.messages_to(phone) == []
    assert stack.effects_of(phone) == []


def test_a_batch_of_everything_is_taken_apart(stack: Stack, phone: str, other_phone: str) -> None:
    stack.say(phone, COLD["ro"])
    ours = stack.effect(phone, "sent") if not stack.effects_of(phone) else stack.effects_of(phone)[0]
    batch = entries(
        [
            [
                value_of([message(other_phone, WARM["ro"], wamid=new_wamid(other_phone))]),
                value_of(statuses=[]),
            ],
            [
                value_of(
                    [{"contact": {}, "message": {"id": "wamid.broken", "type": "text", "from": "1"}}],
                    statuses=[status_of("wamid.unheard-of", "delivered"), {"nothing": 1}],
                ),
                {"messaging_product": "whatsapp", "metadata": {"phone_number_id": "1"}, "messages": "none"},
            ],
        ]
    )
    before = len(_unread(stack))
    assert stack.post_json(batch).status_code == 200
    stack.answered(other_phone)
    stack.until(lambda: len(_unread(stack)) == before + 4, what="the four unreadable parts to be kept")
    assert ours["id"]
    [unheard] = stack.until(
        lambda: stack.rows("select 1 from inbox where outcome = 'no_such_message'"), what="the strange status"
    )
    assert unheard


def test_a_redelivery_is_nothing_new_and_a_mixed_one_brings_only_the_new(stack: Stack, phone: str) -> None:
    first = envelope([message(phone, WARM["ro"], wamid=new_wamid(phone))])
    assert [stack.post_json(first).status_code for _ in range(3)] == [200, 200, 200]
    stack.answered(phone)
    stack.settle()
    assert len(stack.messages_to(phone)) == 1
    seen = first["entry"][0]["changes"][0]["value"]
    mixed = entries([[seen, value_of([message(phone, COLD["ro"], wamid=new_wamid(phone))])]])
    assert [stack.post_json(mixed).status_code for _ in range(2)] == [200, 200]
    stack.answered(phone, count=2)
    stack.settle()
    [row] = stack.rows(
        "select count(*) as n from messages m join addresses a using (person_id) where a.value = $1", phone
    )
    assert row["n"] == 2
    assert len(stack.messages_to(phone)) == 2


@pytest.mark.parametrize("payload", [{}, [], "text", {"entry": "x"}, {"entry": [{"changes": [7]}]}])
def test_what_fits_nothing_is_acknowledged_kept_and_shown_with_the_reason(
    stack: Stack, payload: Any, phone: str
) -> None:
    marked = {**payload, "mark": phone} if isinstance(payload, dict) else [payload, phone]
    before = len(_unread(stack))
    assert stack.post_json(marked).status_code == 200
    stack.until(lambda: len(_unread(stack)) == before + 1, what="the body to be kept")


@pytest.mark.parametrize("where", ["type", "id", "context", "filename", "caption"])
def test_a_character_that_no_database_keeps_loses_nobody(stack: Stack, phone: str, where: str) -> None:
    odd = other(phone, "document", {**MEDIA, "filename": "x.pdf", "caption": WARM["ro"]})
    change: dict[str, dict[str, Any]] = {
        "type": {"type": "docu\u0000ment", "docu\u0000ment": {}},
        "id": {"id": new_wamid(phone) + "\u0000"},
        "context": {"context": {"id": "wamid.\u0000"}},
        "filename": {"document": {**MEDIA, "filename": "a\u0000b.pdf", "caption": WARM["ro"]}},
        "caption": {"document": {**MEDIA, "caption": f"{WARM['ro']}\u0000"}},
    }
    odd["message"].update(change[where])
    assert stack.post_json(envelope([odd])).status_code == 200
    stack.answered(phone)
    judged = stack.person(phone)["classification"]
    assert judged == (None if where == "type" else "WARM"), (
        "of a kind that we do not know there is nothing to judge"
    )


@pytest.mark.parametrize(("secret", "status"), [(OLD_SECRET, 200), ("somebody else's", 401), ("", 401)])
def test_two_secrets_are_good_while_they_are_rotated(
    stack: Stack, phone: str, secret: str, status: int
) -> None:
    body = stack.http.build_request(
        "POST", "http://x", json=envelope([message(phone, WARM["ro"], wamid=new_wamid(phone))])
    ).content
    assert stack.post(body, secret=secret or "x").status_code == status
    stack.settle()
    assert len(stack.messages_to(phone)) == (1 if status == 200 else 0)


def _unread(stack: Stack) -> list[dict[str, Any]]:
    return stack.rows("select id, kind, reason, outcome from inbox where kind = 'unread'")
