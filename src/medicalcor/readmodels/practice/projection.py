"""The clinic's set-up as it stands."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from medicalcor.core.database.queries import statements
from medicalcor.core.eventstore.store import Project, Recorded, Statement
from medicalcor.schemas.events import practice as events

SQL = statements("medicalcor.readmodels.practice", "projection.sql")
TABLES = ("resources", "practitioners", "practice_days", "time_off", "holidays", "procedures")


def _practitioner_as_resource(recorded: Recorded) -> Statement:
    plain = recorded.plain
    return SQL["describe_resource"], (
        UUID(plain["practitioner_id"]),
        plain["resource_no"],
        "practitioner",
        None,
        [],
        plain["is_active"],
        recorded.version,
    )


def _practitioner(recorded: Recorded) -> Statement:
    name = recorded.event.name if isinstance(recorded.event, events.PractitionerDescribed) else None
    plain = recorded.plain
    return SQL["describe_practitioner"], (
        UUID(plain["practitioner_id"]),
        name,
        plain["languages"],
        plain["skills"],
    )


def _week(recorded: Recorded) -> Statement:
    return SQL["set_week"], (UUID(recorded.plain["practitioner_id"]), recorded.plain["hours"])


def _day(recorded: Recorded) -> Statement:
    plain = recorded.plain
    return SQL["set_day"], (
        UUID(plain["practitioner_id"]),
        date.fromisoformat(plain["day"]),
        plain["hours"],
    )


def _day_cleared(recorded: Recorded) -> Statement:
    plain = recorded.plain
    return SQL["clear_day"], (UUID(plain["practitioner_id"]), date.fromisoformat(plain["day"]))


def _moved_on(recorded: Recorded) -> Statement:
    return SQL["touch_resource"], (UUID(recorded.plain["practitioner_id"]), recorded.version)


def _resource(recorded: Recorded) -> Statement:
    plain, about = recorded.plain, recorded.plain["resource"]
    return SQL["describe_resource"], (
        UUID(plain["resource_id"]),
        plain["resource_no"],
        about["kind"],
        about["title"],
        about["groups"],
        about["is_active"],
        recorded.version,
    )


def _procedure(recorded: Recorded) -> Statement:
    terms = recorded.plain["terms"]
    return SQL["define_procedure"], (
        UUID(recorded.plain["procedure_id"]),
        *(terms[name] for name in _TERMS),
        terms.get("preparation", {}),
        recorded.version,
    )


_TERMS = (
    "code", "titles", "minutes", "before_minutes", "after_minutes", "skill", "needs", "price_from", "price_to",
    "currency", "is_active",
)  # fmt: skip


def _off(recorded: Recorded) -> Statement:
    note = recorded.event.note if isinstance(recorded.event, events.TimeOffAdded) else None
    about = recorded.plain["time_off"]
    return SQL["add_time_off"], (
        UUID(recorded.plain["time_off_id"]),
        UUID(about["resource_id"]),
        datetime.fromisoformat(about["starts_at"]),
        datetime.fromisoformat(about["ends_at"]),
        about["kind"],
        note,
    )


def _off_removed(recorded: Recorded) -> Statement:
    return SQL["remove_time_off"], (UUID(recorded.plain["time_off_id"]),)


def _holiday(recorded: Recorded) -> Statement:
    about = recorded.plain["holiday"]
    return SQL["add_holiday"], (
        date.fromisoformat(about["day"]),
        UUID(recorded.plain["holiday_id"]),
        about["title"],
    )


def _holiday_removed(recorded: Recorded) -> Statement:
    return SQL["remove_holiday"], (UUID(recorded.plain["holiday_id"]),)


APPLY: Mapping[str, Sequence[Project]] = {
    events.PractitionerDescribed.type: (_practitioner_as_resource, _practitioner),
    events.WeekHoursSet.type: (_week, _moved_on),
    events.DayHoursSet.type: (_day, _moved_on),
    events.DayHoursCleared.type: (_day_cleared, _moved_on),
    events.ResourceDescribed.type: (_resource,),
    events.ProcedureDefined.type: (_procedure,),
    events.TimeOffAdded.type: (_off,),
    events.TimeOffRemoved.type: (_off_removed,),
    events.HolidayAdded.type: (_holiday,),
    events.HolidayRemoved.type: (_holiday_removed,),
}
