"""Dates and hours, said in many ways, against what the calendar says."""

from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from medicalcor.domain.scheduling.understanding.hearing import Heard, Scene, hear
from medicalcor.schemas.common import Language

ZONE = ZoneInfo("Europe/Bucharest")
WEEKDAYS: dict[Language, list[str]] = {
    "ro": ["luni", "marți", "miercuri", "joi", "vineri", "sâmbătă", "duminică"],
    "en": ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"],
    "de": ["Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag"],
}
MONTHS: dict[Language, list[str]] = {
    "ro": ["ianuarie", "februarie", "martie", "aprilie", "mai", "iunie", "iulie", "august", "septembrie",
           "octombrie", "noiembrie", "decembrie"],
    "en": ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
           "November", "December"],
    "de": ["Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober",
           "November", "Dezember"],
}  # fmt: skip
AT = {"ro": "la ora", "en": "at", "de": "um"}
ON = {"ro": "pe", "en": "on", "de": "am"}
AFTER = {"ro": "după ora {}", "en": "after {}", "de": "nach {} Uhr"}
NEXT_WEEK = {"ro": "{} săptămâna viitoare", "en": "{} next week", "de": "{} nächster Woche"}
languages = st.sampled_from(sorted(WEEKDAYS))
days = st.dates(date(2025, 1, 1), date(2030, 12, 31))


def said(text: str, language: Language, today: date) -> Heard:
    now = datetime.combine(today, time(10), ZONE)
    practitioners: dict[UUID, str] = {}
    return hear(text, Scene(now=now, languages=(language,), practitioners=practitioners))


@given(languages, days, st.integers(0, 6))
def test_a_weekday_is_the_coming_one_or_both_when_it_is_today(
    language: Language, today: date, weekday: int
) -> None:
    when = said(WEEKDAYS[language][weekday], language, today).when
    coming = min(today + timedelta(n) for n in range(7) if (today + timedelta(n)).weekday() == weekday)
    assert when.days == ((coming, coming + timedelta(7)) if coming == today else (coming,))


@given(languages, days, st.integers(0, 6))
def test_a_weekday_of_next_week_lies_in_it(language: Language, today: date, weekday: int) -> None:
    [day] = said(NEXT_WEEK[language].format(WEEKDAYS[language][weekday]), language, today).when.days
    assert day.weekday() == weekday
    assert day.isocalendar()[:2] == (today + timedelta(7)).isocalendar()[:2]


@given(languages, days, st.integers(0, 300), st.booleans())
def test_a_date_is_that_date(language: Language, today: date, ahead: int, in_words: bool) -> None:
    day = today + timedelta(ahead)
    number = f"{day.day}." if language == "de" else str(day.day)
    text = f"{number} {MONTHS[language][day.month - 1]} {day.year}" if in_words else f"{day:%d.%m.%Y}"
    assert said(f"{ON[language]} {text}", language, today).when.days == (day,)


@given(languages, days, st.integers(0, 300))
def test_without_a_year_it_is_the_next_such_date(language: Language, today: date, ahead: int) -> None:
    day = today + timedelta(ahead)
    number = f"{day.day}." if language == "de" else str(day.day)
    [heard] = said(f"{ON[language]} {number} {MONTHS[language][day.month - 1]}", language, today).when.days
    assert (heard.day, heard.month) == (day.day, day.month)
    assert today <= heard


@given(languages, st.integers(8, 19), st.sampled_from([0, 5, 15, 30, 45, 59]))
def test_a_time_is_that_time(language: Language, hour: int, minute: int) -> None:
    when = said(f"{AT[language]} {hour}:{minute:02}", language, date(2026, 3, 11)).when
    assert when.at == time(hour, minute)


@given(languages, st.integers(1, 19))
def test_hours_before_eight_are_of_the_afternoon(language: Language, hour: int) -> None:
    when = said(AFTER[language].format(hour), language, date(2026, 3, 11)).when
    assert when.not_before == time(hour + 12 if hour < 8 else hour)


@settings(deadline=None)
@given(st.text(max_size=200) | st.text("‹›¤#:.-/!? abz0129", max_size=60), languages)
def test_whatever_is_written_is_read_without_harm(text: str, language: Language) -> None:
    today = date(2026, 3, 11)
    heard = said(text, language, today)
    assert all(day >= today for day in heard.when.days)
