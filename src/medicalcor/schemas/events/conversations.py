"""What happens in a conversation. Stream `conversation-<id>`."""

from datetime import datetime
from typing import Annotated, ClassVar, Literal

from medicalcor.schemas.base import Event, Personal, Shape
from medicalcor.schemas.common import (
    AddressKind,
    Channel,
    ConversationId,
    Language,
    LeadId,
    MessageId,
    PersonId,
    UserId,
)

MessageKind = Literal[
    "text", "image", "video", "audio", "document", "sticker", "location", "contacts", "button", "interactive",
    "reaction", "order", "edit", "revoke", "system", "unsupported", "email", "form", "call", "automatic",
]  # fmt: skip
SILENT: frozenset[str] = frozenset({"reaction", "edit", "revoke", "system", "automatic"})
"""Kinds that nobody expects an answer to."""
SPOKEN_FOR = SILENT | {"call"}
"""Kinds that leave nobody waiting by themselves: what was said in a call was answered there, or `CallEnded` says not."""


class Media(Shape):
    """A file that came with a message, as the provider names it."""

    id: str
    mime_type: str | None = None
    sha256: str | None = None
    filename: str | None = None
    voice: bool = False


class Attachment(Shape):
    """A file that came with a mail; its content stays with the receiving service."""

    name: str | None = None
    mime_type: str | None = None
    size: int | None = None
    """Bytes."""


class Letter(Shape):
    """What a mail or a form says around its text."""

    subject: str | None = None
    sender: str | None = None
    """Who wrote, where it is not one of the person's own addresses."""
    references: tuple[str, ...] = ()
    """The `Message-ID`s of the thread, oldest first."""
    attachments: tuple[Attachment, ...] = ()
    contacts: tuple[str, ...] = ()
    """Ways to reach the writer that a form names and nobody has confirmed."""


class ConversationOpened(Event):
    type: ClassVar[str] = "conversation.opened"
    conversation_id: ConversationId
    person_id: PersonId
    lead_id: LeadId
    channel: Channel
    partition_key: str
    """Keyed hash of both ends: what the queue keeps in order."""
    clinic_address: str
    """The clinic's own end, such as its WhatsApp phone number id; empty where it has one such line only."""
    reply_kind: AddressKind
    reply_to: Annotated[str | None, Personal()]
    """None when the sender gave nothing that can be written to."""


class MessageReceived(Event):
    type: ClassVar[str] = "message.received"
    version: ClassVar[int] = 2
    message_id: MessageId
    conversation_id: ConversationId
    person_id: PersonId
    lead_id: LeadId
    kind: MessageKind
    raw_kind: str
    """The provider's own word for it: kinds we do not know yet arrive as `unsupported`."""
    text: Annotated[str | None, Personal()] = None
    media: Annotated[Media | None, Personal()] = None
    provider_id: Annotated[str, Personal()]
    """WhatsApp's ids hold the sender's number; a mail has its `Message-ID`."""
    in_reply_to: Annotated[str | None, Personal()] = None
    choice: Annotated[str | None, Personal()] = None
    """The id of what was tapped, as the clinic had given it."""
    sent_at: datetime
    guest: bool = False
    """Written into this conversation from an address that is not known to be the person's."""
    letter: Annotated[Letter | None, Personal()] = None


class MessageTranslated(Event):
    """What a patient wrote, in a colleague's language; the original stays as it is."""

    type: ClassVar[str] = "message.translated"
    message_id: MessageId
    conversation_id: ConversationId
    lead_id: LeadId
    to: Language
    text: Annotated[str, Personal()]
    model: str
    """Who translated: the AI model's name."""
    by: UserId
    """Who asked for it."""


class ConversationTakenOver(Event):
    """A colleague writes in it now; the automatic answers are silent."""

    type: ClassVar[str] = "conversation.taken_over"
    conversation_id: ConversationId
    lead_id: LeadId
    by: UserId


class ConversationReleased(Event):
    type: ClassVar[str] = "conversation.released"
    conversation_id: ConversationId
    lead_id: LeadId
    by: UserId
