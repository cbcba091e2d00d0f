"""Dates, codes and marked passages, as they are shown."""

from datetime import UTC, datetime, timedelta

import pytest

from medicalcor.core import clock
from medicalcor.web.dates import Dates
from medicalcor.web.pages.leads.view import marked
from medicalcor.web.pages.signin.routes import safe_path
from medicalcor.web.translate import translator
from medicalcor.web.words import in_words, meaning

NOW = datetime(2026, 11, 26, 7, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("language", "written"),
    [("ro", "joi, 26 nov., 09:30"), ("de", "Do., 26. Nov., 09:30"), ("en", "Thu 26 Nov, 09:30")],
)
def test_moments_are_in_the_clinics_zone_and_the_readers_language(language: str, written: str) -> None:
    with clock.using(clock.Still(NOW)):
        assert Dates(language, "Europe/Bucharest").moment(NOW) == written


def test_summer_time_is_kept() -> None:
    with clock.using(clock.Still(NOW)):
        assert Dates("en", "Europe/Bucharest").time(datetime(2026, 7, 1, 6, 30, tzinfo=UTC)) == "09:30"


@pytest.mark.parametrize(
    ("passed", "language", "words"),
    [
        (timedelta(seconds=20), "ro", "chiar acum"),
        (timedelta(minutes=6), "ro", "acum 6 minute"),
        (timedelta(minutes=40), "ro", "acum 40 de minute"),
        (timedelta(hours=3), "de", "vor 3 Stunden"),
        (timedelta(days=2), "en", "2 days ago"),
    ],
)
def test_how_long_ago(passed: timedelta, language: str, words: str) -> None:
    with clock.using(clock.Still(NOW)):
        shown = Dates(language, "Europe/Bucharest").ago(NOW - passed)
    assert f">{words}</time>" in shown
    assert "data-ago" in shown


def test_what_is_left_of_the_window() -> None:
    dates = Dates("en", "Europe/Bucharest")
    assert dates.remaining(timedelta(hours=5, minutes=2)) == "5 h 02 min"
    assert dates.remaining(timedelta(minutes=9)) == "9 min"


def test_days_have_names_when_they_are_near() -> None:
    with clock.using(clock.Still(NOW)):
        dates = Dates("ro", "Europe/Bucharest")
        assert [dates.day(NOW - timedelta(days=n)) for n in (0, 1, 2)] == [
            "Astăzi",
            "Ieri",
            "Marți, 24 noiembrie",
        ]


def test_an_unknown_code_reads_as_itself() -> None:
    assert in_words("decision", "brand_new_reason", translator("ro")) == "brand new reason"


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("procedure:implant", "treatment: implant"),
        ("emergency:breathing", "trouble breathing"),
        ("budget", "asks about price"),
    ],
)
def test_what_a_passage_counted_for(code: str, words: str) -> None:
    assert meaning(code, translator("en")) == words


def test_marked_passages_keep_the_text_whole() -> None:
    text = "Cât costă un implant?"
    evidence = [
        {"start": 13, "end": 20, "means": "procedure:implant"},
        {"start": 0, "end": 9, "means": "budget"},
        {"start": 4, "end": 15, "means": "overlaps"},
        {"start": 19, "end": 90, "means": "beyond the end"},
    ]
    pieces = marked(text, evidence)
    assert "".join(piece.text for piece in pieces) == text
    assert [(piece.text, piece.means) for piece in pieces if piece.means] == [
        ("Cât costă", "budget"),
        ("implant", "procedure:implant"),
    ]


@pytest.mark.parametrize(
    ("wanted", "path"),
    [
        ("/leads/unread", "/leads/unread"),
        ("", "/leads"),
        ("leads", "/leads"),
        ("///x.example", "/leads"),
        ("/\t/x.example", "/leads"),
        ("http:/x", "/leads"),
    ],
)
def test_only_our_own_paths_are_safe(wanted: str, path: str) -> None:
    assert safe_path(wanted) == path
