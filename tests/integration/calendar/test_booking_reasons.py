"""Why a visit has its time and why a wish could not be: kept with what was looked at, and decided the same again."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from conftest import CAUSE, Clinic, at
from medicalcor.core import clock, ids
from medicalcor.core.auth.roles import Role
from medicalcor.core.database.pool import open_pool
from medicalcor.core.database.transaction import transaction
from medicalcor.core.errors import Forbidden, InvalidInput, NotFound
from medicalcor.operations import admissions, appointments, refusals
from medicalcor.operations.admissions import Decided
from medicalcor.operations.admitting import Overlap
from medicalcor.operations.availability import NotWorking
from medicalcor.operations.booking import SlotTaken
from medicalcor.operations.ledger import by_user
from medicalcor.readmodels.rebuild import compare
from medicalcor.schemas.admissions import Through

CANARY = "Canarescu swollen jaw"


async def why(clinic: Clinic, about: UUID) -> list[Decided]:
    async with clinic.ledger.pool.acquire() as connection:
        return await admissions.why(connection, about=about)


async def all_again(clinic: Clinic) -> list[Any]:
    async with clinic.ledger.pool.acquire() as connection:
        return [one async for one in admissions.everything(connection)]


async def refused(clinic: Clinic) -> list[Any]:
    rows = await clinic.ledger.pool.fetch("select * from refused_visits order by at, id")
    return [dict(row) for row in rows]


async def test_a_visit_says_what_was_looked_at(clinic: Clinic) -> None:
    wish = await clinic.wish(at(10), what="implant")
    made = await appointments.book(clinic.ledger, wish=wish, cause=CAUSE, through="tap")
    [one] = await why(clinic, made.id)
    assert one.admission is not None
    facts = one.admission.facts
    assert (one.actor, facts.through, facts.locked) == ("patient", "tap", True)
    assert (one.admission.verdict, one.admission.reasons) == ("placed", ("free",))
    assert [(a, b) for a, b in one.hours] == [(at(9), at(17))]
    assert [(looked.name, looked.between, looked.taken) for looked in one.looked] == [
        ("Ionescu", (at(9, 50), at(11, 20)), True),
        ("Chair 2", (at(9, 45), at(11, 30)), True),
    ]
    version = await clinic.ledger.pool.fetchval("select version from practice_state")
    assert (facts.set_up, facts.duration) == (version, 3600)
    assert (one.again.differs, one.again.again) == (False, one.again.then)


async def test_a_wish_that_could_not_be_is_kept_with_what_stood_there(
    clinic: Clinic, database_url: str
) -> None:
    first = await clinic.book(at(10))
    wish = await clinic.wish(at(10, 15))
    with pytest.raises(SlotTaken) as problem:
        await appointments.book(clinic.ledger, wish=wish, cause=CAUSE, through="text")
    [row] = await refused(clinic)
    assert (row["person_id"], row["verdict"], row["reason"]) == (
        wish.person_id,
        "slot_taken",
        "practitioner_taken",
    )
    assert row["offered"] == [slot.starts_at for slot in problem.value.alternatives]
    [one] = await why(clinic, row["id"])
    assert [other for looked in one.looked for other, _, _ in looked.against][:1] == [first.id]
    assert one.offered == row["offered"]
    assert not one.again.differs
    async with await open_pool(database_url, maximum=1) as owners, transaction(owners) as connection:
        assert await compare(connection, clinic.ledger.store) == []


async def test_each_wish_is_kept_once_and_a_day_has_its_measure(clinic: Clinic, still: clock.Still) -> None:
    person = await clinic.person()

    async def asks(minute: int, through: Through = "text") -> None:
        wish = await clinic.wish(at(20) + timedelta(minutes=minute), person=person)
        with pytest.raises(NotWorking):
            await appointments.book(clinic.ledger, wish=wish, cause=CAUSE, through=through)

    await asks(0, "system")
    assert await refused(clinic) == [], "the machine asked, nobody else"
    await asks(0)
    await asks(0)
    assert len(await refused(clinic)) == 1
    for minute in range(1, refusals.MOST + 3):
        await asks(minute)
    assert len(await refused(clinic)) == refusals.MOST
    still.forward(days=1, seconds=1)
    wish = await clinic.wish(at(20, days=2), person=person)
    with pytest.raises(NotWorking):
        await appointments.book(clinic.ledger, wish=wish, cause=CAUSE, through="text")
    assert len(await refused(clinic)) == refusals.MOST + 1


async def test_leave_that_lacks_and_leave_that_overrides(clinic: Clinic) -> None:
    first = await clinic.book(at(10))
    wish = await clinic.wish(at(10, 15))
    colleague = by_user(ids.new_id(), correlation_id="c")

    async def over(role: Role, reason: str) -> UUID:
        made = await appointments.book(
            clinic.ledger,
            wish=wish,
            cause=colleague,
            through="dialog",
            overlap=Overlap(role=role, reason=reason),
        )
        return made.id

    with pytest.raises(Forbidden):
        await over(Role.RECEPTIONIST, CANARY)
    with pytest.raises(InvalidInput, match="3 to 500"):
        await over(Role.DOCTOR, " ")
    made = await over(Role.DOCTOR, CANARY)
    assert [row["reason"] for row in await refused(clinic)] == ["no_right", "no_reason"]
    [one] = await why(clinic, made)
    assert one.admission is not None
    assert one.admission.reasons == ("practitioner_taken",)
    assert one.admission.facts.leave is not None
    assert one.admission.facts.leave.role == "doctor"
    assert [other for looked in one.looked for other, _, _ in looked.against] == [first.id]
    plain = await clinic.ledger.pool.fetch("select payload::text as told from domain_events")
    assert not any("Canarescu" in row["told"] for row in plain)


async def test_what_was_held_moved_and_refused_a_move(clinic: Clinic) -> None:
    held = await appointments.hold(clinic.ledger, wish=await clinic.wish(at(10)), cause=CAUSE, through="api")
    await appointments.keep(clinic.ledger, appointment_id=held.id, cause=CAUSE)
    await clinic.book(at(12))

    async def move(hour: int) -> None:
        await appointments.move(
            clinic.ledger,
            appointment_id=held.id,
            to=clinic.choice(at(hour)),
            version=None,
            cause=CAUSE,
            through="drag",
        )

    with pytest.raises(SlotTaken):
        await move(12)
    await move(13)
    found = await why(clinic, held.id)
    assert [one.type.removeprefix("appointment.") for one in found] == ["held", "kept", "moved"]
    assert found[1].held_until == held.expires_at
    moved = found[2].admission
    assert moved is not None
    assert (moved.facts.through, moved.facts.moving) == ("drag", held.id)
    [row] = await refused(clinic)
    assert row["appointment_id"] == held.id
    again = await all_again(clinic)
    assert len(again) == 5
    assert not [one for one in again if one.differs or one.again is None]


async def test_a_decision_of_before_and_one_that_was_changed(clinic: Clinic, database_url: str) -> None:
    made = await clinic.book(at(10))
    doctored = (
        "update domain_events set payload = $2::jsonb || payload - $1::text where type = 'appointment.booked'"
    )
    kept = await clinic.ledger.pool.fetchval(
        "select payload from domain_events where type = 'appointment.booked'"
    )
    async with await open_pool(database_url, maximum=1) as owners:
        await owners.execute("alter table domain_events disable trigger user")
        await owners.execute(doctored, "admission", {})
        [one] = await why(clinic, made.id)
        assert one.admission is None
        assert one.again.again is None
        facts = {**kept["admission"]["facts"], "hours": []}
        changed = {**kept, "admission": {**kept["admission"], "facts": facts}}
        await owners.execute(
            "update domain_events set payload = $1 where type = 'appointment.booked'", changed
        )
    [one] = await why(clinic, made.id)
    assert one.again.differs
    assert one.again.again == "not_working: outside_hours"


async def test_nothing_of_that_id(clinic: Clinic) -> None:
    with pytest.raises(NotFound, match="no refused wish"):
        await why(clinic, ids.new_id())
