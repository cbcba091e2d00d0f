"""Planning what should reach the outside: the decision, the row and the start of its delivery in one commit."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from medicalcor.core import clock, context, ids, jobs
from medicalcor.core.database.pool import Connection, Row
from medicalcor.core.database.queries import statements
from medicalcor.core.errors import NotFound
from medicalcor.core.eventstore.store import Append, Cause
from medicalcor.domain.outreach.policy import decide
from medicalcor.operations.circumstances import Intent, facts
from medicalcor.operations.ledger import Act, Ledger, by_system
from medicalcor.schemas.common import EffectId
from medicalcor.schemas.decisions import Decision, Reason
from medicalcor.schemas.effects import Content, Purpose
from medicalcor.schemas.events.effects import EffectPlanned, EffectSent, EffectVoided, VoidReason

SQL = statements("medicalcor.operations")

__all__ = ["Destination", "Intent", "Planned", "decline", "judged", "plan", "standing", "void"]


@dataclass(frozen=True, slots=True)
class Planned:
    effect_id: EffectId
    content: Content
    decision: Decision


@dataclass(frozen=True, slots=True)
class Destination:
    """Which door an effect goes out by, whom it is about, and what it followed from."""

    effect_id: UUID
    kind: str
    person_id: UUID
    cause: Cause
    traceparent: str | None = None


async def destination(ledger: Ledger, *, effect_id: UUID) -> Destination:
    async with ledger.pool.acquire() as connection:
        row = await connection.fetchrow(SQL["destination"], stream(effect_id))
    if row is None:
        raise NotFound("There is no such effect.")
    cause = by_system(row["correlation_id"])
    return Destination(effect_id, row["kind"], row["subject_id"], cause, row["traceparent"])


async def standing(connection: Connection, *, conversation_id: UUID) -> Row:
    """Conversation, person and lead in one row."""
    row = await connection.fetchrow(SQL["standing"], conversation_id, clock.now())
    if row is None:
        raise NotFound("There is no such conversation.")
    return row


async def judged(
    act: Act, about: Row, intent: Intent, *, effect_id: UUID | None = None, beside: Sequence[Purpose] = ()
) -> Decision:
    """The policy's answer as things stand. `effect_id`: it was planned before, and does not stand in its own way;
    `beside`: what else goes to the same person in this act.
    """
    return decide(await facts(act.ledger, act.connection, about, intent, effect_id=effect_id, beside=beside))


def _going(intents: Sequence[Intent], planned: Sequence[Planned]) -> list[Purpose]:
    """What those planned so far are for, of those that go now."""
    pairs = zip(intents, planned, strict=False)
    return [intent.purpose for intent, one in pairs if one.decision.verdict == "send"]


async def plan(
    act: Act, *, conversation_id: UUID, intents: Sequence[Intent], caller_sends: bool = False
) -> list[Planned]:
    """Decide and record each; those that may go are on their way when this commits. A known key plans nothing.

    `caller_sends`: the caller's own run delivers next what may go now; the sweep does if that run is lost.
    """
    if not intents:
        return []
    about = await standing(act.connection, conversation_id=conversation_id)
    fresh = await _unknown(act.connection, intents)
    planned: list[Planned] = []
    for intent in fresh:
        decision = await judged(act, about, intent, beside=_going(fresh, planned))
        planned.append(Planned(ids.new_id(), intent.content, decision))
    entries = [_entry(about, intent, one) for intent, one in zip(fresh, planned, strict=True)]
    await act.append(*entries, *_arrived(about, planned))
    starts = {"hold"} if caller_sends else {"hold", "send"}
    runs = [p for p in planned if p.decision.verdict in starts and p.content.kind != "staff.alert"]
    await _start(act.connection, about, runs)
    return planned


async def decline(act: Act, *, conversation_id: UUID, intent: Intent, reason: Reason) -> None:
    """Record that something was considered and is not sent, and why."""
    if not await _unknown(act.connection, [intent]):
        return
    about = await standing(act.connection, conversation_id=conversation_id)
    known = await facts(act.ledger, act.connection, about, intent)
    decision = decide(replace(known, declined=reason))
    await act.append(_entry(about, intent, Planned(ids.new_id(), intent.content, decision)))


async def void(act: Act, *, waiting: Sequence[Row], reason: VoidReason, by: UUID | None = None) -> None:
    """Call back what has not gone out yet, in the transaction that made it wrong."""
    await act.append(
        *(
            Append(
                stream(row["id"]),
                (EffectVoided(effect_id=row["id"], kind=row["kind"], reason=reason, by=by),),
                row["person_id"],
            )
            for row in waiting
        )
    )


async def _unknown(connection: Connection, intents: Sequence[Intent]) -> list[Intent]:
    """Those that have not been planned before."""
    known = {row["key"] for row in await connection.fetch(SQL["known_effects"], [i.key for i in intents])}
    return [intent for intent in intents if intent.key not in known]


def stream(effect_id: UUID) -> str:
    return f"effect-{effect_id}"


def partition_of(*, kind: str, conversation_id: UUID | None, person_id: UUID) -> str:
    """What keeps its order: a conversation's messages, a person's CRM record."""
    return f"crm:{person_id}" if kind.startswith("hubspot.") else f"conversation:{conversation_id}"


def _entry(about: Row, intent: Intent, planned: Planned) -> Append:
    event = EffectPlanned(
        effect_id=planned.effect_id,
        key=intent.key,
        kind=intent.content.kind,
        person_id=about["person_id"],
        lead_id=about["lead_id"],
        conversation_id=about["conversation_id"],
        cause_id=intent.cause_id,
        purpose=intent.purpose,
        author=intent.author,
        by=intent.by,
        content=intent.content,
        decision=planned.decision,
        useless_after=intent.useless_after,
        asked_at=intent.asked_at,
        traceparent=context.traceparent(),
    )
    return Append(stream(planned.effect_id), (event,), about["person_id"], expected=0)


def _arrived(about: Row, planned: Sequence[Planned]) -> list[Append]:
    """An alert has arrived when it is on the dashboard, and that is now."""
    now = clock.now()
    return [
        Append(
            stream(one.effect_id),
            (EffectSent(effect_id=one.effect_id, kind=one.content.kind, at=now),),
            about["person_id"],
        )
        for one in planned
        if one.content.kind == "staff.alert"
    ]


async def _start(connection: Connection, about: Row, planned: Sequence[Planned]) -> None:
    """One run for what goes to the same place now, one for each that waits."""
    together: dict[tuple[jobs.Job, str, datetime | None], list[UUID]] = {}
    for one in planned:
        place = partition_of(
            kind=one.content.kind,
            conversation_id=about["conversation_id"],
            person_id=about["person_id"],
        )
        job = jobs.delivery_of(one.content.kind)
        together.setdefault((job, place, one.decision.hold_until), []).append(one.effect_id)
    for (job, place, not_before), effects in together.items():
        await jobs.start(
            connection,
            job,
            id=f"{job.name}:{effects[0]}",
            args=([str(effect) for effect in effects],),
            partition=place,
            not_before=not_before,
        )
