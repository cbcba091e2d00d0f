"""What reaches a patient, a provider or staff."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from medicalcor.schemas.base import Shape
from medicalcor.schemas.common import Language
from medicalcor.schemas.triage import Post

Purpose = Literal[
    "answer", "emergency", "staff_reply", "missed_call", "receipt", "payment_request", "marketing", "crm", "staff_alert",
    "booking", "reminder", "waitlist", "consent_question", "opt_out_notice", "follow_up",
]  # fmt: skip
Author = Literal["automatic", "staff"]
TemplateState = Literal["approved", "paused", "disabled", "unknown"]
"""`unknown`: WhatsApp has no approved template of that name in that language."""


class WhatsAppText(Shape):
    """Free text; only inside the patient's 24-hour window."""

    kind: Literal["whatsapp.text"] = "whatsapp.text"
    body: str = Field(min_length=1, max_length=4096)
    language: Language
    written_by: Literal["ai", "phrases", "staff"]
    reply_to: str | None = None
    """The provider's id of the message that this answers."""
    original: str | None = None
    """What the colleague wrote, where a translation of it was sent."""
    not_used: str | None = None
    """Why what the AI wrote was not sent and a fixed text was: `price`, `diagnosis` …"""


class Choice(Shape):
    """One of several things that a patient can tap. Its id says what is meant by it: `noun:id:verb` (operations/choices)."""

    id: str = Field(min_length=1, max_length=200)
    title: str = Field(min_length=1, max_length=24)
    description: str | None = Field(default=None, max_length=72)


class WhatsAppChoices(Shape):
    """A question with what can be answered by a tap; only inside the 24-hour window.

    Up to three short choices go as buttons, more of them, or such as need describing, as a list behind `opener`.
    """

    kind: Literal["whatsapp.choices"] = "whatsapp.choices"
    body: str = Field(min_length=1, max_length=1024)
    choices: tuple[Choice, ...] = Field(min_length=1, max_length=10)
    opener: str | None = Field(default=None, max_length=20)
    """What opens the list; without it the choices must fit on buttons (three, of 20 characters)."""
    language: Language
    written_by: Literal["ai", "phrases", "staff"]
    reply_to: str | None = None


class WhatsAppTemplate(Shape):
    """A template that Meta approved; allowed outside the window too."""

    kind: Literal["whatsapp.template"] = "whatsapp.template"
    name: str
    language: Language
    parameters: tuple[str, ...] = ()
    buttons: tuple[str, ...] = ()
    """What each of its quick replies comes back as, in order: ids as those of a `Choice`."""


class EmailMessage(Shape):
    """A mail to the patient. Subject and thread are taken from what it answers unless they are given."""

    kind: Literal["email.message"] = "email.message"
    subject: str | None = None
    body: str = Field(min_length=1, max_length=20_000)
    language: Language
    written_by: Literal["ai", "phrases", "staff"]
    original: str | None = None
    """What the colleague wrote, where a translation of it was sent."""
    not_used: str | None = None
    """Why what the AI wrote was not sent and a fixed text was."""
    calendar: UUID | None = None
    """A visit whose calendar file goes with it, made when the mail is sent."""


class HubSpotContact(Shape):
    """Bring the person's contact up to date. What is sent is read when it is sent."""

    kind: Literal["hubspot.contact"] = "hubspot.contact"


class HubSpotNote(Shape):
    """A line on the contact's timeline. Says that something happened, never what was said."""

    kind: Literal["hubspot.note"] = "hubspot.note"
    text: str


class HubSpotTask(Shape):
    """Work for a person."""

    kind: Literal["hubspot.task"] = "hubspot.task"
    subject: str
    body: str
    priority: Literal["LOW", "MEDIUM", "HIGH"]
    due_minutes: int = 0


class HubSpotCall(Shape):
    """A call on the contact's timeline. What is told of it is read when it is sent; never what was said."""

    kind: Literal["hubspot.call"] = "hubspot.call"
    call_id: UUID


AlertCode = Literal[
    "emergency", "hot_lead", "delivery_failed", "missed_call", "payment_failed", "wants_a_person",
    "payment_disputed", "payment_link_failed", "acute", "acute_child", "complication", "complaint", "nobody_acted",
    "refund_failed", "consent_unclear", "visit_move",
]  # fmt: skip


class StaffAlert(Shape):
    """Shown to staff on the dashboard at once."""

    kind: Literal["staff.alert"] = "staff.alert"
    code: AlertCode
    to: Post | None = None
    """Whom it is for; None: whoever is there."""


Content = Annotated[
    WhatsAppText
    | WhatsAppChoices
    | WhatsAppTemplate
    | EmailMessage
    | HubSpotContact
    | HubSpotNote
    | HubSpotTask
    | HubSpotCall
    | StaffAlert,
    Field(discriminator="kind"),
]

EffectStatus = Literal[
    "planned", "held", "unknown", "delayed", "sent", "delivered", "read", "failed", "refused", "void"
]


def to_patient(kind: str) -> bool:
    """Whether an effect of this kind is something that the patient reads."""
    return kind.startswith(("whatsapp.", "email."))


OPEN: tuple[EffectStatus, ...] = ("planned", "held", "unknown", "delayed")
DELIVERY_RANK: dict[str, int] = {"sent": 1, "delivered": 2, "read": 3}
"""Statuses only move up (a patient may read before "delivered" arrives)."""
