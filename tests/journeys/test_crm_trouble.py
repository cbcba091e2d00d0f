"""HubSpot is down, slow or loses its answers: the patient is answered at once, and the CRM catches up."""

from typing import Any

import pytest

from tests.journeys.test_whatsapp_message import HOT, WARM
from tests.stack import Stack


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "status", "status": 503, "count": 4},
        {"kind": "status", "status": 500, "count": 2},
        {"kind": "drop", "count": 4},
        {"kind": "rate_limit", "count": 4, "retry_after": 1},
        {"kind": "drop_after", "count": 2},
        {"kind": "malformed", "count": 1},
    ],
    ids=lambda fault: fault["kind"],
)
def test_the_patient_is_answered_and_the_crm_catches_up(
    stack: Stack, phone: str, fault: dict[str, Any]
) -> None:
    stack.fault(provider="hubspot", **fault)
    stack.say(phone, WARM["ro"], name="Ana Ionescu")
    stack.answered(phone, seconds=8)
    stack.settle(60)
    assert [e["status"] for e in stack.effects_of(phone, kind="hubspot.%")] == ["sent", "sent"]
    assert len(stack.made("contacts")) >= 1
    assert (
        len({c["medicalcor_person_id"] for c in stack.made("contacts") if "medicalcor_person_id" in c}) <= 1
    )
    assert len(stack.made("notes")) == 1


@pytest.mark.parametrize("kind", ["drop_after", "malformed", "status"])
@pytest.mark.parametrize("what", ["notes", "tasks"])
def test_a_note_whose_answer_was_lost_is_not_written_twice(
    stack: Stack, phone: str, kind: str, what: str
) -> None:
    stack.turn(hubspot_index_lag=2)
    try:
        more = {"status": 502} if kind == "status" else {}
        stack.fault(provider="hubspot", kind=kind, match=f"/{what}", **more)
        stack.say(phone, HOT["ro"])
        stack.answered(phone, seconds=8)
        stack.settle(60)
    finally:
        stack.turn(hubspot_index_lag=0)
    assert (len(stack.made("notes")), len(stack.made("tasks"))) == (1, 1)
    assert {e["status"] for e in stack.effects_of(phone, kind="hubspot.%")} == {"sent"}


def test_a_contact_that_is_there_already_is_used(stack: Stack, phone: str) -> None:
    created = stack.http.post(
        f"{stack.sandbox_url}/hubspot/crm/v3/objects/contacts",
        json={"properties": {"firstname": "Ana", "phone": phone}},
        headers={"Authorization": "Bearer journey-hubspot-token"},
    )
    assert created.status_code == 201, created.text
    stack.say(phone, WARM["ro"])
    stack.answered(phone)
    stack.settle()
    [link] = stack.rows(
        "select external_id from crm_links k join addresses a using (person_id) where a.value = $1", phone
    )
    assert link["external_id"] == created.json()["id"]
    assert len(stack.made("contacts")) == 1, "the one that was there"
