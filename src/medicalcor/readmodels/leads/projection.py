"""The lead list, and every judgement there was."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from medicalcor.core.database.pool import Connection
from medicalcor.core.database.queries import statements
from medicalcor.core.eventstore.store import Apply, Recorded
from medicalcor.schemas.events import conversations as conversation_events
from medicalcor.schemas.events import effects as effect_events
from medicalcor.schemas.events import leads as events
from medicalcor.schemas.events import people as people_events

SQL = statements("medicalcor.readmodels.leads", "projection.sql")
TABLES = ("leads", "scores")
EXCERPT = 240
"""Characters of the last message that the list shows."""


def _lead(recorded: Recorded) -> UUID:
    return UUID(recorded.plain["lead_id"])


async def _created(connection: Connection, recorded: Recorded) -> None:
    plain = recorded.plain
    conversation = plain["conversation_id"]
    await connection.execute(
        SQL["create_lead"],
        _lead(recorded),
        recorded.subject_id,
        UUID(conversation) if conversation else None,
        plain["channel"],
        plain["source"],
        recorded.occurred_at,
    )


async def _message(connection: Connection, recorded: Recorded) -> None:
    event = recorded.event if isinstance(recorded.event, conversation_events.MessageReceived) else None
    text = event.text[:EXCERPT] if event and event.text else None
    await connection.execute(SQL["message_received"], _lead(recorded), recorded.occurred_at, text)


async def _scored(connection: Connection, recorded: Recorded) -> None:
    plain, by = recorded.plain, recorded.plain["by"]
    output = recorded.event.output if isinstance(recorded.event, events.LeadScored) else None
    message = UUID(plain["message_id"])
    await connection.execute(
        SQL["add_score"],
        recorded.event_id,
        _lead(recorded),
        recorded.subject_id,
        message,
        recorded.occurred_at,
        by["scorer"],
        by["why"],
        by["version"],
        plain["score"],
        plain["classification"],
        plain["confidence"],
        output.model_dump(mode="json") if output else None,
        plain["rules_score"],
        plain["agreed"],
        [UUID(turn) for turn in plain["turns"]],
    )
    await connection.execute(
        SQL["score_lead"],
        _lead(recorded),
        plain["score"],
        plain["classification"],
        plain["confidence"],
        by["scorer"],
        by["why"],
        recorded.occurred_at,
        message,
    )
    if output is not None:
        await connection.execute(
            SQL["describe_lead"],
            _lead(recorded),
            output.language,
            output.urgency,
            output.emergency,
            output.budget,
            output.intent_to_book,
            list(output.procedures),
            output.intent,
            recorded.occurred_at,
        )


async def _triaged(connection: Connection, recorded: Recorded) -> None:
    triage = recorded.plain["triage"]
    await connection.execute(SQL["triage_lead"], _lead(recorded), triage["routing"], triage["medical_flags"])


async def _seen(connection: Connection, recorded: Recorded) -> None:
    await connection.execute(SQL["seen"], _lead(recorded), recorded.occurred_at)


async def _archived(connection: Connection, recorded: Recorded) -> None:
    await connection.execute(SQL["archive"], _lead(recorded), recorded.occurred_at)


async def _planned(connection: Connection, recorded: Recorded) -> None:
    if recorded.plain["author"] == "staff" and recorded.plain["lead_id"]:
        await connection.execute(SQL["seen_by_writing"], _lead(recorded), recorded.occurred_at)


async def _sent(connection: Connection, recorded: Recorded) -> None:
    await connection.execute(SQL["answered"], UUID(recorded.plain["effect_id"]), recorded.occurred_at)


async def _failed(connection: Connection, recorded: Recorded) -> None:
    if recorded.plain.get("status", "failed") == "failed":
        await connection.execute(SQL["not_delivered"], UUID(recorded.plain["effect_id"]), recorded.occurred_at)


async def _opted_out(connection: Connection, recorded: Recorded) -> None:
    await connection.execute(SQL["opted_out"], recorded.subject_id)


async def _erased(connection: Connection, recorded: Recorded) -> None:
    await connection.execute(SQL["erase"], recorded.subject_id)


APPLY: Mapping[str, Sequence[Apply]] = {
    events.LeadCreated.type: (_created,),
    events.LeadScored.type: (_scored,),
    events.LeadTriaged.type: (_triaged,),
    events.LeadSeen.type: (_seen,),
    events.LeadArchived.type: (_archived,),
    conversation_events.MessageReceived.type: (_message,),
    conversation_events.ConversationTakenOver.type: (_seen,),
    effect_events.EffectPlanned.type: (_planned,),
    effect_events.EffectSent.type: (_sent,),
    effect_events.EffectStatusChanged.type: (_failed,),
    effect_events.EffectFailed.type: (_failed,),
    people_events.OptedOut.type: (_opted_out,),
    people_events.PersonErased.type: (_erased,),
}
