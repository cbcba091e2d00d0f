"""Why visits were placed and wishes refused: the decisions that were kept, read again and made once more."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from pydantic import TypeAdapter

from medicalcor.core.database.pool import Connection, Row
from medicalcor.core.database.queries import statements
from medicalcor.core.errors import NotFound
from medicalcor.domain.scheduling import admission as rule
from medicalcor.domain.scheduling import visits, walltime
from medicalcor.operations import booking
from medicalcor.operations.replaying import Replayed
from medicalcor.schemas.admissions import Admission, Candidate, Outcome, Stretch
from medicalcor.schemas.appointments import Taken

SQL = statements("medicalcor.operations", "admissions.sql")
Between = tuple[datetime, datetime]
_ADMISSION = TypeAdapter(Admission)


@dataclass(frozen=True, slots=True)
class Looked:
    """Somebody, a room or a device that was looked at: for when, and what stood there."""

    name: str | None
    """None: erased, or gone from the set-up."""
    between: Between
    taken: bool
    """Whether the visit has it."""
    off: Sequence[Between]
    against: Sequence[tuple[UUID, Between, bool]]
    """Other visits by id, and whether what was held had lapsed."""


@dataclass(frozen=True, slots=True)
class Decided:
    """One decision, with all that it looked at."""

    id: UUID
    """Of the visit, or of the refusal."""
    type: str
    at: datetime
    actor: str
    starts_at: datetime | None
    admission: Admission | None
    """None: it was decided before this was kept, or a time that was held was taken."""
    held_until: datetime | None
    hours: Sequence[Between]
    looked: Sequence[Looked]
    offered: Sequence[datetime]
    again: Replayed


async def of_visits(connection: Connection, ids: Collection[UUID]) -> dict[UUID, list[Decided]]:
    """By visit, in order."""
    names = await _names(connection)
    found: dict[UUID, list[Decided]] = {}
    for row in await connection.fetch(SQL["decided"], [booking.stream(one) for one in ids]):
        found.setdefault(row["id"], []).append(_decided(row, names))
    return found


async def why(connection: Connection, *, about: UUID) -> list[Decided]:
    """The decisions about a visit, or the one that refused a wish. Raises NotFound."""
    if found := (await of_visits(connection, [about])).get(about):
        return found
    person_id = await connection.fetchval(SQL["refusal"], about)
    if person_id is None:
        raise NotFound("There is no such visit, and no refused wish of that id.")
    names = await _names(connection)
    rows = await connection.fetch(SQL["decided"], [f"wishes-{person_id}"])
    return [_decided(row, names) for row in rows if row["id"] == about]


async def everything(connection: Connection) -> AsyncIterator[Replayed]:
    """Every decision about a visit's time, made once more."""
    for row in await connection.fetch(SQL["every"]):
        yield _replayed(row)


async def _names(connection: Connection) -> Mapping[int, str]:
    return {row["no"]: row["name"] for row in await connection.fetch(SQL["names"]) if row["name"]}


def _decided(row: Row, names: Mapping[int, str]) -> Decided:
    kept = _ADMISSION.validate_python(row["admission"]) if row["admission"] else None
    return Decided(
        id=row["id"],
        type=row["type"],
        at=row["at"],
        actor=row["actor"],
        starts_at=_moment(row["starts_at"]),
        admission=kept,
        held_until=_moment(row["held_until"]),
        hours=[_between(one) for one in kept.facts.hours] if kept else [],
        looked=_looked(kept, _takes(row), names) if kept else [],
        offered=[datetime.fromisoformat(slot["starts_at"]) for slot in row["offered"] or ()],
        again=_replayed(row),
    )


def _looked(kept: Admission, takes: Sequence[Taken], names: Mapping[int, str]) -> list[Looked]:
    facts, begins = kept.facts, walltime.seconds(kept.facts.starts_at)
    ends, has = begins + facts.duration, {taken.resource_no for taken in takes}

    def one(candidate: Candidate, before: int, after: int) -> Looked:
        return Looked(
            names.get(candidate.resource_no),
            _between((begins - before, ends + after)),
            candidate.resource_no in has,
            [_between(stretch) for stretch in candidate.off],
            [
                (other.appointment_id, _between((other.begins, other.ends)), other.lapsed)
                for other in candidate.against
            ],
        )

    own = [one(facts.practitioner, facts.before, facts.after)] if facts.practitioner else []
    return own + [one(place, need.before, need.after) for need in facts.needs for place in need.candidates]


def _takes(row: Row) -> list[Taken]:
    return [Taken.model_validate(taken) for taken in row["takes"] or ()]


def _replayed(row: Row) -> Replayed:
    def told(then: str, again: str | None, because: str | None = None) -> Replayed:
        return Replayed("booking", row["id"], row["at"], then, again, because)

    if row["type"] == "appointment.kept":
        return _kept_again(row)
    if row["admission"] is None:
        return told("placed", None, "It was decided before reasons were kept.")
    kept = _ADMISSION.validate_python(row["admission"])
    then = _in_short(kept, _takes(row))
    try:
        again: Outcome = rule.replay(kept)
    except rule.DecidedByOtherRules as other:
        return told(then, None, str(other))
    return told(then, _in_short(again.admission, again.takes))


def _kept_again(row: Row) -> Replayed:
    """Whether the time was still held when it was taken."""
    until, then = _moment(row["held_until"]), "in time"
    if until is None:
        because = "It was decided before reasons were kept."
        return Replayed("booking", row["id"], row["at"], then, None, because)
    try:
        visits.must_be_possible("keep", status="held", starts_at=until, expires_at=until, now=row["at"])
    except visits.HoldLapsed:
        return Replayed("booking", row["id"], row["at"], then, "too late")
    return Replayed("booking", row["id"], row["at"], then, then)


def _in_short(kept: Admission, takes: Sequence[Taken]) -> str:
    told = [
        f"{one.resource_no}{' over others' if one.deliberate else ''} "
        f"{one.starts_at.isoformat()} to {one.ends_at.isoformat()}"
        for one in takes
    ]
    return f"{kept.verdict}: {', '.join(kept.reasons)}" + (f"; takes {', '.join(told)}" if told else "")


def _between(stretch: Stretch) -> Between:
    return walltime.moment(stretch[0]), walltime.moment(stretch[1])


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
