"""What was tapped, as it is handed to whoever asked."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from uuid import UUID

from medicalcor.operations.ledger import Ledger


@dataclass(frozen=True, slots=True, kw_only=True)
class Tapped:
    """A choice that came back, and who made it where."""

    message_id: UUID
    conversation_id: UUID
    person_id: UUID
    lead_id: UUID
    noun: str
    subject: str
    """The id in the middle."""
    verb: str
    correlation_id: str

    @property
    def subject_id(self) -> UUID | None:
        """The id in the middle, when it is one."""
        try:
            return UUID(self.subject)
        except ValueError:
            return None


Taker = Callable[[Ledger, Tapped], Awaitable[bool]]
"""Answers whether it was one of its own; what was not is answered as any message is."""
