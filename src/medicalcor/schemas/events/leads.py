"""What happens to a lead. Stream `lead-<id>`."""

from datetime import datetime
from typing import Annotated, ClassVar, Literal
from uuid import UUID

from medicalcor.schemas.base import Event, Personal, Shape
from medicalcor.schemas.common import Channel, ConversationId, LeadId, MessageId, PersonId, UserId
from medicalcor.schemas.scoring import Merge, ScoredBy, ScoringOutput
from medicalcor.schemas.triage import Mention, Post, TriageResult


class LeadCreated(Event):
    type: ClassVar[str] = "lead.created"
    lead_id: LeadId
    person_id: PersonId
    conversation_id: ConversationId | None
    channel: Channel
    source: str
    """Where the person came from: the channel's name, or an advertisement's id."""


class Campaign(Shape):
    """What the page's address said about the way there, as it was written."""

    source: str | None = None
    medium: str | None = None
    name: str | None = None
    term: str | None = None
    content: str | None = None
    gclid: str | None = None
    fbclid: str | None = None
    referrer: str | None = None
    page: str | None = None


class CampaignNoted(Event):
    """How the person found the clinic. Sealed: addresses of pages and click ids may say who somebody is."""

    type: ClassVar[str] = "lead.campaign_noted"
    lead_id: LeadId
    message_id: MessageId
    campaign: Annotated[Campaign, Personal()]


class LeadScored(Event):
    """A judgement of the conversation up to and including `message_id`.

    The whole judgement is sealed: it quotes the patient. What lists and figures need is plain.
    """

    type: ClassVar[str] = "lead.scored"
    version: ClassVar[int] = 2
    lead_id: LeadId
    person_id: PersonId
    message_id: MessageId
    by: ScoredBy
    score: int
    classification: str
    confidence: float
    turns: tuple[UUID, ...]
    """The message or effect that each turn was, oldest first: what `output.evidence[].turn` counts in."""
    output: Annotated[ScoringOutput, Personal()]
    rules_score: int
    agreed: bool
    """Whether the rules came to the same classification."""
    merge: Annotated[Merge | None, Personal()] = None
    """What it was made of when AI answered; None: the rules' own, or judged before this was kept."""


class ScoreReviewed(Event):
    """A colleague said who was right where AI and rules disagreed on this message."""

    type: ClassVar[str] = "lead.score_reviewed"
    lead_id: LeadId
    message_id: MessageId
    right: Literal["ai", "rules", "neither"]
    by: UserId


class LeadTriaged(Event):
    type: ClassVar[str] = "lead.triaged"
    version: ClassVar[int] = 2
    lead_id: LeadId
    message_id: MessageId
    triage: TriageResult
    """With the signs that the judgement shows; what the patient said of their health is sealed apart."""
    mentions: Annotated[tuple[Mention, ...], Personal()] = ()


class WorkOpened(Event):
    """A rule of triage asks a colleague to do something. Over when somebody acts for this lead."""

    type: ClassVar[str] = "lead.work_opened"
    lead_id: LeadId
    work_id: UUID
    message_id: MessageId
    rule: str
    actions: tuple[str, ...]
    owner: Post
    due_at: datetime
    escalate_at: datetime | None = None
    escalate_to: Post | None = None


class WorkEscalated(Event):
    """Nobody acted in time, and `to` was alerted."""

    type: ClassVar[str] = "lead.work_escalated"
    lead_id: LeadId
    work_id: UUID
    rule: str
    to: Post


class OwnerChosen(Event):
    """Whose lead it is. `by` None: the rules gave it to who has the fewest; a colleague's choice stands against rules."""

    type: ClassVar[str] = "lead.owner_chosen"
    lead_id: LeadId
    owner: UserId | None
    post: Post
    by: UserId | None


class LeadSeen(Event):
    """A colleague dealt with what the lead was waiting for."""

    type: ClassVar[str] = "lead.seen"
    lead_id: LeadId
    by: UserId


class LeadArchived(Event):
    type: ClassVar[str] = "lead.archived"
    lead_id: LeadId
    reason: str
