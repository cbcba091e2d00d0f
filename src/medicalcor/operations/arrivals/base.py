"""What came in, whichever way it came: the one shape that everything after it works with."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from medicalcor.operations.inbox import Item
from medicalcor.operations.ledger import Ledger
from medicalcor.operations.places import Party
from medicalcor.schemas.base import Event
from medicalcor.schemas.common import PersonId
from medicalcor.schemas.events.conversations import Media, MessageKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """A message that came in, read."""

    item: Item
    party: Party
    kind: MessageKind
    raw_kind: str
    """The provider's own word for it."""
    provider_id: str
    text: str | None = None
    media: Media | None = None
    in_reply_to: str | None = None
    sent_at: datetime | None = None
    about_person: Callable[[PersonId], tuple[Event, ...]] = field(default=lambda _: ())
    """What else became known of the person by it, such as a consent."""


Read = Callable[[Ledger, Item], Arrival]
"""Raises InvalidInput, in words for staff, for what cannot be read."""


def clean(text: str | None) -> str | None:
    """As PostgreSQL can keep it; None when nothing is left."""
    return (text or "").replace("\x00", "").strip() or None
