"""Who waits for an earlier time, the times that came free, and what was offered to whom."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from medicalcor.core.database.queries import statements
from medicalcor.core.eventstore.store import Project, Recorded, Statement
from medicalcor.schemas.events import waitlist as events

SQL = statements("medicalcor.readmodels.waitlist", "projection.sql")
TABLES = ("waitlist", "openings", "offers")


def _id(recorded: Recorded, name: str) -> UUID:
    return UUID(recorded.plain[name])


def _maybe(value: str | None) -> UUID | None:
    return UUID(value) if value else None


def _joined(recorded: Recorded) -> Statement:
    plain, wants = recorded.plain, recorded.plain["wants"]
    return SQL["join"], (
        _id(recorded, "waiting_id"),
        recorded.subject_id,
        _maybe(plain["lead_id"]),
        _maybe(plain["appointment_id"]),
        UUID(wants["procedure_id"]),
        _maybe(wants["practitioner_id"]),
        wants["part_of_day"],
        sorted(wants["weekdays"]),
        wants["notice_minutes"],
        recorded.occurred_at,
    )


def _left(recorded: Recorded) -> Statement:
    return SQL["leave"], (_id(recorded, "waiting_id"), recorded.occurred_at, recorded.plain["reason"])


def _found(recorded: Recorded) -> Statement:
    plain = recorded.plain
    return SQL["open"], (
        _id(recorded, "opening_id"),
        _id(recorded, "practitioner_id"),
        datetime.fromisoformat(plain["starts_at"]),
        datetime.fromisoformat(plain["ends_at"]),
        recorded.occurred_at,
    )


def _closed(recorded: Recorded) -> Statement:
    return SQL["close"], (_id(recorded, "opening_id"), recorded.occurred_at, recorded.plain["reason"])


def _made(recorded: Recorded) -> Statement:
    plain, choice = recorded.plain, recorded.plain["choice"]
    return SQL["offer"], (
        _id(recorded, "offer_id"),
        _id(recorded, "opening_id"),
        _id(recorded, "waiting_id"),
        recorded.subject_id,
        UUID(choice["procedure_id"]),
        UUID(choice["practitioner_id"]),
        datetime.fromisoformat(choice["starts_at"]),
        datetime.fromisoformat(plain["asked_at"]),
    )


def _ended(recorded: Recorded) -> Statement:
    return SQL["end"], (_id(recorded, "offer_id"), recorded.occurred_at, recorded.plain["reason"])


APPLY: Mapping[str, Sequence[Project]] = {
    events.WaitlistJoined.type: (_joined,),
    events.WaitlistLeft.type: (_left,),
    events.OpeningFound.type: (_found,),
    events.OpeningClosed.type: (_closed,),
    events.OfferMade.type: (_made,),
    events.OfferEnded.type: (_ended,),
}
