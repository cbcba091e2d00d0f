"""The clinic's set-up: everything can be changed, and what is free follows at once."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from conftest import NOW, ZONE, Clinic, at
from medicalcor.core import clock, ids
from medicalcor.core.database.pool import open_pool
from medicalcor.core.database.transaction import transaction
from medicalcor.core.errors import InvalidInput, NotFound
from medicalcor.operations import availability, practice
from medicalcor.operations.ledger import Ledger, by_user
from medicalcor.operations.practice import SetUpChanged
from medicalcor.readmodels.practice import queries
from medicalcor.readmodels.rebuild import compare
from medicalcor.schemas.appointments import SlotQuery
from medicalcor.schemas.practice import (
    Holiday,
    Hours,
    Practitioner,
    Resource,
    Terms,
    TimeOff,
    WeekHours,
)

TODAY = NOW.astimezone(ZONE).date()
CAUSE = by_user(ids.new_id(), correlation_id="c")


async def free(clinic: Clinic, *, code: str = "consultation", days: int = 1, **more: Any) -> list[str]:
    """The free times as the wall shows them."""
    query = SlotQuery(
        procedure_id=clinic.procedures[code],
        **{"first_day": TODAY, "last_day": TODAY + timedelta(days=days - 1), "limit": 500, **more},
    )
    zone = ZoneInfo(clinic.ledger.settings.clinic_timezone)
    found = await availability.find(clinic.ledger, query=query)
    return [slot.starts_at.astimezone(zone).strftime("%d %H:%M") for slot in found]


def quarters(first: str, last: str, *, day: int = 4) -> list[str]:
    start, end = (datetime.strptime(shown, "%H:%M").replace(tzinfo=ZONE) for shown in (first, last))
    steps = int((end - start) / timedelta(minutes=15))
    return [f"{day:02} {start + n * timedelta(minutes=15):%H:%M}" for n in range(steps + 1)]


async def test_free_times_follow_hours_visits_and_buffers(clinic: Clinic) -> None:
    assert await free(clinic) == quarters("09:00", "16:30")
    who = clinic.doctors["Ionescu"]
    await clinic.book(at(12), what="implant")
    mine = await free(clinic, practitioner_id=who)
    assert mine == [*quarters("09:00", "11:15"), *quarters("13:30", "16:30")]
    assert await free(clinic, code="implant") == [*quarters("09:00", "10:15"), *quarters("13:45", "16:00")]


async def test_what_is_asked_for(clinic: Clinic) -> None:
    assert await free(clinic, part_of_day="morning") == quarters("09:00", "11:45")
    assert await free(clinic, part_of_day="afternoon", not_before=time(15)) == quarters("15:00", "16:30")
    assert await free(clinic, not_after=time(9, 30)) == quarters("09:00", "09:30")
    assert await free(clinic, part_of_day="evening") == []
    assert await free(clinic, days=7, weekdays={2}, limit=2) == ["06 09:00", "06 09:15"]
    known = await availability.find(
        clinic.ledger,
        query=SlotQuery(
            procedure_id=clinic.procedures["consultation"],
            first_day=TODAY,
            last_day=TODAY,
            prefer=clinic.doctors["Marin"],
            limit=1,
        ),
    )
    assert known[0].practitioner_id == clinic.doctors["Marin"]


async def test_no_time_that_has_passed_is_offered(clinic: Clinic, still: clock.Still) -> None:
    still.at = at(11, 5)
    assert (await free(clinic))[0] == "04 11:15"
    assert await free(clinic, first_day=TODAY - timedelta(days=9), last_day=TODAY - timedelta(days=2)) == []


async def test_everything_that_changes_when_somebody_works(clinic: Clinic, database_url: str) -> None:
    ledger, who = clinic.ledger, clinic.doctors["Marin"]
    only = {"practitioner_id": who}
    week = [
        WeekHours(weekday=0, opens=time(8), closes=time(10)),
        WeekHours(weekday=0, opens=time(20), closes=time(0)),
    ]
    await practice.set_week(ledger, practitioner_id=who, hours=week, version=2, cause=CAUSE)
    assert await free(clinic, **only) == [*quarters("08:00", "09:30"), *quarters("20:00", "23:30")]
    await practice.set_day(
        ledger, practitioner_id=who, day=TODAY, hours=[Hours(opens=time(13), closes=time(14))], cause=CAUSE
    )
    assert await free(clinic, **only) == quarters("13:00", "13:30")
    off, _ = await practice.add_time_off(
        ledger, time_off=time_off(who, at(13), at(13, 15)), cause=CAUSE, note="her knee"
    )
    assert await free(clinic, **only) == quarters("13:15", "13:30")
    holiday = await practice.add_holiday(ledger, holiday=Holiday(day=TODAY, title="1 Mai"), cause=CAUSE)
    assert await free(clinic) == []
    with pytest.raises(InvalidInput, match="already"):
        await practice.add_holiday(ledger, holiday=Holiday(day=TODAY, title="again"), cause=CAUSE)
    await practice.remove_holiday(ledger, holiday_id=holiday, cause=CAUSE)
    await practice.remove_time_off(ledger, time_off_id=off, cause=CAUSE)
    await practice.clear_day(ledger, practitioner_id=who, day=TODAY, cause=CAUSE)
    assert await free(clinic, **only) == [*quarters("08:00", "09:30"), *quarters("20:00", "23:30")]
    await same(ledger, database_url)


def time_off(resource_id: UUID, start: datetime, end: datetime) -> TimeOff:
    return TimeOff(resource_id=resource_id, starts_at=start, ends_at=end, kind="other")


async def same(ledger: Ledger, database_url: str) -> None:
    """The read models are what the log says."""
    async with await open_pool(database_url, maximum=1) as owners, transaction(owners) as connection:
        assert await compare(connection, ledger.store) == []


async def test_time_off_names_the_visits_that_it_concerns(clinic: Clinic) -> None:
    visits = [await clinic.book(at(hour)) for hour in (10, 12)]
    away = time_off(clinic.doctors["Ionescu"], at(11), at(17))
    _, concerned = await practice.add_time_off(clinic.ledger, time_off=away, cause=CAUSE)
    assert concerned == [visits[1].id]
    _, in_room = await practice.add_time_off(
        clinic.ledger, time_off=time_off(clinic.rooms["Chair 2"], at(9), at(17)), cause=CAUSE
    )
    assert in_room == [visits[0].id, visits[1].id], "the first doctor begins with the second room"
    assert await free(clinic, code="implant") == []


async def test_people_rooms_and_procedures_change(clinic: Clinic, database_url: str) -> None:
    ledger, who = clinic.ledger, clinic.doctors["Ionescu"]
    gone = Practitioner(name="Dr. Ionescu", languages=("ro", "de"), skills=("surgery",), is_active=False)
    await practice.change_practitioner(ledger, practitioner_id=who, practitioner=gone, version=2, cause=CAUSE)
    assert await free(clinic, code="implant") == []
    with pytest.raises(SetUpChanged):
        await practice.change_practitioner(
            ledger, practitioner_id=who, practitioner=gone, version=2, cause=CAUSE
        )
    chair = Resource(kind="room", title="Chair 1", groups=("store",))
    await practice.change_resource(
        ledger, resource_id=clinic.rooms["Chair 1"], resource=chair, version=1, cause=CAUSE
    )
    with pytest.raises(NotFound):
        await practice.change_resource(ledger, resource_id=who, resource=chair, version=3, cause=CAUSE)
    longer = Terms(code="consultation", titles={"ro": "Consultație"}, minutes=240)
    procedure = clinic.procedures["consultation"]
    await practice.change_procedure(ledger, procedure_id=procedure, terms=longer, version=1, cause=CAUSE)
    assert await free(clinic) == quarters("09:00", "13:00")
    with pytest.raises(InvalidInput, match="already"):
        await practice.add_procedure(ledger, terms=longer, cause=CAUSE)
    async with ledger.pool.acquire() as connection:
        people = await queries.practitioners(connection)
        assert [(one.name, one.is_active) for one in people] == [("Marin", True), ("Dr. Ionescu", False)]
        assert {one.label: tuple(one.groups) for one in await queries.resources(connection)} == {
            "Chair 1": ("store",),
            "Chair 2": ("chair", "surgery"),
        }
        assert {one.code: one.minutes for one in await queries.procedures(connection)} == {
            "consultation": 240,
            "implant": 60,
        }
    await same(ledger, database_url)


OVERLAPPING: list[Sequence[tuple[time, time]]] = [
    [(time(9), time(12)), (time(11), time(13))],
    [(time(20), time(0)), (time(21), time(22))],
    [(time(9), time(9, 30)), (time(9), time(10))],
]


@pytest.mark.parametrize("pairs", OVERLAPPING)
async def test_hours_of_a_day_do_not_overlap(clinic: Clinic, pairs: Sequence[tuple[time, time]]) -> None:
    hours = [WeekHours(weekday=1, opens=a, closes=b) for a, b in pairs]
    with pytest.raises(InvalidInput, match="overlap"):
        await practice.set_week(
            clinic.ledger, practitioner_id=clinic.doctors["Marin"], hours=hours, version=2, cause=CAUSE
        )


@pytest.mark.parametrize(
    "zone", ["Europe/Bucharest", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"]
)
async def test_the_clinic_may_be_in_any_zone(clinic: Clinic, zone: str) -> None:
    """Nine o'clock is nine o'clock all year round, on the wall of that clinic."""
    settings = clinic.ledger.settings.model_copy(update={"clinic_timezone": zone})
    there = Clinic(Ledger(settings, clinic.ledger.pool, clinic.ledger.vault, clinic.ledger.store))
    there.procedures = clinic.procedures
    first = TODAY + timedelta(days=1)
    found = await free(there, first_day=first, last_day=first + timedelta(days=360), not_after=time(9))
    workdays = [d for d in (first + timedelta(days=n) for n in range(361)) if d.weekday() < 5]
    assert found == [f"{day:%d} 09:00" for day in workdays]


def test_a_range_goes_forward() -> None:
    with pytest.raises(ValueError, match="forward"):
        SlotQuery(procedure_id=ids.new_id(), first_day=date(2026, 5, 4), last_day=date(2026, 5, 3))
