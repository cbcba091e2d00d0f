"""Every event there is, by its stable name and version. A test pins this list."""

from collections.abc import Callable, Mapping
from typing import Any

from medicalcor.schemas.base import Event
from medicalcor.schemas.events import calls, consents, conversations, effects, leads, payments, people

EVENTS: tuple[type[Event], ...] = (
    people.PersonCreated,
    people.AddressAdded,
    people.PersonNamed,
    people.LanguageDetected,
    people.OptedOut,
    people.CrmLinked,
    people.PersonErased,
    consents.ConsentGranted,
    consents.ConsentWithdrawn,
    leads.LeadCreated,
    leads.LeadScored,
    leads.LeadTriaged,
    leads.LeadSeen,
    leads.LeadArchived,
    leads.CampaignNoted,
    conversations.ConversationOpened,
    conversations.MessageReceived,
    conversations.ConversationTakenOver,
    conversations.ConversationReleased,
    effects.EffectPlanned,
    effects.EffectSent,
    effects.EffectStatusChanged,
    effects.EffectUnknown,
    effects.EffectDelayed,
    effects.EffectRefused,
    effects.EffectFailed,
    effects.EffectVoided,
    calls.CallStarted,
    calls.CallLinked,
    calls.CallStatusChanged,
    calls.AgentReached,
    calls.PersonWanted,
    calls.CallEnded,
    calls.CallRecorded,
    calls.RecordingKept,
    calls.RecordingDropped,
    calls.CallNotTranscribed,
    calls.CallTranscribed,
    calls.CallAnalysed,
    payments.PaymentReported,
    payments.PayerSeen,
    payments.PaymentMerged,
    payments.PaymentTied,
    payments.PaymentUnmatched,
    payments.PaymentAssigned,
    payments.PaymentSetAside,
    payments.PaymentTakenBack,
    payments.PaymentRequested,
    payments.PaymentLinkMade,
    payments.PaymentLinkFailed,
)

BY_TYPE: Mapping[str, type[Event]] = {event.type: event for event in EVENTS}

Upcast = Callable[[dict[str, Any]], dict[str, Any]]
