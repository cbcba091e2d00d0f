"""Short messages in seven languages: what must never be missed, and what only looks like it."""

import tomllib
from pathlib import Path

import pytest
from scoring_conversations import said

from medicalcor.domain.scoring.rules import score
from medicalcor.schemas.common import Urgency

PHRASES = tomllib.loads((Path(__file__).parent / "phrases.toml").read_text("utf-8"))


@pytest.mark.parametrize("text", PHRASES["opt_out"])
def test_every_wish_for_silence_is_heard(text: str) -> None:
    assert score(said(text)).opt_out


@pytest.mark.parametrize("text", PHRASES["no_opt_out"])
def test_nothing_else_silences_the_clinic(text: str) -> None:
    assert not score(said(text)).opt_out


@pytest.mark.parametrize("text", PHRASES["emergency"])
def test_every_emergency_is_seen(text: str) -> None:
    assert score(said(text)).emergency


@pytest.mark.parametrize("text", PHRASES["no_emergency"])
def test_what_only_sounds_like_one_is_none(text: str) -> None:
    assert not score(said(text)).emergency


@pytest.mark.parametrize(
    ("text", "expected"), [(text, name) for name, texts in PHRASES["class"].items() for text in texts]
)
def test_class_of_a_short_message(text: str, expected: str) -> None:
    assert score(said(*text.split(" // "))).classification == expected


@pytest.mark.parametrize(("text", "wanted"), PHRASES["procedures"].items())
def test_what_is_wanted_and_what_is_ruled_out_or_done(text: str, wanted: list[str]) -> None:
    assert [*score(said(text)).procedures] == wanted


@pytest.mark.parametrize("text", PHRASES["urgency"]["acute"])
def test_what_hurts_now_is_acute(text: str) -> None:
    assert score(said(text)).urgency is Urgency.HIGH_PRIORITY


@pytest.mark.parametrize("text", PHRASES["urgency"]["not_acute"])
def test_what_does_not_hurt_now_is_not(text: str) -> None:
    assert score(said(text)).urgency is not Urgency.HIGH_PRIORITY
