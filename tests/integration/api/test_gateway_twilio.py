"""Twilio's doors: whom they believe, what they keep, and what the caller hears."""

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator
from typing import Any
from xml.etree.ElementTree import Element, fromstring

import asyncpg
import httpx
import pytest
from gateway_support import Stored, serving, settings_for
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from medicalcor.core import clock
from medicalcor.core.settings import Settings
from medicalcor.sandbox.providers import twilio_payloads as payloads

TOKEN, OLD = "twilio-token", "twilio-token-of-last-year"
PUBLIC = "https://crm.clinic.example"
VOICE, STATUS = "/webhooks/voice", "/webhooks/voice/status"
SIP = "sip:clinic@sip.vapi.ai"
ACCOUNT = {"twilio_auth_token": f"{TOKEN},{OLD}", "public_url": PUBLIC, "clinic_name": "Clinica Zâmbet"}


@pytest.fixture
def gateway_settings(database_url: str, master_key: str) -> Settings:
    return settings_for(database_url, master_key, vapi_sip_uri=SIP, **ACCOUNT)


@pytest.fixture
async def voicemail_only(database_url: str, master_key: str) -> AsyncIterator[str]:
    async with serving(settings_for(database_url, master_key, **ACCOUNT)) as url:
        yield url


def line(caller: str = "+40722000001") -> payloads.Line:
    return payloads.Line(caller=caller, call_sid=payloads.new_sid("CA"))


async def post(
    url: str, path: str, form: payloads.Form, *, token: str = TOKEN, base: str = PUBLIC, **headers: str
) -> httpx.Response:
    """Signed for the public address, as Twilio does; what is asked is the gateway behind the proxy."""
    signed = payloads.headers(f"{base}{path}", form=form, token=token) | headers
    async with httpx.AsyncClient(base_url=url) as client:
        return await client.post(path, content=payloads.body_of(form), headers=signed)


def twiml(answer: httpx.Response) -> Element:
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/xml"
    response = fromstring(answer.content)  # noqa: S314 - our own gateway's
    assert response.tag == "Response"
    return response


def at(response: Element, path: str) -> Element:
    found = response.find(path)
    assert found is not None, path
    return found


async def test_a_call_is_stored_and_handed_to_the_agent(gateway: str, stored: Stored) -> None:
    call = line()
    answer = twiml(await post(gateway, VOICE, payloads.inbound(call)))
    assert [child.tag for child in answer] == ["Say", "Dial"]
    notice, dial = answer
    assert "Clinica Zâmbet" in str(notice.text)
    assert "înregistrează" in str(notice.text)
    assert dial.get("action") == f"{PUBLIC}{VOICE}"
    assert dial.get("record") == "record-from-answer-dual"
    assert dial.get("recordingStatusCallback") == f"{PUBLIC}{STATUS}"
    assert at(dial, "Sip").text == f"{SIP}?X-Call-Sid={call.call_sid}"
    [row] = await stored.rows()
    assert (row["provider"], row["kind"]) == ("twilio", "call")
    [run] = await stored.runs("voice.call")
    assert (run["queue"], run["partition"]) == ("inbox-calls", row["partition_key"])
    assert call.call_sid not in row["partition_key"]


async def test_a_repeat_is_answered_the_same_and_stored_once(gateway: str, stored: Stored) -> None:
    form = payloads.inbound(line())
    first, second = [await post(gateway, VOICE, form) for _ in range(2)]
    assert first.content == second.content
    assert len(await stored.rows()) == 1


@pytest.mark.parametrize(
    ("caller", "locale"),
    [
        ("+40722000001", "ro-RO"),
        ("+4915112345678", "de-DE"),
        ("+436641234567", "de-DE"),
        ("+33612345678", "fr-FR"),
        ("+447911123456", "en-GB"),
        ("+48501234567", "en-GB"),
        ("anonymous", "ro-RO"),
        ("sip:ana@sip.example", "ro-RO"),
        ("client:ana", "ro-RO"),
        ("", "ro-RO"),
    ],
)
async def test_the_caller_is_spoken_to_in_a_language_they_are_likely_to_speak(
    gateway: str, caller: str, locale: str
) -> None:
    answer = twiml(await post(gateway, VOICE, payloads.inbound(line(caller))))
    assert at(answer, "Say").get("language") == locale


async def test_without_recording_nobody_is_told_of_one(database_url: str, master_key: str) -> None:
    off = settings_for(database_url, master_key, vapi_sip_uri=SIP, call_recording="off", **ACCOUNT)
    async with serving(off) as url:
        answer = twiml(await post(url, VOICE, payloads.inbound(line())))
    assert at(answer, "Dial").get("record") is None
    assert "înregistrează" not in str(at(answer, "Say").text)


async def test_without_an_agent_there_is_a_voicemail(voicemail_only: str) -> None:
    answer = twiml(await post(voicemail_only, VOICE, payloads.inbound(line())))
    assert [child.tag for child in answer] == ["Say", "Record", "Hangup"]
    assert "112" in str(at(answer, "Say").text)
    assert at(answer, "Record").get("recordingStatusCallback") == f"{PUBLIC}{STATUS}"


@pytest.mark.parametrize(
    ("outcome", "tags"),
    [
        ("completed", ["Hangup"]),
        ("answered", ["Hangup"]),
        ("canceled", ["Hangup"]),
        ("busy", ["Say", "Record", "Hangup"]),
        ("no-answer", ["Say", "Record", "Hangup"]),
        ("failed", ["Say", "Record", "Hangup"]),
        ("something-new", ["Say", "Record", "Hangup"]),
    ],
)
async def test_what_follows_after_the_agent(gateway: str, outcome: str, tags: list[str]) -> None:
    answer = twiml(await post(gateway, VOICE, payloads.dialled(line(), outcome=outcome)))
    assert [child.tag for child in answer] == tags


async def test_an_agent_that_takes_no_calls_is_left_alone_for_a_while(gateway: str) -> None:
    for _ in range(3):
        await post(gateway, VOICE, payloads.dialled(line(), outcome="failed"))
    answer = twiml(await post(gateway, VOICE, payloads.inbound(line())))
    assert answer.find("Dial") is None
    assert answer.find("Record") is not None


async def test_after_the_message_the_caller_is_thanked(gateway: str, stored: Stored) -> None:
    form = [*line().fields("in-progress"), ("RecordingSid", payloads.recording_sid()), ("Digits", "hangup")]
    answer = twiml(await post(gateway, VOICE, form))
    assert [child.tag for child in answer] == ["Say", "Hangup"]
    assert [row["kind"] for row in await stored.rows()] == ["call"]


async def test_how_a_call_went_is_stored(gateway: str, stored: Stored) -> None:
    call, now = line(), clock.now()
    for form in (
        payloads.status(call, status="completed", at=now, sequence=3, seconds=42),
        payloads.recorded(call, sid=payloads.recording_sid(), at=now, seconds=9),
    ):
        assert (await post(gateway, STATUS, form)).status_code == 200
    rows = await stored.rows("call")
    assert len(rows) == 2
    assert len({row["partition_key"] for row in rows}) == 1, "what is about one call is taken in in turn"


def forms() -> list[Any]:
    fields = payloads.inbound(line())
    return [
        pytest.param([*fields, ("StirVerstat", ""), ("Digits", "")], id="blank fields"),
        pytest.param([*fields, ("Media", "b"), ("Media", "a"), ("Media", "b")], id="repeated fields"),
        pytest.param([*fields, ("CallerName", "Ana Țepeș & fiii + 1")], id="letters that are encoded"),
    ]


@pytest.mark.parametrize("form", forms())
async def test_forms_are_believed_as_twilio_signs_them(gateway: str, form: payloads.Form) -> None:
    twiml(await post(gateway, VOICE, form))


@pytest.mark.parametrize("base", [PUBLIC, f"{PUBLIC}:443"])
@pytest.mark.parametrize("token", [TOKEN, OLD])
async def test_default_ports_and_tokens_of_a_rotation_are_believed(
    gateway: str, base: str, token: str
) -> None:
    twiml(await post(gateway, VOICE, payloads.inbound(line()), base=base, token=token))


async def test_the_address_in_front_of_the_proxy_is_the_one_that_counts(gateway: str) -> None:
    form = payloads.inbound(line())
    believed = await post(gateway, VOICE, form, **{"X-Forwarded-Host": "evil.example", "Host": "inner"})
    assert believed.status_code == 200
    refused = await post(gateway, VOICE, form, base=gateway, **{"X-Forwarded-Host": "crm.clinic.example"})
    assert refused.status_code == 401


@pytest.mark.parametrize("path", [VOICE, STATUS])
@pytest.mark.parametrize("wrong", ["token", "missing", "body", "path"])
async def test_what_is_not_signed_is_refused_and_not_kept(
    gateway: str, stored: Stored, path: str, wrong: str
) -> None:
    form = payloads.inbound(line())
    headers = payloads.headers(
        f"{PUBLIC}{path}{'x' if wrong == 'path' else ''}",
        form=form,
        token="another" if wrong == "token" else TOKEN,
    )
    if wrong == "missing":
        del headers["X-Twilio-Signature"]
    body = payloads.body_of(form) + (b"&To=x" if wrong == "body" else b"")
    async with httpx.AsyncClient(base_url=gateway) as client:
        answer = await client.post(path, content=body, headers=headers)
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
    assert await stored.rows() == []


async def test_json_is_believed_by_its_hash_alone(gateway: str, stored: Stored) -> None:
    body = json.dumps(dict(payloads.status(line(), status="completed", at=clock.now()))).encode()
    query = f"bodySHA256={hashlib.sha256(body).hexdigest()}"
    signature = payloads.signature(f"{PUBLIC}{STATUS}?{query}", form=[], token=TOKEN)
    headers = {"content-type": "application/json", "x-twilio-signature": signature}
    async with httpx.AsyncClient(base_url=gateway) as client:
        assert (await client.post(f"{STATUS}?{query}", content=body, headers=headers)).status_code == 200
        changed = await client.post(f"{STATUS}?{query}", content=body + b" ", headers=headers)
        bare = await client.post(STATUS, content=body, headers=headers)
    assert (changed.status_code, bare.status_code) == (401, 401)
    assert len(await stored.rows("call")) == 1


async def test_without_a_token_nothing_is_there(database_url: str, master_key: str) -> None:
    async with serving(settings_for(database_url, master_key)) as url:
        answers = [await post(url, path, payloads.inbound(line())) for path in (VOICE, STATUS)]
    assert [answer.status_code for answer in answers] == [404, 404]


async def test_what_cannot_be_read_is_kept_for_staff_and_the_caller_hears_the_voicemail(
    gateway: str, stored: Stored
) -> None:
    answer = twiml(await post(gateway, VOICE, [("From", "+40722000001"), ("CallStatus", "ringing")]))
    assert answer.find("Record") is not None
    [row] = await stored.rows()
    assert row["kind"] == "unread"
    assert "CallSid" in row["reason"]
    assert "+40" not in row["reason"]


async def test_a_caller_is_answered_while_the_database_is_away(
    gateway: str, stored: Stored, database_url: str
) -> None:
    """Nothing can be stored; the agent is reached all the same. Word of how the call went must be sent again."""
    owner = await asyncpg.connect(database_url)
    try:
        await owner.execute("alter table inbox rename to inbox_away")
        call = line()
        voice, status = await asyncio.gather(
            post(gateway, VOICE, payloads.inbound(call)),
            post(gateway, STATUS, payloads.status(call, status="completed", at=clock.now())),
        )
    finally:
        await owner.execute("alter table inbox_away rename to inbox")
        await owner.close()
    assert twiml(voice).find("Dial/Sip") is not None
    assert status.status_code == 503
    assert await stored.rows() == []


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["CallSid", "From", "DialCallStatus", "RecordingSid", "CallStatus", "X"]),
            st.text(max_size=20) | st.sampled_from(["CA" + "a" * 32, "RE" + "b" * 32, "+40722000001"]),
        ),
        max_size=8,
    ),
    st.sampled_from([VOICE, STATUS]),
)
async def test_no_form_that_twilio_signed_is_a_fault_of_ours(
    gateway: str, form: payloads.Form, path: str
) -> None:
    answer = await post(gateway, path, form)
    assert answer.status_code == 200
    fromstring(answer.content)  # noqa: S314 - our own gateway's
