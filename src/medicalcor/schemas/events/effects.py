"""What happens to an effect. Stream `effect-<id>`."""

from datetime import datetime
from typing import Annotated, ClassVar, Literal
from uuid import UUID

from medicalcor.schemas.base import Event, Personal
from medicalcor.schemas.common import ConversationId, EffectId, LeadId, PersonId
from medicalcor.schemas.decisions import Decision
from medicalcor.schemas.effects import Author, Content, Purpose

VoidReason = Literal[
    "opted_out", "taken_over", "superseded", "person_erased", "consent_withdrawn", "cancelled",
]  # fmt: skip


class EffectPlanned(Event):
    """Decided: to be sent, to wait, or not to be sent; `decision` says why."""

    type: ClassVar[str] = "effect.planned"
    effect_id: EffectId
    key: str
    """Unique: the same cause plans the same effect once."""
    kind: str
    person_id: PersonId
    lead_id: LeadId | None
    conversation_id: ConversationId | None
    cause_id: UUID | None
    """The message or act that it follows from."""
    purpose: Purpose
    author: Author
    by: UUID | None = None
    """The colleague, when one wrote it."""
    content: Annotated[Content, Personal()]
    decision: Decision
    useless_after: datetime | None = None
    asked_at: datetime | None = None
    traceparent: str | None = None
    """The trace that it belongs to, so that its delivery is a part of it."""


class EffectSent(Event):
    """The provider took it."""

    type: ClassVar[str] = "effect.sent"
    effect_id: EffectId
    kind: str
    provider_id: Annotated[str | None, Personal()] = None
    at: datetime


class EffectStatusChanged(Event):
    """The provider reports how far it got."""

    type: ClassVar[str] = "effect.status_changed"
    effect_id: EffectId
    kind: str
    status: Literal["delivered", "read", "failed"]
    reason: str | None = None
    at: datetime


class EffectUnknown(Event):
    """Asked, and no answer: it waits for the provider's word before it may be sent again."""

    type: ClassVar[str] = "effect.unknown"
    effect_id: EffectId
    kind: str
    reason: str
    again_at: datetime


class EffectDelayed(Event):
    """Not done, and worth another try."""

    type: ClassVar[str] = "effect.delayed"
    effect_id: EffectId
    kind: str
    reason: str
    again_at: datetime


class EffectHeld(Event):
    """The policy said not yet when it came to sending; `decision` says until when."""

    type: ClassVar[str] = "effect.held"
    effect_id: EffectId
    kind: str
    decision: Decision


class EffectRefused(Event):
    """The policy said no when it came to sending."""

    type: ClassVar[str] = "effect.refused"
    effect_id: EffectId
    kind: str
    decision: Decision


class EffectFailed(Event):
    """Given up: the provider said no, or did not answer in all the tries there are."""

    type: ClassVar[str] = "effect.failed"
    effect_id: EffectId
    kind: str
    reason: str


class EffectVoided(Event):
    """What it depended on changed before it went out."""

    type: ClassVar[str] = "effect.voided"
    effect_id: EffectId
    kind: str
    reason: VoidReason
    by: UUID | None = None
    """The colleague, when one called it back."""
