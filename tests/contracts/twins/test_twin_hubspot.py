"""The HubSpot twin against the documented contract."""

from typing import Any

import jsonschema
import pytest

BASE = "/hubspot/crm/objects/2026-09"
AUTH = {"Authorization": "Bearer hs-token"}
PATIENT_ID = {
    "name": "clinic_patient_id",
    "label": "Clinic patient id",
    "type": "string",
    "fieldType": "text",
    "groupName": "contactinformation",
    "hasUniqueValue": True,
}


class Crm:
    def __init__(self, staged) -> None:
        self._staged = staged

    async def __call__(self, method: str, path: str, body: Any = None, *, expect: int = 200) -> Any:
        base = "" if path.startswith("/hubspot") else BASE
        answer = await self._staged.http.request(method, base + path, json=body, headers=AUTH)
        assert answer.status_code == expect, answer.text
        return answer.json() if answer.content else None

    async def contact(self, **properties: str) -> str:
        return (await self("POST", "/contacts", {"properties": properties}, expect=201))["id"]

    async def search(self, kind: str, *filters: dict[str, Any], **options: Any) -> list[str]:
        groups = [{"filters": [one]} for one in filters]
        found = await self("POST", f"/{kind}/search", {"filterGroups": groups, **options})
        return [one["id"] for one in found["results"]]


@pytest.fixture
def crm(staged) -> Crm:
    return Crm(staged)


def fits(document: dict[str, Any], name: str, value: Any) -> None:
    schemas = document["components"]["schemas"]
    text = {"$ref": f"#/components/schemas/{name}", "components": {"schemas": _json_schema(schemas)}}
    jsonschema.validate(value, text)


def _json_schema(value: Any) -> Any:
    """OpenAPI 3.0's `nullable` in JSON Schema's words."""
    if isinstance(value, list):
        return [_json_schema(one) for one in value]
    if not isinstance(value, dict):
        return value
    inner = {k: _json_schema(v) for k, v in value.items() if k != "nullable"}
    return {**inner, "type": [inner["type"], "null"]} if value.get("nullable") else inner


async def test_answers_fit_the_specification(crm, specification):
    document = specification("hubspot/hubspot.own.openapi.json")
    await crm("POST", "/hubspot/crm/properties/2026-09/contacts", PATIENT_ID, expect=201)
    contact = {"properties": {"firstname": "Ana", "phone": "+40722000001"}}
    fits(document, "Object", await crm("POST", "/contacts", contact, expect=201))
    one = {"idProperty": "clinic_patient_id", "id": "P-1", "properties": {"firstname": "Ana"}}
    fits(document, "BatchUpsertResult", await crm("POST", "/contacts/batch/upsert", {"inputs": [one]}))
    asked = {"filterGroups": [], "properties": ["phone", "email"], "limit": 1}
    found = await crm("POST", "/contacts/search", asked)
    fits(document, "SearchResult", found)
    assert found["total"] == 2
    assert found["results"][0]["properties"]["email"] is None
    assert found["paging"]["next"]["after"] == "1"
    assert len(await crm.search("contacts", after="1", limit=1)) == 1


async def test_token_is_checked(staged):
    for headers in ({}, {"Authorization": "Bearer other"}):
        answer = await staged.http.post(f"{BASE}/contacts", json={"properties": {}}, headers=headers)
        assert answer.status_code == 401
        assert answer.json()["category"] == "INVALID_AUTHENTICATION"


async def test_a_second_contact_with_the_same_email_is_a_conflict_that_names_the_first(crm):
    first = await crm.contact(email="ana@example.org")
    problem = await crm("POST", "/contacts", {"properties": {"email": "ANA@example.org"}}, expect=409)
    assert problem["category"] == "CONFLICT"
    assert problem["message"].endswith(f"Existing ID: {first}")
    assert await crm.contact(phone="+40722000001") != await crm.contact(phone="+40722000001")


@pytest.mark.parametrize(
    ("kind", "properties", "code"),
    [
        ("contacts", {"favourite_colour": "red"}, "PROPERTY_DOESNT_EXIST"),
        ("contacts", {"email": "no address"}, "INVALID_EMAIL"),
        ("contacts", {"lifecyclestage": "HOT"}, "INVALID_OPTION"),
        ("notes", {"hs_note_body": "without a time"}, "REQUIRED_FIELD"),
        ("tasks", {"hs_timestamp": "2026-11-23T08:00:00Z", "hs_task_priority": "URGENT"}, "INVALID_OPTION"),
        (
            "communications",
            {"hs_timestamp": "1795400000000", "hs_communication_channel_type": "WHATSAPP"},
            "INVALID_OPTION",
        ),
    ],
)
async def test_what_the_validation_refuses(crm, kind, properties, code):
    problem = await crm("POST", f"/{kind}", {"properties": properties}, expect=400)
    assert problem["category"] == "VALIDATION_ERROR"
    assert problem["errors"][0]["code"] == code


async def test_upsert_by_a_unique_property_of_our_own(crm):
    one = {"idProperty": "clinic_patient_id", "id": "P-42", "properties": {"firstname": "Ana"}}
    problem = await crm("POST", "/contacts/batch/upsert", {"inputs": [one]}, expect=400)
    assert problem["errors"][0]["code"] == "INVALID_ID_PROPERTY"
    path = "/hubspot/crm/properties/2026-09/contacts"
    await crm("GET", f"{path}/clinic_patient_id", expect=404)
    await crm("POST", path, PATIENT_ID, expect=201)
    await crm("POST", path, PATIENT_ID, expect=409)
    assert (await crm("GET", f"{path}/clinic_patient_id"))["hasUniqueValue"] is True
    first = await crm("POST", "/contacts/batch/upsert", {"inputs": [{**one, "objectWriteTraceId": "e-1"}]})
    again = {**one, "properties": {"firstname": "Ana-Maria"}}
    second = await crm("POST", "/contacts/batch/upsert", {"inputs": [again]})
    assert (first["results"][0]["new"], second["results"][0]["new"]) == (True, False)
    assert first["results"][0]["objectWriteTraceId"] == "e-1"
    assert first["results"][0]["id"] == second["results"][0]["id"]
    read = await crm(
        "GET", "/contacts/P-42?idProperty=clinic_patient_id&properties=firstname,clinic_patient_id"
    )
    assert read["properties"]["firstname"] == "Ana-Maria"


async def test_upsert_by_phone_is_refused_and_partial_failure_is_207(crm):
    by_phone = {"idProperty": "phone", "id": "+40722000001", "properties": {}}
    await crm("POST", "/contacts/batch/upsert", {"inputs": [by_phone]}, expect=400)
    good = {"idProperty": "email", "id": "ana@example.org", "properties": {}}
    bad = {**good, "id": "bogdan@example.org", "properties": {"nonsense": "1"}, "objectWriteTraceId": "e-2"}
    mixed = await crm("POST", "/contacts/batch/upsert", {"inputs": [good, bad]}, expect=207)
    assert mixed["numErrors"] == 1
    assert mixed["errors"][0]["context"]["objectWriteTraceId"] == ["e-2"]
    await crm("POST", "/contacts/batch/upsert", {"inputs": [good] * 101}, expect=400)


async def test_notes_hang_on_the_contact_and_are_found_by_a_word(crm):
    contact = await crm.contact(firstname="Ana")
    types = [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 202}]
    properties = {
        "hs_timestamp": "1795400000000",
        "hs_note_body": "<p>Asked for a price.</p> [ref 01fe-77AB]",
    }
    note = {"properties": properties, "associations": [{"to": {"id": contact}, "types": types}]}
    made = await crm("POST", "/notes", note, expect=201)
    assert made["properties"]["hs_timestamp"].endswith("Z")
    await crm("POST", "/notes", {"properties": {**properties, "hs_note_body": "another"}}, expect=201)
    word = {"propertyName": "hs_note_body", "operator": "CONTAINS_TOKEN"}
    assert await crm.search("notes", {**word, "value": "01fe-77ab"}) == [made["id"]]
    assert await crm.search("notes", {**word, "value": "77a*"}) == [made["id"]]
    assert await crm.search("notes", {**word, "value": "77a"}) == []
    linked = await crm("GET", f"/contacts/{contact}/associations/notes")
    assert [str(one["toObjectId"]) for one in linked["results"]] == [made["id"]]
    wrong = [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 204}]
    note["associations"] = [{"to": {"id": contact}, "types": wrong}]
    await crm("POST", "/notes", note, expect=400)
    note["associations"] = [{"to": {"id": "999999"}, "types": types}]
    await crm("POST", "/notes", note, expect=400)


async def test_tasks_and_communications_are_associated_afterwards_too(crm):
    contact = await crm.contact(firstname="Ana")
    when = {"hs_timestamp": "2026-11-23T08:00:00Z"}
    task = {
        **when,
        "hs_task_subject": "Call back",
        "hs_task_priority": "HIGH",
        "hs_task_status": "NOT_STARTED",
    }
    message = {**when, "hs_communication_channel_type": "WHATS_APP", "hs_communication_logged_from": "CRM"}
    for kind, properties, type_id in (("tasks", task, 204), ("communications", message, 81)):
        made = await crm("POST", f"/{kind}", {"properties": properties}, expect=201)
        path = f"/{kind}/{made['id']}/associations/default/contact/{contact}"
        done = await crm("PUT", path)
        assert done["status"] == "COMPLETE"
        linked = await crm("GET", f"/{kind}/{made['id']}/associations/contacts")
        assert linked["results"][0]["associationTypes"][0]["typeId"] == type_id
    await crm("PUT", f"/tasks/{made['id']}0/associations/default/contact/{contact}", expect=404)


async def test_search_operators_before_and_after_a_change(crm):
    ana = await crm.contact(phone="+40722000001", city="Cluj")
    bogdan = await crm.contact(mobilephone="+40722000001", city="Iași")
    phone = {"propertyName": "phone", "operator": "EQ", "value": "+40722000001"}
    assert await crm.search("contacts", phone, {**phone, "propertyName": "mobilephone"}) == [ana, bogdan]
    await crm("PATCH", f"/contacts/{ana}", {"properties": {"phone": "+40722000002"}})
    assert await crm.search("contacts", phone) == []
    city = {"propertyName": "city"}
    assert await crm.search("contacts", {**city, "operator": "IN", "values": ["iași", "arad"]}) == [bogdan]
    assert await crm.search("contacts", {**city, "operator": "NEQ", "value": "Cluj"}) == [bogdan]
    assert await crm.search("contacts", {"propertyName": "phone", "operator": "HAS_PROPERTY"}) == [ana]
    await crm("PATCH", f"/contacts/{ana}", {"properties": {"phone": ""}})
    assert await crm.search("contacts", {"propertyName": "phone", "operator": "HAS_PROPERTY"}) == []
    down = {"sorts": [{"propertyName": "city", "direction": "DESCENDING"}]}
    assert await crm.search("contacts", {**city, "operator": "HAS_PROPERTY"}, **down) == [bogdan, ana]
    await crm("DELETE", f"/contacts/{ana}", expect=204)
    await crm("GET", f"/contacts/{ana}", expect=404)
    for problem in (
        {"operator": "LIKE", "propertyName": "city"},
        {"operator": "EQ", "propertyName": "colour"},
    ):
        await crm("POST", "/contacts/search", {"filterGroups": [{"filters": [problem]}]}, expect=400)
    await crm("POST", "/contacts/search", {"limit": 201}, expect=400)


async def test_the_index_can_lag(staged, crm):
    await staged.http.post("/_sandbox/settings", json={"hubspot_index_lag": 60})
    await crm.contact(phone="+40722000001")
    phone = {"propertyName": "phone", "operator": "EQ", "value": "+40722000001"}
    assert await crm.search("contacts", phone) == []
    await staged.http.post("/_sandbox/settings", json={"hubspot_index_lag": 0})
    assert len(await crm.search("contacts", phone)) == 1


async def test_rate_limit_and_its_headers(staged, crm):
    await staged.fault(provider="hubspot", kind="rate_limit", retry_after=3)
    answer = await staged.http.post(f"{BASE}/contacts", json={"properties": {}}, headers=AUTH)
    assert answer.status_code == 429
    assert answer.headers["retry-after"] == "3"
    assert answer.json()["policyName"] == "TEN_SECONDLY_ROLLING"
    assert answer.json()["errorType"] == "RATE_LIMIT"
    await staged.fault(provider="hubspot", kind="rate_limit", code="DAILY")
    answer = await staged.http.post(f"{BASE}/contacts", json={"properties": {}}, headers=AUTH)
    assert answer.json()["message"] == "You have reached your daily limit."
    answer = await staged.http.post(f"{BASE}/contacts", json={"properties": {}}, headers=AUTH)
    assert "x-hubspot-ratelimit-remaining" in answer.headers


async def test_older_paths_still_answer(crm):
    made = await crm(
        "POST", "/hubspot/crm/v3/objects/contacts", {"properties": {"firstname": "Ana"}}, expect=201
    )
    assert (await crm("GET", f"/contacts/{made['id']}"))["properties"]["firstname"] == "Ana"
    await crm("POST", "/hubspot/crm/v3/objects/dragons", {"properties": {}}, expect=400)
    await crm("GET", "/hubspot/automation/v4/flows", expect=404)
