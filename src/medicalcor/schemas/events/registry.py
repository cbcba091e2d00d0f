"""Every event there is, by its stable name and version. A test pins this list."""

from collections.abc import Callable, Mapping
from typing import Any

from medicalcor.schemas.base import Event
from medicalcor.schemas.events import appointments, consents, conversations, effects, leads, people, practice

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
    practice.PractitionerDescribed,
    practice.WeekHoursSet,
    practice.DayHoursSet,
    practice.DayHoursCleared,
    practice.ResourceDescribed,
    practice.ProcedureDefined,
    practice.TimeOffAdded,
    practice.TimeOffRemoved,
    practice.HolidayAdded,
    practice.HolidayRemoved,
    appointments.AppointmentHeld,
    appointments.AppointmentBooked,
    appointments.AppointmentKept,
    appointments.AppointmentExpired,
    appointments.AppointmentConfirmed,
    appointments.AppointmentMoved,
    appointments.AppointmentCancelled,
    appointments.AppointmentMissed,
    appointments.AppointmentCompleted,
)

BY_TYPE: Mapping[str, type[Event]] = {event.type: event for event in EVENTS}

Upcast = Callable[[dict[str, Any]], dict[str, Any]]
