"""Money as we keep it: whole numbers of a currency's smallest unit, and never without the currency."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from medicalcor.schemas.base import Shape
from medicalcor.schemas.wire.stripe import FailureCode, Kind, State

Account = Literal["payment", "subscription"]
"""A movement of money, or an agreement that makes some each period."""
TiedBy = Literal["request", "metadata", "customer", "phone", "email", "staff"]
"""What told us whose it is; `request` is our own payment link."""
Unmatched = Literal["nobody", "conflict"]
"""Why nobody could be found: no hint names a person, or two hints name two."""
DepositReason = Literal["appointment", "services", "balance"]
"""What a patient is asked to pay for. Stands on receipts and at the payment provider: nothing medical."""
DEPOSIT_REASONS: tuple[DepositReason, ...] = ("appointment", "services", "balance")

CorrectionReason = Literal["mistake", "paid_for_another", "same_name"]
"""Why a payment stood with the wrong person."""
CORRECTION_REASONS: tuple[CorrectionReason, ...] = ("mistake", "paid_for_another", "same_name")


class Saying(Shape):
    """What one object of the provider's says of itself: an intent, a charge, a checkout, an invoice, a dispute."""

    kind: Kind
    state: State
    amount: int | None
    total: int | None = None
    """Of a refund: what had been paid."""
    currency: str | None
    at: datetime | None
    failure: FailureCode | None = None
    next_at: datetime | None = None
    ending: bool = False
    """Of a subscription: it ends with its period."""


class Standing(Shape):
    """How a payment stands, by all that its objects say."""

    state: State
    amount: int | None
    """What it is about: received, else asked."""
    paid: int = 0
    refunded: int = 0
    """What went back, without what came back again."""
    refunds_failed: int = 0
    """What was to go back and did not arrive: it is the clinic's again, and still owed."""
    currency: str | None
    at: datetime | None
    """When something happened to it last."""
    paid_at: datetime | None = None
    """Set only when somebody said that it was paid, not when a refund lets us conclude it."""
    failure: FailureCode | None = None
    failed_at: datetime | None = None
    next_at: datetime | None = None
    ending: bool = False


class Hints(Shape):
    """Whose it may be, by all that came along. Ids of ours, and keyed hashes of everything else."""

    request_ids: tuple[UUID, ...] = ()
    person_ids: tuple[UUID, ...] = ()
    lead_ids: tuple[UUID, ...] = ()
    customer_keys: tuple[str, ...] = ()
    phone_keys: tuple[str, ...] = ()
    email_keys: tuple[str, ...] = ()


class Payer(Shape):
    """Who paid, as they told the payment provider; all of it personal."""

    name: str | None = Field(default=None, repr=False)
    email: str | None = Field(default=None, repr=False)
    phone: str | None = Field(default=None, repr=False)
