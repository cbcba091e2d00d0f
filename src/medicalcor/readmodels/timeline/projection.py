"""What happened around a lead, one line an event; put into words when it is shown."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from medicalcor.core.database.queries import statements
from medicalcor.core.eventstore.store import Project, Recorded, Statement
from medicalcor.schemas.effects import to_patient
from medicalcor.schemas.events import calls, consents, conversations, effects, leads, payments, people

SQL = statements("medicalcor.readmodels.timeline", "projection.sql")
TABLES = ("timeline",)


def _of_lead(recorded: Recorded) -> Statement:
    return SQL["of_lead"], (
        recorded.position,
        UUID(recorded.plain["lead_id"]),
        recorded.subject_id,
        recorded.occurred_at,
        recorded.type,
        recorded.actor,
        recorded.plain,
    )


def _of_effect(recorded: Recorded) -> Statement | None:
    """What went to the CRM without trouble is no news."""
    if not to_patient(recorded.plain["kind"]) and recorded.type != effects.EffectFailed.type:
        return None
    effect = UUID(recorded.plain["effect_id"])
    return SQL["of_effect"], (
        recorded.position,
        effect,
        recorded.occurred_at,
        recorded.type,
        recorded.actor,
        recorded.plain,
    )


def _of_person(recorded: Recorded) -> Statement:
    return SQL["of_person"], (
        recorded.position,
        recorded.subject_id,
        recorded.occurred_at,
        recorded.type,
        recorded.actor,
        recorded.plain,
    )


def _of_payment(recorded: Recorded) -> Statement | None:
    """How it stands, when that changed; nothing of what it was concluded from."""
    plain = {k: v for k, v in recorded.plain.items() if k not in _EVIDENCE}
    if plain.get("moved") is False or recorded.subject_id is None:
        return None
    return SQL["of_person"], (
        recorded.position,
        recorded.subject_id,
        recorded.occurred_at,
        recorded.type,
        recorded.actor,
        plain,
    )


_EVIDENCE = ("sayings", "references", "hints", "customer_keys")
_LEAD = (
    leads.LeadCreated,
    leads.LeadScored,
    leads.LeadTriaged,
    leads.LeadSeen,
    leads.LeadArchived,
    conversations.MessageReceived,
    conversations.ConversationTakenOver,
    conversations.ConversationReleased,
    calls.CallStarted,
    calls.PersonWanted,
    calls.CallEnded,
    calls.CallTranscribed,
    calls.CallNotTranscribed,
    calls.RecordingKept,
    calls.RecordingDropped,
    leads.WorkOpened,
    leads.WorkEscalated,
    leads.OwnerChosen,
    conversations.MessageTranslated,
)
_EFFECT = (
    effects.EffectPlanned,
    effects.EffectSent,
    effects.EffectStatusChanged,
    effects.EffectUnknown,
    effects.EffectDelayed,
    effects.EffectHeld,
    effects.EffectRefused,
    effects.EffectFailed,
    effects.EffectVoided,
)
_PAYMENT = (
    payments.PaymentReported,
    payments.PaymentTied,
    payments.PaymentAssigned,
    payments.PaymentUntied,
    payments.PaymentRequested,
    payments.PaymentLinkFailed,
)
_PERSON = (
    people.OptedOut,
    people.LanguageDetected,
    people.LanguageChosen,
    people.CrmLinked,
    people.PersonErased,
    consents.ConsentGranted,
    consents.ConsentWithdrawn,
    consents.ConsentAsked,
    consents.ConsentClaimed,
    consents.ConsentRenewed,
    consents.ConsentDenied,
    consents.ConsentExpired,
    consents.ConsentDoubted,
    consents.ConsentDoubtSettled,
    people.OptOutLifted,
)

APPLY: Mapping[str, Sequence[Project]] = {
    **{event.type: (_of_lead,) for event in _LEAD},
    **{event.type: (_of_effect,) for event in _EFFECT},
    **{event.type: (_of_person,) for event in _PERSON},
    **{event.type: (_of_payment,) for event in _PAYMENT},
}
