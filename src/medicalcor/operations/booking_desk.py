"""What the booking agent knows when a message comes: the words, the person's visits, the clinic's set-up, the dialogue."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from medicalcor.core import clock
from medicalcor.core.database.pool import Connection, Row
from medicalcor.core.database.queries import statements
from medicalcor.core.errors import NotFound
from medicalcor.domain.language.detect import detect
from medicalcor.domain.scheduling.dialogue import Facts, State, Visit
from medicalcor.domain.scheduling.understanding.choosing import Offered
from medicalcor.domain.scheduling.understanding.hearing import Scene
from medicalcor.domain.scheduling.understanding.whose import read_whose
from medicalcor.operations.ledger import Ledger
from medicalcor.operations.wording import Line
from medicalcor.readmodels.appointments import queries as appointments
from medicalcor.readmodels.appointments.queries import Entry
from medicalcor.readmodels.bookings import queries as bookings
from medicalcor.readmodels.bookings.queries import Booking
from medicalcor.readmodels.practice import queries as practice
from medicalcor.readmodels.practice.queries import Practitioner, Procedure
from medicalcor.schemas.appointments import Whose
from medicalcor.schemas.bookings import Wanted
from medicalcor.schemas.common import Language
from medicalcor.schemas.common import Procedure as Code

SQL = statements("medicalcor.operations", "bookings.sql")
STALE = timedelta(days=21)
"""A dialogue that rested for so long is begun anew."""
MOST_LISTED = 10
"""Rows of a list (WhatsApp)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """All of it, as of one moment."""

    about: Row
    """The conversation's standing."""
    now: datetime
    zone: ZoneInfo
    language: Language
    procedures: Sequence[Procedure]
    practitioners: Sequence[Practitioner]
    visits: Sequence[Entry]
    """Booked and to come, the next one first."""
    last: Booking | None
    """The dialogue that is open, or was last."""
    spoken_of: Sequence[Code]
    objected: bool
    """Whether the person has refused, or taken back, that their data may be processed."""

    @property
    def line(self) -> Line:
        return Line(self.about["channel"], self.about["reply_kind"], self.language)

    @property
    def open(self) -> Booking | None:
        last = self.last
        return last if last and last.is_open and self.now - last.changed_at < STALE else None

    @property
    def by_code(self) -> dict[str, UUID]:
        return {one.code: one.id for one in self.procedures}

    @property
    def names(self) -> Mapping[UUID, str]:
        return {one.id: one.name for one in self.practitioners if one.name}

    @property
    def facts(self) -> Facts:
        visits = [
            Visit(v.id, v.procedure_id, v.practitioner_id, v.starts_at.astimezone(self.zone), v.whose)
            for v in self.visits
        ]
        return Facts(procedures=self.by_code, visits=visits, spoken_of=self.spoken_of)

    @property
    def state(self) -> State:
        """Of the open dialogue; a fresh one when there is none."""
        booking = self.open
        if booking is None:
            return State()
        return State(
            goal=booking.goal,
            wanted=booking.wanted or Wanted(),
            asked=booking.asked,
            missed=booking.missed,
            visit_id=booking.appointment_id,
            offered=[(o.starts_at.astimezone(self.zone), o.practitioner_id) for o in booking.options],
        )

    def whose(self, state: State) -> Whose | None:
        """Who is to come, as the dialogue stands; none: the person who writes."""
        visit = next((v for v in self.visits if v.id == state.visit_id), None)
        return visit.whose if visit else state.wanted.whose

    def scene(self, text: str) -> Scene:
        """What the words are read in. What was asked last says what a number means."""
        state = self.state
        offered = [Offered(at, who) for at, who in state.offered] if state.asked in ("choice", "day") else []
        numbered = {"procedure": len(state.wanted.among), "sure": 3}.get(state.asked or "", 0)
        if state.asked == "which_visit":
            offered = [Offered(v.starts_at.astimezone(self.zone), v.practitioner_id) for v in self.visits]
        languages = tuple(dict.fromkeys((detect(text, known=self.language), self.language)))
        return Scene(
            now=self.now.astimezone(self.zone),
            languages=languages,
            practitioners=self.names,
            offered=offered,
            numbered=numbered,
            family=[v.whose for v in self.visits if v.whose],
            asked_whose=state.asked == "which_visit",
        )


async def desk_of(ledger: Ledger, connection: Connection, *, conversation_id: UUID) -> Desk | None:
    """None when the clinic has set up no practice: then nothing can be booked."""
    procedures = [one for one in await practice.procedures(connection) if one.is_active]
    if not procedures:
        return None
    practitioners = [one for one in await practice.practitioners(connection) if one.is_active]
    about = await connection.fetchrow(SQL["talk"], conversation_id)
    if about is None:
        raise NotFound("There is no such conversation.")
    if not practitioners:
        return None
    now = clock.now()
    known = await appointments.of_person(connection, person_id=about["person_id"], now=now)
    visits = [v for v in reversed(known) if v.status in ("booked", "confirmed") and v.starts_at > now]
    return Desk(
        about=about,
        now=now,
        zone=ZoneInfo(ledger.settings.clinic_timezone),
        language=about["language"] or "ro",
        procedures=sorted(procedures, key=lambda one: (one.code != "consultation", one.code)),
        practitioners=practitioners,
        visits=visits,
        last=await bookings.latest_of_person(connection, person_id=about["person_id"]),
        spoken_of=_spoken_of(about),
        objected=about["objected"],
    )


def _spoken_of(about: Row) -> tuple[Code, ...]:
    named = (Code(one) for one in about["procedures"] or ())
    return tuple(one for one in named if one != Code.CONSULTATION or about["consultation_named"])


async def spoken_for(
    connection: Connection, desk: Desk, message_id: UUID, *, since: datetime
) -> Whose | None:
    """Whom the conversation was about before it came to a visit; nobody whose visit was arranged meanwhile."""
    if desk.last is not None:
        since = max(since, desk.last.changed_at)
    rows = await connection.fetch(SQL["before"], desk.about["conversation_id"], message_id, since)
    for row in rows:
        text = row["body"]
        languages = tuple(dict.fromkeys((detect(text, known=desk.language), desk.language)))
        said = read_whose(text, languages, strangers=tuple(desk.names.values()))
        if said.whose is not None or said.own:
            return said.whose
    return None


async def words_of(connection: Connection, *, conversation_id: UUID, message_id: UUID) -> str:
    """What the patient wrote since they were last answered, up to this message."""
    rows = await connection.fetch(SQL["words"], conversation_id, message_id)
    return "\n".join(row["body"] for row in reversed(rows))
