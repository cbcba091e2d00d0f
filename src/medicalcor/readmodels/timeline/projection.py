"""What happened around a lead, one line an event; put into words when it is shown."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from medicalcor.core.database.queries import statements
from medicalcor.core.eventstore.store import Project, Recorded, Statement
from medicalcor.schemas.effects import to_patient
from medicalcor.schemas.events import (
    appointments,
    calls,
    consents,
    conversations,
    effects,
    leads,
    payments,
    people,
    waitlist,
)

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


def _of_visit(recorded: Recorded) -> Statement:
    plain = recorded.plain
    told = {name: plain[name] for name in ("starts_at", "moved_from", "reason") if plain.get(name)}
    if "visit" in plain:
        told["starts_at"] = plain["visit"]["starts_at"]
    return SQL["of_visit"], (
        recorded.position,
        UUID(plain["appointment_id"]),
        recorded.subject_id,
        recorded.occurred_at,
        recorded.type,
        recorded.actor,
        told,
    )


def _of_refusal(recorded: Recorded) -> Statement:
    """In short, on the lead that it was asked from, or else the person's latest one then."""
    plain = recorded.plain
    told = {
        "starts_at": plain["wanted"]["starts_at"],
        "reason": plain["admission"]["reasons"][0],
        "through": plain["admission"]["facts"]["through"],
        "moving": plain["appointment_id"] is not None,
        "offered": [slot["starts_at"] for slot in plain["offered"]],
    }
    return SQL["of_refusal"], (
        recorded.position,
        UUID(plain["lead_id"]) if plain["lead_id"] else None,
        recorded.subject_id,
        recorded.occurred_at,
        recorded.type,
        recorded.actor,
        told,
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
_VISIT = (
    appointments.AppointmentBooked,
    appointments.AppointmentKept,
    appointments.AppointmentMoved,
    appointments.AppointmentConfirmed,
    appointments.AppointmentCancelled,
    appointments.AppointmentMissed,
    appointments.AppointmentCompleted,
)
"""What was only held, and given up, is no news."""
_PERSON = (
    people.OptedOut,
    people.LanguageDetected,
    people.LanguageChosen,
    people.CrmLinked,
    people.PersonErased,
    consents.ConsentGranted,
    consents.ConsentWithdrawn,
    waitlist.WaitlistJoined,
    waitlist.WaitlistLeft,
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
    **{event.type: (_of_visit,) for event in _VISIT},
    appointments.AppointmentRefused.type: (_of_refusal,),
}
