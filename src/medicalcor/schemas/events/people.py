"""What happens to a person. Stream `person-<id>`."""

from typing import Annotated, ClassVar, Literal
from uuid import UUID

from medicalcor.schemas.base import Event, Personal
from medicalcor.schemas.common import AddressKind, Channel, Language, MessageId, PersonId, UserId


class PersonCreated(Event):
    """Somebody wrote or called for the first time."""

    type: ClassVar[str] = "person.created"
    person_id: PersonId
    name: Annotated[str | None, Personal()] = None
    source: Channel


class AddressAdded(Event):
    """A way to reach the person. `address_key` is the keyed hash it is found by; it outlives erasure."""

    type: ClassVar[str] = "person.address_added"
    person_id: PersonId
    kind: AddressKind
    address_key: str
    value: Annotated[str, Personal()]


class PersonNamed(Event):
    """The person's name as the channel or a colleague gave it."""

    type: ClassVar[str] = "person.named"
    person_id: PersonId
    name: Annotated[str, Personal()]


class LanguageDetected(Event):
    type: ClassVar[str] = "person.language_detected"
    person_id: PersonId
    language: Language
    message_id: MessageId


class LanguageChosen(Event):
    """A colleague set the person's language: what is detected changes it no more. None: it is detected again."""

    type: ClassVar[str] = "person.language_chosen"
    person_id: PersonId
    language: Language | None
    by: UserId


class OptedOut(Event):
    """The person asked not to be contacted; holds for the address even if the person is erased."""

    type: ClassVar[str] = "person.opted_out"
    person_id: PersonId
    address_keys: tuple[str, ...]
    channel: Channel
    message_id: MessageId


class AddressSuppressed(Event):
    """Somebody whom we do not know asked not to be contacted. Stream `address-<key>`; there is no person."""

    type: ClassVar[str] = "address.suppressed"
    address_key: str
    channel: Channel
    message_id: MessageId


class OptOutLifted(Event):
    """After their wish for silence the person agreed to be written to again."""

    type: ClassVar[str] = "person.opt_out_lifted"
    person_id: PersonId
    address_keys: tuple[str, ...]
    question_id: UUID | None = None
    """The question that they answered; None for what they signed or said to a colleague."""


class CrmLinked(Event):
    """The person's contact in the CRM is known."""

    type: ClassVar[str] = "person.crm_linked"
    person_id: PersonId
    provider: Literal["hubspot"]
    external_id: str
    found_by: Literal["search", "created"]


class PersonErased(Event):
    """The person's key is destroyed; what was personal is gone for good."""

    type: ClassVar[str] = "person.erased"
    person_id: PersonId
    reason: str
