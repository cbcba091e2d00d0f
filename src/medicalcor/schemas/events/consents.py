"""What a person agreed to. Stream `person-<id>`."""

from datetime import datetime
from typing import Annotated, ClassVar, Literal
from uuid import UUID

from medicalcor.schemas.base import Event, Personal
from medicalcor.schemas.common import Channel, ConversationId, EffectId, Language, MessageId, PersonId, UserId

ConsentPurpose = Literal[
    "data_processing", "marketing_whatsapp", "marketing_email", "marketing_sms", "appointment_reminders",
    "treatment_updates", "third_party_sharing",
]  # fmt: skip
PURPOSES: tuple[ConsentPurpose, ...] = (
    "data_processing", "appointment_reminders", "treatment_updates", "marketing_whatsapp", "marketing_email",
    "marketing_sms", "third_party_sharing",
)  # fmt: skip
"""In the order in which they are shown."""
How = Literal["form", "reply", "tap", "link", "message", "paper", "phone", "in_person"]
"""The way in which it was said: `message` is one that says more than that. The last three are recorded by staff."""
Occasion = Literal["question", "confirmation", "renewal", "statement"]
"""Which of a version's texts it was: asked for the first time, asked whether a form was theirs, asked anew before it
ends, or a statement that was signed or read out."""


class ConsentAsked(Event):
    """The person was asked, in these words. An answer names the question, and by it what exactly was agreed to."""

    type: ClassVar[str] = "consent.asked"
    person_id: PersonId
    question_id: UUID
    purposes: tuple[ConsentPurpose, ...]
    channel: Channel
    conversation_id: ConversationId
    effect_id: EffectId
    """The message that asked."""
    address_key: str
    """Keyed hash of the address that it was sent to: what is agreed to holds for that."""
    occasion: Occasion
    text_version: str
    text_hash: str
    language: Language
    clinic: str
    """The clinic's name as it stood in the text."""
    by: UserId | None = None


class ConsentClaimed(Event):
    """Somebody ticked this in a form with this address. It counts once the address's owner has said so."""

    type: ClassVar[str] = "consent.claimed"
    person_id: PersonId
    purposes: tuple[ConsentPurpose, ...]
    channel: Channel
    address_key: str
    text_version: str
    text_hash: str | None = None
    language: Language | None = None
    evidence_id: UUID
    origin: Annotated[str | None, Personal()] = None


class ConsentGranted(Event):
    """The person agreed. The words that they agreed to are named by their version and kept by their hash."""

    type: ClassVar[str] = "consent.granted"
    version: ClassVar[int] = 2
    person_id: PersonId
    purposes: tuple[ConsentPurpose, ...]
    channel: Channel | None
    """None for what was signed or said face to face."""
    text_version: str
    text_hash: str | None = None
    """SHA-256 of the words as they were shown, where they came along."""
    language: Language | None = None
    evidence_id: UUID | None = None
    """The inbox item in which it was said."""
    origin: Annotated[str | None, Personal()] = None
    """Where it was given, such as the page's address."""
    address_key: str | None = None
    """The address that it holds for; None for all of the person's."""
    question_id: UUID | None = None
    how: How = "form"
    occasion: Occasion | None = None
    clinic: str | None = None
    expires_at: datetime | None = None
    by: UserId | None = None
    """The colleague who recorded it, and below, how they know."""
    note: Annotated[str | None, Personal()] = None


class ConsentRenewed(ConsentGranted):
    """The person agreed again, before or after it ended."""

    type: ClassVar[str] = "consent.renewed"
    version: ClassVar[int] = 1


class ConsentDenied(Event):
    """The person was asked and did not agree."""

    type: ClassVar[str] = "consent.denied"
    person_id: PersonId
    purposes: tuple[ConsentPurpose, ...]
    channel: Channel | None
    address_key: str | None
    question_id: UUID
    how: How
    evidence_id: UUID | None = None
    by: UserId | None = None
    note: Annotated[str | None, Personal()] = None


class ConsentWithdrawn(Event):
    """The person does not agree any more."""

    type: ClassVar[str] = "consent.withdrawn"
    version: ClassVar[int] = 2
    person_id: PersonId
    purposes: tuple[ConsentPurpose, ...]
    channel: Channel | None
    evidence_id: UUID | None = None
    address_key: str | None = None
    """None: for all of the person's addresses."""
    question_id: UUID | None = None
    how: How = "link"
    by: UserId | None = None
    note: Annotated[str | None, Personal()] = None


class ConsentExpired(Event):
    """The time for which it was given is over."""

    type: ClassVar[str] = "consent.expired"
    person_id: PersonId
    purposes: tuple[ConsentPurpose, ...]
    address_key: str | None
    expires_at: datetime


class ConsentDoubted(Event):
    """What was answered is neither yes nor no; a colleague has to read it."""

    type: ClassVar[str] = "consent.doubted"
    person_id: PersonId
    question_id: UUID
    message_id: MessageId


class ConsentDoubtSettled(Event):
    """A colleague has read the unclear answer. What it meant, if anything, is recorded beside this."""

    type: ClassVar[str] = "consent.doubt_settled"
    person_id: PersonId
    question_id: UUID
    meant: Literal["yes", "no", "nothing"]
    by: UserId
    note: Annotated[str | None, Personal()] = None
