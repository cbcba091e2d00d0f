"""A booking cannot go wrong: exactly what was chosen, once, and never two visits at one time."""

import asyncio
from collections.abc import Awaitable
from datetime import timedelta
from typing import Any

import pytest

from conftest import CAUSE, NOW, Clinic, at
from medicalcor.core import clock, ids
from medicalcor.core.auth.roles import Role
from medicalcor.core.database.pool import ExclusionViolation, Pool, open_pool
from medicalcor.core.database.transaction import lock_numbered, transaction
from medicalcor.core.errors import Forbidden, InvalidInput, NotFound
from medicalcor.domain.scheduling.visits import HoldLapsed, NotPossible
from medicalcor.operations import appointments, holds
from medicalcor.operations.admitting import Overlap
from medicalcor.operations.appointments import AppointmentChanged
from medicalcor.operations.availability import NotWorking
from medicalcor.operations.booking import SlotTaken
from medicalcor.readmodels.appointments import queries
from medicalcor.readmodels.rebuild import compare
from medicalcor.schemas.appointments import Appointment, Choice

OVERLAPPING = """
select count(*) from occupancies a join occupancies b
on a.resource_no = b.resource_no and a.appointment_id < b.appointment_id and a.during && b.during
where a.status in ('held', 'booked', 'confirmed') and b.status in ('held', 'booked', 'confirmed')
"""


async def outcomes(*attempts: Awaitable[Appointment]) -> list[Any]:
    return await asyncio.gather(*attempts, return_exceptions=True)


async def sound(clinic: Clinic, database_url: str) -> None:
    """Nothing overlaps, and the log says the same."""
    assert await clinic.ledger.pool.fetchval(OVERLAPPING) == 0
    async with await open_pool(database_url, maximum=1) as owners, transaction(owners) as connection:
        assert await compare(connection, clinic.ledger.store) == []


async def test_a_visit_is_booked_with_all_that_it_takes(clinic: Clinic) -> None:
    made = await clinic.book(at(10), what="implant")
    assert (made.status, made.starts_at, made.ends_at) == ("booked", at(10), at(11))
    rows = await clinic.ledger.pool.fetch(
        "select r.kind, lower(during) as start, upper(during) as stop from occupancies o"
        " join resources r on r.no = o.resource_no order by r.kind"
    )
    assert [tuple(row) for row in rows] == [
        ("practitioner", at(9, 50), at(11, 20)),
        ("room", at(9, 45), at(11, 30)),
    ]


async def test_a_time_that_is_gone_is_answered_with_the_nearest_others(clinic: Clinic) -> None:
    await clinic.book(at(10), what="implant")
    with pytest.raises(SlotTaken) as refused:
        await clinic.book(at(10, 30), what="consultation")
    others = [slot.starts_at for slot in refused.value.alternatives]
    assert others == [at(11, 30), at(9, 15), at(11, 45)]
    assert {slot.practitioner_id for slot in refused.value.alternatives} == {clinic.doctors["Ionescu"]}
    assert await clinic.ledger.pool.fetchval("select count(*) from appointments") == 1, (
        "nothing else was booked"
    )
    for when in others[:2]:
        assert (await clinic.book(when)).starts_at == when


async def test_rooms_run_out_before_doctors_do(clinic: Clinic) -> None:
    await clinic.doctor("Pop")
    for who in ("Ionescu", "Marin"):
        await clinic.book(at(10), who=who)
    with pytest.raises(SlotTaken):
        await clinic.book(at(10), who="Pop")


async def test_of_many_who_want_one_time_one_gets_it(clinic: Clinic, database_url: str) -> None:
    wishes = [await clinic.wish(at(10)) for _ in range(12)]
    got = await outcomes(*(appointments.book(clinic.ledger, wish=w, cause=CAUSE) for w in wishes))
    assert sum(isinstance(one, Appointment) for one in got) == 1
    assert all(isinstance(one, Appointment | SlotTaken) for one in got), got
    await sound(clinic, database_url)


async def test_two_doctors_do_not_get_one_room(clinic: Clinic, database_url: str) -> None:
    for nth in range(4):
        await clinic.doctor(f"Extra {nth}")
    wishes = [await clinic.wish(at(10), who=who) for who in clinic.doctors]
    got = await outcomes(*(appointments.book(clinic.ledger, wish=w, cause=CAUSE) for w in wishes))
    assert sum(isinstance(one, Appointment) for one in got) == 2, "as many as there are chairs"
    assert all(isinstance(one, Appointment | SlotTaken) for one in got), got
    await sound(clinic, database_url)


async def test_the_same_key_books_once(clinic: Clinic, still: clock.Still) -> None:
    wish = await clinic.wish(at(10), key="tap-1")
    got = await outcomes(*(appointments.book(clinic.ledger, wish=wish, cause=CAUSE) for _ in range(6)))
    assert {one.id for one in got} == {got[0].id}
    await appointments.cancel(clinic.ledger, appointment_id=got[0].id, reason="patient", cause=CAUSE)
    again = await appointments.book(clinic.ledger, wish=wish, cause=CAUSE)
    assert (again.id, again.status) == (got[0].id, "cancelled"), "what the key did, as it stands"
    still.at = at(18)
    assert (await appointments.book(clinic.ledger, wish=wish, cause=CAUSE)).id == got[0].id, (
        "in the evening, too"
    )
    other = wish.model_copy(update={"choice": clinic.choice(at(12), what="implant")})
    with pytest.raises(InvalidInput, match="key"):
        await appointments.book(clinic.ledger, wish=other, cause=CAUSE)


async def test_the_constraint_stands_behind_whoever_takes_no_lock(clinic: Clinic) -> None:
    """Another writer puts a row in while we book: we wait for it, and give way."""
    number = await clinic.ledger.pool.fetchval(
        "select no from resources where id = $1", clinic.doctors["Ionescu"]
    )
    wish = await clinic.wish(at(10))
    insert = (
        "insert into occupancies (appointment_id, resource_no, during, begins, ends, status, deliberate)"
        " values ($1, $2, tstzrange($3, $4), extract(epoch from $3::timestamptz),"
        " extract(epoch from $4::timestamptz), 'booked', false)"
    )
    async with transaction(clinic.ledger.pool) as other:
        await other.execute(insert, ids.new_id(), number, at(10, 15), at(10, 45))
        booking_it = asyncio.create_task(appointments.book(clinic.ledger, wish=wish, cause=CAUSE))
        waiting = "select exists (select from pg_locks where not granted)"
        async with asyncio.timeout(30):
            while not await clinic.ledger.pool.fetchval(waiting):
                await asyncio.sleep(0)
    with pytest.raises(SlotTaken):
        await booking_it
    assert await clinic.ledger.pool.fetchval("select count(*) from appointments") == 0
    with pytest.raises(ExclusionViolation):
        await clinic.ledger.pool.execute(insert, ids.new_id(), number, at(10, 30), at(11))


async def test_outside_hours_nobody_is_booked(clinic: Clinic) -> None:
    for when in (at(8, 45), at(16, 45), at(10, days=5), at(20)):
        with pytest.raises(NotWorking) as refused:
            await clinic.book(when)
        assert len(refused.value.alternatives) == 3
    with pytest.raises(InvalidInput, match="past"):
        await clinic.book(at(6))
    with pytest.raises(InvalidInput, match="does not do"):
        await clinic.book(at(10), what="implant", who="Marin")


async def test_a_hold_keeps_others_out_until_it_lapses(
    clinic: Clinic, still: clock.Still, database_url: str
) -> None:
    held = await appointments.hold(clinic.ledger, wish=await clinic.wish(at(10)), cause=CAUSE)
    with pytest.raises(SlotTaken):
        await clinic.book(at(10))
    still.forward(minutes=9, seconds=59)
    with pytest.raises(SlotTaken):
        await clinic.book(at(10))
    still.forward(seconds=1)
    taken = await clinic.book(at(10))
    assert taken.id != held.id, "no clean-up had to come by"
    with pytest.raises(HoldLapsed):
        await appointments.keep(clinic.ledger, appointment_id=held.id, cause=CAUSE)
    await sound(clinic, database_url)


async def test_what_was_held_is_kept_or_cleaned_up(clinic: Clinic, still: clock.Still) -> None:
    kept, left = [
        await appointments.hold(clinic.ledger, wish=await clinic.wish(at(hour)), cause=CAUSE)
        for hour in (10, 11)
    ]
    booked = await appointments.keep(clinic.ledger, appointment_id=kept.id, cause=CAUSE)
    assert (booked.status, booked.expires_at) == ("booked", None)
    assert await holds.expire_holds(clinic.ledger) == 0
    still.forward(minutes=11)
    assert await holds.expire_holds(clinic.ledger) == 1
    assert await holds.expire_holds(clinic.ledger) == 0
    async with clinic.ledger.pool.acquire() as connection:
        entry = await queries.by_id(connection, appointment_id=left.id)
    assert entry is not None
    assert entry.status == "expired"


async def test_many_want_what_two_holds_have_left(
    clinic: Clinic, still: clock.Still, database_url: str
) -> None:
    for who in ("Ionescu", "Marin"):
        wish = await clinic.wish(at(10), who=who)
        await appointments.hold(clinic.ledger, wish=wish, cause=CAUSE)
    still.forward(minutes=20)
    wishes = [await clinic.wish(at(10), who=who) for who in ("Ionescu", "Marin") for _ in range(5)]
    got = await outcomes(
        *(appointments.book(clinic.ledger, wish=w, cause=CAUSE) for w in wishes),
        holds.expire_holds(clinic.ledger),  # type: ignore[arg-type]  # tells a number
    )
    assert sum(isinstance(one, Appointment) for one in got) == 2, got
    await sound(clinic, database_url)


async def test_moving(clinic: Clinic, database_url: str) -> None:
    made = await clinic.book(at(10))
    confirmed = await appointments.confirm(clinic.ledger, appointment_id=made.id, cause=CAUSE)
    assert confirmed.status == "confirmed"
    moved = await move(clinic, confirmed, at(10, 15))
    assert (moved.status, moved.starts_at, moved.moves) == ("booked", at(10, 15), 1), "over its own old time"
    again = await move(clinic, confirmed, at(10, 15))
    assert again == moved, "asked twice, done once"
    await clinic.book(at(10, 45))
    with pytest.raises(SlotTaken) as refused:
        await move(clinic, moved, at(10, 30))
    assert at(10) in [slot.starts_at for slot in refused.value.alternatives]
    with pytest.raises(AppointmentChanged) as stale:
        await move(clinic, made, at(15))
    assert stale.value.current.version == moved.version
    await clinic.book(at(9, 45))
    await sound(clinic, database_url)


async def move(clinic: Clinic, visit: Appointment, when: Any, **more: Any) -> Appointment:
    return await appointments.move(
        clinic.ledger,
        appointment_id=visit.id,
        to=clinic.choice(when),
        version=visit.version,
        cause=CAUSE,
        **more,
    )


async def test_two_who_move_the_same_visit_at_once(clinic: Clinic, database_url: str) -> None:
    made = await clinic.book(at(10))
    got = await outcomes(*(move(clinic, made, at(hour)) for hour in (11, 12, 13)))
    assert sum(isinstance(one, Appointment) for one in got) == 1
    assert all(isinstance(one, Appointment | AppointmentChanged) for one in got), got
    await sound(clinic, database_url)


async def test_swapping_ends_in_no_deadlock(clinic: Clinic, database_url: str) -> None:
    first, second = await clinic.book(at(10), who="Ionescu"), await clinic.book(at(10), who="Marin")
    for nth in range(5):
        to = at(10 + (nth % 3), 30)
        await outcomes(
            *(
                appointments.move(
                    clinic.ledger,
                    appointment_id=visit.id,
                    to=clinic.choice(to, who=who),
                    version=None,
                    cause=CAUSE,
                )
                for visit, who in (
                    (first, "Marin"),
                    (second, "Ionescu"),
                    (first, "Ionescu"),
                    (second, "Marin"),
                )
            )
        )
    await sound(clinic, database_url)


async def test_what_is_over_frees_its_time(clinic: Clinic, still: clock.Still) -> None:
    cancelled = await clinic.book(at(10))
    done = await appointments.cancel(
        clinic.ledger, appointment_id=cancelled.id, reason="patient", cause=CAUSE, version=1
    )
    assert (done.status, done.version) == ("cancelled", 2)
    made = await clinic.book(at(10))
    for act in (appointments.miss, appointments.complete):
        with pytest.raises(NotPossible, match="not begun"):
            await act(clinic.ledger, appointment_id=made.id, cause=CAUSE)
    still.at = at(10, 5)
    missed = await appointments.miss(clinic.ledger, appointment_id=made.id, cause=CAUSE)
    assert missed.status == "missed"
    seen = await appointments.complete(clinic.ledger, appointment_id=made.id, cause=CAUSE)
    assert seen.status == "completed", "they came late after all"
    for act in (appointments.confirm, appointments.miss):
        with pytest.raises(NotPossible, match="completed"):
            await act(clinic.ledger, appointment_id=made.id, cause=CAUSE)
    with pytest.raises(NotFound):
        await appointments.confirm(clinic.ledger, appointment_id=ids.new_id(), cause=CAUSE)


async def test_an_overlap_needs_the_right_and_a_reason(clinic: Clinic, database_url: str) -> None:
    first = await clinic.book(at(10))
    wish = await clinic.wish(at(10, 15))

    async def over(role: Role, reason: str) -> Appointment:
        leave = Overlap(role=role, reason=reason)
        return await appointments.book(clinic.ledger, wish=wish, cause=CAUSE, overlap=leave)

    with pytest.raises(Forbidden):
        await over(Role.RECEPTIONIST, "a friend of the house")
    with pytest.raises(InvalidInput):
        await over(Role.DOCTOR, " ")
    made = await over(Role.DOCTOR, "swelling, cannot wait")
    async with clinic.ledger.pool.acquire() as connection:
        entry = await queries.by_id(connection, appointment_id=made.id)
    assert entry is not None
    assert (list(entry.put_over), entry.put_over_why) == ([first.id], "swelling, cannot wait")
    with pytest.raises(SlotTaken):
        await clinic.book(at(10, 30))
    await appointments.cancel(clinic.ledger, appointment_id=first.id, reason="clinic", cause=CAUSE)
    with pytest.raises(SlotTaken):
        await clinic.book(at(10))
    await sound(clinic, database_url)


@pytest.mark.parametrize("stood", ["lapsed", "booked"])
async def test_what_went_while_we_waited_is_not_overlapped(
    clinic: Clinic, still: clock.Still, database_url: str, stood: str
) -> None:
    """Seen when we looked, and gone when it is our turn: a hold that the clean-up gave up, a visit that was called off."""
    first = await clinic.wish(at(10))
    if stood == "lapsed":
        await appointments.hold(clinic.ledger, wish=first, cause=CAUSE)
        still.forward(minutes=11)
        goes: Awaitable[Any] = holds.expire_holds(clinic.ledger)
    else:
        visit = await appointments.book(clinic.ledger, wish=first, cause=CAUSE)
        goes = appointments.cancel(clinic.ledger, appointment_id=visit.id, reason="clinic", cause=CAUSE)
    number = await clinic.ledger.pool.fetchval(
        "select no from resources where id = $1", clinic.doctors["Ionescu"]
    )
    wish = await clinic.wish(at(10))
    leave = Overlap(role=Role.DOCTOR, reason="swelling, cannot wait")
    async with transaction(clinic.ledger.pool) as other:
        await lock_numbered(other, [number])
        gone = asyncio.ensure_future(goes)
        await waiting(clinic, 1)
        ours = asyncio.create_task(appointments.book(clinic.ledger, wish=wish, cause=CAUSE, overlap=leave))
        await waiting(clinic, 2)
    await gone
    made = await ours
    async with clinic.ledger.pool.acquire() as connection:
        entry = await queries.by_id(connection, appointment_id=made.id)
    assert entry is not None
    assert list(entry.put_over) == []
    assert not await clinic.ledger.pool.fetchval("select bool_or(deliberate) from occupancies")
    await sound(clinic, database_url)


async def waiting(clinic: Clinic, count: int) -> None:
    """Until so many wait for their turn with something in this database."""
    asked = (
        "select count(*) from pg_locks where not granted and locktype = 'advisory'"
        " and database = (select oid from pg_database where datname = current_database())"
    )
    async with asyncio.timeout(30):
        while await clinic.ledger.pool.fetchval(asked) < count:
            await asyncio.sleep(0)


async def test_what_was_put_over_another_stays_out_of_the_ordinary_way(clinic: Clinic) -> None:
    await clinic.book(at(10))
    evening = await clinic.wish(at(18))
    leave = Overlap(role=Role.ADMIN, reason="after hours, agreed with her")
    late = await appointments.book(clinic.ledger, wish=evening, cause=CAUSE, overlap=leave)
    assert late.starts_at == at(18)
    assert not await clinic.ledger.pool.fetchval("select bool_or(deliberate) from occupancies")


async def test_a_visit_is_not_found_for_nobody(clinic: Clinic) -> None:
    wish = await clinic.wish(at(10), person=ids.new_id())
    with pytest.raises(NotFound, match="person"):
        await appointments.book(clinic.ledger, wish=wish, cause=CAUSE)


async def test_a_client_that_dies_leaves_nothing_half_done(clinic: Clinic, database_url: str) -> None:
    """Its session ends at each statement in turn: the visit is there whole, or not at all."""
    whole = 0
    for nth in range(1, 40):
        wish = await clinic.wish(at(10, days=nth // 5 * 7))
        async with await open_pool(database_url, role="medicalcor_app", maximum=1) as doomed:
            dying = clinic.ledger.__class__(
                clinic.ledger.settings, _Dying(doomed, after=nth), clinic.ledger.vault, clinic.ledger.store
            )
            got = (await outcomes(appointments.book(dying, wish=wish, cause=CAUSE)))[0]
        counts = await clinic.ledger.pool.fetchrow(
            "select (select count(*) from appointments where person_id = $1) as visits,"
            " (select count(*) from domain_events where subject_id = $1 and type = 'appointment.booked') as events,"
            " (select count(*) from occupancies o join appointments a on a.id = o.appointment_id"
            "  where a.person_id = $1) as taken",
            wish.person_id,
        )
        assert tuple(counts) in {(0, 0, 0), (1, 1, 2)}, (nth, got)
        if tuple(counts) == (1, 1, 2):
            whole += 1
            visit = await clinic.ledger.pool.fetchval(
                "select id from appointments where person_id = $1", wish.person_id
            )
            await appointments.cancel(clinic.ledger, appointment_id=visit, reason="other", cause=CAUSE)
        if isinstance(got, Appointment):
            break
    assert nth > 5, "it died at each statement"
    assert whole >= 1
    await sound(clinic, database_url)


class _Dying:
    """A pool whose session is ended by the server before the n-th statement."""

    def __init__(self, pool: Pool, *, after: int) -> None:
        self.pool, self.left = pool, after

    def acquire(self) -> Any:
        return _Acquired(self)


class _Acquired:
    def __init__(self, owner: _Dying) -> None:
        self.owner, self.context = owner, owner.pool.acquire()

    async def __aenter__(self) -> Any:
        return _Session(self.owner, await self.context.__aenter__())

    async def __aexit__(self, *problem: object) -> None:
        await self.context.__aexit__(*problem)


class _Session:
    def __init__(self, owner: _Dying, connection: Any) -> None:
        self.owner, self.connection = owner, connection

    def __getattr__(self, name: str) -> Any:
        found = getattr(self.connection, name)
        if name not in {"execute", "executemany", "fetch", "fetchrow", "fetchval"}:
            return found

        async def counted(*values: Any) -> Any:
            self.owner.left -= 1
            if self.owner.left == 0:
                self.connection.terminate()
            return await found(*values)

        return counted


async def test_what_the_calendar_shows(clinic: Clinic, still: clock.Still) -> None:
    person = await clinic.person("Ana Pop")
    wish = await clinic.wish(at(10), person=person)
    first = await appointments.book(
        clinic.ledger, wish=wish.model_copy(update={"for_name": "Mihai Pop"}), cause=CAUSE
    )
    second = await appointments.book(
        clinic.ledger, wish=await clinic.wish(at(9, days=1), person=person, who="Marin"), cause=CAUSE
    )
    off = await appointments.book(clinic.ledger, wish=await clinic.wish(at(12), person=person), cause=CAUSE)
    await appointments.cancel(clinic.ledger, appointment_id=off.id, reason="patient", cause=CAUSE)
    held = await appointments.hold(clinic.ledger, wish=await clinic.wish(at(14), person=person), cause=CAUSE)
    async with clinic.ledger.pool.acquire() as connection:
        day = await queries.between(connection, start=at(0), end=at(0, days=1), now=NOW)
        week = await queries.between(connection, start=at(0), end=at(0, days=7), now=NOW, also_off=True)
        marin = await queries.between(
            connection, start=at(0), end=at(0, days=7), now=NOW, practitioners=[clinic.doctors["Marin"]]
        )
        mine = await queries.of_person(connection, person_id=person, now=NOW)
        following = await queries.next_of_person(connection, person_id=person, now=NOW)
        later = await queries.between(
            connection, start=at(0), end=at(0, days=1), now=NOW + timedelta(hours=1)
        )
    assert [(e.id, e.patient) for e in day] == [(first.id, "Mihai Pop"), (held.id, "Ana Pop")]
    assert {e.id for e in week} == {first.id, second.id, off.id, held.id}
    assert [e.id for e in marin] == [second.id]
    assert [e.id for e in mine] == [second.id, held.id, off.id, first.id]
    assert following is not None
    assert following.id == first.id
    assert [e.id for e in later] == [first.id], "the hold has lapsed"


async def test_the_choice_is_a_moment_with_its_zone(clinic: Clinic) -> None:
    with pytest.raises(ValueError, match="timezone"):
        Choice.model_validate({**clinic.choice(at(10)).model_dump(), "starts_at": "2026-05-04T10:00:00"})
