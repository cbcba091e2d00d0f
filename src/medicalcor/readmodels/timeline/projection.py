"""What happened around a lead, one line an event; put into words when it is shown."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from medicalcor.core.database.pool import Connection
from medicalcor.core.database.queries import statements
from medicalcor.core.eventstore.store import Apply, Recorded
from medicalcor.schemas.events import conversations, effects, leads, people

SQL = statements("medicalcor.readmodels.timeline", "projection.sql")
TABLES = ("timeline",)


async def _of_lead(connection: Connection, recorded: Recorded) -> None:
    if recorded.plain["lead_id"] is not None:
        await connection.execute(
            SQL["of_lead"],
            recorded.position,
            UUID(recorded.plain["lead_id"]),
            recorded.subject_id,
            recorded.occurred_at,
            recorded.type,
            recorded.actor,
            recorded.plain,
        )


async def _of_effect(connection: Connection, recorded: Recorded) -> None:
    effect = UUID(recorded.plain["effect_id"])
    await connection.execute(
        SQL["of_effect"],
        recorded.position,
        effect,
        recorded.occurred_at,
        recorded.type,
        recorded.actor,
        recorded.plain,
    )


async def _of_person(connection: Connection, recorded: Recorded) -> None:
    await connection.execute(
        SQL["of_person"],
        recorded.position,
        recorded.subject_id,
        recorded.occurred_at,
        recorded.type,
        recorded.actor,
        recorded.plain,
    )


_LEAD = (
    leads.LeadCreated,
    leads.LeadScored,
    leads.LeadTriaged,
    leads.LeadSeen,
    leads.LeadArchived,
    conversations.MessageReceived,
    conversations.ConversationTakenOver,
    conversations.ConversationReleased,
    effects.EffectPlanned,
)
_EFFECT = (
    effects.EffectSent,
    effects.EffectStatusChanged,
    effects.EffectUnknown,
    effects.EffectDelayed,
    effects.EffectRefused,
    effects.EffectFailed,
    effects.EffectVoided,
)
_PERSON = (people.OptedOut, people.LanguageDetected, people.CrmLinked, people.PersonErased)

APPLY: Mapping[str, Sequence[Apply]] = {
    **{event.type: (_of_lead,) for event in _LEAD},
    **{event.type: (_of_effect,) for event in _EFFECT},
    **{event.type: (_of_person,) for event in _PERSON},
}
