"""The mailbox: SMTP as other programs speak it, the page, and inbound mail as signed webhooks."""

import asyncio
import base64
import hashlib
import hmac
import smtplib

import pytest

KEY = b"sixteen-bytes-at-least"


@pytest.fixture
async def port(staged) -> int:
    return (await staged.http.get("/_sandbox/health")).json()["smtp_port"]


def hand_over(port: int) -> dict[str, tuple[int, bytes]]:
    with smtplib.SMTP("127.0.0.1", port, timeout=5) as smtp:
        smtp.login("user", "password")
        body = (
            "From: a@clinic.example\r\nSubject: =?utf-8?q?Bun=C4=83?=\r\n\r\n..un punct\r\n.\r\nsfârșit\r\n"
        )
        return smtp.sendmail("a@clinic.example", ["ana@x.example", "ion@x.example"], body.encode())


async def test_a_mail_is_taken_and_shown(staged, port):
    assert await asyncio.to_thread(hand_over, port) == {}
    [call] = await staged.calls("email")
    assert (call["method"], call["path"], call["status"]) == ("POST", "/smtp", 250)
    assert call["body"]["to"] == ["ana@x.example", "ion@x.example"]
    assert call["body"]["subject"] == "Bună"
    letters = (await staged.http.get("/mailbox/letters")).json()
    assert letters[0]["text"].startswith("..un punct\n.\n")
    page = (await staged.http.get("/mailbox")).text
    assert "<h2>Bună</h2>" in page
    await staged.http.post("/_sandbox/reset")
    assert (await staged.http.get("/mailbox/letters")).json() == []


def dialogue(port: int, *lines: str) -> list[str]:
    with smtplib.SMTP("127.0.0.1", port, timeout=5) as smtp:
        return [str(smtp.docmd(line)[0]) for line in lines]


async def test_what_is_out_of_turn_or_unknown(port):
    said = await asyncio.to_thread(
        dialogue, port, "RCPT TO:<a@x.example>", "DATA", "MAIL FROM: nobody", "MAIL FROM:<>", "RCPT TO:<nobody>",
        "DATA", "RSET", "VRFY ana", "AUTH PLAIN !!", "NOOP", "RCPT TO:<a@x.example>",
    )  # fmt: skip
    assert said == ["503", "503", "501", "250", "501", "503", "250", "502", "535", "250", "503"]


async def test_a_patient_writes(staged):
    order = {"provider": "email", "from": "Ana <ana@x.example>", "subject": "Programare", "text": "Bună ziua"}
    answer = await staged.http.post("/_sandbox/play", json=order)
    assert answer.status_code == 202
    [taken] = await staged.gateway.until(lambda taken: len(taken) == 1)
    assert taken["path"] == "/webhooks/email"
    data = taken["json"]["data"]
    assert (data["from"], data["text"], data["message_id"]) == (
        "Ana <ana@x.example>",
        "Bună ziua",
        answer.json()["id"],
    )
    headers = taken["headers"]
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + taken["raw"]
    expected = base64.b64encode(hmac.new(KEY, signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"


async def test_a_mail_is_delivered_until_it_is_taken_and_twice_when_ordered(staged):
    staged.gateway.answers.append(503)
    await staged.fault(provider="email", kind="duplicate_webhooks")
    await staged.http.post(
        "/_sandbox/play", json={"provider": "email", "from": "ana@x.example", "html": "<p>x</p>"}
    )
    taken = await staged.gateway.until(lambda taken: len(taken) == 3)
    assert [one["answered"] for one in taken] == [503, 200, 200]
    assert len({one["headers"]["webhook-id"] for one in taken}) == 1


async def test_a_mail_is_overtaken_when_ordered(staged):
    await staged.fault(provider="email", kind="reorder_webhooks")
    for text in ("first", "second", "third"):
        order = {"provider": "email", "from": "ana@x.example", "text": text}
        await staged.http.post("/_sandbox/play", json=order)
    taken = await staged.gateway.until(lambda taken: len(taken) == 3)
    said = [one["json"]["data"]["text"] for one in taken]
    assert said.index("second") < said.index("first")


async def test_an_answer_from_the_page_refers_to_the_letter(staged, port):
    await asyncio.to_thread(hand_over, port)
    [letter] = (await staged.http.get("/mailbox/letters")).json()
    page = (await staged.http.get("/mailbox", params={"answer": letter["key"]})).text
    assert 'value="Re: Bună"' in page
    assert 'value="ana@x.example"' in page
    form = {"answer": letter["key"], "from": "ana@x.example", "subject": "Re: Bună", "text": "Da <b>"}
    assert (await staged.http.post("/mailbox", data=form)).status_code == 303
    [taken] = await staged.gateway.until(lambda taken: len(taken) == 1)
    assert taken["json"]["data"]["in_reply_to"] == letter["message_id"]
    assert "Da &lt;b&gt;" in (await staged.http.get("/mailbox")).text


@pytest.mark.parametrize("form", [{}, {"from": "ana", "text": "x"}, {"from": "ana@x.example"}])
async def test_half_a_letter_is_refused(staged, form):
    assert (await staged.http.post("/mailbox", data=form)).status_code == 400


async def test_over_http_there_is_nothing(staged):
    assert (await staged.http.post("/email/messages", json={})).status_code == 404
    assert (await staged.http.get("/mailbox/else")).status_code == 404
