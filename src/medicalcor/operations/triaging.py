"""What triage asks of colleagues: alerts, tasks, work that stands on the dashboard until somebody acts, an owner.

All of it is decided in the transaction of the judgement. A rule asks once: again only when its work is over and what
the patient said since then asks for it anew.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from medicalcor.core import clock, ids
from medicalcor.core.auth.roles import Role
from medicalcor.core.database.pool import Connection, Row
from medicalcor.core.database.queries import statements
from medicalcor.core.database.transaction import record
from medicalcor.core.errors import InvalidInput, NotFound
from medicalcor.core.eventstore.store import Append
from medicalcor.domain.scoring import rules
from medicalcor.domain.triage import alerts, mentions
from medicalcor.domain.triage.rules import Duty, duties, triage
from medicalcor.operations import effects, intents, lexicon
from medicalcor.operations.ledger import Act, Ledger, by_system, by_user
from medicalcor.schemas.common import Channel, LeadId, UserId
from medicalcor.schemas.events.leads import LeadTriaged, OwnerChosen, WorkEscalated, WorkOpened
from medicalcor.schemas.scoring import ScoringInput, ScoringOutput, Turn
from medicalcor.schemas.triage import Mention, Post, TriageResult

_RAW = statements("medicalcor.operations", "triaging.sql")
SQL = {name: sql.replace("{seen_to}", _RAW["seen_to"]) for name, sql in _RAW.items()}
_SPEAKING: Final = (alerts.of_urgency("now"), [*alerts.of_urgency("now"), *alerts.of_urgency("today")])
"""Kinds of alerts by which a colleague sees to work: of danger, and of the rest."""
_ROLES: Final[Mapping[Post, Role]] = {
    "doctor": Role.DOCTOR,
    "receptionist": Role.RECEPTIONIST,
    "manager": Role.ADMIN,
}
_ELSEWHERE: Final = frozenset({"emergency"})
"""Rules whose alert and task are planned with the number that is given: `operations.emergencies`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """The message that was judged, and where it stands."""

    message_id: UUID
    lead_id: UUID
    person_id: UUID
    conversation_id: UUID
    channel: Channel
    kind: str


def triaged(case: Case, result: TriageResult, said: tuple[Mention, ...]) -> LeadTriaged:
    """What the patient said of their health goes into the sealed part."""
    health = {mention.code for mention in said}
    signs = tuple(flag for flag in result.medical_flags if flag not in health)
    return LeadTriaged(
        lead_id=case.lead_id,
        message_id=case.message_id,
        triage=result.model_copy(update={"medical_flags": signs}),
        mentions=said,
    )


async def notice(act: Act, case: Case, look: ScoringOutput | None, words: str | None) -> None:
    """What cannot wait for the judgement: an emergency, and a file that nobody's rules can read."""
    if not (look.emergency if look is not None else words is None):
        return
    said = mentions.found_in([Turn(role="user", content=words)] if words else [])
    result = triage(look, kind=case.kind, mentions=said)
    about = await effects.standing(act.connection, conversation_id=case.conversation_id)
    if not duties_of(result):
        return
    if look is not None or about["score"] is None:
        await act.append(Append(f"lead-{case.lead_id}", (triaged(case, result, said),), case.person_id))
    await take_up(act, case, result, output=look)


def duties_of(result: TriageResult) -> list[Duty]:
    """Those that give a colleague something to do."""
    return [duty for duty in duties(result) if duty.is_work]


async def take_up(act: Act, case: Case, result: TriageResult, *, output: ScoringOutput | None) -> None:
    """Plan what the rules ask, each once, and see to it that the lead has an owner. The caller holds the person's lock."""
    about = await effects.standing(act.connection, conversation_id=case.conversation_id)
    latest = {row["rule"]: row for row in await act.connection.fetch(SQL["latest_work"], case.lead_id)}
    opened = False
    for duty in duties_of(result):
        if not _wanted(duty, about) or not await _is_new(act, case, duty, latest.get(duty.name)):
            continue
        await _open(act, case, duty, output)
        opened = opened or duty.name == result.rule
    await _give_owner(act, case, result.suggested_owner, urgent=opened)


def _wanted(duty: Duty, about: Row) -> bool:
    """A colleague who is writing needs no call to write, nor does anybody call who wants to be left alone."""
    at_rest = about["taken_over_by"] is not None or about["opted_out_at"] is not None
    return duty.even_when_taken or not at_rest


async def _is_new(act: Act, case: Case, duty: Duty, last: Row | None) -> bool:
    if last is None:
        return True
    if last["closed_at"] is None:
        return False
    rows = await act.connection.fetch(SQL["words_since"], case.lead_id, last["closed_at"])
    turns = tuple(Turn(role="user", content=row["body"]) for row in rows)
    own = await lexicon.current(act.connection)
    look = rules.score(ScoringInput(channel=case.channel, messages=turns), own) if turns else None
    since = triage(look, kind=case.kind, mentions=mentions.found_in(turns))
    return duty.name in (since.rule, *since.also)


async def _open(act: Act, case: Case, duty: Duty, output: ScoringOutput | None) -> None:
    now = clock.now()
    event = WorkOpened(
        lead_id=case.lead_id,
        work_id=ids.new_id(),
        message_id=case.message_id,
        rule=duty.name,
        actions=duty.actions,
        owner=duty.owner,
        due_at=now + timedelta(minutes=duty.due_minutes),
        escalate_at=_until(duty, now),
        escalate_to=duty.escalate_to,
    )
    await act.append(Append(f"lead-{case.lead_id}", (event,), case.person_id))
    if duty.name not in _ELSEWHERE:
        wanted = intents.duty(
            act.ledger, duty, message_id=case.message_id, lead_id=case.lead_id, output=output
        )
        await effects.plan(act, conversation_id=case.conversation_id, intents=wanted)


def _until(duty: Duty, now: datetime) -> datetime | None:
    minutes = duty.escalate_after_minutes
    return now + timedelta(minutes=minutes) if minutes is not None else None


async def _give_owner(act: Act, case: Case, post: Post, *, urgent: bool) -> None:
    """The least loaded colleague of that role. A person's choice stands; the rules' own gives way to something urgent."""
    row = await act.connection.fetchrow(SQL["owner"], case.lead_id)
    if row is None or post not in _ROLES:
        return
    if row["owner_chosen_by"] is not None and (row["owner_id"] is None or row["is_here"]):
        return
    if row["is_here"] and (row["owner_post"] == post or not urgent):
        return
    owner = await act.connection.fetchval(SQL["least_loaded"], _ROLES[post])
    if owner is not None:
        event = OwnerChosen(lead_id=case.lead_id, owner=owner, post=post, by=None)
        await act.append(Append(f"lead-{case.lead_id}", (event,), case.person_id))


async def choose_owner(ledger: Ledger, *, lead_id: LeadId, owner: UserId | None, by: UserId) -> None:
    """A colleague says whose lead it is; None: nobody's. The rules leave it at that."""

    async with ledger.pool.acquire() as connection:
        person_id = await connection.fetchval("select person_id from leads where id = $1", lead_id)
    if person_id is None:
        raise NotFound("There is no such lead.")

    async def decide(connection: Connection) -> None:
        role = await connection.fetchval(SQL["active_user"], owner) if owner is not None else None
        if owner is not None and role not in _ROLES.values():
            raise InvalidInput("Choose a colleague who works with leads.")
        lead = await connection.fetchrow(SQL["owner"], lead_id)
        if lead is not None and lead["owner_id"] == owner and lead["owner_chosen_by"] is not None:
            return
        post = next((post for post, one in _ROLES.items() if one == role), "nobody")
        event = OwnerChosen.model_validate({"lead_id": lead_id, "owner": owner, "post": post, "by": by})
        act = Act(ledger, connection, by_user(by, correlation_id=str(lead_id)))
        await act.append(Append(f"lead-{lead_id}", (event,), person_id))

    await record(ledger.pool, decide, subject=person_id)


async def sweep(ledger: Ledger) -> int:
    """Alert whom the rules name where nobody has acted in time. What was missed while we were down is made up for."""
    async with ledger.pool.acquire() as connection:
        rows = await connection.fetch(SQL["overdue_work"], *_SPEAKING, clock.now())
    for row in rows:
        await _escalate(ledger, work_id=row["id"], person_id=row["person_id"])
    return len(rows)


async def _escalate(ledger: Ledger, *, work_id: UUID, person_id: UUID) -> None:
    async def decide(connection: Connection) -> None:
        work = await connection.fetchrow(SQL["work"], *_SPEAKING, work_id)
        if work is None:  # somebody has acted in the meantime
            return
        act = Act(ledger, connection, by_system(str(work["message_id"])))
        event = WorkEscalated(
            lead_id=work["lead_id"], work_id=work_id, rule=work["rule"], to=work["escalate_to"]
        )
        await act.append(Append(f"lead-{work['lead_id']}", (event,), work["person_id"]))
        alert = intents.nobody_acted(
            ledger,
            work_id=work_id,
            message_id=work["message_id"],
            lead_id=work["lead_id"],
            to=work["escalate_to"],
        )
        await effects.plan(act, conversation_id=work["conversation_id"], intents=alert)

    await record(ledger.pool, decide, subject=person_id)
