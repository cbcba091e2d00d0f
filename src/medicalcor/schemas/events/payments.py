"""What happens to money. Streams `payment-<id>` and `payment_request-<id>`.

Until somebody is found for a payment, its payer is sealed under the payment's own id; once somebody is, under
theirs, so that erasing the person erases it.
"""

from typing import Annotated, ClassVar
from uuid import UUID

from medicalcor.schemas.base import Event, Personal
from medicalcor.schemas.common import LeadId, PersonId, UserId
from medicalcor.schemas.payments import (
    Account,
    CorrectionReason,
    DepositReason,
    Hints,
    Payer,
    Saying,
    Standing,
    TiedBy,
    Unmatched,
)


class PaymentReported(Event):
    """The provider told something of it that we did not know."""

    type: ClassVar[str] = "payment.reported"
    payment_id: UUID
    account: Account
    event_type: str
    """The provider's own word for what happened."""
    sayings: dict[str, Saying]
    """By the object's id: those that are new."""
    references: tuple[str, ...]
    """Ids of the provider's by which the same payment is known."""
    hints: Hints
    """All there are up to now."""
    stands: Standing
    moved: bool
    """Whether it stands otherwise than before."""


class PayerSeen(Event):
    """The provider told who pays, or more of it."""

    type: ClassVar[str] = "payment.payer_seen"
    payment_id: UUID
    payer: Annotated[Payer, Personal()]


class PaymentMerged(Event):
    """It turned out to be the same money as another payment, which goes on for both."""

    type: ClassVar[str] = "payment.merged"
    payment_id: UUID
    into: UUID


class PaymentTied(Event):
    """It is known whose it is, without anybody's help."""

    type: ClassVar[str] = "payment.tied"
    payment_id: UUID
    person_id: PersonId
    how: TiedBy
    customer_keys: tuple[str, ...]
    """Keyed hashes of the provider's ids of the payer: whoever comes with one of them is this person."""
    stands: Standing
    payer: Annotated[Payer | None, Personal()] = None


class PaymentUnmatched(Event):
    """Nobody could be found for it: a colleague decides."""

    type: ClassVar[str] = "payment.unmatched"
    payment_id: UUID
    why: Unmatched
    candidates: tuple[PersonId, ...]


class PaymentAssigned(Event):
    """A colleague knows whose it is."""

    type: ClassVar[str] = "payment.assigned"
    payment_id: UUID
    person_id: PersonId
    by: UserId
    customer_keys: tuple[str, ...]
    stands: Standing
    payer: Annotated[Payer | None, Personal()] = None


class PaymentUntied(Event):
    """A colleague says that it was not theirs: the next event of the stream says whose it is.

    What was sealed of the payer for this person stays sealed under their key.
    """

    type: ClassVar[str] = "payment.untied"
    payment_id: UUID
    person_id: PersonId
    by: UserId
    reason: CorrectionReason
    stands: Standing


class PaymentSetAside(Event):
    """A colleague says that it is none of the clinic's patients'."""

    type: ClassVar[str] = "payment.set_aside"
    payment_id: UUID
    by: UserId


class PaymentTakenBack(Event):
    """It waits for somebody to be found after all."""

    type: ClassVar[str] = "payment.taken_back"
    payment_id: UUID
    by: UserId


class PaymentRequested(Event):
    """A colleague asked a patient for a deposit."""

    type: ClassVar[str] = "payment_request.asked"
    request_id: UUID
    person_id: PersonId
    lead_id: LeadId
    amount: int
    currency: str
    reason: DepositReason
    by: UserId


class PaymentLinkMade(Event):
    """There is a page on which it can be paid, once."""

    type: ClassVar[str] = "payment_request.link_made"
    request_id: UUID
    link_id: str
    url: Annotated[str, Personal()]
    """Whoever has it can pay, and sees what for."""


class PaymentLinkFailed(Event):
    """There will be no link: the provider said no, or did not answer in all the tries there are."""

    type: ClassVar[str] = "payment_request.link_failed"
    request_id: UUID
    reason: str
