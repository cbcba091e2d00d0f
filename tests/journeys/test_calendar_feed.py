"""A practitioner's own calendar program follows their visits."""

from datetime import datetime
from typing import Any

import httpx
import pytest
from icalendar import Calendar

from tests.practice import Practice, practice_of
from tests.stack import Stack

NAME = "Canarina Iacob"


@pytest.fixture
def stack(own_system: Stack) -> Stack:
    return own_system


@pytest.fixture
def practice(stack: Stack) -> Practice:
    return practice_of(stack)


def new_address(stack: Stack, who: str, *options: str) -> str:
    made = stack.run("calendars", "new", who, *options)
    assert made.returncode == 0, made.stderr
    address: str = made.stdout.strip()
    assert address.startswith("http")
    return address


def read(address: str, **headers: str) -> httpx.Response:
    return httpx.get(address, headers=headers, timeout=40)


def events(address: str) -> dict[str, Any]:
    answer = read(address)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("text/calendar")
    return {str(event["uid"]): event for event in Calendar.from_ical(answer.content).events}


def api(stack: Stack, method: str, path: str, body: Any = None) -> Any:
    headers = {"Authorization": f"Bearer {stack.env['API_SECRET_KEY']}"}
    answer = httpx.request(method, f"{stack.api_url}/booking/{path}", json=body, headers=headers, timeout=40)
    assert answer.status_code < 300, answer.text
    return answer.json()


def book(stack: Stack, practitioner_id: Any, phone: str, nth: int = 0) -> Any:
    found = api(stack, "GET", f"slots?procedure=consultation&practitioner_id={practitioner_id}&order=spread")
    slot = {key: value for key, value in found["slots"][nth].items() if key != "ends_at"}
    return api(stack, "POST", "appointments", {**slot, "contact": {"name": NAME, "phone": phone}})


def test_a_visit_is_followed_from_booking_to_cancelling(stack: Stack, practice: Practice, phone: str) -> None:
    doctor = practice.doctors["munteanu"]
    address = new_address(stack, "Munteanu")
    visit = book(stack, doctor, phone)
    event = events(address)[visit["id"]]
    assert event.start == datetime.fromisoformat(visit["starts_at"])
    assert (event["status"], event["sequence"], str(event["summary"])) == ("CONFIRMED", 1, "Consultație")
    assert "Cabinet" in str(event["location"]) or "Sala" in str(event["location"])
    assert NAME not in read(address).text

    first = read(address)
    assert read(address, **{"If-None-Match": first.headers["etag"]}).status_code == 304
    free = api(stack, "GET", f"slots?procedure=consultation&practitioner_id={doctor}&limit=1")["slots"][0]
    path = f"appointments/{visit['id']}"
    api(stack, "PATCH", path, {"version": 1, "starts_at": free["starts_at"]})
    moved = events(address)[visit["id"]]
    assert (moved.start, moved["sequence"]) == (datetime.fromisoformat(free["starts_at"]), 2)
    assert read(address, **{"If-None-Match": first.headers["etag"]}).status_code == 200
    api(stack, "DELETE", path)
    off = events(address)[visit["id"]]
    assert (off["status"], off["sequence"]) == ("CANCELLED", 3)


def test_names_stand_in_it_only_when_somebody_says_so(stack: Stack, practice: Practice, phone: str) -> None:
    visit = book(stack, practice.doctors["stan"], phone)
    address = new_address(stack, "Stan", "--with-names")
    assert str(events(address)[visit["id"]]["summary"]) == f"Consultație · {NAME}"


def test_a_new_address_ends_the_old_one_and_a_revoked_one_opens_nothing(
    stack: Stack, practice: Practice
) -> None:
    old = new_address(stack, "Alina Dinu")
    new = new_address(stack, "Alina Dinu")
    assert read(old).status_code == 404
    assert read(new).status_code == 200
    assert "without names, read" in stack.run("calendars", "list").stdout
    assert stack.run("calendars", "revoke", "Dinu").returncode == 0
    assert read(new).status_code == 404
    for nothing in ("x.ics", "x", f"{'a' * 43}.ics", f"{'a' * 5000}.ics"):
        assert read(f"{stack.api_url}/calendar/{nothing}").status_code == 404


def test_the_address_is_written_down_nowhere(stack: Stack, practice: Practice) -> None:
    address = new_address(stack, "Ionescu")
    read(address)
    secret = address.rpartition("/")[2].removesuffix(".ics")
    assert secret not in stack.logs(10**7)
    for table in ("calendar_feeds", "asks", "dbos.workflow_status", "dbos.workflow_input", "domain_events"):
        rows = stack.rows(f"select t::text as text from {table} t")  # noqa: S608 - names of ours
        assert not any(secret in row["text"] for row in rows), table
    figures = stack.http.get(f"{stack.api_url}/metrics").text
    assert secret not in figures


def test_one_address_is_not_read_without_end(stack: Stack, practice: Practice) -> None:
    address = new_address(stack, "Ionescu")
    assert 429 in [read(address, **{"If-None-Match": "*"}).status_code for _ in range(70)]
