"""The door for web forms: from browsers of other pages, with and without a script."""

import json
from typing import Any

import httpx
import pytest
from gateway_support import Stored, serving, settings_for

from medicalcor.core.crypto.vault import Vault
from medicalcor.core.settings import Settings

PAGE = "https://www.zambet.example"
FORM = {
    "name": "Ana",
    "phone": "0722 000 001",
    "message": "Vreau un implant",
    "language": "ro",
    "consent": {"accepted": True, "text_version": "2026-11"},
}
FLAT = {
    "name": "Ana",
    "phone": "0722 000 001",
    "language": "ro",
    "consent": "on",
    "consent_text_version": "2026-11",
}


@pytest.fixture
def gateway_settings(database_url: str, master_key: str) -> Settings:
    return settings_for(
        database_url, master_key, cors_origins=PAGE, clinic_name="Zâmbet <b>", rate_limits="off"
    )


async def send(url: str, **request: Any) -> httpx.Response:
    async with httpx.AsyncClient(base_url=url) as client:
        return await client.post("/leads", **request)


async def test_a_browser_may_ask_from_the_clinics_page_and_from_no_other(gateway: str) -> None:
    asked = {
        "access-control-request-method": "POST",
        "access-control-request-headers": "content-type,idempotency-key",
    }
    async with httpx.AsyncClient(base_url=gateway) as client:
        ours = await client.options("/leads", headers={"origin": PAGE, **asked})
        other = await client.options("/leads", headers={"origin": "https://evil.example", **asked})
    assert ours.status_code == 204
    assert ours.headers["access-control-allow-origin"] == PAGE
    assert {"content-type", "idempotency-key"} <= set(
        ours.headers["access-control-allow-headers"].split(", ")
    )
    assert "POST" in ours.headers["access-control-allow-methods"]
    assert "access-control-allow-origin" not in other.headers


async def test_a_form_is_stored_sealed_before_it_is_acknowledged(
    gateway: str, stored: Stored, vault: Vault
) -> None:
    answer = await send(gateway, json=FORM, headers={"origin": PAGE})
    assert answer.status_code == 202
    [row] = await stored.rows()
    assert answer.json() == {"status": "received", "id": str(row["id"])}
    assert answer.headers["access-control-allow-origin"] == PAGE
    assert row["partition_key"] == vault.keyed_hash("web-conversation", "+40722000001")
    assert b"implant" not in row["body"]
    assert len(await stored.runs("web.form")) == 1


async def test_a_browser_without_a_script_sees_a_page_in_its_language(gateway: str, stored: Stored) -> None:
    answer = await send(gateway, data=FLAT)
    assert answer.status_code == 202
    assert answer.headers["content-type"].startswith("text/html")
    assert len(answer.headers.get_list("content-security-policy")) == 1
    assert "Vă mulțumim" in answer.text
    assert "Zâmbet &lt;b&gt;" in answer.text
    assert len(await stored.rows()) == 1
    wrong = await send(gateway, data={**FLAT, "phone": "12", "consent": ""})
    assert wrong.status_code == 422
    assert "telefon" in wrong.text
    assert "acordul" in wrong.text


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"phone": None}, {("phone", "contact_missing")}),
        ({"phone": "12"}, {("phone", "phone_invalid")}),
        ({"phone": "", "email": "ana@"}, {("email", "email_invalid")}),
        ({"phone": "12", "email": "x"}, {("phone", "phone_invalid"), ("email", "email_invalid")}),
        (
            {"consent": None},
            {("consent.accepted", "consent_missing"), ("consent.text_version", "consent_version_missing")},
        ),
        ({"consent": {"accepted": True}}, {("consent.text_version", "consent_version_missing")}),
        ({"consent": {"accepted": False, "text_version": "1"}}, {("consent.accepted", "consent_missing")}),
        ({"message": "x" * 4001}, {("message", "too_long")}),
        ({"name": {"a": 1}}, {("name", "unreadable")}),
    ],
)
async def test_what_is_wrong_is_said_field_by_field(
    gateway: str, stored: Stored, change: dict[str, Any], expected: set[tuple[str, str]]
) -> None:
    answer = await send(gateway, json={**FORM, **change}, headers={"origin": PAGE})
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["access-control-allow-origin"] == PAGE
    problem = answer.json()
    assert problem["code"] == "invalid_fields"
    assert {(one["field"], one["code"]) for one in problem["errors"]} == expected
    assert all(one["message"] for one in problem["errors"])
    assert await stored.rows() == []


async def test_one_good_way_to_reach_them_is_enough(gateway: str, stored: Stored) -> None:
    assert (await send(gateway, json={**FORM, "phone": "12", "email": "ana@example.ro"})).status_code == 202
    assert (await send(gateway, json={**FORM, "phone": "0722000001", "email": "x"})).status_code == 202
    assert len(await stored.rows()) == 2


async def test_a_key_holds_one_form(gateway: str, stored: Stored) -> None:
    key = {"idempotency-key": "k-1"}
    answers = [await send(gateway, json=FORM, headers=key) for _ in range(3)]
    assert {answer.status_code for answer in answers} == {202}
    assert len({answer.json()["id"] for answer in answers}) == 1
    # the same JSON, written in another order, is the same form
    again = json.dumps(dict(reversed(FORM.items()))).encode()
    assert (await send(gateway, content=again, headers=key)).json() == answers[0].json()
    other = await send(gateway, json={**FORM, "message": "altul"}, headers=key)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    assert len(await stored.rows()) == 1
    within = {**FLAT, "submission_id": "s-1"}
    assert [(await send(gateway, data=within)).status_code for _ in range(2)] == [202, 202]
    assert len(await stored.rows()) == 2
    assert (await send(gateway, json=FORM, headers={"idempotency-key": "x" * 256})).status_code == 400


async def test_the_trap_looks_like_success_and_keeps_nothing(gateway: str, stored: Stored) -> None:
    answer = await send(gateway, json={"website": "x"})
    assert (answer.status_code, set(answer.json())) == (202, {"status", "id"})
    assert await stored.rows() == []


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 400),
        (b"[" * 60_000, 400),
        (b'"x"', 422),
        (b"[]", 422),
        (b"null", 422),
        (b"x" * 70_000, 413),
        (b"", 400),
    ],
)
async def test_bodies_that_are_none_are_refused(gateway: str, body: bytes, status: int) -> None:
    answer = await send(gateway, content=body, headers={"content-type": "application/json"})
    assert (answer.status_code, answer.json()["status"]) == (status, status)


async def test_broken_forms_of_a_browser_are_refused_with_a_page(gateway: str) -> None:
    headers = {"content-type": "application/x-www-form-urlencoded"}
    for body in (b"\xff\xfe%00=%00&&&=", b"a=1&" * 300, b""):
        answer = await send(gateway, content=body, headers=headers)
        assert answer.status_code in (400, 422)


async def test_a_flood_from_one_place_is_slowed(database_url: str, master_key: str) -> None:
    async with serving(settings_for(database_url, master_key)) as url:
        answers = [await send(url, json={"website": "x"}) for _ in range(121)]
    assert answers[-1].status_code == 429
    assert int(answers[-1].headers["retry-after"]) > 0
    assert {answer.status_code for answer in answers[:60]} == {202}


async def test_the_script_may_be_loaded_by_any_page_and_kept(gateway: str) -> None:
    async with httpx.AsyncClient(base_url=gateway) as client:
        answer = await client.get("/leads/form.js", headers={"origin": "https://any.example"})
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["cache-control"] == "public, max-age=3600"
    assert len(answer.content) < 4096


async def test_a_browser_may_post_in_parts_and_a_file_is_refused_with_a_word(
    gateway: str, stored: Stored
) -> None:
    parts = {name: (None, value) for name, value in FLAT.items()}
    no_file = {"photo": ("", b"", "application/octet-stream")}
    answer = await send(gateway, files={**parts, **no_file})
    assert answer.status_code == 202
    assert "Vă mulțumim" in answer.text
    assert (await send(gateway, data=FLAT)).status_code == 202
    assert len(await stored.rows()) == 1, "the same form, posted in either way"
    refused = await send(gateway, files={**parts, "photo": ("xray.png", b"PNG", "image/png")})
    assert refused.status_code == 422
    assert "nu primește fișiere" in refused.text
    assert len(await stored.rows()) == 1


@pytest.mark.parametrize(
    "body",
    [b"", b"--x\r\n", b"--x--", b"--x\r\nno-name: 1\r\n\r\na\r\n--x--", b"--x\r\n" * 300, b"\xff" * 99],
)
async def test_parts_that_cannot_be_read_are_refused(gateway: str, body: bytes) -> None:
    for kind in ("multipart/form-data; boundary=x", "multipart/form-data"):
        answer = await send(gateway, content=body, headers={"content-type": kind})
        assert answer.status_code in (400, 422), answer.text


async def test_too_many_parts_are_refused(gateway: str) -> None:
    many = {f"field{n}": (None, "x") for n in range(300)}
    assert (await send(gateway, files=many)).status_code == 400
