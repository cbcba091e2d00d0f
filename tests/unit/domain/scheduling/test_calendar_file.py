"""Calendar files, read back by a calendar library."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar, Event

from medicalcor.domain.scheduling.calendar_file import CalendarVisit, appointment_ics, feed

ZONE = ZoneInfo("Europe/Bucharest")
START = datetime(2026, 10, 25, 3, 30, tzinfo=ZONE, fold=1)
VISIT = CalendarVisit(
    id=UUID("0198f3a2-7c11-7d3e-9a55-3f1f0c2b4d5e"),
    version=3,
    status="confirmed",
    starts_at=START,
    ends_at=START.astimezone(UTC) + timedelta(minutes=30),
    changed_at=datetime(2026, 10, 1, 9, 0, 0, 987654, tzinfo=UTC),
    title="Consultație la Clinica Zâmbet",
    place="Str. Florilor 1; et. 2, București",
    details="Nu mâncați înainte.\nAduceți radiografia.",
)


def event_of(file: bytes) -> Event:
    (event,) = Calendar.from_ical(file).events
    return event


def test_a_confirmation_says_when_where_and_what_and_is_the_same_file_each_time() -> None:
    file = appointment_ics(VISIT, clinic="Clinica Zâmbet", organizer="office@zambet.example")
    event = event_of(file)
    assert event["uid"] == str(VISIT.id)
    assert event["sequence"] == 3
    assert event["summary"] == VISIT.title
    assert event["location"] == VISIT.place
    assert event["description"] == VISIT.details
    assert event["status"] == "CONFIRMED"
    assert event["organizer"] == "mailto:office@zambet.example"
    assert Calendar.from_ical(file)["method"] == "PUBLISH"
    assert file == appointment_ics(VISIT, clinic="Clinica Zâmbet", organizer="office@zambet.example")


def test_the_second_half_past_three_of_the_night_that_has_two_is_meant() -> None:
    assert event_of(appointment_ics(VISIT, clinic="x")).start == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


def test_a_cancelled_visit_takes_the_entry_out_and_rings_nobody() -> None:
    off = replace(VISIT, status="cancelled", version=4)
    file = appointment_ics(off, clinic="x", organizer="a@x.example", remind=timedelta(hours=2))
    event = event_of(file)
    assert Calendar.from_ical(file)["method"] == "CANCEL"
    assert (event["uid"], event["sequence"], event["status"]) == (str(VISIT.id), 4, "CANCELLED")
    assert not event.walk("VALARM")


def test_a_reminder_rings_before_the_visit() -> None:
    (alarm,) = event_of(appointment_ics(VISIT, clinic="x", remind=timedelta(hours=2))).walk("VALARM")
    assert alarm["trigger"].dt == timedelta(hours=-2)


def test_a_feed_holds_them_all_and_keeps_what_is_off() -> None:
    other = replace(VISIT, id=UUID(int=1), status="cancelled")
    held = replace(VISIT, id=UUID(int=2), status="held")
    calendar = Calendar.from_ical(feed([VISIT, other, held], name="Dr. Pop", refresh=timedelta(minutes=15)))
    assert [event["status"] for event in calendar.events] == ["CONFIRMED", "CANCELLED", "TENTATIVE"]
    assert calendar["x-wr-calname"] == "Dr. Pop"


@given(title=st.text(st.characters(exclude_categories=["Cs", "Cc"])), details=st.text(max_size=300))
def test_no_text_can_add_a_line_of_its_own(title: str, details: str) -> None:
    """Whatever a name or a note holds, the file says one event with the same times."""
    file = appointment_ics(replace(VISIT, title=title, details=details), clinic="x")
    event = event_of(file)
    assert event.start == VISIT.starts_at.astimezone(UTC)
    assert not [line for line in file.split(b"\r\n") if len(line) > 75]
    assert file.count(b"\r\nBEGIN:") == 1
