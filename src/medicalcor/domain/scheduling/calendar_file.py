"""Visits as calendar files (RFC 5545): one to go with a confirmation, and a feed for those who treat.

Times are written in UTC: every calendar shows them by its own clock, and no change of the clock can move them. The
words are the caller's, in the language of whoever reads them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from icalendar import Alarm, Calendar, Event, vCalAddress, vText, vUri

from medicalcor.schemas.appointments import Status

MEDIA_TYPE: Final = "text/calendar; charset=utf-8"
FILE_NAME: Final = "visit.ics"
_PRODUCT: Final = "-//MedicalCor//Calendar//EN"
_STATUS: Final = {
    "held": "TENTATIVE",
    "booked": "CONFIRMED",
    "confirmed": "CONFIRMED",
    "completed": "CONFIRMED",
    "missed": "CONFIRMED",
    "cancelled": "CANCELLED",
    "expired": "CANCELLED",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarVisit:
    """What a calendar is told of a visit."""

    id: UUID
    """Of the appointment: the file's UID, so that a later file changes the entry instead of adding one."""
    version: int
    """Of the appointment: the file's SEQUENCE, so that of two files the later one stands."""
    status: Status
    starts_at: datetime
    ends_at: datetime
    changed_at: datetime
    """When it came to stand as it does. The same visit makes the same file, byte for byte."""
    title: str
    place: str | None = None
    """The clinic's address."""
    details: str | None = None
    """What to bring, how to prepare, how to reach the clinic."""
    url: str | None = None
    """Where more is to be seen, or the visit can be moved."""


def appointment_ics(
    visit: CalendarVisit, *, clinic: str, organizer: str | None = None, remind: timedelta | None = None
) -> bytes:
    """A file with this visit alone, for a mail, a message or a link.

    `clinic` is its name, `organizer` its mail address, `remind` how long before the visit the patient's own calendar
    rings. A cancelled visit makes a file that takes the entry out again. Both methods of iTIP name an organizer
    (RFC 5546, 3.2.1 and 3.2.5): a file without one has no method and is a plain entry (RFC 5545).
    """
    calendar = _calendar()
    off = _STATUS[visit.status] == "CANCELLED"
    if organizer:
        calendar.add("method", "CANCEL" if off else "PUBLISH")
    event = _event(visit)
    if organizer:
        address = vCalAddress(f"mailto:{organizer}")
        address.params["CN"] = vText(clinic)
        event.add("organizer", address)
    if remind and not off:
        event.add_component(_alarm(visit.title, remind))
    calendar.add_component(event)
    return bytes(calendar.to_ical())


def feed(visits: Iterable[CalendarVisit], *, name: str, refresh: timedelta) -> bytes:
    """A calendar to subscribe to. What was cancelled stays in it as cancelled, so that it goes everywhere.

    `refresh` is how often a calendar program should look again.
    """
    calendar = _calendar()
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", name)
    calendar.add("name", name)
    calendar.add("refresh-interval", refresh, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", refresh)
    for visit in visits:
        calendar.add_component(_event(visit))
    return bytes(calendar.to_ical())


def _calendar() -> Calendar:
    calendar = Calendar()
    calendar.add("prodid", _PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    return calendar


def _event(visit: CalendarVisit) -> Event:
    event = Event()
    event.add("uid", str(visit.id))
    event.add("sequence", visit.version)
    event.add("dtstamp", _utc(visit.changed_at))
    event.add("last-modified", _utc(visit.changed_at))
    event.add("dtstart", _utc(visit.starts_at))
    event.add("dtend", _utc(visit.ends_at))
    event.add("summary", visit.title)
    event.add("status", _STATUS[visit.status])
    event.add("transp", "TRANSPARENT" if _STATUS[visit.status] == "CANCELLED" else "OPAQUE")
    if visit.place:
        event.add("location", visit.place)
    if visit.details:
        event.add("description", visit.details)
    if visit.url:
        event.add("url", vUri(visit.url))
    return event


def _alarm(title: str, before: timedelta) -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", title)
    alarm.add("trigger", -before)
    return alarm


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(microsecond=0)
