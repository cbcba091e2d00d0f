"""What a patient does not know yet of a visit that others arranged, moved or cancelled for them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

News = Literal["booked", "moved", "cancelled"]


@dataclass(frozen=True, slots=True)
class Place:
    """What is done, with whom and when."""

    procedure_id: UUID
    practitioner_id: UUID
    starts_at: datetime


@dataclass(frozen=True, slots=True)
class Change:
    """One of a visit's changes: its place from then on, None when it is off or only held; whether its patient knows."""

    version: int
    place: Place | None
    known: bool


def news(changes: Sequence[Change]) -> News | None:
    """What there is to say after the last of them; None when it stands as the patient last knew it.

    What was put right before anybody was told of it is as if it had never been.
    """
    if not changes or changes[-1].known:
        return None
    before = next((one.place for one in reversed(changes) if one.known), None)
    now = changes[-1].place
    if now == before:
        return None
    if now is None:
        return "cancelled"
    return "moved" if before else "booked"
