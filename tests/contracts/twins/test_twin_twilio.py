"""The Twilio twin against the documented contract."""

import io
import wave
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

import jsonschema
import pytest

from medicalcor.integrations.twilio.forms import inbound_of, update_of
from medicalcor.integrations.twilio.signature import Proof, form_of
from medicalcor.sandbox.providers import twilio_payloads as payloads
from medicalcor.schemas.wire.twilio import CallUpdate, InboundCall, RecordingUpdate

ACCOUNT = "AC" + "0" * 31 + "7"
TOKEN = "a-token"
BASIC = (ACCOUNT, TOKEN)
PLACE = f"/twilio/2010-04-01/Accounts/{ACCOUNT}"
CALL = {"To": "+40722000001", "From": "+40310000001", "Twiml": "<Response/>"}
SPECIFICATION = "twilio/twilio_api_v2010.trimmed.json"


@pytest.fixture
def settings() -> dict[str, Any]:
    return {"twilio_account_sid": ACCOUNT, "twilio_auth_token": f"{TOKEN},older"}


async def make_call(staged, **changes: Any):
    return await staged.http.post(f"{PLACE}/Calls.json", data={**CALL, **changes}, auth=BASIC)


async def play(staged, **order: Any):
    return await staged.http.post("/_sandbox/play", json={"provider": "twilio", **order})


def fits(value: Any, name: str, document: dict[str, Any]) -> None:
    def plain(schema: Any) -> Any:
        if isinstance(schema, list):
            return [plain(one) for one in schema]
        if not isinstance(schema, dict):
            return schema
        kept = {key: plain(one) for key, one in schema.items()}
        return {"anyOf": [kept, {"type": "null"}]} if kept.pop("nullable", False) else kept

    jsonschema.Draft202012Validator({**plain(document), "$ref": f"#/components/schemas/{name}"}).validate(
        value
    )


def accepted(staged, webhook: dict[str, Any]) -> dict[str, str]:
    headers = {name.encode(): value.encode() for name, value in webhook["headers"].items()}
    proof = Proof(tokens=(TOKEN,), public_url=staged.app.settings.gateway_url)
    assert proof.accepts(headers, webhook["raw"], path=webhook["path"].encode(), query=b"")
    return form_of(webhook["raw"])


async def test_a_call_fits_the_specification(staged, specification):
    document = specification(SPECIFICATION)
    made = await make_call(staged)
    assert made.status_code == 201
    fits(made.json(), "api.v2010.account.call", document)
    place = f"{PLACE}/Calls/{made.json()['sid']}.json"
    assert (await staged.http.get(place, auth=BASIC)).json() == made.json()
    ended = await staged.http.post(place, data={"Status": "completed"}, auth=BASIC)
    assert ended.json()["status"] == "completed"
    again = await staged.http.post(place, data={"Twiml": "<Response/>"}, auth=BASIC)
    assert (again.status_code, again.json()["code"]) == (400, 21220)


async def test_a_call_tells_how_it_goes_signed_and_numbered(staged):
    place = f"{staged.app.settings.gateway_url}/webhooks/voice/status"
    events = ["initiated", "ringing", "answered", "completed"]
    await make_call(staged, StatusCallback=place, StatusCallbackEvent=events)
    taken = await staged.gateway.until(lambda taken: len(taken) == 4)
    updates = [update_of(accepted(staged, webhook)) for webhook in taken]
    assert all(isinstance(update, CallUpdate) for update in updates)
    assert [update.status for update in updates] == ["queued", "ringing", "in-progress", "completed"]
    assert [update.sequence for update in updates] == [0, 1, 2, 3]
    assert updates[3].seconds == 9
    await make_call(staged, StatusCallback=place)
    assert len(await staged.gateway.until(lambda taken: len(taken) == 5)) == 5


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"To": "0722000001"}, 21211),
        ({"From": ""}, 21212),
        ({"Twiml": ""}, 21205),
        ({"Url": "https://x.example"}, 21205),
    ],
)
async def test_what_twilio_refuses(staged, changes, code):
    answer = await make_call(staged, **changes)
    assert answer.status_code == 400
    assert set(answer.json()) == {"code", "message", "more_info", "status"}
    assert answer.json()["code"] == code


@pytest.mark.parametrize("caller", ["+40722000001", "anonymous", "sip:ana@pbx.example"])
async def test_somebody_calls_and_leaves_a_voicemail(staged, specification, caller):
    said = (await play(staged, call="voicemail", caller=caller, seconds=61)).json()
    taken = await staged.gateway.until(lambda taken: len(taken) == 3)
    assert [webhook["path"] for webhook in taken] == ["/webhooks/voice"] + ["/webhooks/voice/status"] * 2
    forms = [accepted(staged, webhook) for webhook in taken]
    inbound, recorded, ended = inbound_of(forms[0]), update_of(forms[1]), update_of(forms[2])
    assert isinstance(inbound, InboundCall)
    assert isinstance(recorded, RecordingUpdate)
    assert isinstance(ended, CallUpdate)
    assert {inbound.call_sid, recorded.call_sid, ended.call_sid} == {said["call"]}
    assert (inbound.from_, recorded.source, ended.seconds) == (caller, "RecordVerb", 61)
    about = await staged.http.get(f"{PLACE}/Recordings/{recorded.recording_sid}.json", auth=BASIC)
    fits(about.json(), "api.v2010.account.recording", specification(SPECIFICATION))
    of_call = await staged.http.get(f"{PLACE}/Calls/{said['call']}/Recordings.json", auth=BASIC)
    assert of_call.json()["recordings"] == [about.json()]


async def test_the_forms_have_the_documented_fields(specification):
    documented = specification("twilio/webhook_forms.own.json")["forms"]
    line = payloads.Line(caller="+40700000001", call_sid=payloads.new_sid("CA"))
    now = datetime(2026, 11, 23, 8, 3, 6, tzinfo=UTC)
    made = {
        "inbound_voice": payloads.inbound(line),
        "status_callback_completed": payloads.status(
            line, status="completed", at=now, sequence=3, seconds=181
        ),
        "recording_status_callback": payloads.recorded(
            line, sid=payloads.recording_sid(), at=now, seconds=178
        ),
        "dial_action": payloads.dialled(line, outcome="no-answer"),
    }
    for name, form in made.items():
        assert set(documented[name]) - {"CallToken"} <= dict(form).keys(), name
    assert (
        dict(made["status_callback_completed"])["Timestamp"]
        == documented["status_callback_completed"]["Timestamp"]
    )
    assert dict(made["status_callback_completed"])["Duration"] == "4"
    blank = {name for name, value in made["inbound_voice"] if not value}
    assert {name for name, value in documented["inbound_voice"].items() if not value} <= blank


async def test_the_documented_forms_are_read(specification):
    documented = specification("twilio/webhook_forms.own.json")["forms"]
    assert inbound_of(documented["inbound_voice"]).caller.phone == "+40700000001"
    assert inbound_of(documented["inbound_anonymous"]).caller.kind == "withheld"
    assert inbound_of(documented["dial_action"]).kind == "dial"
    assert update_of(documented["status_callback_completed"]).kind == "call"
    assert update_of(documented["recording_status_callback"]).kind == "recording"


async def test_the_sound_of_a_recording_until_it_is_deleted(staged):
    place = f"{PLACE}/Recordings/{payloads.recording_sid()}"
    sound = await staged.http.get(f"{place}.wav", auth=BASIC)
    assert sound.headers["content-type"] == "audio/x-wav"
    with wave.open(io.BytesIO(sound.content)) as file:
        assert file.getnframes() == 4000
    assert (await staged.http.get(f"{place}.mp3", auth=BASIC)).content[:2] == b"\xff\xfb"
    assert (await staged.http.get(place, auth=BASIC)).content == sound.content
    assert (await staged.http.delete(f"{place}.json", auth=BASIC)).status_code == 204
    gone = await staged.http.get(f"{place}.wav", auth=BASIC)
    assert (gone.status_code, gone.json()["code"]) == (404, 20404)


async def test_a_recording_nobody_made_is_not_there(staged):
    answer = await staged.http.get(f"{PLACE}/Recordings/RE{'0' * 32}.wav", auth=BASIC)
    assert answer.status_code == 404


async def test_only_the_account_s_own_token_and_place(staged):
    for auth in ((ACCOUNT, "another"), ("AC" + "1" * 32, TOKEN), None):
        answer = await staged.http.post(f"{PLACE}/Calls.json", data=CALL, auth=auth)
        assert (answer.status_code, answer.json()["code"]) == (401, 20003)
    elsewhere = f"/twilio/2010-04-01/Accounts/AC{'1' * 32}/Calls.json"
    assert (await staged.http.post(elsewhere, data=CALL, auth=BASIC)).status_code == 404


async def test_webhooks_come_twice_and_in_any_order(staged):
    await staged.fault(provider="twilio", kind="duplicate_webhooks")
    await staged.fault(provider="twilio", kind="reorder_webhooks")
    await play(staged, call="missed")
    taken = await staged.gateway.until(lambda taken: len(taken) == 4)
    statuses = [dict(parse_qsl(webhook["raw"].decode()))["CallStatus"] for webhook in taken]
    assert statuses == ["no-answer"] * 2 + ["ringing"] * 2


async def test_faults_have_twilios_own_form(staged):
    await staged.fault(provider="twilio", kind="rate_limit", retry_after=2)
    busy = await make_call(staged)
    assert (busy.status_code, busy.json()["code"], busy.headers["retry-after"]) == (429, 20429, "2")
    await staged.fault(provider="twilio", kind="not_ready")
    early = await staged.http.get(f"{PLACE}/Recordings/{payloads.recording_sid()}.wav", auth=BASIC)
    assert (early.status_code, early.json()["code"]) == (404, 20404)
    await staged.fault(provider="twilio", kind="status", status=500)
    assert (await make_call(staged)).json()["code"] == 20500
    assert (await play(staged, call="dance")).status_code == 400
