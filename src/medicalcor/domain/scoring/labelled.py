"""Conversations as JSON lines: bare for judging, with their labels for measuring."""

import json
from dataclasses import dataclass
from typing import Any, Final

from pydantic import Field, ValidationError, model_validator

from medicalcor.schemas.base import Wire
from medicalcor.schemas.common import Classification, Language, Procedure, Urgency
from medicalcor.schemas.scoring import ScoringInput, Turn

_CHANNELS: Final = ("whatsapp", "voice", "web", "email")


class UnreadableCase(Exception):
    """A line that is no case; the message says what is wrong, without the patient's words."""


class Labels(Wire):
    """What a person says a conversation comes to, by the rubric."""

    language: Language
    score: int = Field(ge=1, le=5)
    procedures: frozenset[Procedure]
    budget: bool
    intent_to_book: bool
    urgency: Urgency
    emergency: bool
    opt_out: bool
    classification: Classification

    @model_validator(mode="before")
    @classmethod
    def _class_of_the_score(cls, told: Any) -> Any:
        """The class follows from the score; one that is told must agree with it."""
        if not isinstance(told, dict) or told.get("score") not in (1, 2, 3, 4, 5):
            return told
        due = Classification.of(told["score"])
        if told.get("classification", due) != due:
            raise ValueError(f"a score of {told['score']} is {due}")
        return {**told, "classification": due}


@dataclass(frozen=True, slots=True)
class Labelled:
    id: str
    facts: ScoringInput
    labels: Labels


def parse_case(line: str) -> tuple[str, ScoringInput]:
    """One JSON object with `id`, `channel` and `messages`; labels and other fields are passed over."""
    case = _object(line)
    missing = [name for name in ("id", "messages") if name not in case]
    if missing:
        raise UnreadableCase(f"without {' and '.join(missing)}")
    return str(case["id"]), ScoringInput(channel=_channel(case), messages=_turns(case["messages"]))


def parse_labelled(line: str) -> Labelled:
    """The same with every label of the rubric."""
    case_id, facts = parse_case(line)
    try:
        labels = Labels.model_validate(_object(line))
    except ValidationError as problem:
        raise UnreadableCase(_wrong_labels(problem)) from None
    return Labelled(case_id, facts, labels)


def _wrong_labels(problem: ValidationError) -> str:
    errors = problem.errors(include_input=False, include_url=False)
    missing = sorted(str(error["loc"][0]) for error in errors if error["type"] == "missing")
    if missing:
        return f"without the labels {', '.join(missing)}"
    first = errors[0]
    name = str(first["loc"][0]) if first["loc"] else "classification"
    return f"{name}: {first['msg'].removeprefix('Value error, ')}"


def _object(line: str) -> dict[str, Any]:
    try:
        case = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise UnreadableCase("not JSON") from error
    if not isinstance(case, dict):
        raise UnreadableCase("not a JSON object")
    return case


def _channel(case: dict[str, Any]) -> Any:
    channel = case.get("channel", "whatsapp")
    if channel not in _CHANNELS:
        raise UnreadableCase("channel must be whatsapp, voice, web or email")
    return channel


def _turns(messages: Any) -> tuple[Turn, ...]:
    if not isinstance(messages, list) or not messages:
        raise UnreadableCase("messages must be a list with at least one turn")
    turns = []
    for turn in messages:
        is_turn = isinstance(turn, dict) and isinstance(turn.get("content"), str)
        if not is_turn or turn.get("role") not in {"user", "assistant"}:
            raise UnreadableCase("every turn needs a role (user or assistant) and a content")
        turns.append(Turn(role=turn["role"], content=turn["content"]))
    return tuple(turns)
