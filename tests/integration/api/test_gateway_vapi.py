"""Vapi's door over real HTTP: who is let in, what is answered in line, what is kept, and what never is."""

import asyncio
import copy
import hashlib
import hmac
import json
import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, date, datetime, timedelta
from typing import Any

import asyncpg
import httpx
import pytest
from gateway_support import Stored, encoded, serving, settings_for

from medicalcor.api.webhooks import vapi_tools
from medicalcor.core.database.pool import open_pool
from medicalcor.core.settings import Settings
from medicalcor.operations import asks
from medicalcor.operations.functions import FUNCTIONS
from medicalcor.operations.ledger import open_ledger
from medicalcor.sandbox.providers import vapi_payloads as payloads
from medicalcor.sandbox.providers.vapi_payloads import PlayedCall, ToolShape

NEW, OLD, CANARY = "new-vapi-secret", "old-vapi-secret", payloads._SAMPLE_TOKEN
WEBHOOK = "/webhooks/vapi"
NOW = datetime.now(UTC)
FACTS = 'hours = "Luni-Vineri 9-18"\naddress = "Str. Florilor 7"\nprices = "Consultație: 150 lei"'
SHAPES: list[ToolShape] = ["function", "function_object", "flat_arguments", "flat_parameters"]


def vapi_settings(database_url: str, master_key: str, **more: Any) -> Settings:
    given = {"vapi_webhook_secret": f"{NEW},{OLD}", "clinic_name": "Clinica Zâmbet", "clinic_facts": FACTS}
    return settings_for(database_url, master_key, **{**given, **more})


@pytest.fixture
def gateway_settings(database_url: str, master_key: str) -> Settings:
    return vapi_settings(database_url, master_key)


def played(phone: str = "+40722000001") -> PlayedCall:
    call = PlayedCall(id=payloads.new_id(), other=phone, began=NOW)
    call.say("user", "Aș dori un implant.", at=NOW)
    return call


async def post(url: str, payload: Any, *, headers: dict[str, str] | None = None) -> httpx.Response:
    body = payload if isinstance(payload, bytes) else encoded(payload)
    proof = {"authorization": f"Bearer {NEW}"} if headers is None else headers
    async with httpx.AsyncClient(base_url=url, timeout=20) as client:
        return await client.post(WEBHOOK, content=body, headers=proof)


async def told(url: str, payload: Any) -> Any:
    answer = await post(url, payload)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/json"
    return answer.json()


def signed(body: bytes, secret: str = NEW, *, at: datetime | None = None) -> dict[str, str]:
    return payloads.proof("hmac", secret=secret, body=body, at=at or datetime.now(UTC))


BODY = encoded(
    PlayedCall(id="c-1", other="", began=NOW).message("status-update", at=NOW, status="in-progress")
)


@pytest.mark.parametrize(
    "headers",
    [
        lambda: {"authorization": f"Bearer {NEW}"},
        lambda: {"authorization": f"Bearer {OLD}"},
        lambda: {"x-vapi-secret": NEW},
        lambda: {"x-vapi-secret": OLD},
        lambda: signed(BODY),
        lambda: signed(BODY, OLD),
    ],
)
async def test_each_form_of_credential_is_let_in(
    gateway: str, stored: Stored, headers: Callable[[], dict[str, str]]
) -> None:
    """Made when they are sent: a signature is good for five minutes, and a long run of tests takes more."""
    assert (await post(gateway, BODY, headers=headers())).json() == {}
    assert [row["kind"] for row in await stored.rows()] == ["event"]


@pytest.mark.parametrize(
    "headers",
    [
        dict,
        lambda: {"authorization": "Bearer somebody-else"},
        lambda: {"authorization": "Bearer"},
        lambda: {"x-vapi-secret": "guess"},
        lambda: signed(BODY + b" "),
        lambda: signed(BODY, "another"),
        lambda: signed(BODY, at=datetime.now(UTC) - timedelta(minutes=6)),
        lambda: {**signed(BODY, "another"), "authorization": f"Bearer {NEW}"},
    ],
)
async def test_nobody_else_is(gateway: str, stored: Stored, headers: Callable[[], dict[str, str]]) -> None:
    answer = await post(gateway, BODY, headers=headers())
    assert (answer.status_code, answer.json()["code"]) == (401, "signature_rejected")
    assert not await stored.rows()


async def test_an_hmac_by_the_plan_of_the_credential(database_url: str, master_key: str) -> None:
    plan = {"signatureHeader": "x-clinic", "signaturePrefix": "v1=", "includeTimestamp": False}
    settings = vapi_settings(database_url, master_key, vapi_webhook_plan=plan)
    bare = hmac.new(NEW.encode(), BODY, hashlib.sha256).hexdigest()
    async with serving(settings) as url:
        assert (await post(url, BODY, headers={"x-clinic": f"v1={bare}"})).status_code == 200
        assert (await post(url, BODY, headers={"x-clinic": bare})).status_code == 401
        assert (await post(url, BODY, headers=signed(BODY))).status_code == 401


async def test_without_a_secret_the_door_is_not_there(database_url: str, master_key: str) -> None:
    async with serving(settings_for(database_url, master_key)) as url:
        assert (await post(url, BODY)).status_code == 404


async def test_what_is_kept_is_kept_once_and_in_the_turn_of_its_call(gateway: str, stored: Stored) -> None:
    call = played()
    messages = [
        call.message("status-update", at=NOW, status="in-progress"),
        call.message("status-update", at=NOW, status="ended", endedReason="customer-ended-call"),
        call.report(at=NOW),
        call.message("hang", at=NOW),
        call.message("weather-update", at=NOW),
    ]
    for message in [*messages, *messages]:
        assert await told(gateway, message) == {}
    rows = await stored.rows()
    assert [row["kind"] for row in rows] == ["event", "event", "report", "notice", "notice"]
    assert len({row["partition_key"] for row in rows}) == 1
    runs = await stored.runs("vapi.event")
    assert [run["partition"] for run in runs] == [rows[0]["partition_key"]] * 3


async def test_a_report_comes_again_with_other_addresses_and_is_the_same(
    gateway: str, stored: Stored
) -> None:
    call = played()
    for at in (NOW, NOW + timedelta(seconds=30)):
        await told(gateway, call.report(at=at))
    assert len(await stored.rows()) == 1


@pytest.mark.parametrize("kind", ["transcript", "conversation-update", "speech-update", "assistant.started"])
async def test_what_the_report_holds_anyway_is_not_kept(gateway: str, stored: Stored, kind: str) -> None:
    message = played().message(kind, at=NOW, role="user", transcript="Bună", transcriptType="final")
    assert await told(gateway, message) == {}
    assert not await stored.rows()


@pytest.mark.parametrize(
    "payload",
    [
        [],
        "text",
        {},
        {"message": {"type": 7}},
        {"message": {"type": "end-of-call-report"}},
        {"message": {"type": "status-update", "call": {"id": "c"}, "status": {}}},
        {"message": {"type": "tool-calls", "call": {"id": "c"}}},
    ],
)
async def test_what_makes_no_sense_is_shown_to_staff(gateway: str, stored: Stored, payload: Any) -> None:
    await told(gateway, payload)
    [row] = await stored.rows()
    assert row["kind"] == "unread"
    assert row["reason"]


async def test_what_is_no_json_or_too_long_is_refused(
    database_url: str, master_key: str, stored: Stored
) -> None:
    async with serving(vapi_settings(database_url, master_key, body_limit_bytes=5_000)) as url:
        assert (await post(url, b"{")).status_code == 400
        assert (await post(url, b"[" * 5_000)).json()["code"] == "json_too_deep"
        assert (await post(url, b" " * 5_001)).status_code == 413
    assert not await stored.rows()


async def test_credentials_are_in_no_row(gateway: str, stored: Stored) -> None:
    call = played()
    lost = {**call.report(at=NOW)["message"], "call": None}
    for payload in (call.report(at=NOW), {"message": lost}, call.message("weather-update", at=NOW)):
        await told(gateway, payload)
    items = await stored.items()
    assert len(items) == 3
    kept = json.dumps(items)
    assert CANARY not in kept
    assert "signature=" not in kept
    assert "recordings.example" not in kept


# answered in line ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("phone", "locale"),
    [
        ("+40722000001", "ro-RO"),
        ("+4915112345678", "de-DE"),
        ("+3612345678", "hu-HU"),
        ("+48221234567", "en-GB"),
        ("", "ro-RO"),
        ("sip:x@y", "ro-RO"),
    ],
)
async def test_the_assistant_speaks_the_callers_likely_language(
    gateway: str, phone: str, locale: str
) -> None:
    answer = await told(gateway, played(phone).message("assistant-request", at=NOW))
    assistant = answer["assistant"]
    assert assistant["transcriber"]["language"] == locale
    assert "Clinica Zâmbet" in assistant["firstMessage"]
    instructions = assistant["model"]["messages"][0]["content"]
    assert "Luni-Vineri 9-18" in instructions
    assert "112" in instructions
    assert "address, hours, prices" in instructions
    assert {one["function"]["name"] for one in assistant["model"]["tools"]} == set(vapi_tools.BY_NAME)
    assert "server" not in assistant, "the number's server has the credential"
    assert not phone or phone not in json.dumps(answer)


async def test_a_server_of_its_own_has_a_credential(database_url: str, master_key: str) -> None:
    settings = vapi_settings(
        database_url, master_key, vapi_credential_id="5d1b", public_url="https://crm.clinic.example"
    )
    async with serving(settings) as url:
        assistant = (await told(url, played().message("assistant-request", at=NOW)))["assistant"]
    for server in [assistant["server"], *(tool["server"] for tool in assistant["model"]["tools"])]:
        assert server["url"] == "https://crm.clinic.example/webhooks/vapi"
        assert server["credentialId"] == "5d1b"
        assert server["backoffPlan"]["maxRetries"] > 0


async def test_callers_can_be_put_through_where_the_clinic_has_a_number_for_it(
    database_url: str, master_key: str
) -> None:
    async with serving(vapi_settings(database_url, master_key, clinic_phone="+40310000009")) as url:
        assistant = (await told(url, played().message("assistant-request", at=NOW)))["assistant"]
        async with a_worker(vapi_settings(database_url, master_key, clinic_phone="+40310000009")):
            [entry] = (await told(url, tool(played(), "hand_to_person")))["results"]
    [transfer] = [one for one in assistant["model"]["tools"] if one["type"] == "transferCall"]
    assert [one["number"] for one in transfer["destinations"]] == ["+40310000009"]
    assert '"transfer_possible": true' in entry["result"]


async def test_an_assistant_that_is_kept_at_vapi(database_url: str, master_key: str) -> None:
    kept = "44444444-4444-4444-8444-444444444444"
    async with serving(vapi_settings(database_url, master_key, vapi_assistant_id=kept)) as url:
        answer = await told(url, played("+4366412345678").message("assistant-request", at=NOW))
    assert answer["assistantId"] == kept
    told_of = answer["assistantOverrides"]["variableValues"]
    assert date.fromisoformat(told_of.pop("today"))
    assert told_of == {
        "clinic_name": "Clinica Zâmbet",
        "language": "de",
        "opening_hours": "Luni-Vineri 9-18",
        "emergency_number": "112",
    }


async def test_while_nothing_can_be_stored_the_phone_is_answered_and_tools_tell_the_truth(
    gateway: str, stored: Stored
) -> None:
    connection = await asyncpg.connect(stored.url)
    await connection.execute("revoke insert on asks, inbox from medicalcor_gateway")
    await connection.close()
    assert "assistant" in await told(gateway, played().message("assistant-request", at=NOW))
    [entry] = (await told(gateway, tool(played(), "clinic_info", topic="hours")))["results"]
    assert entry["error"] == vapi_tools.LATE
    assert (await post(gateway, played().report(at=NOW))).status_code == 503
    transfer = played().message("transfer-destination-request", at=NOW)
    assert (await post(gateway, transfer)).status_code == 503, "no number, and no colleague who was told"


async def test_while_nothing_can_be_stored_a_caller_is_still_put_through(
    database_url: str, master_key: str, stored: Stored
) -> None:
    connection = await asyncpg.connect(stored.url)
    await connection.execute("revoke insert on inbox from medicalcor_gateway")
    await connection.close()
    async with serving(vapi_settings(database_url, master_key, clinic_phone="+40310000009")) as url:
        answer = await told(url, played().message("transfer-destination-request", at=NOW))
    assert answer["destination"]["number"] == "+40310000009"


async def test_a_transfer_goes_to_the_clinics_phone_or_is_refused_in_words(
    database_url: str, master_key: str, stored: Stored
) -> None:
    async with serving(vapi_settings(database_url, master_key, clinic_phone="+40310000009")) as url:
        answer = await told(url, played().message("transfer-destination-request", at=NOW))
        assert answer["destination"]["number"] == "+40310000009"
    async with serving(vapi_settings(database_url, master_key)) as url:
        answer = await told(url, played().message("transfer-destination-request", at=NOW))
        assert "coleg" in answer["error"]
    assert [row["kind"] for row in await stored.rows()] == ["event", "event"]


async def test_there_is_no_other_assistant_to_go_on(
    database_url: str, master_key: str, stored: Stored
) -> None:
    """A handoff goes to assistants: the clinic's number would be no answer to it."""
    async with serving(vapi_settings(database_url, master_key, clinic_phone="+40310000009")) as url:
        answer = await told(url, played().message("handoff-destination-request", at=NOW))
    assert list(answer) == ["error"]
    assert "coleg" in answer["error"]
    assert [row["kind"] for row in await stored.rows()] == ["event"]


async def test_a_hang_is_counted(gateway: str) -> None:
    await told(gateway, played().message("hang", at=NOW))
    async with httpx.AsyncClient(base_url=gateway) as client:
        assert "medicalcor_voice_agent_hangs_total" in (await client.get("/metrics")).text


# tools -----------------------------------------------------------------------------------------------------


@asynccontextmanager
async def a_worker(settings: Settings) -> AsyncIterator[list[str]]:
    """Answers what is asked, as the worker's step does, and notes what it was."""
    pool = await open_pool(settings.require("database_url"), role="medicalcor_app")
    ledger = open_ledger(settings, pool)
    answered: list[str] = []

    async def work() -> None:
        while True:
            for row in await pool.fetch("select id, name from asks where answered_at is null"):
                await asks.answer(ledger, FUNCTIONS, ai=None, ask_id=row["id"])
                answered.append(row["name"])
            await asyncio.sleep(0.02)

    task = asyncio.create_task(work())
    try:
        yield answered
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        await pool.close()


def tool(
    call: PlayedCall, name: str, shape: ToolShape = "function", *, tool_id: str = "t1", **arguments: Any
) -> Any:
    return payloads.tool_calls(call, tool_id=tool_id, name=name, arguments=arguments, shape=shape, at=NOW)


@pytest.mark.parametrize("shape", SHAPES)
async def test_a_tool_is_answered_in_the_call(
    gateway: str, gateway_settings: Settings, shape: ToolShape
) -> None:
    async with a_worker(gateway_settings):
        answer = await told(gateway, tool(played(), "clinic_info", shape, topic="Hours"))
    [entry] = answer["results"]
    assert (entry["name"], entry["toolCallId"]) == ("clinic_info", "t1")
    assert "Luni-Vineri 9-18" in entry["result"]
    assert "\n" not in entry["result"]


async def test_the_legacy_form_is_answered_with_the_bare_result(
    gateway: str, gateway_settings: Settings
) -> None:
    async with a_worker(gateway_settings):
        answer = await told(gateway, tool(played(), "clinic_info", "legacy", topic="address"))
    assert "Str. Florilor 7" in answer["result"]


async def test_what_the_clinic_has_not_told_is_not_guessed(gateway: str, gateway_settings: Settings) -> None:
    async with a_worker(gateway_settings):
        [entry] = (await told(gateway, tool(played(), "clinic_info", topic="parking")))["results"]
    assert "do not know" in entry["result"]
    assert "prices" in entry["result"]


async def test_a_repeated_tool_call_is_asked_once(gateway: str, gateway_settings: Settings) -> None:
    call = played()
    async with a_worker(gateway_settings) as answered:
        first = await told(gateway, tool(call, "clinic_info", topic="hours"))
        assert await told(gateway, tool(call, "clinic_info", "flat_parameters", topic="hours")) == first
        await told(gateway, tool(call, "clinic_info", tool_id="t2", topic="hours"))
        await told(gateway, tool(played(), "clinic_info", topic="hours"))
    assert answered == ["vapi.clinic_info"] * 3


async def test_arguments_that_cannot_be_used_are_told_to_the_model(
    gateway: str, gateway_settings: Settings
) -> None:
    async with a_worker(gateway_settings):
        for arguments in ("{", '["hours"]'):
            message = tool(played(), "clinic_info")
            message["message"]["toolCallList"][0]["function"]["arguments"] = arguments
            assert (await told(gateway, message))["results"][0]["error"] == vapi_tools.UNREADABLE
        [entry] = (await told(gateway, tool(played(), "clinic_info", topic=["x"])))["results"]
    assert "topic" in entry["error"]


async def test_a_function_that_there_is_not(gateway: str) -> None:
    [entry] = (await told(gateway, tool(played(), "transfer_all_money")))["results"]
    assert entry == {"name": "transfer_all_money", "toolCallId": "t1", "error": vapi_tools.UNKNOWN}


async def test_without_a_worker_the_caller_is_told_the_truth(
    gateway: str, gateway_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vapi_tools, "PATIENCE_SECONDS", 0.2)
    call = played()
    [entry] = (await told(gateway, tool(call, "clinic_info", topic="hours")))["results"]
    assert entry["error"] == vapi_tools.LATE
    monkeypatch.undo()
    async with a_worker(gateway_settings):
        [entry] = (await told(gateway, tool(call, "clinic_info", topic="hours")))["results"]
    assert "Luni-Vineri 9-18" in entry["result"]


async def test_what_the_caller_said_lies_sealed(gateway: str, stored: Stored) -> None:
    call = played("+40722999888")
    call.say("user", "canary-words", at=NOW)
    await told(gateway, call.report(at=NOW))
    connection = await asyncpg.connect(stored.url)
    rows = await connection.fetch("select t::text as text from inbox t")
    await connection.close()
    assert len(rows) == 1
    assert not any("canary-words" in row["text"] or "40722999888" in row["text"] for row in rows)


# wrong in thousands of ways --------------------------------------------------------------------------------

WRONG: tuple[Any, ...] = (
    None, True, 0, -1, 10**30, 1.5, "", "x", "\x00", "🦷" * 50, [], {}, [[]], {"id": 1}, [None] * 3,
)  # fmt: skip
MUTATIONS = 1_500


def _spots(node: Any) -> list[tuple[Any, Any]]:
    keys = node.keys() if isinstance(node, dict) else range(len(node)) if isinstance(node, list) else ()
    return [spot for key in keys for spot in ((node, key), *_spots(node[key]))]


def _mutated(seed: int) -> bytes:
    chance = random.Random(seed)  # noqa: S311 - the same mutations every time
    call = PlayedCall(id=f"call-{seed}", other="+40722000001", began=NOW)
    call.say("user", "Bună", at=NOW)
    message = chance.choice(
        [
            call.message("assistant-request", at=NOW),
            call.message("status-update", at=NOW, status="in-progress"),
            call.message("transfer-destination-request", at=NOW),
            call.report(at=NOW),
            tool(call, "no_such_tool", chance.choice(SHAPES), topic="hours"),
            tool(call, "no_such_tool", "legacy", topic="hours"),
        ]
    )
    for _ in range(chance.randint(1, 6)):
        spots = _spots(message)
        if not spots:
            break
        container, key = chance.choice(spots)
        if chance.random() < 0.3:
            del container[key]
        else:
            container[key] = copy.deepcopy(chance.choice(WRONG))
    return encoded(message)


async def test_mutated_payloads_are_answered_with_200(gateway: str) -> None:
    answered: list[int] = []
    numbers = iter(range(MUTATIONS))

    async def some() -> None:
        async with httpx.AsyncClient(base_url=gateway) as client:
            for seed in numbers:
                answer = await client.post(WEBHOOK, content=_mutated(seed), headers={"x-vapi-secret": NEW})
                answered.append(answer.status_code)

    await asyncio.gather(*(some() for _ in range(8)))
    assert answered == [200] * MUTATIONS


async def test_broken_bytes_are_never_our_fault(gateway: str) -> None:
    chance = random.Random(7)  # noqa: S311 - the same bytes every time
    whole = encoded(played().report(at=NOW))
    async with httpx.AsyncClient(base_url=gateway) as client:
        for _ in range(300):
            body = bytearray(whole)
            for _ in range(chance.randint(1, 4)):
                body[chance.randrange(len(body))] = chance.randrange(256)
            answer = await client.post(WEBHOOK, content=bytes(body), headers={"x-vapi-secret": NEW})
            assert answer.status_code in (200, 400)
