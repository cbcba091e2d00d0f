"""Another system looks for a free time, books it, moves it and calls it off."""

import concurrent.futures
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.practice import Practice, practice_of
from tests.stack import Stack

NAME = "Canarina Popescu"


class Client:
    def __init__(self, stack: Stack, key: str) -> None:
        self._http = httpx.Client(
            base_url=stack.api_url, timeout=40, headers={"Authorization": f"Bearer {key}"}
        )

    def close(self) -> None:
        self._http.close()

    def get(self, path: str, status: int = 200, **query: Any) -> Any:
        return self._answer(self._http.get(f"/booking/{path}", params=query), status)

    def send(self, method: str, path: str, body: Any = None, *, status: int, once: str | None = None) -> Any:
        headers = {"Idempotency-Key": once} if once else {}
        answer = self._http.request(method, f"/booking/{path}", json=body, headers=headers)
        return self._answer(answer, status)

    @staticmethod
    def _answer(answer: httpx.Response, status: int) -> Any:
        assert answer.status_code == status, answer.text
        kind = "application/json" if status < 400 else "application/problem+json"
        assert answer.headers["content-type"] == kind
        return answer.json()

    def slots(self, **query: Any) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.get("slots", procedure="consultation", **query)["slots"]
        return found


@pytest.fixture
def stack(own_system: Stack) -> Stack:
    """With nothing left to do and a sandbox that has forgotten the test before."""
    own_system.settle(60)
    own_system.reset()
    return own_system


@pytest.fixture
def client(stack: Stack) -> Iterator[Client]:
    client = Client(stack, stack.env["API_SECRET_KEY"])
    yield client
    client.close()


@pytest.fixture
def practice(stack: Stack) -> Practice:
    return practice_of(stack)


def wish(slot: dict[str, Any], phone: str, **more: Any) -> dict[str, Any]:
    chosen = {name: slot[name] for name in ("procedure_id", "practitioner_id", "starts_at")}
    return {**chosen, "contact": {"name": NAME, "phone": phone}, **more}


def test_what_can_be_booked_is_told(client: Client, practice: Practice) -> None:
    told = client.get("practice")
    consultation = next(one for one in told["procedures"] if one["code"] == "consultation")
    assert consultation["titles"]["en"] == "Consultation"
    ionescu = next(one for one in told["practitioners"] if one["id"] == str(practice.doctors["ionescu"]))
    assert "implant" in ionescu["procedures"]
    assert "crown" not in ionescu["procedures"]
    assert told["time_zone"] == "Europe/Bucharest"


def test_a_visit_from_the_free_time_to_the_end(
    client: Client, practice: Practice, stack: Stack, phone: str
) -> None:
    doctor = str(practice.doctors["ionescu"])
    first, second, *_ = client.slots(practitioner_id=doctor, part_of_day="morning", limit=40)
    assert first["practitioner_id"] == doctor
    assert datetime.fromisoformat(first["starts_at"]).utcoffset() in {timedelta(hours=2), timedelta(hours=3)}

    once = str(uuid4())
    made = client.send("POST", "appointments", wish(first, phone), status=201, once=once)
    assert (made["status"], made["version"], made["starts_at"]) == ("booked", 1, first["starts_at"])
    assert client.send("POST", "appointments", wish(first, phone), status=201, once=once) == made
    assert client.get(f"appointments/{made['id']}") == made
    assert first not in client.slots(practitioner_id=doctor, part_of_day="morning", limit=40)
    assert client.get("appointments", person_id=made["person_id"])["appointments"] == [made]
    assert stack.person(phone)["name"] == NAME

    path = f"appointments/{made['id']}"
    moved = client.send(
        "PATCH", path, {"version": 1, "starts_at": second["starts_at"]}, status=200, once=str(uuid4())
    )
    assert (moved["starts_at"], moved["version"], moved["status"]) == (second["starts_at"], 2, "booked")

    stale = client.send("PATCH", path, {"version": 1, "status": "confirmed"}, status=409)
    assert (stale["code"], stale["current"]) == ("appointment_changed", moved)
    early = client.send("PATCH", path, {"version": 2, "status": "missed"}, status=409)
    assert early["code"] == "appointment_state"
    confirmed = client.send("PATCH", path, {"version": 2, "status": "confirmed"}, status=200)
    assert confirmed["status"] == "confirmed"

    off = client.send("DELETE", f"{path}?version=3&reason=patient", status=200)
    assert (off["status"], off["version"]) == ("cancelled", 4)
    assert client.send("DELETE", path, status=200) == off, "it stays off"
    client.send("PATCH", path, {"version": 4, "starts_at": first["starts_at"]}, status=409)
    [row] = stack.rows("select booked_by, ended_by from appointments where id = $1", made["id"])
    assert row == {"booked_by": "api:environment", "ended_by": "api:environment"}


def test_a_time_is_held_for_a_while_and_then_booked(client: Client, practice: Practice, phone: str) -> None:
    slot = client.slots(limit=1, practitioner_id=practice.doctors["munteanu"])[0]
    held = client.send("POST", "appointments", wish(slot, phone, hold_minutes=30), status=201)
    assert held["status"] == "held"
    left = datetime.fromisoformat(held["expires_at"]) - datetime.now(UTC)
    assert timedelta(minutes=25) < left <= timedelta(minutes=30)
    refused = client.send("POST", "appointments", wish(slot, phone), status=409)
    assert refused["code"] == "slot_taken"
    kept = client.send("PATCH", f"appointments/{held['id']}", {"version": 1, "status": "booked"}, status=200)
    assert (kept["status"], kept["expires_at"]) == ("booked", None)


def test_of_many_who_want_one_time_one_gets_it_and_the_others_hear_of_others(
    client: Client, practice: Practice, stack: Stack, phone: str
) -> None:
    slot = client.slots(limit=1, practitioner_id=practice.doctors["stan"], order="spread")[0]

    def try_it(_: int) -> httpx.Response:
        headers = {"Authorization": f"Bearer {stack.env['API_SECRET_KEY']}"}
        url = f"{stack.api_url}/booking/appointments"
        return httpx.post(url, json=wish(slot, phone), headers=headers, timeout=40)

    with concurrent.futures.ThreadPoolExecutor(8) as rivals:
        answers = list(rivals.map(try_it, range(8)))
    assert sorted(one.status_code for one in answers) == [201, *[409] * 7]
    problem = next(one.json() for one in answers if one.status_code == 409)
    assert problem["code"] == "slot_taken"
    assert len(problem["alternatives"]) == 3
    other = problem["alternatives"][0]
    assert (
        client.send("POST", "appointments", wish(other, phone), status=201)["starts_at"] == other["starts_at"]
    )


def test_outside_the_hours_nothing_is_booked(client: Client, practice: Practice, phone: str) -> None:
    slot = client.slots(limit=1, practitioner_id=practice.doctors["ionescu"])[0]
    night = datetime.fromisoformat(slot["starts_at"]).replace(hour=3) + timedelta(days=1)
    refused = client.send(
        "POST", "appointments", wish({**slot, "starts_at": night.isoformat()}, phone), status=409
    )
    assert refused["code"] == "not_working"
    assert refused["alternatives"]
    past = client.send(
        "POST", "appointments", wish({**slot, "starts_at": "2024-01-08T10:00:00Z"}, phone), status=422
    )
    assert "past" in past["detail"]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/procedure_id"),
        ({"starts_at": "tomorrow"}, "/starts_at"),
        ({"contact": {"name": NAME}}, "/contact"),
        ({"contact": None}, ""),
        ({"hold_minutes": 0}, "/hold_minutes"),
    ],
)
def test_what_is_wrong_with_a_request_is_pointed_at(
    client: Client, practice: Practice, phone: str, body: dict[str, Any], pointer: str
) -> None:
    slot = {
        "procedure_id": str(practice.procedures["consultation"]),
        "practitioner_id": str(practice.doctors["ionescu"]),
        "starts_at": "2026-12-01T09:00:00+02:00",
    }
    sent = {**wish(slot, phone), **body} if body else {}
    problem = client.send("POST", "appointments", sent, status=422)
    assert pointer in [fault["pointer"] for fault in problem["errors"]]
    assert NAME not in str(problem)


def test_wishes_about_the_time_are_kept(client: Client, practice: Practice) -> None:
    day = (datetime.now(UTC) + timedelta(days=3)).date()
    wishes = {"first_day": day, "last_day": day + timedelta(days=20), "weekday": "wed", "not_before": "15:00"}
    found = client.slots(**wishes, not_after="17:30", order="spread")
    begins = [datetime.fromisoformat(slot["starts_at"]) for slot in found]
    assert begins
    assert {at.weekday() for at in begins} == {2}
    assert all("15:00" <= f"{at:%H:%M}" <= "17:30" for at in begins)
    assert all(day <= at.date() <= day + timedelta(days=20) for at in begins)


def test_what_is_not_there_is_not_found(client: Client, practice: Practice) -> None:
    client.get(f"appointments/{uuid4()}", status=404)
    client.get("appointments/1", status=404)
    client.get("slots", status=404, procedure="tattoo")
    client.get("slots", status=422)
    assert client.get("appointments", person_id=str(uuid4())) == {"appointments": [], "next": None}


def test_pages_follow_one_another(client: Client, practice: Practice, phone: str) -> None:
    slots = client.slots(limit=3, practitioner_id=practice.doctors["ionescu"], part_of_day="afternoon")
    made = [client.send("POST", "appointments", wish(slot, phone), status=201)["id"] for slot in slots[::2]]
    person = client.get(f"appointments/{made[0]}")["person_id"]
    first = client.get("appointments", person_id=person, limit=1)
    second = client.get("appointments", person_id=person, limit=1, cursor=first["next"])
    assert [first["appointments"][0]["id"], second["appointments"][0]["id"]] == made
    assert second["next"] is None


def test_a_key_opens_what_its_scopes_say(stack: Stack, practice: Practice, phone: str) -> None:
    read = stack.run("apikeys", "new", "Board", "--scope", "booking:read").stdout.strip()
    board = Client(stack, read)
    try:
        slot = board.slots(limit=1)[0]
        refused = board.send("POST", "appointments", wish(slot, phone), status=403)
        assert refused["code"] == "scope_missing"
    finally:
        board.close()


def test_nothing_personal_lies_open(client: Client, practice: Practice, stack: Stack, phone: str) -> None:
    slot = client.slots(limit=1)[0]
    client.send("POST", "appointments", wish(slot, phone), status=201, once=str(uuid4()))
    digits = phone.lstrip("+")
    tables = (
        "dbos.workflow_status", "dbos.workflow_input", "dbos.operation_outputs", "asks", "api_requests", "appointments",
    )  # fmt: skip
    for table in tables:
        rows = stack.rows(f"select t::text as text from {table} t")  # noqa: S608 - names of ours
        assert not any("Canarina" in row["text"] or digits in row["text"] for row in rows), table
    assert "Canarina" not in stack.logs(10**7)
    assert digits not in stack.logs(10**7)
