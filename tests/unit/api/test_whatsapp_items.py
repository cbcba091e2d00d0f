"""Splitting a webhook: each item apart, nothing lost, whatever a neighbour looks like."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic_core import from_json

from medicalcor.api.problems import Refused
from medicalcor.api.webhooks.items import Item, parse
from medicalcor.api.webhooks.whatsapp_items import split
from medicalcor.schemas.wire.whatsapp import InboundMessage, InboundStatus, Notice, Unread

READERS = {"message": InboundMessage, "status": InboundStatus, "notice": Notice, "unread": Unread}


def message(id: str = "wamid.A", **more: Any) -> dict[str, Any]:  # noqa: A002 - as the provider says it
    return {"from": "40722000001", "id": id, "type": "text", "text": {"body": "Bună"}, **more}


def value(**more: Any) -> dict[str, Any]:
    return {"metadata": {"phone_number_id": "1", "display_phone_number": "40310000001"}, **more}


def webhook(*values: Any, field: Any = "messages") -> dict[str, Any]:
    return {"entry": [{"id": "2", "changes": [{"field": field, "value": one} for one in values]}]}


def kinds(payload: Any) -> list[str]:
    return [item.kind for item in split(payload)]


def reason(payload: Any) -> str:
    [item] = split(payload)
    assert item.kind == "unread"
    return Unread.model_validate_json(item.body).reason


def test_a_message_keeps_who_wrote_it_and_what() -> None:
    contact = {"profile": {"name": "Ana"}, "wa_id": "40722000001"}
    [item] = split(webhook(value(messages=[message()], contacts=[contact])))
    assert from_json(item.body) == {
        "kind": "message",
        "phone_number_id": "1",
        "display_phone_number": "40310000001",
        "contact": contact,
        "message": message(),
    }
    assert (item.identity, item.address) == ("wamid.A", "1:40722000001")


def test_each_message_gets_its_own_contact() -> None:
    contacts = [{"wa_id": "2", "profile": {"name": "B"}}, {"user_id": "RO.1", "profile": {"name": "A"}}]
    messages = [
        message("a", **{"from": None, "from_user_id": "RO.1"}),
        message("b", **{"from": "2"}),
        message("c"),
    ]
    items = [
        InboundMessage.model_validate_json(i.body)
        for i in split(webhook(value(messages=messages, contacts=contacts)))
    ]
    assert [item.profile_name for item in items] == ["A", "B", None]


def test_a_lone_contact_is_the_sender_however_its_number_is_spelled() -> None:
    contacts = [{"wa_id": "5215512345678", "profile": {"name": "Eva"}}]
    [item] = split(webhook(value(messages=[message(**{"from": "525512345678"})], contacts=contacts)))
    assert InboundMessage.model_validate_json(item.body).profile_name == "Eva"


def test_a_status_is_told_apart_by_what_it_says() -> None:
    statuses = [{"id": "wamid.O", "status": said} for said in ("sent", "read")]
    items = split(webhook(value(statuses=statuses)))
    assert [item.identity for item in items] == ["wamid.O:sent", "wamid.O:read"]


def test_a_new_type_of_message_is_a_message() -> None:
    assert kinds(webhook(value(messages=[message(type="hologram", text=None)]))) == ["message"]


def test_other_fields_are_notices() -> None:
    [item] = split(webhook({"event": "APPROVED"}, field="account_update"))
    notice = Notice.model_validate_json(item.body)
    assert (notice.field, notice.value, notice.account) == (
        "account_update",
        {"event": "APPROVED"},
        "2",
    )


def test_the_same_notice_at_another_time_is_another() -> None:
    first, second = ({**webhook({"event": "PAUSED"}, field="template")} for _ in range(2))
    first["entry"][0]["time"], second["entry"][0]["time"] = 1, 2
    assert split(first)[0].identity != split(second)[0].identity
    assert split(first)[0].identity == split(json.loads(json.dumps(first)))[0].identity


def test_errors_that_concern_no_message_are_a_notice_beside_the_rest() -> None:
    assert kinds(webhook(value(messages=[message()], errors=[{"code": 1}]))) == ["message", "notice"]


@pytest.mark.parametrize(
    ("payload", "said"),
    [
        ([], "no list `entry`"),
        ({"entry": "x"}, "no list `entry`"),
        ({"entry": [{}]}, "no list `changes`"),
        ({"entry": [{"changes": [3]}]}, "the change is no object"),
        (webhook("x"), "no readable `field` and `value`"),
        (webhook({}, field=None), "no readable `field` and `value`"),
        (webhook(value()), "no messages, statuses or errors"),
        (webhook(value(messages={})), "`messages` is no list"),
        (webhook(value(messages=["x"])), "the message is no object"),
        (webhook({"messages": [message()]}), "`metadata.phone_number_id` is missing"),
        (webhook({"metadata": 5, "messages": [message()]}), "`metadata.phone_number_id` is missing"),
        (webhook(value(messages=[message(id=5)])), "has no `id`"),
        (webhook(value(messages=[message(type=None)])), "has no `type`"),
        (webhook(value(messages=[message(text="x")])), "has no readable `text`"),
        (webhook(value(messages=[message(text={"body": 1})])), "`text.body` is no text"),
        (webhook(value(messages=[message(type="image")])), "has no readable `image`"),
        (webhook(value(messages=[message(**{"from": None})])), "nobody is named as the sender"),
        (webhook(value(statuses=[{"id": "x"}])), "no `id` and `status`"),
    ],
)
def test_what_cannot_be_read_is_kept_with_the_reason(payload: Any, said: str) -> None:
    assert said in reason(payload)


def test_a_broken_neighbour_takes_nothing_along() -> None:
    payload = webhook(value(messages=[message("a"), None, message("b"), {"id": "c"}], statuses=[7]), "x")
    payload["entry"].append(None)
    assert sorted(kinds(payload)) == ["message"] * 2 + ["unread"] * 5


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
KEYS = ("entry", "changes", "field", "value", "metadata", "phone_number_id", "contacts", "messages", "statuses",
        "errors", "id", "from", "from_user_id", "type", "text", "body", "status", "wa_id", "user_id")  # fmt: skip
SHAPED = st.recursive(
    JSON | st.sampled_from(("messages", "text", "image", "contacts", "wamid.X", "1")),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=6),
    max_leaves=30,
)


def check(items: list[Item]) -> None:
    assert items
    for item in items:
        READERS[item.kind].model_validate_json(item.body)
        assert item.identity
        assert item.address


@given(SHAPED)
def test_whatever_comes_is_split_into_items_that_can_be_read(payload: Any) -> None:
    check(split(payload))


@given(SHAPED, SHAPED, SHAPED, SHAPED, st.integers(0, 3))
def test_mutated_neighbours_never_lose_a_message(one: Any, two: Any, three: Any, four: Any, at: int) -> None:
    messages = [one, two]
    messages.insert(at % 3, message("wamid.good"))
    payload = webhook(value(messages=messages, statuses=three, contacts=four), two)
    payload["entry"].insert(at % 2, four)
    items = split(payload)
    check(items)
    assert "wamid.good" in [item.identity for item in items if item.kind == "message"]


@contextmanager
def refused_at_most() -> Iterator[None]:
    """Nothing but a refusal as no JSON may be raised."""
    try:
        yield
    except Refused as refusal:
        if refusal.http_status != 400:
            raise


@given(st.binary(max_size=200))
def test_bytes_are_json_or_refused(body: bytes) -> None:
    with refused_at_most():
        check(split(parse(body)))


@given(SHAPED, st.integers(0, 10_000), st.integers(0, 255))
def test_one_wrong_byte_is_split_or_refused(payload: Any, at: int, byte: int) -> None:
    body = bytearray(json.dumps(webhook(value(messages=[message(), payload]))).encode())
    body[at % len(body)] = byte
    with refused_at_most():
        check(split(parse(bytes(body))))
