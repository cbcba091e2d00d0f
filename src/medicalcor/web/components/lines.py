"""What the conversation's components show."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from medicalcor.readmodels.calls.queries import Call
from medicalcor.readmodels.conversations.queries import Message, Translation
from medicalcor.readmodels.effects.queries import Effect
from medicalcor.readmodels.timeline.queries import Happened


@dataclass(frozen=True)
class Piece:
    """Part of a message; `means` when it counted for the score."""

    text: str
    means: str | None = None


@dataclass(frozen=True)
class Spoken:
    """A turn of a call."""

    role: str
    pieces: Sequence[Piece]


@dataclass(frozen=True)
class Entry:
    """One line of the conversation."""

    kind: Literal["in", "out", "unsent", "line", "call"]
    id: str
    at: datetime
    message: Message | None = None
    pieces: Sequence[Piece] = ()
    effect: Effect | None = None
    text: str | None = None
    happened: Happened | None = None
    call: Call | None = None
    turns: Sequence[Spoken] = ()
    translation: Translation | None = None
    is_foreign: bool = False
    """In a language that is not the reader's."""
