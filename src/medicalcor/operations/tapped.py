"""A choice that came back, as whoever asked takes it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from uuid import UUID

from medicalcor.operations.ledger import Ledger


@dataclass(frozen=True, slots=True, kw_only=True)
class Tapped:
    """Who made which choice, where."""

    message_id: UUID
    conversation_id: UUID
    person_id: UUID
    lead_id: UUID
    noun: str
    subject: str
    """The id in the middle."""
    verb: str
    correlation_id: str


Taker = Callable[[Ledger, Tapped], Awaitable[bool]]
"""Answers whether it was one of its own; what was not is answered as any message is."""
