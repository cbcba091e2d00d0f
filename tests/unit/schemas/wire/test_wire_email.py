"""Inbound mail in the shapes that receiving services give it."""

from email.utils import getaddresses
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from medicalcor.schemas.wire import email as email_wire
from medicalcor.schemas.wire.email import InboundEmail, head_of, inbound_email

FULL: dict[str, Any] = {
    "from": '"Pop, Ana" <Ana@Example.ro>',
    "to": ["office@clinic.example", {"email": "dr@clinic.example", "name": "Dr."}],
    "cc": "a@x.example, B <b@x.example>",
    "subject": "Programare",
    "text": "Bună ziua",
    "message_id": "<m1@mail.example>",
    "in_reply_to": "<m0@mail.example>",
    "references": ["<r0@mail.example>", "<m0@mail.example>"],
    "headers": [
        {"name": "Received", "value": "one"},
        ["received", "two"],
        {"name": "Auto-Submitted", "value": "no"},
    ],
    "attachments": [{"filename": "rx.jpg", "content_type": "image/jpeg", "size": 1200}],
    "date": "Mon, 23 Nov 2026 14:05:00 +0200",
}


@pytest.mark.parametrize("body", [FULL, {"type": "email.received", "data": FULL}])
def test_a_full_mail(body: dict[str, Any]) -> None:
    mail = inbound_email(body)
    assert (mail.sender.address, mail.sender.name) == ("Ana@Example.ro", "Pop, Ana")
    assert [one.address for one in mail.to or ()] == ["office@clinic.example", "dr@clinic.example"]
    assert [one.address for one in mail.cc or ()] == ["a@x.example", "b@x.example"]
    assert mail.headers == {"received": "one, two", "auto-submitted": "no"}
    assert (mail.id, mail.answers, mail.chain) == (
        "<m1@mail.example>", "<m0@mail.example>", "<r0@mail.example> <m0@mail.example>",
    )  # fmt: skip
    assert mail.attachments is not None
    assert mail.attachments[0].size == 1200
    assert mail.date is not None
    assert mail.date.isoformat() == "2026-11-23T14:05:00+02:00"


def test_ids_may_stand_in_the_headers() -> None:
    headers = {"Message-ID": "<h1@x>", "In-Reply-To": "<h0@x>", "References": "<a@x> <b@x>", "X-N": 7}
    mail = inbound_email({"from": {"address": "ana@example.ro"}, "headers": headers})
    assert (mail.id, mail.answers, mail.chain) == ("<h1@x>", "<h0@x>", "<a@x> <b@x>")


@pytest.mark.parametrize(
    "spelt",
    [
        {"messageId": "<h1@x>", "inReplyTo": "<h0@x>", "textBody": "Bună"},
        {"Message-ID": "<h1@x>", "In-Reply-To": "<h0@x>", "Subject": "s", "body_plain": "Bună"},
        {"MessageID": "<h1@x>", "InReplyTo": "<h0@x>", "TextBody": "Bună"},
        {"headers": "Message-ID: <h1@x>\r\nIn-Reply-To:\r\n <h0@x>\r\n", "plain": "Bună"},
        {"headers": [{"Name": "Message-ID", "Value": "<h1@x>"}, {"key": "In-Reply-To", "value": "<h0@x>"}],
         "text": "Bună", "plain": "another"},
    ],
)  # fmt: skip
def test_fields_in_the_spellings_that_there_are(spelt: dict[str, Any]) -> None:
    mail = inbound_email({"From": "ana@example.ro", **spelt})
    assert (mail.id, (mail.answers or "").strip(), mail.text) == ("<h1@x>", "<h0@x>", "Bună")


def test_what_is_given_nowhere_else_stands_in_the_headers() -> None:
    mail = inbound_email({"headers": {"From": "Ana <ana@example.ro>", "Subject": "Programare"}})
    assert (mail.sender.address, mail.sender.name, mail.subject) == ("ana@example.ro", "Ana", "Programare")


@pytest.mark.parametrize(
    "sender",
    [
        "=?UTF-8?Q?Ana_Mun=C8=9Beanu?= <ana@example.ro>",
        '"Ana Munțeanu" <ana@example.ro>',
        ["Ana Munțeanu <ana@example.ro>"],
        [{"Email": "ana@example.ro", "Name": "Ana Munțeanu"}],
        {"address": "ana@example.ro", "name": "=?utf-8?b?QW5hIE11bsibZWFudQ==?="},
        "Dr. Pop, Ana Munțeanu <ana@example.ro>",
    ],
)
def test_who_wrote_however_it_is_written(sender: Any) -> None:
    mail = inbound_email({"from": sender})
    assert mail.sender.address == "ana@example.ro"
    assert (mail.sender.name or "").endswith("Ana Munțeanu")


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("=?UTF-8?B?w45udHJlYmFyZQ==?=", "Întrebare"),
        ("=?iso-8859-2?Q?=CEntrebare?=", "Întrebare"),
        ("Re: =?UTF-8?Q?=C3=8En?=\r\n =?UTF-8?Q?trebare?=", "Re: Întrebare"),
        ("=?no-such-charset?Q?x?=", "=?no-such-charset?Q?x?="),
        ("=?UTF-8?B?w?=", "=?UTF-8?B?w?="),
        ("Cât costă =?", "Cât costă =?"),
    ],
)
def test_encoded_words_are_read(written: str, read: str) -> None:
    assert inbound_email({"from": "ana@example.ro", "subject": written}).subject == read


def test_what_is_in_no_known_shape_is_passed_over() -> None:
    odd = {
        "to": 7,
        "subject": ["x"],
        "text": {},
        "attachments": "none",
        "date": "soon",
        "headers": 3,
        "references": 4,
    }
    mail = inbound_email({"from": "ana@example.ro", **odd})
    assert mail == InboundEmail.model_validate({"from": "ana@example.ro", "to": ()})


def test_a_moment_without_a_zone_is_utc() -> None:
    mail = inbound_email({"from": "ana@example.ro", "date": "2026-11-23T14:05:00"})
    assert mail.date is not None
    assert mail.date.isoformat() == "2026-11-23T14:05:00+00:00"


@pytest.mark.parametrize(
    "body", [None, [], {}, {"from": ""}, {"from": "Ana"}, {"from": None}, {"data": {"to": "a@b.example"}}]
)
def test_without_a_sender_it_is_no_mail(body: Any) -> None:
    with pytest.raises(ValidationError):
        inbound_email(body)


def test_nothing_personal_is_in_its_repr() -> None:
    shown = repr(inbound_email(FULL))
    for canary in ("Ana", "Bună", "Programare", "rx.jpg"):
        assert canary not in shown


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(sorted(set(FULL) - {"from"})), JSON, max_size=6))
def test_whatever_the_rest_holds_the_mail_is_read(fields: dict[str, Any]) -> None:
    assert inbound_email({**fields, "from": "ana@example.ro"}).sender.address == "ana@example.ro"


@given(JSON)
def test_any_sender_is_read_or_refused(sender: Any) -> None:
    try:
        inbound_email({"from": sender})
    except ValidationError:
        return


@pytest.mark.parametrize(
    "written",
    [
        "ana@example.ro",
        "<ana@example.ro>",
        "Ana Pop <ana@example.ro>",
        "Ana   Maria  Pop <ana.pop+x@mail.example.ro>",
        "Dr. Ana <ana@example.ro>",
        '"Pop, Ana" <ana@example.ro>',
        "Ana (la serviciu) <ana@example.ro>",
        "=?utf-8?q?Bun=C4=83?= <ana@example.ro>",
        "Ștefănescu Ioana <ioana@example.ro>",
        "Ana <ana@example.ro>, Ion <ion@example.ro>",
        "nobody",
        "",
        "Ana <ana@example.ro",
        "Ana @ home <ana@example.ro>",
    ],
)
def test_the_short_way_reads_an_address_as_the_long_way_does(written: str) -> None:
    assert email_wire._addresses_in(written) == getaddresses([written])


def test_the_head_of_a_mail_is_the_whole_mails() -> None:
    senders = (
        "Ana <ana@example.ro>",
        "ana@example.ro",
        '"Pop, Ana" <ana@example.ro>',
        {"email": "ana@example.ro"},
    )
    headers = [{"name": "Message-ID", "value": "<b@x>"}]
    extras = ({"message_id": "<a@x>"}, {"message_id": "", "headers": headers}, {"messageId": "<a@x>"}, {})
    for sender, extra in product(senders, extras):
        body = {"data": {"sender": "no@example.ro", "from": sender, **extra}}
        whole = inbound_email(body)
        assert head_of(body) == (whole.sender.address, whole.id)
