"""The lead list, and every judgement there was."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from medicalcor.core.database.queries import statements
from medicalcor.core.eventstore.store import Project, Recorded, Statement
from medicalcor.schemas.calls import NOT_REACHED
from medicalcor.schemas.effects import to_patient
from medicalcor.schemas.events import calls as call_events
from medicalcor.schemas.events import conversations as conversation_events
from medicalcor.schemas.events import effects as effect_events
from medicalcor.schemas.events import leads as events
from medicalcor.schemas.events import people as people_events
from medicalcor.schemas.scoring import ScoringOutput

SQL = statements("medicalcor.readmodels.leads", "projection.sql")
TABLES = ("leads", "scores", "lead_work")
EXCERPT = 240
"""Characters of the last message that the list shows."""


def _lead(recorded: Recorded) -> UUID:
    return UUID(recorded.plain["lead_id"])


def _created(recorded: Recorded) -> Statement:
    plain = recorded.plain
    conversation = plain["conversation_id"]
    return SQL["create_lead"], (
        _lead(recorded),
        recorded.subject_id,
        UUID(conversation) if conversation else None,
        plain["channel"],
        plain["source"],
        recorded.occurred_at,
    )


def _message(recorded: Recorded) -> Statement:
    event = recorded.event if isinstance(recorded.event, conversation_events.MessageReceived) else None
    text = event.text[:EXCERPT] if event and event.text else None
    return SQL["message_received"], (
        _lead(recorded),
        recorded.occurred_at,
        text,
        recorded.plain["kind"] not in conversation_events.SPOKEN_FOR,
    )


def _call_ended(recorded: Recorded) -> Statement | None:
    """Whoever got through waits for nobody; whoever called and did not waits for a person."""
    outcome = recorded.plain["outcome"]
    if outcome in NOT_REACHED and recorded.plain["direction"] == "outbound":
        return None
    if outcome in NOT_REACHED:
        return SQL["missed_call"], (_lead(recorded), recorded.occurred_at, outcome)
    return SQL["got_through"], (_lead(recorded), recorded.occurred_at)


def _person_wanted(recorded: Recorded) -> Statement:
    return SQL["person_wanted"], (_lead(recorded), recorded.occurred_at)


def _put_through(recorded: Recorded) -> Statement | None:
    """Who asked for a person has got one."""
    return (SQL["put_through"], (_lead(recorded),)) if recorded.plain["outcome"] == "handed_over" else None


def _score_kept(recorded: Recorded) -> Statement:
    plain, by, output = recorded.plain, recorded.plain["by"], _output(recorded)
    return SQL["add_score"], (
        recorded.event_id,
        _lead(recorded),
        recorded.subject_id,
        UUID(plain["message_id"]),
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
        by["seconds"],
        by["tokens"],
        _merge(recorded),
    )


def _merge(recorded: Recorded) -> dict[str, Any] | None:
    event = recorded.event
    merge = event.merge if isinstance(event, events.LeadScored) else None
    return merge.model_dump(mode="json") if merge else None


def _reviewed(recorded: Recorded) -> Statement:
    plain = recorded.plain
    return SQL["review_score"], (
        UUID(plain["message_id"]),
        plain["right"],
        recorded.occurred_at,
        UUID(plain["by"]),
    )


def _scored(recorded: Recorded) -> Statement:
    plain, by, output = recorded.plain, recorded.plain["by"], _output(recorded)
    return SQL["score_lead"], (
        _lead(recorded),
        plain["score"],
        plain["classification"],
        plain["confidence"],
        by["scorer"],
        by["why"],
        recorded.occurred_at,
        UUID(plain["message_id"]),
        output.language if output else None,
        output.urgency if output else None,
        output.emergency if output else False,
        output.budget if output else False,
        output.intent_to_book if output else False,
        list(output.procedures) if output else [],
        output.intent if output else None,
    )


def _output(recorded: Recorded) -> ScoringOutput | None:
    return recorded.event.output if isinstance(recorded.event, events.LeadScored) else None


def _triaged(recorded: Recorded) -> Statement:
    triage = recorded.plain["triage"]
    event = recorded.event if isinstance(recorded.event, events.LeadTriaged) else None
    return SQL["triage_lead"], (
        _lead(recorded),
        triage["routing"],
        triage["medical_flags"],
        triage.get("rule") or None,
        triage.get("also", []),
        {mention.code: mention.text for mention in event.mentions} if event else {},
    )


def _work_opened(recorded: Recorded) -> Statement:
    plain = recorded.plain
    until = plain["escalate_at"]
    return SQL["open_work"], (
        UUID(plain["work_id"]),
        _lead(recorded),
        recorded.subject_id,
        UUID(plain["message_id"]),
        plain["rule"],
        plain["actions"],
        plain["owner"],
        recorded.occurred_at,
        datetime.fromisoformat(plain["due_at"]),
        datetime.fromisoformat(until) if until else None,
        plain["escalate_to"],
    )


def _escalated(recorded: Recorded) -> Statement:
    return SQL["escalate"], (UUID(recorded.plain["work_id"]), recorded.occurred_at)


def _acted(recorded: Recorded) -> Statement:
    return SQL["close_work"], (_lead(recorded), recorded.occurred_at)


def _staff_acted(recorded: Recorded) -> Statement | None:
    return _acted(recorded) if recorded.plain["author"] == "staff" and recorded.plain["lead_id"] else None


def _call_acted(recorded: Recorded) -> Statement | None:
    return _acted(recorded) if recorded.plain["outcome"] == "handed_over" else None


def _left_alone(recorded: Recorded) -> Statement:
    return SQL["close_what_may_rest"], (recorded.subject_id, recorded.occurred_at)


def _owner(recorded: Recorded) -> Statement:
    owner, by = recorded.plain["owner"], recorded.plain["by"]
    return SQL["choose_owner"], (
        _lead(recorded),
        UUID(owner) if owner else None,
        recorded.plain["post"],
        UUID(by) if by else None,
    )


def _campaign(recorded: Recorded) -> Statement | None:
    event = recorded.event
    if not isinstance(event, events.CampaignNoted):
        return None
    return SQL["campaign"], (_lead(recorded), event.campaign.model_dump(mode="json", exclude_none=True))


def _seen(recorded: Recorded) -> Statement:
    return SQL["seen"], (
        _lead(recorded),
        recorded.occurred_at,
    )


def _taken_over(recorded: Recorded) -> Statement:
    """A colleague is at it; what was owed is owed until they answer or say that it is done."""
    return SQL["seen_by_writing"], (_lead(recorded), recorded.occurred_at)


def _archived(recorded: Recorded) -> Statement:
    return SQL["archive"], (
        _lead(recorded),
        recorded.occurred_at,
    )


def _planned(recorded: Recorded) -> Statement | None:
    if recorded.plain["author"] != "staff" or recorded.plain["lead_id"] is None:
        return None
    return SQL["seen_by_writing"], (_lead(recorded), recorded.occurred_at)


def _sent(recorded: Recorded) -> Statement | None:
    if not to_patient(recorded.plain["kind"]):
        return None
    return SQL["answered"], (
        UUID(recorded.plain["effect_id"]),
        recorded.occurred_at,
    )


def _failed(recorded: Recorded) -> Statement | None:
    if not to_patient(recorded.plain["kind"]) or recorded.plain.get("status", "failed") != "failed":
        return None
    return SQL["not_delivered"], (UUID(recorded.plain["effect_id"]), recorded.occurred_at)


def _opted_out(recorded: Recorded) -> Statement:
    return SQL["opted_out"], (recorded.subject_id,)


def _erased(recorded: Recorded) -> Statement:
    return SQL["erase"], (recorded.subject_id,)


def _work_erased(recorded: Recorded) -> Statement:
    return SQL["close_all_work"], (recorded.subject_id, recorded.occurred_at)


APPLY: Mapping[str, Sequence[Project]] = {
    events.LeadCreated.type: (_created,),
    events.LeadScored.type: (_score_kept, _scored),
    events.LeadTriaged.type: (_triaged,),
    events.WorkOpened.type: (_work_opened,),
    events.WorkEscalated.type: (_escalated,),
    events.OwnerChosen.type: (_owner,),
    events.LeadSeen.type: (_seen, _acted),
    events.ScoreReviewed.type: (_reviewed,),
    events.CampaignNoted.type: (_campaign,),
    events.LeadArchived.type: (_archived,),
    conversation_events.MessageReceived.type: (_message,),
    conversation_events.ConversationTakenOver.type: (_taken_over, _acted),
    call_events.CallEnded.type: (_call_ended, _put_through, _call_acted),
    call_events.PersonWanted.type: (_person_wanted,),
    effect_events.EffectPlanned.type: (_planned, _staff_acted),
    effect_events.EffectSent.type: (_sent,),
    effect_events.EffectStatusChanged.type: (_failed,),
    effect_events.EffectFailed.type: (_failed,),
    people_events.OptedOut.type: (_opted_out, _left_alone),
    people_events.PersonErased.type: (_erased, _work_erased),
}
