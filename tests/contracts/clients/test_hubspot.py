"""The HubSpot client against its twin, in good and in bad weather."""

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import pytest

from medicalcor.core import context
from medicalcor.core.errors import (
    OutcomeUnknown,
    ProviderBusy,
    ProviderError,
    ProviderOff,
    ProviderRejected,
    ProviderUnavailable,
)
from medicalcor.core.http import Response
from medicalcor.integrations.hubspot.client import HubSpotClient, LoggedCall
from medicalcor.integrations.hubspot.mapping import error_of
from medicalcor.integrations.hubspot.phones import spellings

PERSON = UUID("01930000-1234-7abc-8def-123456789012")
MARKER = "01930000-1234-7abc-8def-123456789abc"
AT = datetime(2026, 11, 23, 10, 0, tzinfo=timezone(timedelta(hours=2)))
SPEC = "hubspot/hubspot.own.openapi.json"
UPSERT = "#/paths/~1crm~1objects~12026-09~1contacts~1batch~1upsert/post/requestBody/content/application~1json/schema"


@pytest.fixture
async def client(sandbox) -> AsyncIterator[HubSpotClient]:
    client = HubSpotClient(f"{sandbox.url}/hubspot", "hs-token", timeout=0.5)
    yield client
    await client.aclose()


@pytest.fixture
async def contact(client) -> str:
    return await client.upsert_contact(
        person_id=PERSON, properties={"firstname": "Ana", "phone": "+40722000001"}
    )


async def note(client: HubSpotClient, contact: str) -> str:
    return await client.create_note(contact_id=contact, text="Wrote on WhatsApp", at=AT, marker=MARKER)


async def test_a_contact_written_twice_is_one_and_its_property_is_made_once(
    sandbox, client, contact, specification
) -> None:
    again = await client.upsert_contact(person_id=PERSON, properties={"firstname": "Ana-Maria"})
    assert again == contact
    made = await sandbox.bodies("hubspot", path="/crm/properties/2026-09/contacts")
    assert [one["hasUniqueValue"] for one in made] == [True]
    fits = specification(SPEC)
    for body in await sandbox.bodies("hubspot", path="upsert"):
        fits(body, UPSERT)


async def test_many_contacts_are_written_in_few_calls_and_each_is_told_its_own(
    sandbox, client, specification
) -> None:
    people = [UUID(int=n) for n in range(1, 41)]

    def write(person: UUID, **properties: str) -> Any:
        return client.upsert_contact(person_id=person, properties=properties)

    ids = await asyncio.gather(*(write(one, firstname=f"Ana {one.int}") for one in people))
    assert len(set(ids)) == len(people)
    assert await asyncio.gather(*(write(one, lastname="Pop") for one in people)) == ids
    bodies = await sandbox.bodies("hubspot", path="upsert")
    assert len(bodies) <= 6
    for body in bodies:
        specification(SPEC)(body, UPSERT)


async def test_in_a_batch_only_the_wrong_one_is_refused(sandbox, client, contact) -> None:
    wanted = [{"firstname": "Ana"}, {"firstname": "Ion"}, {"email": "no address"}, {"firstname": "Eva"}]
    told = await asyncio.gather(
        *(client.upsert_contact(person_id=UUID(int=n), properties=one) for n, one in enumerate(wanted, 1)),
        return_exceptions=True,
    )
    assert [isinstance(one, str) for one in told] == [True, True, False, True]
    assert isinstance(told[2], ProviderRejected)
    assert told[2].reason == "validation"


async def test_a_batch_that_fails_is_nobodys(sandbox, client, contact) -> None:
    await sandbox.fault(provider="hubspot", kind="status", status=503, count=100)
    told = await asyncio.gather(
        *(client.upsert_contact(person_id=UUID(int=n), properties={}) for n in range(1, 5)),
        return_exceptions=True,
    )
    assert [type(one) for one in told] == [ProviderUnavailable] * 4


async def test_a_contact_is_found_by_its_number_however_it_was_stored(sandbox, client, specification) -> None:
    for person, stored in enumerate(
        ("+40 722 000 001", "0722000002", "0722 000 003", "0040722000004", "40722000005")
    ):
        written = await client.upsert_contact(person_id=UUID(int=person), properties={"phone": stored})
        assert await client.find_contact_by_phone(f"+4072200000{person + 1}") == written
    assert await client.find_contact_by_phone("+40722999999") is None
    for body in await sandbox.bodies("hubspot", path="search"):
        specification(SPEC)(body, "#/components/schemas/Search")


async def test_of_two_with_one_number_the_older_is_taken(client) -> None:
    first, _ = [
        await client.upsert_contact(person_id=UUID(int=n), properties={"mobilephone": "+40722000001"})
        for n in (1, 2)
    ]
    assert await client.find_contact_by_phone("+40722000001") == first


def test_a_number_that_cannot_be_read_is_looked_for_as_it_is() -> None:
    assert spellings("no number") == ("no number",)
    assert "0722 000 001" in spellings("+40722000001")


@pytest.mark.parametrize("nowhere", ["999999", "../../x"])
async def test_a_contact_that_is_gone_says_so(client, contact, nowhere: str) -> None:
    for asked in (note(client, nowhere),):
        with pytest.raises(ProviderRejected) as caught:
            await asked
        assert caught.value.reason == "gone"


async def test_a_note_carries_its_marker_and_is_found_by_it(sandbox, client, contact, specification) -> None:
    assert await client.find_note_by_marker(MARKER) is None
    written = await client.create_note(contact_id=contact, text="Score <4>\nhot", at=AT, marker=MARKER)
    assert await client.find_note_by_marker(MARKER) == written
    assert await client.find_task_by_marker(MARKER) is None
    [body] = [one for one in await sandbox.bodies("hubspot", path="/notes") if "associations" in one]
    assert body == {
        "properties": {
            "hs_timestamp": "2026-11-23T08:00:00.000Z",
            "hs_note_body": "Score &lt;4&gt;<br>hot<br><br>ref 0193000012347abc8def123456789abc",
        },
        "associations": [
            {
                "to": {"id": contact},
                "types": [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 202}],
            }
        ],
    }
    specification(SPEC)(body, "#/components/schemas/Create")


async def test_a_call_is_logged_in_milliseconds_and_found_by_its_marker(
    sandbox, client, contact, specification
) -> None:
    call = LoggedCall(
        at=AT,
        title="Missed call",
        body="Missed call.",
        direction="INBOUND",
        status="MISSED",
        seconds=42,
        number="+40722000001",
    )
    assert await client.find_call_by_marker(MARKER) is None
    written = await client.create_call(contact_id=contact, call=call, marker=MARKER)
    assert await client.find_call_by_marker(MARKER) == written
    [body] = [one for one in await sandbox.bodies("hubspot", path="/calls") if "associations" in one]
    assert body["properties"] == {
        "hs_timestamp": "2026-11-23T08:00:00.000Z",
        "hs_call_title": "Missed call",
        "hs_call_body": "Missed call.<br><br>ref 0193000012347abc8def123456789abc",
        "hs_call_direction": "INBOUND",
        "hs_call_status": "MISSED",
        "hs_call_duration": "42000",
        "hs_call_from_number": "+40722000001",
    }
    assert body["associations"][0]["types"][0]["associationTypeId"] == 194
    specification(SPEC)(body, "#/components/schemas/Create")


async def test_a_task_carries_its_marker_and_is_found_by_it(sandbox, client, contact, specification) -> None:
    written = await client.create_task(
        contact_id=contact, subject="Call back", body="Hot lead", priority="HIGH", due_at=AT, marker=MARKER
    )
    assert await client.find_task_by_marker(MARKER) == written
    [body] = [one for one in await sandbox.bodies("hubspot", path="/tasks") if "associations" in one]
    assert body["properties"]["hs_task_priority"] == "HIGH"
    assert body["properties"]["hs_timestamp"] == "2026-11-23T08:00:00.000Z"
    specification(SPEC)(body, "#/components/schemas/Create")


@pytest.mark.parametrize(
    ("fault", "error", "reason"),
    [
        ({"kind": "drop"}, OutcomeUnknown, "dropped"),
        ({"kind": "drop_after"}, OutcomeUnknown, "dropped"),
        ({"kind": "hang"}, OutcomeUnknown, "timeout"),
        ({"kind": "malformed"}, OutcomeUnknown, "malformed_answer"),
        ({"kind": "status", "status": 502}, OutcomeUnknown, "server_error"),
        ({"kind": "status", "status": 423}, ProviderBusy, "locked"),
        ({"kind": "status", "status": 403}, ProviderRejected, "account"),
        ({"kind": "status", "status": 400, "body": "not JSON"}, ProviderRejected, "validation"),
        ({"kind": "rate_limit"}, ProviderBusy, "rate_limited"),
        ({"kind": "rate_limit", "code": "DAILY"}, ProviderBusy, "daily_limit"),
    ],
)
async def test_each_fault_on_a_note_is_told_apart_and_no_second_is_written(
    sandbox, client, contact, *, fault: dict[str, Any], error: type[ProviderError], reason: str
) -> None:
    before = len(await sandbox.calls("hubspot"))
    await sandbox.fault(provider="hubspot", **fault)
    with pytest.raises(error) as caught:
        await note(client, contact)
    assert type(caught.value) is error
    assert caught.value.reason == reason
    assert len(await sandbox.calls("hubspot")) == before + 1


async def test_a_note_whose_answer_was_lost_is_found(sandbox, client, contact) -> None:
    await sandbox.fault(provider="hubspot", kind="drop_after")
    with pytest.raises(OutcomeUnknown):
        await note(client, contact)
    assert await client.find_note_by_marker(MARKER)


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "drop"},
        {"kind": "drop_after"},
        {"kind": "status", "status": 503},
        {"kind": "status", "status": 477},
        {"kind": "rate_limit"},
        {"kind": "rate_limit", "retry_after": 0},
    ],
)
async def test_what_may_be_repeated_gets_over_a_passing_fault(sandbox, client, contact, fault) -> None:
    await sandbox.fault(provider="hubspot", **fault, count=2)
    again = await client.upsert_contact(person_id=PERSON, properties={"firstname": "Ana"})
    assert again == contact


@pytest.mark.parametrize("fault", [{"kind": "drop"}, {"kind": "status", "status": 500}])
async def test_what_may_be_repeated_is_never_of_unknown_outcome(sandbox, client, contact, fault) -> None:
    await sandbox.fault(provider="hubspot", **fault, count=3)
    with pytest.raises(ProviderUnavailable):
        await client.find_contact_by_phone("+40722000001")


async def test_a_long_pause_is_handed_on_at_once(sandbox, client) -> None:
    await sandbox.fault(provider="hubspot", kind="rate_limit", retry_after=40)
    with pytest.raises(ProviderBusy) as caught:
        await client.find_contact_by_phone("+40722000001")
    assert caught.value.retry_after == 40
    assert len(await sandbox.calls("hubspot")) == 1


async def test_a_value_that_is_refused_is_named_by_property_and_not_quoted(client) -> None:
    with pytest.raises(ProviderRejected) as caught:
        await client.upsert_contact(person_id=UUID(int=9), properties={"email": "canary"})
    assert caught.value.reason == "validation"
    assert "INVALID_EMAIL email" in str(caught.value)
    assert "canary" not in str(caught.value)


def test_an_error_of_any_shape_has_a_reason() -> None:
    busy = error_of(Response(429, {}, b'{"policyName":"SECONDLY"}'), repeatable=True)
    assert (busy.reason, busy.retry_after) == ("rate_limited", 1)
    for body in (b"[]", b"null", b'{"errors":"x"}', b"\xff"):
        assert error_of(Response(400, {}, body), repeatable=True).reason == "validation"


async def test_a_batch_of_one_that_failed_in_a_mixed_answer_is_a_refusal(headers_of) -> None:
    failed = {"status": "COMPLETE", "results": [], "numErrors": 1, "errors": [{"category": "CONFLICT"}]}
    async with headers_of(failed) as (url, seen):
        client = HubSpotClient(url, "hs-token")
        with context.bind(correlation_id="c-1"), pytest.raises(ProviderRejected) as caught:
            await client.upsert_contact(person_id=PERSON, properties={})
        await client.aclose()
    assert caught.value.reason == "conflict"
    assert seen[0]["authorization"] == "Bearer hs-token"
    assert seen[0]["x-correlation-id"] == "c-1"


async def test_without_a_token_it_is_off(sandbox) -> None:
    client = HubSpotClient(f"{sandbox.url}/hubspot", None)
    with pytest.raises(ProviderOff):
        await client.find_contact_by_phone("+40722000001")
    await client.aclose()


async def test_only_dated_paths_are_used(sandbox, client, contact) -> None:
    await note(client, contact)
    assert all(
        re.match(r"/crm/(objects|properties)/2026-09/", call["path"])
        for call in await sandbox.calls("hubspot")
    )
