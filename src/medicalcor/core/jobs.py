"""The names of durable work, and how a transaction starts some.

Whoever writes a row can start a workflow in the same commit without knowing the engine; `workflows.catalog`
has a workflow for every name here, and a test holds the two together.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic_core import to_json

from medicalcor.core.database.pool import Connection


@dataclass(frozen=True)
class Job:
    """A workflow that can be started by name, and the queue it waits in."""

    name: str
    queue: str
    together: bool = False
    """One run takes in all items of a half second, instead of a run for each."""


WHATSAPP_MESSAGE = Job("whatsapp.message", "inbox")
"""(inbox id); partitioned by conversation: one at a time each, in order."""
WHATSAPP_STATUSES = Job("whatsapp.statuses", "statuses", together=True)
"""(end of the half second, in milliseconds); takes in all statuses that wait, in any order."""
STATUSES_EVERY_MS = 500
"""A status is worth no run of its own: those of one half second share one."""
WHATSAPP_TEMPLATE = Job("whatsapp.template", "inbox")
"""(inbox id): what Meta says of a template; partitioned by template."""
ANSWER = Job("conversation.answer", "inbox")
"""(conversation id, message id): the answer that waited for the patient to finish writing."""
ANSWER_MAIL = Job(ANSWER.name, "inbox-mail")
"""As ANSWER, where what the patient writes waits in that queue: one at a time holds within a queue."""
DELIVER = Job("effects.deliver", "effects")
"""(list of effect ids); partitioned by where they go."""
DELIVER_CRM = Job(DELIVER.name, "effects-crm")
DELIVER_MAIL = Job(DELIVER.name, "effects-mail")
"""As DELIVER: a queue a provider, so that one that hangs takes no places from the others."""

ASK = Job("asks.answer", "asks")
"""(ask id): somebody holds the line for the outcome."""
ASK_AI = Job(ASK.name, "asks-ai")
"""As ASK, for questions that the AI is asked about: one that hangs keeps no caller of the voice agent waiting."""

VAPI_EVENT = Job("vapi.event", "inbox-calls")
"""(inbox id); partitioned by call: what the voice agent tells of one, in order."""
VOICE_CALL = Job("voice.call", "inbox-calls")
"""(inbox id): what Twilio tells of a call; partitioned by call."""
VOICE_SETTLE = Job("voice.settle", "inbox-calls")
"""(call id, correlation id, trace): the call ended, and what came of it should be known by now; partitioned by call."""
TRANSCRIPTION = Job("voice.transcription", "voice")
"""(recording SID, correlation id, number of tries before, trace)."""

LEAD_SCORING = Job("leads.judge_again", "inbox")
"""(lead id, correlation id): somebody wants a lead judged anew; in turn with what its patient writes."""

STRIPE_EVENT = Job("stripe.event", "payments")
"""(inbox id); partitioned by payment."""
PAYMENT_SETTLE = Job("payments.settle", "payments")
"""(payment id, version, correlation id, trace): all that belongs to a payment has had time to arrive."""
PAYMENT_LINK = Job("payments.link", "payments")
"""(payment request id, attempt, key's number): ask for a link, and send it."""

EMAIL_MESSAGE = Job("email.message", "inbox-mail")
"""(inbox id); partitioned by sender."""
WEB_FORM = Job("web.form", "inbox-mail")
"""(inbox id); partitioned by whom it is from."""
WEB_UNSUBSCRIBE = Job("web.unsubscribe", "inbox-mail")
"""(inbox id); partitioned by person."""
WEB_CONSENT = Job("web.consent", "inbox-mail")
"""(inbox id); partitioned by question."""

BOOKING_AGENT = Job("booking.agent", "inbox")
"""(lead id, user id or None, correlation id): times are to be offered to a lead; in turn with what its patient writes."""
VISIT_NEWS = Job("visits.tell", "inbox-mail")
"""(appointment id, version, correlation id): a patient is told what somebody else did with the visit."""

JOBS = (
    WHATSAPP_MESSAGE,
    WHATSAPP_STATUSES,
    WHATSAPP_TEMPLATE,
    ANSWER,
    ANSWER_MAIL,
    DELIVER,
    DELIVER_CRM,
    DELIVER_MAIL,
    ASK,
    ASK_AI,
    VAPI_EVENT,
    VOICE_CALL,
    VOICE_SETTLE,
    TRANSCRIPTION,
    STRIPE_EVENT,
    PAYMENT_SETTLE,
    PAYMENT_LINK,
    EMAIL_MESSAGE,
    WEB_FORM,
    WEB_UNSUBSCRIBE,
    WEB_CONSENT,
    LEAD_SCORING,
    BOOKING_AGENT,
    VISIT_NEWS,
)

INBOX: Mapping[tuple[str, str], Job] = {
    ("whatsapp", "message"): WHATSAPP_MESSAGE,
    ("whatsapp", "status"): WHATSAPP_STATUSES,
    ("whatsapp", "template"): WHATSAPP_TEMPLATE,
    ("vapi", "report"): VAPI_EVENT,
    ("vapi", "event"): VAPI_EVENT,
    ("twilio", "call"): VOICE_CALL,
    ("stripe", "event"): STRIPE_EVENT,
    ("email", "message"): EMAIL_MESSAGE,
    ("web", "message"): WEB_FORM,
    ("web", "unsubscribe"): WEB_UNSUBSCRIBE,
    ("web", "consent"): WEB_CONSENT,
}
"""What a new item of the inbox starts, by its provider and kind. Items of other kinds are only kept."""


def delivery_of(kind: str) -> Job:
    """The run that takes effects of this kind out, by the provider that carries them."""
    by_provider = {"hubspot": DELIVER_CRM, "email": DELIVER_MAIL}
    return by_provider.get(kind.partition(".")[0], DELIVER)


async def start(
    connection: Connection,
    job: Job,
    *,
    id: str,  # noqa: A002 - it is the run's id, and the engine calls it that
    args: tuple[Any, ...],
    partition: str | None = None,
    not_before: datetime | None = None,
) -> None:
    """Start `job` when this transaction commits. A second start under the same id changes nothing.

    `id`, `args` and `partition` are stored in the clear: ids only, never personal data.
    """
    await connection.execute(
        "select start_workflow($1, $2, $3, $4::text[]::json[], $5, $6)",
        job.name,
        job.queue,
        id,
        [to_json(arg).decode() for arg in args],
        partition,
        not_before,
    )
