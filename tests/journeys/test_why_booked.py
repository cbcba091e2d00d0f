"""A patient, the desk and a doctor want one time: the command line and the pages say who got it, who did not, and why."""

from typing import Any
from uuid import uuid4

import pytest

from tests.colleague import Colleague
from tests.journeys.test_booking_agent import lists_to, rows_of, tap, the_list, visits_of, words_to
from tests.journeys.test_visits_by_others import ZONE
from tests.open_clinic import open_clinic
from tests.stack import Stack

CANARY = "Canarescu, umflătură"


@pytest.fixture
def stack(own_system: Stack) -> Stack:
    """With nothing left to do and a sandbox that has forgotten the test before."""
    own_system.settle(60)
    own_system.reset()
    open_clinic(own_system)
    return own_system


def on_top(visit: dict[str, Any], lead: object) -> dict[str, str]:
    """The form that puts somebody's visit over another one."""
    return {
        "starts": f"{visit['starts_at'].astimezone(ZONE):%Y-%m-%dT%H:%M}",
        "practitioner": str(visit["practitioner_id"]),
        "treatment": str(visit["procedure_id"]),
        "lead_id": str(lead),
        "key": uuid4().hex,
        "reason": CANARY,
    }


def refused(stack: Stack, phone: str) -> list[dict[str, Any]]:
    return stack.rows(
        "select r.* from refused_visits r join addresses a using (person_id) where a.value = $1 order by r.at",
        phone,
    )


def test_who_got_the_time_who_did_not_and_why(stack: Stack, phone: str, other_phone: str) -> None:
    for one in (phone, other_phone):
        stack.say(one, "Vreau o programare la detartraj mâine", name="Ana Canarescu")
    wanted = rows_of(the_list(stack, phone))[0]
    late = next(row for row in rows_of(the_list(stack, other_phone)) if row["title"] == wanted["title"])
    tap(stack, phone, wanted)
    stack.until(lambda: words_to(stack, phone), what="the confirmation")
    [visit] = visits_of(stack, phone)
    tap(stack, other_phone, late)
    stack.until(lambda: len(lists_to(stack, other_phone)) > 1, what="other times")
    [gone] = refused(stack, other_phone)
    assert (gone["actor"], gone["reason"]) == ("patient", "practitioner_taken")

    lead = stack.person(other_phone)["id"]
    desk = Colleague.hired(stack, f"Desk{uuid4().hex[:8]}", role="receptionist")
    assert desk.post("/appointments/book", **on_top(visit, lead)).status_code == 403
    doctor = Colleague.hired(stack, f"Doctor{uuid4().hex[:8]}", role="doctor")
    assert doctor.post("/appointments/book", **on_top(visit, lead)).status_code == 303
    [over] = visits_of(stack, other_phone)
    assert [one["reason"] for one in refused(stack, other_phone)] == ["practitioner_taken", "no_right"]

    told = [stack.run("bookings", "why", str(one["id"])) for one in (visit, over, gone)]
    assert [one.returncode for one in told] == [0, 0, 0]
    first, second, third = (one.stdout for one in told)
    assert "asked by a tap" in first
    assert "All that it takes was free." in first
    assert "leave to overlap: doctor, has the right" in second
    assert f"visit {visit['id']} stands there" in second
    assert "offered instead: " in third
    for words in (first, second, third, stack.run("bookings", "refused").stdout):
        assert "Canarescu" not in words
        assert phone not in words
        assert other_phone not in words
    again = stack.run("effects", "replay")
    assert again.returncode == 0, again.stdout
    assert " 0 differ, 0 were made by other rules" in again.stdout
    by_ai = stack.rows("select merge from scores where scorer = 'ai'")
    assert by_ai
    assert all(row["merge"] for row in by_ai), "what AI answered is merged again, too"
    assert (
        stack.rows("select count(*) as n from domain_events where payload::text like '%Canarescu%'")[0]["n"]
        == 0
    )

    page = doctor.open(lead)
    assert "De ce această oră?" in page
    assert "Trecut peste în mod intenționat: Medicul are altă programare atunci." in page
    assert "Nu s-a putut programa:" in page
    assert "Cerut printr-o atingere." in page
    card = desk.post(f"/appointments/{visit['id']}/card").text
    assert "Tot ce era nevoie era liber." in card
    assert "iese la fel" in card
    for one in (desk, doctor):
        one.http.close()
