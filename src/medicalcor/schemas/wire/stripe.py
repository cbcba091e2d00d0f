"""What Stripe posts to us, as far as we read it: the event's envelope and the objects that payments are about.

Stripe promises neither order nor a stable shape: an object has the form of the API version that the webhook
endpoint was made with, an id may be the whole object, and new values of every enum come without notice. So only an
id is required; a field in a shape that we do not know becomes None. Amounts are whole numbers of the currency's
smallest unit, never anything else.
"""

from datetime import UTC, datetime
from typing import Annotated, Any, Literal, TypeAlias, TypeVar

from pydantic import (
    BeforeValidator,
    Field,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
)

from medicalcor.schemas.base import Shape, Wire

T = TypeVar("T")
_FIRST_YEAR = 2010
"""Stripe's own: nothing of theirs is older."""


def _or_none(value: Any, read: ValidatorFunctionWrapHandler) -> Any:
    try:
        return read(value)
    except ValidationError:
        return None


def _or_empty(value: Any, read: ValidatorFunctionWrapHandler) -> Any:
    try:
        return read(value)
    except ValidationError:
        return ()


def _id_of(value: Any) -> Any:
    """An id, or the object that it stands for when it was expanded."""
    return value.get("id") if isinstance(value, dict) else value


def _texts(value: Any) -> dict[str, str]:
    if not isinstance(value, dict):
        return {}
    return {key: text for key, text in value.items() if isinstance(key, str) and isinstance(text, str)}


def _moment(seconds: Any) -> datetime | None:
    try:
        moment = datetime.fromtimestamp(int(seconds), UTC)
    except (TypeError, ValueError, OverflowError, OSError):
        return None
    return moment if moment.year >= _FIRST_YEAR else None


Lenient: TypeAlias = Annotated[T | None, WrapValidator(_or_none)]
Several: TypeAlias = Annotated[tuple[T, ...], WrapValidator(_or_empty)]
Id: TypeAlias = Annotated[str | None, BeforeValidator(_id_of), WrapValidator(_or_none)]
Amount: TypeAlias = Annotated[
    Annotated[int, Field(strict=True, ge=0, lt=10**15)] | None, WrapValidator(_or_none)
]
Moment: TypeAlias = Annotated[datetime | None, BeforeValidator(_moment)]
Metadata: TypeAlias = Annotated[dict[str, str], BeforeValidator(_texts)]


class Data(Wire):
    object: dict[str, Any] = Field(repr=False)


class Event(Wire):
    """The envelope. `created` has a resolution of one second, so it orders events only roughly."""

    id: str = Field(min_length=1)
    type: str
    created: Moment = None
    livemode: Lenient[bool] = None
    api_version: Lenient[str] = None
    data: Data


class Contact(Wire):
    """How to reach whoever pays; all of it personal."""

    email: Lenient[str] = Field(default=None, repr=False)
    phone: Lenient[str] = Field(default=None, repr=False)
    name: Lenient[str] = Field(default=None, repr=False)


def _contact(value: Any) -> Any:
    """An expanded customer; a bare id says nothing of the person."""
    return value if isinstance(value, dict) else None


Expanded: TypeAlias = Annotated[Contact | None, BeforeValidator(_contact), WrapValidator(_or_none)]


class Failure(Wire):
    """Why a payment failed. `message` is left out: it is for the payer, and may quote them."""

    type: Lenient[str] = None
    code: Lenient[str] = None
    decline_code: Lenient[str] = None


class Thing(Wire):
    """What all of Stripe's objects have."""

    id: str = Field(min_length=1)
    customer: Id = None
    person: Expanded = Field(default=None, validation_alias="customer", repr=False)
    currency: Lenient[str] = None
    created: Moment = None
    metadata: Metadata = Field(default={}, repr=False)
    status: Lenient[str] = None


class PaymentDetails(Wire):
    order_reference: Lenient[str] = None
    """Of an invoice's intent in newer API versions: the invoice's id."""


class PaymentIntent(Thing):
    amount: Amount = None
    amount_received: Amount = None
    latest_charge: Id = None
    invoice: Id = None
    """Only in API versions before 2025; newer ones name it on the invoice's side alone."""
    payment_details: Lenient[PaymentDetails] = None
    receipt_email: Lenient[str] = Field(default=None, repr=False)
    shipping: Lenient[Contact] = Field(default=None, repr=False)
    last_payment_error: Lenient[Failure] = None


class Charge(Thing):
    amount: Amount = None
    amount_refunded: Amount = None
    """Of all refunds so far."""
    refunded: Lenient[bool] = None
    """Only when all of it went back."""
    payment_intent: Id = None
    invoice: Id = None
    billing_details: Lenient[Contact] = Field(default=None, repr=False)
    receipt_email: Lenient[str] = Field(default=None, repr=False)
    receipt_url: Lenient[str] = Field(default=None, repr=False)
    failure_code: Lenient[str] = None


class Refund(Thing):
    """One going back of money. It may fail days after it had succeeded: then the money is the clinic's again."""

    amount: Amount = None
    charge: Id = None
    payment_intent: Id = None


class EvidenceDetails(Wire):
    due_by: Moment = None


class Dispute(Thing):
    amount: Amount = None
    charge: Id = None
    payment_intent: Id = None
    reason: Lenient[str] = None
    evidence_details: Lenient[EvidenceDetails] = None


class SubscriptionDetails(Wire):
    subscription: Id = None
    metadata: Metadata = Field(default={}, repr=False)


class InvoiceParent(Wire):
    subscription_details: Lenient[SubscriptionDetails] = None


class PaidBy(Wire):
    payment_intent: Id = None
    charge: Id = None


class InvoicePayment(Wire):
    payment: Lenient[PaidBy] = None


class PaymentOfInvoice(Thing):
    """`invoice_payment`: the only place where newer versions say which intent paid which invoice."""

    invoice: Id = None
    payment: Lenient[PaidBy] = None
    amount_paid: Amount = None
    amount_requested: Amount = None


class InvoicePayments(Wire):
    data: Several[InvoicePayment] = ()


class Invoice(Thing):
    amount_due: Amount = None
    amount_paid: Amount = None
    total: Amount = None
    next_payment_attempt: Moment = None
    """None: this was the last attempt."""
    due_date: Moment = None
    hosted_invoice_url: Lenient[str] = Field(default=None, repr=False)
    customer_email: Lenient[str] = Field(default=None, repr=False)
    customer_phone: Lenient[str] = Field(default=None, repr=False)
    customer_name: Lenient[str] = Field(default=None, repr=False)
    parent: Lenient[InvoiceParent] = None
    payments: Lenient[InvoicePayments] = None
    subscription: Id = None
    """Here and in the two below before 2025; then `parent` and `payments` say it."""
    payment_intent: Id = None
    charge: Id = None


class Price(Wire):
    unit_amount: Amount = None


class Item(Wire):
    price: Lenient[Price] = None
    quantity: Amount = None
    current_period_end: Moment = None


class Items(Wire):
    data: Several[Item] = ()


class Subscription(Thing):
    items: Lenient[Items] = None
    current_period_end: Moment = None
    """On the subscription before 2025; on each item since."""
    cancel_at_period_end: Lenient[bool] = None
    latest_invoice: Id = None


class CheckoutSession(Thing):
    amount_total: Amount = None
    payment_status: Lenient[str] = None
    client_reference_id: Lenient[str] = None
    customer_details: Lenient[Contact] = Field(default=None, repr=False)
    customer_email: Lenient[str] = Field(default=None, repr=False)
    payment_intent: Id = None
    payment_link: Id = None
    subscription: Id = None
    invoice: Id = None


class PaymentLink(Wire):
    """The answer to making one."""

    id: str = Field(min_length=1)
    url: str = Field(min_length=1)


class ProblemDetail(Wire):
    """`message` is left out: it quotes what was sent."""

    type: Lenient[str] = None
    code: Lenient[str] = None
    decline_code: Lenient[str] = None
    param: Lenient[str] = None


class Problem(Wire):
    error: Lenient[ProblemDetail] = None


Kind: TypeAlias = Literal[
    "payment", "refund", "single_refund", "dispute", "invoice", "subscription", "checkout"
]
"""`refund`: a charge, of which so much went back; `single_refund`: one going back alone, which may fail."""
State: TypeAlias = Literal[
    "pending",  # begun, nothing decided: also a delayed method after checkout
    "paid",
    "failed",
    "canceled",
    "expired",
    "refunded",
    "partly_refunded",
    "disputed",
    "dispute_won",
    "dispute_lost",
    "open",  # an invoice that waits for payment
    "void",
    "uncollectible",
    "active",
    "past_due",
    "paused",
    "ended",
    "unknown",  # newer than this code: look at Stripe
]
FailureCode: TypeAlias = Literal[
    "insufficient_funds",
    "card_expired",
    "card_details_wrong",
    "authentication_needed",
    "limit_exceeded",
    "card_not_supported",
    "suspected_fraud",
    "card_declined",
    "processing_error",
    "unknown",
]


class Fact(Shape):
    """What one event, or one object as it stands now, says about money."""

    event_id: str | None
    """None when it was read from the object itself."""
    event_type: str | None
    kind: Kind
    object_id: str
    state: State
    at: datetime | None
    """When Stripe made the event, or the object."""
    amount: int | None
    """Received, refunded so far, disputed, due or paid, a period's price, or the checkout's total."""
    total: int | None = None
    """Of a refund: what had been paid. A second refund of a charge says a larger `amount`, never the difference."""
    currency: str | None
    """ISO 4217 in capitals."""
    customer_id: str | None
    email: str | None = Field(default=None, repr=False)
    phone: str | None = Field(default=None, repr=False)
    name: str | None = Field(default=None, repr=False)
    metadata: dict[str, str] = Field(default={}, repr=False)
    reference: str | None = None
    """Our own id as it was given to a checkout (`client_reference_id`)."""
    failure: FailureCode | None = None
    payment_intent_id: str | None = None
    charge_id: str | None = None
    invoice_id: str | None = None
    subscription_id: str | None = None
    payment_link_id: str | None = None
    next_at: datetime | None = None
    """The next attempt of an invoice, the due date of an open one or of a dispute's evidence, a period's end."""
    url: str | None = Field(default=None, repr=False)
    """A page of Stripe's for the payer: receipt or invoice."""
    ending: bool = False
    """Of a subscription: it ends with its period."""
