"""What a person agreed to. Stream `person-<id>`."""

from typing import Annotated, ClassVar, Literal
from uuid import UUID

from medicalcor.schemas.base import Event, Personal
from medicalcor.schemas.common import Channel, Language, PersonId

ConsentPurpose = Literal[
    "data_processing", "marketing_whatsapp", "marketing_email", "marketing_sms", "appointment_reminders",
    "treatment_updates", "third_party_sharing",
]  # fmt: skip


class ConsentGranted(Event):
    """The person agreed. The words that they agreed to are named by their version and kept by their hash."""

    type: ClassVar[str] = "consent.granted"
    person_id: PersonId
    purposes: tuple[ConsentPurpose, ...]
    channel: Channel
    text_version: str
    text_hash: str | None = None
    """SHA-256 of the words as they were shown, where they came along."""
    language: Language | None = None
    evidence_id: UUID
    """The inbox item in which it was said."""
    origin: Annotated[str | None, Personal()] = None
    """Where it was given, such as the page's address."""


class ConsentWithdrawn(Event):
    """The person does not agree any more."""

    type: ClassVar[str] = "consent.withdrawn"
    person_id: PersonId
    purposes: tuple[ConsentPurpose, ...]
    channel: Channel
    evidence_id: UUID | None = None
