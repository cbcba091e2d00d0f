"""The demo clinic's practitioners, rooms and procedures, as `practice.toml` has them."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from importlib import resources
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from medicalcor.operations import practice
from medicalcor.operations.ledger import Ledger, by_system
from medicalcor.schemas.practice import Holiday, Need, Practitioner, Resource, Terms, TimeOff, WeekHours

_CENTS = 100
_CAUSE = by_system("seed")


@dataclass(frozen=True, slots=True)
class Doctor:
    """Whoever treats."""

    id: UUID
    skills: Sequence[str]
    week: Mapping[int, Sequence[tuple[time, time]]]


@dataclass(frozen=True, slots=True)
class Practice:
    doctors: Mapping[str, Doctor]
    procedures: Mapping[str, tuple[UUID, int]]
    """By code: its id and how many minutes it takes."""


async def set_up(ledger: Ledger, *, today: date) -> Practice:
    """All of it, with a day of leave next week and a holiday in a month."""
    file = resources.files("medicalcor.cli.seeding").joinpath("practice.toml")
    written = tomllib.loads(file.read_text("utf-8"))
    for about in written["resource"]:
        await practice.add_resource(ledger, resource=Resource(**about), cause=_CAUSE)
    procedures = {
        about["code"]: (
            await practice.add_procedure(ledger, terms=_terms(about), cause=_CAUSE),
            about["minutes"],
        )
        for about in written["procedure"]
    }
    doctors = {about["key"]: await _hire(ledger, about) for about in written["practitioner"]}
    await _days_off(ledger, doctors, today)
    return Practice(doctors, procedures)


def _terms(about: Mapping[str, Any]) -> Terms:
    low, high = about["price"]
    before, after = about.get("surgery", (0, about.get("after", 0)))
    room = Need(
        kind="room",
        group="surgery" if "surgery" in about else "chair",
        before_minutes=before,
        after_minutes=after,
    )
    microscope = (Need(kind="device", group="microscope"),) if about.get("microscope") else ()
    return Terms(
        code=about["code"],
        titles=about["titles"],
        minutes=about["minutes"],
        before_minutes=about.get("before", 0),
        after_minutes=about.get("after", 0),
        skill=about["code"],
        needs=(room, *microscope),
        price_from=low * _CENTS,
        price_to=high * _CENTS,
    )


async def _hire(ledger: Ledger, about: Mapping[str, Any]) -> Doctor:
    who = Practitioner(name=about["name"], languages=about["languages"], skills=about["skills"])
    practitioner_id = await practice.add_practitioner(ledger, practitioner=who, cause=_CAUSE)
    hours = [
        WeekHours(weekday=int(day), opens=opens, closes=closes)
        for days, stretches in about["week"].items()
        for day in days.split(",")
        for opens, closes in (map(time.fromisoformat, stretch.split("-")) for stretch in stretches)
    ]
    await practice.set_week(ledger, practitioner_id=practitioner_id, hours=hours, version=1, cause=_CAUSE)
    week: dict[int, list[tuple[time, time]]] = {}
    for one in hours:
        week.setdefault(one.weekday, []).append((one.opens, one.closes))
    return Doctor(practitioner_id, about["skills"], week)


async def _days_off(ledger: Ledger, doctors: Mapping[str, Doctor], today: date) -> None:
    zone = ZoneInfo(ledger.settings.clinic_timezone)
    monday = today - timedelta(days=today.weekday())
    leave = datetime.combine(monday + timedelta(days=10), time(0), zone)
    away = TimeOff(
        resource_id=doctors["stan"].id, starts_at=leave, ends_at=leave + timedelta(days=2), kind="training"
    )
    await practice.add_time_off(ledger, time_off=away, cause=_CAUSE, note="Curs de endodonție, Cluj")
    closed = Holiday(day=monday + timedelta(days=30), title="Clinica închisă")
    await practice.add_holiday(ledger, holiday=closed, cause=_CAUSE)
