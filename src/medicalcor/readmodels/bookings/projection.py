"""Visits being arranged in conversations, as they stand."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from medicalcor.core.database.queries import statements
from medicalcor.core.eventstore.store import Project, Recorded, Statement
from medicalcor.schemas.events import bookings as events
from medicalcor.schemas.events import people as people_events

SQL = statements("medicalcor.readmodels.bookings", "projection.sql")
TABLES = ("bookings",)


def _id(recorded: Recorded) -> UUID:
    return UUID(recorded.plain["booking_id"])


def _maybe(value: str | None) -> UUID | None:
    return UUID(value) if value else None


def _opened(recorded: Recorded) -> Statement:
    plain = recorded.plain
    return SQL["open"], (
        _id(recorded),
        recorded.subject_id,
        UUID(plain["lead_id"]),
        UUID(plain["conversation_id"]),
        _maybe(plain["by"]),
        recorded.occurred_at,
        recorded.version,
    )


def _understood(recorded: Recorded) -> Statement:
    plain, event = recorded.plain, recorded.event
    wanted = event.wanted if isinstance(event, events.BookingUnderstood) else None
    return SQL["understand"], (
        _id(recorded),
        plain["goal"],
        wanted.model_dump(mode="json") if wanted else None,
        plain["asked"],
        plain["missed"],
        _maybe(plain["appointment_id"]),
        _maybe(plain["message_id"]),
        plain["next"],
        recorded.occurred_at,
        recorded.version,
    )


def _offered(recorded: Recorded) -> Statement:
    return SQL["offer"], (
        _id(recorded),
        [recorded.plain["options"]],
        recorded.occurred_at,
        recorded.version,
    )


def _chosen(recorded: Recorded) -> Statement:
    plain = recorded.plain
    return SQL["choose"], (
        _id(recorded),
        plain["number"],
        plain["place"],
        recorded.occurred_at,
        recorded.version,
    )


def _confirmed(recorded: Recorded) -> Statement:
    return SQL["confirm"], (
        _id(recorded),
        UUID(recorded.plain["appointment_id"]),
        recorded.occurred_at,
        recorded.version,
    )


def _closed(recorded: Recorded) -> Statement:
    return SQL["close"], (
        _id(recorded),
        recorded.plain["because"],
        recorded.occurred_at,
        recorded.version,
    )


def _erased(recorded: Recorded) -> Statement:
    return SQL["erase"], (recorded.subject_id,)


APPLY: Mapping[str, Sequence[Project]] = {
    events.BookingOpened.type: (_opened,),
    events.BookingUnderstood.type: (_understood,),
    events.BookingOffered.type: (_offered,),
    events.BookingChosen.type: (_chosen,),
    events.BookingConfirmed.type: (_confirmed,),
    events.BookingClosed.type: (_closed,),
    people_events.PersonErased.type: (_erased,),
}
