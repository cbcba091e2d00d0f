"""Labelled conversations, and small ones made on the spot."""

import json
from pathlib import Path
from typing import Any

from medicalcor.schemas.scoring import ScoringInput, Turn

OWN = Path(__file__).parent / "cases.jsonl"
VOICES = Path(__file__).parent / "cases_voices.jsonl"
FRESH = Path(__file__).parent / "cases_fresh.jsonl"
HEARING = Path(__file__).parent / "cases_hearing.jsonl"
UNSEEN_RO = Path(__file__).parent / "cases_unseen_ro.jsonl"
ABROAD = Path(__file__).parent / "cases_unseen_abroad.jsonl"
MANY_HANDS = Path(__file__).parent / "cases_many_hands.jsonl"
HELD_OUT = Path(__file__).parent / "cases_held_out.jsonl"
HELD_OUT_2 = Path(__file__).parent / "cases_held_out_2.jsonl"
HELD_OUT_3 = Path(__file__).parent / "cases_held_out_3.jsonl"
SHARED = Path(__file__).resolve().parents[5] / "shared" / "scoring" / "dev.jsonl"


def read_cases(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text("utf-8").splitlines() if line.strip()]


def facts_of(case: dict[str, Any]) -> ScoringInput:
    return ScoringInput(channel=case["channel"], messages=tuple(Turn(**turn) for turn in case["messages"]))


def said(*texts: str, **context: Any) -> ScoringInput:
    """A conversation of the patient's turns; a text that begins with `clinic:` is the clinic's."""
    turns = tuple(
        Turn(role="assistant", content=text.removeprefix("clinic:"))
        if text.startswith("clinic:")
        else Turn(role="user", content=text)
        for text in texts
    )
    return ScoringInput(channel="whatsapp", messages=turns, **context)
