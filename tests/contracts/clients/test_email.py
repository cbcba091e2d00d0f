"""Mail over a real SMTP dialogue, in good and in bad weather."""

import asyncio
import email
import logging
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from email.policy import default
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medicalcor.core import log
from medicalcor.core.errors import (
    OutcomeUnknown,
    ProviderError,
    ProviderOff,
    ProviderRejected,
    ProviderUnavailable,
)
from medicalcor.core.ports import any_free
from medicalcor.integrations.email.client import EmailClient
from medicalcor.integrations.email.composing import Letter, composed, message_id
from medicalcor.integrations.email.dialogue import MailServer

SENDER = "Clinica Zâmbet <office@zambet.example>"
TRACKER = "0197f0e2-7b1c-7000-8000-000000000001"
ID = f"<{TRACKER}@zambet.example>"
LETTER = Letter(
    to="Ana <ana@canary.example>",
    subject="Programarea dumneavoastră",
    text="Bună ziua,\n.\n.. puncte la început\nmarți la 10.\n",
    html="<p>Bună ziua, <b>marți la 10</b>.</p>",
    in_reply_to="<c@mail.example>",
    references=("<a@mail.example>", "<b@mail.example>"),
)
AT = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


@pytest.fixture
async def smtp_url(sandbox) -> str:
    health = (await sandbox.http.get("/_sandbox/health")).json()
    return f"smtp://user:p%40ss@127.0.0.1:{health['smtp_port']}"


@pytest.fixture
async def client(smtp_url) -> AsyncIterator[EmailClient]:
    client = EmailClient(smtp_url, sender=SENDER, timeout=0.5)
    yield client
    await client.aclose()


async def test_a_letter_arrives_as_it_was_written(sandbox, client) -> None:
    assert await client.send(LETTER, tracker=TRACKER) == ID
    [call] = await sandbox.calls("email")
    assert call["status"] == 250
    mail = call["body"]
    assert mail["from"] == "office@zambet.example"
    assert mail["to"] == ["ana@canary.example"]
    assert mail["text"] == LETTER.text.rstrip("\n")
    assert mail["html"] == LETTER.html
    assert mail["message_id"] == ID
    headers = mail["headers"]
    assert headers["subject"] == LETTER.subject
    assert headers["from"] == SENDER
    assert headers["in-reply-to"] == "<c@mail.example>"
    assert headers["references"] == "<a@mail.example> <b@mail.example> <c@mail.example>"
    assert "list-unsubscribe" not in headers
    assert "auto-submitted" not in headers
    shown = (await sandbox.http.get("/mailbox")).text
    assert "Programarea dumneavoastră" in shown


async def test_marketing_can_be_ended_with_one_click(sandbox, client) -> None:
    url = "https://clinic.example/u/0197f0e2"
    await client.send(
        Letter(to="ana@x.example", subject="Noutăți", text="…", unsubscribe_url=url), tracker="t1"
    )
    [mail] = await sandbox.bodies("email")
    assert mail["headers"]["list-unsubscribe"] == f"<{url}>"
    assert mail["headers"]["list-unsubscribe-post"] == "List-Unsubscribe=One-Click"


async def test_machines_are_told_that_nobody_wrote(sandbox, client) -> None:
    await client.send(Letter(to="a@x.example", subject="", text="…", automatic=True), tracker="t1")
    reply = Letter(to="a@x.example", subject="", text="…", automatic=True, in_reply_to="<c@mail.example>")
    await client.send(reply, tracker="t2")
    told = [mail["headers"]["auto-submitted"] for mail in await sandbox.bodies("email")]
    assert told == ["auto-generated", "auto-replied"]


@pytest.mark.parametrize(
    ("fault", "error", "reason", "taken"),
    [
        ({"kind": "status", "status": 550}, ProviderRejected, "undeliverable", False),
        ({"kind": "status", "status": 552}, ProviderRejected, "too_large", False),
        ({"kind": "status", "status": 554}, ProviderRejected, "refused", False),
        ({"kind": "status", "status": 450}, ProviderUnavailable, "deferred", False),
        ({"kind": "status", "status": 421}, ProviderUnavailable, "deferred", False),
        ({"kind": "rate_limit"}, ProviderUnavailable, "deferred", False),
        ({"kind": "drop"}, ProviderUnavailable, "unreachable", False),
        ({"kind": "hang"}, OutcomeUnknown, "timeout", False),
        ({"kind": "delay", "seconds": 1.5}, OutcomeUnknown, "timeout", True),
        ({"kind": "drop_after"}, OutcomeUnknown, "dropped", True),
        ({"kind": "malformed"}, OutcomeUnknown, "dropped", True),
    ],
)
async def test_each_fault_has_its_meaning(
    sandbox, client, *, fault: dict[str, Any], error: type[ProviderError], reason: str, taken: bool
) -> None:
    await sandbox.fault(provider="email", **fault)
    with pytest.raises(error) as caught:
        await client.send(LETTER, tracker=TRACKER)
    assert type(caught.value) is error
    assert caught.value.reason == reason
    assert "canary" not in str(caught.value)
    async with asyncio.timeout(5):
        while taken and not (await sandbox.bodies("email"))[0]:
            await asyncio.sleep(0.05)
    assert len(await sandbox.calls("email")) == 1
    await client.send(LETTER, tracker=TRACKER)


async def test_a_server_that_hangs_is_given_up_in_time_and_then_left_alone(sandbox, client) -> None:
    await sandbox.fault(provider="email", kind="hang", count=5)
    started = time.monotonic()
    for _ in range(5):
        with pytest.raises(OutcomeUnknown):
            await client.send(LETTER, tracker=TRACKER)
    assert time.monotonic() - started < 5
    with pytest.raises(ProviderUnavailable) as closed:
        await client.send(LETTER, tracker=TRACKER)
    assert closed.value.reason == "breaker_open"


async def test_a_server_that_says_nothing_at_all_did_nothing() -> None:
    hung_up = asyncio.Event()

    async def say_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()
        hung_up.set()

    server = await asyncio.start_server(say_nothing, "127.0.0.1", 0)
    client = EmailClient(f"smtp://127.0.0.1:{server.sockets[0].getsockname()[1]}", sender=SENDER, timeout=0.3)
    with pytest.raises(ProviderUnavailable):
        await client.send(LETTER, tracker=TRACKER)
    async with asyncio.timeout(1):
        await hung_up.wait()
    await client.aclose()
    server.close()


async def test_a_wrong_password_no_server_no_encryption_no_settings(smtp_url) -> None:
    at = smtp_url.rpartition("@")[2]
    for url, error, reason in (
        (f"smtp://user:@{at}", ProviderRejected, "account"),
        (f"starttls://{at}", ProviderRejected, "account"),
        (f"smtp://127.0.0.1:{any_free()}", ProviderUnavailable, "unreachable"),
        (f"smtps://{at}", ProviderUnavailable, "unreachable"),
        (None, ProviderOff, "not_configured"),
    ):
        client = EmailClient(url, sender=SENDER, timeout=2)
        with pytest.raises(error) as caught:
            await client.send(LETTER, tracker=TRACKER)
        assert caught.value.reason == reason, url
        await client.aclose()


def test_where_mail_is_handed_over() -> None:
    assert MailServer.at("smtps://a%40b:c%3Ad@mail.example") == MailServer(
        scheme="smtps", host="mail.example", port=465, user="a@b", password="c:d"
    )
    assert "c:d" not in repr(MailServer.at("smtps://a:c%3Ad@mail.example"))
    assert MailServer.at("smtp://mail.example:25").port == 25
    assert MailServer.at("smtp://127.0.0.1").near
    assert not MailServer.at("smtp://mail.example").near
    for url in ("http://mail.example", "smtp://", "mail.example"):
        with pytest.raises(ValueError, match="begins with"):
            MailServer.at(url)


async def test_nothing_personal_is_told(sandbox, client, capsys) -> None:
    root, raising = logging.getLogger(), logging.raiseExceptions
    handlers, level = root.handlers[:], root.level
    log.configure("debug")
    try:
        await client.send(LETTER, tracker=TRACKER)
        await sandbox.fault(provider="email", kind="status", status=550)
        with pytest.raises(ProviderRejected):
            await client.send(LETTER, tracker=TRACKER)
    finally:
        log.configure("info")
        root.handlers, root.level, logging.raiseExceptions = handlers, level, raising
    told = capsys.readouterr().out
    assert told.count("outbound_call") == 2
    for canary in ("canary", "Programarea", "p@ss", "marți"):
        assert canary not in told


EVIL = st.text(
    st.characters(exclude_categories=["Cs"]) | st.sampled_from('\r\n\0<>@:,;"\u2028\u0085'), max_size=60
)


@given(subject=EVIL, to=EVIL, reply=EVIL, text=EVIL)
def test_no_header_can_be_smuggled_in(subject: str, to: str, reply: str, text: str) -> None:
    letter = Letter(
        to=f"ana{to}@x.example",
        subject=f"{subject}\r\nBcc: evil@x.example",
        text=text,
        in_reply_to=reply,
        references=(reply,),
    )
    try:
        raw = composed(letter, sender=SENDER, tracker="t1", at=AT)
    except ProviderRejected:
        return
    head = raw.partition(b"\r\n\r\n")[0]
    message = email.message_from_bytes(raw, policy=default)
    allowed = {
        "message-id", "date", "from", "to", "subject", "in-reply-to", "references", "mime-version", "content-type",
        "content-transfer-encoding",
    }  # fmt: skip
    assert {name.lower() for name in message} <= allowed
    assert len(message["To"].addresses) == 1
    assert b"\n" not in head.replace(b"\r\n", b"")
    assert raw.isascii()


@pytest.mark.parametrize(
    "to", ["", "ana", "ana@", "a@x.example, b@x.example\r\nRCPT TO:<c@x.example>", "ană@x.example"]
)
def test_what_no_mail_can_carry_is_refused_without_quoting_it(to: str) -> None:
    with pytest.raises(ProviderRejected) as refused:
        composed(Letter(to=to, subject="s", text="t"), sender=SENDER, tracker="t1", at=AT)
    assert refused.value.reason == "invalid_request"
    assert not to or to not in str(refused.value)


def test_long_chains_and_strange_ids() -> None:
    ids = tuple(f"<{number}{'x' * 60}@mail.example>" for number in range(40))
    raw = composed(
        Letter(to="ana@x.example", subject="ă" * 300, text="t", in_reply_to=ids[-1], references=ids),
        sender=SENDER,
        tracker="t1",
        at=AT,
    )
    assert b"=?" not in raw[raw.index(b"References:") : raw.index(b"MIME-Version")]
    message = email.message_from_bytes(raw, policy=default)
    chain = message["References"].split()
    assert (chain[0], chain[-1], len(chain)) == (ids[0], ids[-1], 12)
    assert message["Subject"] == "ă" * 300
    assert max(map(len, raw.split(b"\r\n"))) < 998


def test_the_id_is_the_same_for_the_same_effect() -> None:
    assert message_id(TRACKER, sender=SENDER) == message_id(TRACKER, sender="office@zambet.example") == ID
    with pytest.raises(ValueError, match="tracker"):
        message_id("a>\r\nBcc: b@x.example", sender=SENDER)
