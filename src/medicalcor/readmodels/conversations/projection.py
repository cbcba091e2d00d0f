"""Conversations and what the patients wrote in them. What the clinic wrote are effects."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from medicalcor.core.database.queries import statements
from medicalcor.core.eventstore.store import Project, Recorded, Statement
from medicalcor.schemas.effects import to_patient
from medicalcor.schemas.events import conversations as events
from medicalcor.schemas.events import effects as effect_events
from medicalcor.schemas.events import people as people_events

SQL = statements("medicalcor.readmodels.conversations", "projection.sql")
TABLES = ("conversations", "messages", "translations")


def _opened(recorded: Recorded) -> Statement:
    reply_to = recorded.event.reply_to if isinstance(recorded.event, events.ConversationOpened) else None
    plain = recorded.plain
    return SQL["open_conversation"], (
        UUID(plain["conversation_id"]),
        recorded.subject_id,
        UUID(plain["lead_id"]),
        plain["channel"],
        plain["partition_key"],
        plain["clinic_address"],
        plain["reply_kind"],
        reply_to,
        recorded.occurred_at,
    )


def _received(recorded: Recorded) -> Statement:
    event = recorded.event if isinstance(recorded.event, events.MessageReceived) else None
    plain = recorded.plain
    return SQL["add_message"], (
        UUID(plain["message_id"]),
        UUID(plain["conversation_id"]),
        recorded.subject_id,
        UUID(plain["lead_id"]),
        plain["kind"],
        event.text if event else None,
        event.media.model_dump(mode="json") if event and event.media else None,
        event.provider_id if event else None,
        event.in_reply_to if event else None,
        datetime.fromisoformat(plain["sent_at"]),
        recorded.occurred_at,
        plain["guest"],
        event.letter.model_dump(mode="json", exclude_defaults=True) if event and event.letter else None,
        event.choice if event else None,
    )


def _translated(recorded: Recorded) -> Statement:
    event = recorded.event if isinstance(recorded.event, events.MessageTranslated) else None
    plain = recorded.plain
    return SQL["translate"], (
        UUID(plain["message_id"]),
        plain["to"],
        recorded.subject_id,
        event.text if event else None,
        plain["model"],
        UUID(plain["by"]),
        recorded.occurred_at,
    )


def _translations_erased(recorded: Recorded) -> Statement:
    return SQL["erase_translations"], (recorded.subject_id,)


def _taken_over(recorded: Recorded) -> Statement:
    plain = recorded.plain
    return SQL["take_over"], (
        UUID(plain["conversation_id"]),
        UUID(plain["by"]),
        recorded.occurred_at,
    )


def _released(recorded: Recorded) -> Statement:
    return SQL["release"], (UUID(recorded.plain["conversation_id"]),)


def _sent(recorded: Recorded) -> Statement | None:
    if not to_patient(recorded.plain["kind"]):
        return None
    return SQL["outbound"], (
        UUID(recorded.plain["effect_id"]),
        recorded.occurred_at,
    )


def _erased(recorded: Recorded) -> Statement:
    return SQL["erase"], (recorded.subject_id,)


APPLY: Mapping[str, Sequence[Project]] = {
    events.ConversationOpened.type: (_opened,),
    events.MessageReceived.type: (_received,),
    events.MessageTranslated.type: (_translated,),
    events.ConversationTakenOver.type: (_taken_over,),
    events.ConversationReleased.type: (_released,),
    effect_events.EffectSent.type: (_sent,),
    people_events.PersonErased.type: (_erased, _translations_erased),
}
