"""What came in, whichever way it came: the one shape that everything after it works with."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from medicalcor.domain.correspondence.reports import Report
from medicalcor.operations.inbox import Item
from medicalcor.operations.ledger import Ledger
from medicalcor.operations.places import Party
from medicalcor.schemas.base import Event
from medicalcor.schemas.common import Language, PersonId
from medicalcor.schemas.events.conversations import Letter, Media, MessageKind
from medicalcor.schemas.events.leads import Campaign


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
    choice: str | None = None
    """The id of what was tapped, as we gave it: `noun:id:verb`."""
    in_reply_to: str | None = None
    sent_at: datetime | None = None
    letter: Letter | None = None
    sender: str | None = None
    """Who wrote, as staff may see it."""
    language: Language | None = None
    """Said, not guessed."""
    thread: tuple[str, ...] = ()
    """`Message-ID`s of what it answers, the nearest first."""
    report: Report | None = None
    """Of a mail of ours that could not be delivered."""
    undelivered: UUID | None = None
    """That mail's effect, once it has been found."""
    about_person: Callable[[PersonId], tuple[Event, ...]] = field(default=lambda _: ())
    """What else became known of the person by it, such as a consent."""
    campaign: Campaign | None = None

    @property
    def said(self) -> str | None:
        """What is judged: the words, with the subject that they stood under."""
        subject = self.letter.subject if self.letter and not self.in_reply_to else None
        if self.text is None or not subject or subject == self.text:
            return self.text
        return f"{self.text}\n{subject}"


Read = Callable[[Ledger, Item], Arrival]
"""Raises InvalidInput, in words for staff, for what cannot be read."""


def clean(text: str | None) -> str | None:
    """As PostgreSQL can keep it; None when nothing is left."""
    return (text or "").replace("\x00", "").strip() or None
