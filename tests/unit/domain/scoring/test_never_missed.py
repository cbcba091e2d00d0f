"""Short forms in seven languages of what must never be missed, and of what only looks like it."""

import tomllib
from pathlib import Path

import pytest
from scoring_conversations import said

from medicalcor.domain.scoring.rules import score

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
