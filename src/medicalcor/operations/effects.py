"""Planning what should reach the outside: the decision, the row and the start of its delivery in one commit."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from medicalcor.core import clock, context, ids, jobs
from medicalcor.core.database.pool import Connection, Row
from medicalcor.core.database.queries import statements
from medicalcor.core.errors import NotFound
from medicalcor.core.eventstore.store import Append, Cause
from medicalcor.domain.outreach.policy import Facts, decide
from medicalcor.operations.ledger import Act, Ledger, by_system
from medicalcor.schemas.common import EffectId
from medicalcor.schemas.decisions import Decision, Reason
from medicalcor.schemas.effects import Author, Content, Purpose
from medicalcor.schemas.events.effects import EffectPlanned, EffectSent, EffectVoided, VoidReason

SQL = statements("medicalcor.operations")


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """Something that ought to reach somebody, before the policy has been asked."""

    key: str
    content: Content
    purpose: Purpose
    cause_id: UUID
    author: Author = "automatic"
    by: UUID | None = None


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
    row = await connection.fetchrow(SQL["standing"], conversation_id)
    if row is None:
        raise NotFound("There is no such conversation.")
    return row


def facts(ledger: Ledger, about: Row, intent: Intent) -> Facts:
    """What the policy looks at."""
    kind = intent.content.kind
    return Facts(
        now=clock.now(),
        content=intent.content,
        purpose=intent.purpose,
        author=intent.author,
        channel_on=ledger.is_on(kind),
        has_address=about["reply_to"] is not None and _carries(kind, about),
        erased=about["erased_at"] is not None,
        opted_out_at=about["opted_out_at"],
        suppressed=about["suppressed"],
        taken_over=about["taken_over_by"] is not None,
        # a call opens no window for WhatsApp
        last_inbound_at=about["last_inbound_at"] if about["channel"] != "voice" else None,
        score=about["score"],
        consents=frozenset(about["consents"]),
    )


def _carries(kind: str, about: Row) -> bool:
    """Whether this line of conversation can carry this: only who wrote on WhatsApp has a window for free text."""
    if kind in {"whatsapp.text", "whatsapp.choices"} and about["channel"] == "web":
        return False
    is_mail: bool = about["reply_kind"] == "email"
    return kind.startswith("email.") == is_mail


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
    planned = [Planned(ids.new_id(), i.content, decide(facts(act.ledger, about, i))) for i in fresh]
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
    decision = decide(facts(act.ledger, about, intent)).model_copy(
        update={"verdict": "refuse", "reasons": (reason,), "hold_until": None}
    )
    await act.append(_entry(about, intent, Planned(ids.new_id(), intent.content, decision)))


async def void(act: Act, *, waiting: Sequence[Row], reason: VoidReason) -> None:
    """Call back what has not gone out yet, in the transaction that made it wrong."""
    await act.append(
        *(
            Append(
                stream(row["id"]),
                (EffectVoided(effect_id=row["id"], kind=row["kind"], reason=reason),),
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
