"""A caller books, moves and cancels with the voice agent, and the clinic learns of it."""

import json
from datetime import datetime
from typing import Any
from uuid import uuid4

import pytest

from medicalcor.core import clock
from medicalcor.sandbox.providers import vapi_payloads as payloads
from medicalcor.sandbox.providers.vapi_payloads import PlayedCall
from tests.practice import Practice, practice_of
from tests.stack import Stack

SECRET = "journey-vapi-secret"
NAME = "Canarina Voicu"


class Caller:
    """Somebody on the line with the voice agent."""

    def __init__(self, stack: Stack, phone: str) -> None:
        self.stack = stack
        self.call = PlayedCall(id=payloads.new_id(), other=phone, began=clock.now())

    def tell(self, message: dict[str, Any]) -> Any:
        body = payloads.body_of(message)
        headers = payloads.proof("bearer", secret=SECRET, body=body, at=clock.now())
        answer = self.stack.http.post(f"{self.stack.api_url}/webhooks/vapi", content=body, headers=headers)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def entry(self, tool: str, /, *, tool_id: str = "", **arguments: Any) -> dict[str, Any]:
        asked = payloads.tool_calls(
            self.call,
            tool_id=tool_id or str(uuid4()),
            name=tool,
            arguments=arguments,
            shape="function",
            at=clock.now(),
        )
        [entry] = self.tell(asked)["results"]
        return dict(entry)

    def use(self, tool: str, /, **arguments: Any) -> dict[str, Any]:
        entry = self.entry(tool, **arguments)
        assert "result" in entry, entry
        told: dict[str, Any] = json.loads(entry["result"])
        return told

    def hang_up(self, words: str) -> None:
        self.call.say("user", words, at=clock.now())
        self.call.ended, self.call.ended_reason = clock.now(), "customer-ended-call"
        self.call.status = "ended"
        self.tell(self.call.message("status-update", at=clock.now(), status="ended"))
        self.tell(self.call.report(at=clock.now()))


@pytest.fixture
def stack(own_system: Stack) -> Stack:
    """With nothing left to do and a sandbox that has forgotten the test before."""
    own_system.settle(60)
    own_system.reset()
    return own_system


@pytest.fixture
def practice(stack: Stack) -> Practice:
    return practice_of(stack)


def visits(stack: Stack, phone: str) -> list[dict[str, Any]]:
    return stack.rows(
        "select a.* from appointments a join addresses d using (person_id) where d.value = $1 order by a.booked_at",
        phone,
    )


@pytest.mark.parametrize(
    ("language", "words", "hour"),
    [
        ("ro", "o consultație", "ora "),
        ("en", "a check-up consultation", " at "),
        ("de", "eine Beratung", " Uhr"),
    ],
)
def test_a_caller_books_what_they_chose(
    stack: Stack, practice: Practice, phone: str, language: str, words: str, hour: str
) -> None:
    caller = Caller(stack, phone)
    caller.tell(caller.call.message("status-update", at=clock.now(), status="in-progress"))
    found = caller.use("find_slots", procedure=words, part_of_day="morning", language=language)
    assert len(found["times"]) == 3
    assert all(hour in one["say"] for one in found["times"])
    assert visits(stack, phone) == [], "an offer is no booking"
    chosen = found["times"][1]
    booked = caller.use("book_appointment", slot=chosen["slot"], name=NAME, language=language)
    assert (booked["booked"], booked["say"], booked["with"]) == (True, chosen["say"], chosen["with"])
    caller.use("book_appointment", slot=chosen["slot"], name=NAME, language=language)
    [visit] = visits(stack, phone)
    assert visit["status"] == "booked"
    assert visit["starts_at"] == datetime.fromisoformat(chosen["slot"].rpartition("/")[2])
    caller.hang_up("Mulțumesc, pe curând.")
    stack.until(lambda: stack.made("calls"), what="the call in the CRM")
    stack.settle()
    assert stack.person(phone)["name"] == NAME
    [logged] = stack.made("calls")
    assert "visit" in logged["hs_call_body"].lower()
    [call] = stack.rows("select id from calls where vapi_id = $1", caller.call.id)
    assert visit["booked_by"] == f"call:{call['id']}"


def test_a_time_that_is_gone_is_said_so_and_others_are_offered(
    stack: Stack, practice: Practice, phone: str, other_phone: str
) -> None:
    wish = {"procedure": "consultation", "practitioner": "Ionescu", "soonest": True, "language": "en"}
    caller, faster = Caller(stack, phone), Caller(stack, other_phone)
    chosen = caller.use("find_slots", **wish)["times"][0]
    assert faster.use("book_appointment", slot=chosen["slot"], name="Faster One")["booked"]
    refused = caller.use("book_appointment", slot=chosen["slot"], name=NAME, language="en")
    assert refused["booked"] is False
    assert len(refused["times"]) == 3
    assert visits(stack, phone) == []
    other = caller.use("book_appointment", slot=refused["times"][0]["slot"], name=NAME, language="en")
    assert other["say"] == refused["times"][0]["say"]


def test_a_caller_moves_and_cancels_their_own_visit(
    stack: Stack, practice: Practice, phone: str, other_phone: str
) -> None:
    caller = Caller(stack, phone)
    times = caller.use("find_slots", procedure="cleaning", language="en")["times"]
    caller.use("book_appointment", slot=times[0]["slot"], name=NAME)
    [known] = caller.use("my_visits", language="en")["visits"]
    assert known["say"] == times[0]["say"]
    stranger = Caller(stack, other_phone)
    assert stranger.use("my_visits")["visits"] == []
    assert "No visit" in stranger.entry("cancel_appointment", visit=known["visit"])["error"]
    moved = caller.use("move_appointment", slot=times[2]["slot"], language="en")
    assert moved["say"] == times[2]["say"]
    [visit] = visits(stack, phone)
    assert (visit["moves"], visit["status"]) == (1, "booked")
    assert caller.use("cancel_appointment", visit=known["visit"])["cancelled"]
    [visit] = visits(stack, phone)
    assert (visit["status"], visit["end_reason"]) == ("cancelled", "patient")


def test_what_is_not_clear_is_asked(stack: Stack, practice: Practice, phone: str) -> None:
    caller = Caller(stack, phone)
    which = caller.use("find_slots", procedure="a tattoo", language="en")
    assert which["procedures"]["consultation"] == "Consultation"
    who = caller.use("find_slots", procedure="consultation", practitioner="House")
    assert any("Ionescu" in name for name in who["practitioners"])
    assert "YYYY-MM-DD" in caller.entry("find_slots", first_day="tomorrow")["error"]
    assert "find_slots" in caller.entry("book_appointment", slot="next Tuesday", name=NAME)["error"]


def test_who_hides_their_number_is_asked_for_one(stack: Stack, practice: Practice, phone: str) -> None:
    caller = Caller(stack, "")
    slot = caller.use("find_slots", procedure="consultation", soonest=True)["times"][0]["slot"]
    assert "hides their number" in caller.entry("book_appointment", slot=slot, name=NAME)["error"]
    assert caller.use("book_appointment", slot=slot, name=NAME, phone=phone)["booked"]
    assert len(visits(stack, phone)) == 1


def test_nothing_personal_lies_open(stack: Stack, practice: Practice, phone: str) -> None:
    caller = Caller(stack, phone)
    slot = caller.use("find_slots", procedure="consultation")["times"][0]["slot"]
    caller.use("book_appointment", slot=slot, name=NAME)
    for table in (
        "dbos.workflow_status",
        "dbos.workflow_input",
        "dbos.operation_outputs",
        "asks",
        "domain_events",
    ):
        rows = stack.rows(f"select t::text as text from {table} t")  # noqa: S608 - names of ours
        assert not any("Canarina" in row["text"] for row in rows), table
    assert "Canarina" not in stack.logs(10**7)
