"""Visits as they stand, and what they take of people, rooms and devices."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from medicalcor.core.database.queries import statements
from medicalcor.core.eventstore.store import Project, Recorded, Statement
from medicalcor.core.text import folded
from medicalcor.schemas.appointments import Status
from medicalcor.schemas.events import appointments as events
from medicalcor.schemas.events import people as people_events
from medicalcor.schemas.events import reminders as reminder_events

SQL = statements("medicalcor.readmodels.appointments", "projection.sql")
TABLES = ("appointments", "occupancies", "reminders", "refused_visits")


def _id(recorded: Recorded) -> UUID:
    return UUID(recorded.plain["appointment_id"])


def _expiry(recorded: Recorded) -> datetime | None:
    return datetime.fromisoformat(recorded.plain["expires_at"]) if "expires_at" in recorded.plain else None


def _placed(recorded: Recorded, *, status: Status) -> Statement:
    event, plain = recorded.event, recorded.plain
    visit, lead = plain["visit"], plain["lead_id"]
    whose = event if isinstance(event, events.AppointmentHeld | events.AppointmentBooked) else None
    return SQL["place"], (
        _id(recorded),
        recorded.subject_id,
        UUID(lead) if lead else None,
        whose.for_name if whose else None,
        UUID(visit["procedure_id"]),
        UUID(visit["practitioner_id"]),
        datetime.fromisoformat(visit["starts_at"]),
        datetime.fromisoformat(visit["ends_at"]),
        status,
        _expiry(recorded),
        recorded.version,
        [UUID(one) for one in plain.get("overlaps", ())],
        event.overlap_reason if isinstance(event, events.AppointmentBooked) else None,
        recorded.actor,
        recorded.occurred_at,
        *_takes(recorded),
        whose.relation if whose else None,
        folded(whose.for_name) if whose and whose.for_name else None,
    )


def _takes(recorded: Recorded) -> tuple[list[Any], ...]:
    """In columns: resource number, from, to, deliberate."""
    takes = recorded.plain["visit"]["takes"]
    return (
        [taken["resource_no"] for taken in takes],
        [datetime.fromisoformat(taken["starts_at"]) for taken in takes],
        [datetime.fromisoformat(taken["ends_at"]) for taken in takes],
        [taken["deliberate"] for taken in takes],
    )


def _occupied(recorded: Recorded) -> Statement:
    return SQL["occupy"], (_id(recorded), *_takes(recorded))


def _moved(recorded: Recorded) -> Statement:
    visit = recorded.plain["visit"]
    return SQL["move"], (
        _id(recorded),
        UUID(visit["procedure_id"]),
        UUID(visit["practitioner_id"]),
        datetime.fromisoformat(visit["starts_at"]),
        datetime.fromisoformat(visit["ends_at"]),
        recorded.version,
        recorded.occurred_at,
        [UUID(one) for one in recorded.plain["overlaps"]],
        recorded.event.overlap_reason if isinstance(recorded.event, events.AppointmentMoved) else None,
    )


def _left(recorded: Recorded) -> Statement:
    return SQL["leave"], (_id(recorded),)


def _changed(recorded: Recorded, *, status: Status) -> Statement:
    is_over = status not in {"booked", "confirmed"}
    return SQL["change"], (
        _id(recorded),
        status,
        recorded.version,
        recorded.occurred_at,
        recorded.actor if is_over else None,
        recorded.plain.get("reason"),
    )


def _occupancies_changed(recorded: Recorded, *, status: Status) -> Statement:
    return SQL["change_occupancies"], (_id(recorded), status)


def _reminder(recorded: Recorded) -> Statement:
    plain = recorded.plain
    return SQL["remind"], (
        _id(recorded),
        plain["moves"],
        plain["ahead"],
        recorded.subject_id,
        plain["outcome"],
        UUID(plain["message_id"]),
        plain["effect_key"],
        recorded.occurred_at,
    )


def _refused(recorded: Recorded) -> Statement:
    plain = recorded.plain
    wanted, admission = plain["wanted"], plain["admission"]
    return SQL["refuse"], (
        UUID(plain["refusal_id"]),
        recorded.subject_id,
        UUID(plain["lead_id"]) if plain["lead_id"] else None,
        recorded.occurred_at,
        recorded.actor,
        UUID(wanted["procedure_id"]),
        UUID(wanted["practitioner_id"]),
        datetime.fromisoformat(wanted["starts_at"]),
        UUID(plain["appointment_id"]) if plain["appointment_id"] else None,
        admission["verdict"],
        admission["reasons"][0],
        [datetime.fromisoformat(slot["starts_at"]) for slot in plain["offered"]],
    )


def _erased(recorded: Recorded) -> Statement:
    return SQL["erase"], (recorded.subject_id,)


def _to(status: Status) -> tuple[Project, ...]:
    return partial(_changed, status=status), partial(_occupancies_changed, status=status)


APPLY: Mapping[str, Sequence[Project]] = {
    events.AppointmentHeld.type: (partial(_placed, status="held"),),
    events.AppointmentBooked.type: (partial(_placed, status="booked"),),
    events.AppointmentKept.type: _to("booked"),
    events.AppointmentExpired.type: _to("expired"),
    events.AppointmentConfirmed.type: _to("confirmed"),
    events.AppointmentMoved.type: (_moved, _left, _occupied),
    events.AppointmentCancelled.type: _to("cancelled"),
    events.AppointmentMissed.type: _to("missed"),
    events.AppointmentCompleted.type: _to("completed"),
    reminder_events.ReminderDecided.type: (_reminder,),
    events.AppointmentRefused.type: (_refused,),
    people_events.PersonErased.type: (_erased,),
}
