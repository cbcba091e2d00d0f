"""What the voice agent's tools answer, on a clinic whose clock stands still on a Monday morning."""

from typing import Any
from uuid import UUID

import pytest

from conftest import Clinic, at
from medicalcor.core import clock, ids
from medicalcor.core.errors import InvalidInput
from medicalcor.operations import voice_booking
from medicalcor.operations.asks import Tools
from medicalcor.readmodels.appointments import queries as visits

PHONE = "+40722000099"


class Line:
    """A call with the voice agent."""

    def __init__(self, clinic: Clinic, phone: str = PHONE) -> None:
        self.clinic, self.phone, self.vapi_id = clinic, phone, str(ids.new_id())

    async def use(self, tool: str, /, **arguments: Any) -> Any:
        call = {
            "id": self.vapi_id,
            "twilio_sid": None,
            "handed_over": False,
            "caller": self.phone,
            "inbound": True,
        }
        tools = Tools(self.clinic.ledger, None, ids.new_id(), "c")
        return await voice_booking.VOICE[tool](tools, {"call": call, "arguments": arguments})


@pytest.fixture
def line(clinic: Clinic) -> Line:
    return Line(clinic)


async def test_times_are_said_in_the_callers_language_by_the_clinics_clock(line: Line) -> None:
    wish = {"procedure": "consultation", "soonest": True, "part_of_day": "afternoon"}
    found = await line.use("find_slots", **wish, language="de")
    assert [one["say"] for one in found["times"]] == [
        "Montag, 4. Mai 2026 um 12:00 Uhr",
        "Montag, 4. Mai 2026 um 12:15 Uhr",
        "Montag, 4. Mai 2026 um 12:30 Uhr",
    ]
    by_number = await line.use("find_slots", **wish)
    assert by_number["times"][0]["say"] == "luni, 4 mai 2026, ora 12:00"
    assert found["today"] == "2026-05-04"


async def test_days_and_hours_are_kept(line: Line) -> None:
    found = await line.use("find_slots", first_day="2026-05-05", not_before="16:00", practitioner="dr Marin")
    assert {one["slot"].split("T")[0].rpartition("/")[2] for one in found["times"]} == {"2026-05-05"}
    assert all(one["slot"][-11:-6] >= "16:00" for one in found["times"])
    assert {one["with"] for one in found["times"]} == {"Marin"}
    nothing = await line.use("find_slots", first_day="2026-05-09", last_day="2026-05-10")
    assert nothing["times"] == []
    assert "no free time" in nothing["instruction"]


async def test_who_names_no_day_hears_the_next_time_and_others_of_the_days_after_it(line: Line) -> None:
    found = await line.use("find_slots", procedure="consultation")
    told = [one["slot"].rpartition("/")[2] for one in found["times"]]
    assert len(told) == 3
    assert told[0].startswith("2026-05-04T09:00"), "the very next one is among them"
    assert {one[:10] for one in told} <= {"2026-05-04", "2026-05-05", "2026-05-06"}
    assert told == sorted(told)


async def test_where_little_is_free_it_looks_on_and_over_the_weekend(line: Line, still: clock.Still) -> None:
    """It is Monday; from Friday on the next three days have only one that is worked."""
    still.at = at(16, 50, days=3)
    found = await line.use("find_slots", procedure="consultation", part_of_day="morning")
    told = [one["slot"].rpartition("/")[2] for one in found["times"]]
    assert told[0].startswith("2026-05-08T09:00")
    assert len(told) == 3


async def test_the_chosen_time_is_booked_once_and_no_other(line: Line) -> None:
    found = await line.use("find_slots", procedure="consultation")
    chosen = found["times"][1]
    booked = await line.use("book_appointment", slot=chosen["slot"], name="Ana Pop")
    assert (booked["booked"], booked["say"]) == (True, chosen["say"])
    again = await line.use("book_appointment", slot=chosen["slot"], name="Ana Pop")
    assert again == booked
    pool = line.clinic.ledger.pool
    [row] = await pool.fetch("select a.*, p.name from appointments a join people p on p.id = a.person_id")
    assert (row["status"], row["name"], row["for_name"]) == ("booked", "Ana Pop", None)
    [call] = await pool.fetch("select id from calls")
    assert row["booked_by"] == f"call:{call['id']}"
    async with pool.acquire() as connection:
        assert await visits.of_call(connection, call_id=UUID(int=call["id"].int)) == visits.OfCall(1, 0)
    child = found["times"][2]
    await line.use("book_appointment", slot=child["slot"], name="Mihai Pop")
    assert await pool.fetchval(
        "select for_name from appointments order by booked_at desc, id desc limit 1"
    ) == ("Mihai Pop")


async def test_a_time_that_is_gone_brings_the_nearest(line: Line) -> None:
    chosen = (await line.use("find_slots", procedure="consultation", soonest=True, practitioner="Marin"))[
        "times"
    ][0]
    other = Line(line.clinic, "+40722000098")
    assert (await other.use("book_appointment", slot=chosen["slot"], name="Faster"))["booked"]
    refused = await line.use("book_appointment", slot=chosen["slot"], name="Ana Pop")
    assert refused["booked"] is False
    assert len(refused["times"]) == 3
    assert chosen["slot"] not in [one["slot"] for one in refused["times"]]


async def test_a_caller_sees_moves_and_cancels_only_their_own(line: Line) -> None:
    times = (await line.use("find_slots", procedure="consultation"))["times"]
    for one in times[:2]:
        await line.use("book_appointment", slot=one["slot"], name="Ana Pop")
    mine = (await line.use("my_visits"))["visits"]
    assert [one["say"] for one in mine] == [one["say"] for one in times[:2]]
    with pytest.raises(InvalidInput, match="several visits"):
        await line.use("cancel_appointment")
    moved = await line.use("move_appointment", visit=mine[0]["visit"], slot=times[2]["slot"])
    assert moved["say"] == times[2]["say"]
    off = await line.use("cancel_appointment", visit=mine[1]["visit"])
    assert off["cancelled"]
    assert [one["visit"] for one in (await line.use("my_visits"))["visits"]] == [mine[0]["visit"]]
    stranger = Line(line.clinic, "+40722000097")
    assert (await stranger.use("my_visits"))["visits"] == []
    with pytest.raises(InvalidInput, match="No visit"):
        await stranger.use("cancel_appointment", visit=mine[0]["visit"])


async def test_who_hides_their_number_leaves_one(clinic: Clinic) -> None:
    hidden = Line(clinic, "")
    slot = (await hidden.use("find_slots"))["times"][0]["slot"]
    with pytest.raises(InvalidInput, match="hides their number"):
        await hidden.use("book_appointment", slot=slot, name="Ana")
    assert (await hidden.use("book_appointment", slot=slot, name="Ana", phone="0722000095"))["booked"]


@pytest.mark.parametrize(
    "slot",
    [
        "",
        "consultation",
        "consultation/99/2026-05-05T10:00+03:00",
        "tattoo/1/2026-05-05T10:00+03:00",
        "a/b/c",
    ],
)
async def test_only_what_was_offered_can_be_named(line: Line, slot: str) -> None:
    with pytest.raises(InvalidInput, match="find_slots"):
        await line.use("book_appointment", slot=slot, name="Ana")


async def test_what_is_not_understood_is_asked_about(line: Line) -> None:
    assert set((await line.use("find_slots", procedure="tatuaj"))["procedures"]) == {
        "consultation",
        "implant",
    }
    assert (await line.use("find_slots", practitioner="House"))["practitioners"] == ["Ionescu", "Marin"]
    assert at(12).hour == 9, "the clinic is three hours ahead of UTC"
