"""The call log: each call with what both providers told of it, and its recordings."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from medicalcor.core.database.queries import statements
from medicalcor.core.eventstore.store import Project, Recorded, Statement
from medicalcor.schemas.events import calls as events
from medicalcor.schemas.events import people as people_events

SQL = statements("medicalcor.readmodels.calls", "projection.sql")
TABLES = ("calls", "call_recordings")


def _call(recorded: Recorded) -> UUID:
    return UUID(recorded.plain["call_id"])


def _started(recorded: Recorded) -> Statement:
    event = recorded.event if isinstance(recorded.event, events.CallStarted) else None
    plain = recorded.plain
    return SQL["start"], (
        _call(recorded),
        recorded.subject_id,
        UUID(plain["lead_id"]),
        UUID(plain["conversation_id"]),
        plain["direction"],
        plain["caller_kind"],
        event.caller if event else None,
        plain["twilio_sid"],
        plain["vapi_id"],
        recorded.occurred_at,
    )


def _linked(recorded: Recorded) -> Statement:
    return SQL["link"], (_call(recorded), recorded.plain["twilio_sid"], recorded.plain["vapi_id"])


def _status(recorded: Recorded) -> Statement:
    plain = recorded.plain
    return SQL["status"], (
        _call(recorded),
        plain["status"],
        plain["rank"],
        plain["sequence"],
        plain["seconds"],
    )


def _agent(recorded: Recorded) -> Statement:
    return SQL["agent"], (_call(recorded), recorded.plain["answered"], recorded.plain["seconds"])


def _ended(recorded: Recorded) -> Statement:
    plain = recorded.plain
    return SQL["end"], (
        _call(recorded),
        plain["outcome"],
        plain["seconds"],
        plain["reason"],
        recorded.occurred_at,
    )


def _recorded(recorded: Recorded) -> Statement:
    plain = recorded.plain
    return SQL["record"], (
        plain["recording_sid"],
        _call(recorded),
        recorded.subject_id,
        plain["of"],
        plain["state"],
        plain["seconds"],
        recorded.occurred_at,
    )


def _kept(recorded: Recorded) -> Statement:
    return SQL["recording"], (recorded.plain["recording_sid"], "kept")


def _dropped(recorded: Recorded) -> Statement:
    return SQL["recording"], (recorded.plain["recording_sid"], "dropped")


def _not_transcribed(recorded: Recorded) -> Statement:
    return SQL["not_transcribed"], (_call(recorded), recorded.plain["reason"])


def _transcribed(recorded: Recorded) -> Statement:
    event = recorded.event if isinstance(recorded.event, events.CallTranscribed) else None
    plain = recorded.plain
    return SQL["transcribed"], (
        _call(recorded),
        plain["source"],
        [turn.model_dump(mode="json") for turn in event.turns] if event else None,
        plain["language"],
        UUID(plain["message_id"]) if plain["message_id"] else None,
        recorded.occurred_at,
    )


def _analysed(recorded: Recorded) -> Statement:
    event = recorded.event if isinstance(recorded.event, events.CallAnalysed) else None
    analysis = event.analysis.model_dump(mode="json") if event else None
    return SQL["analysed"], (_call(recorded), recorded.plain["by"], analysis)


def _erased(recorded: Recorded) -> Statement:
    return SQL["erase"], (recorded.subject_id,)


APPLY: Mapping[str, Sequence[Project]] = {
    events.CallStarted.type: (_started,),
    events.CallLinked.type: (_linked,),
    events.CallStatusChanged.type: (_status,),
    events.AgentReached.type: (_agent,),
    events.CallEnded.type: (_ended,),
    events.CallRecorded.type: (_recorded,),
    events.RecordingKept.type: (_kept,),
    events.RecordingDropped.type: (_dropped,),
    events.CallNotTranscribed.type: (_not_transcribed,),
    events.CallTranscribed.type: (_transcribed,),
    events.CallAnalysed.type: (_analysed,),
    people_events.PersonErased.type: (_erased,),
}
