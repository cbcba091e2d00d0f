"""Judging leads, and what colleagues do about them."""

from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from medicalcor.core import clock
from medicalcor.core.database.pool import Connection, Row
from medicalcor.core.database.queries import statements
from medicalcor.core.database.transaction import record
from medicalcor.core.errors import NotFound, ProviderError
from medicalcor.core.eventstore.store import Append, Cause
from medicalcor.domain.identity.anonymous import anonymous
from medicalcor.domain.scoring import prompt, rules
from medicalcor.domain.triage.mentions import found_in
from medicalcor.domain.triage.rules import triage
from medicalcor.integrations.openai.client import AiClient, Spent
from medicalcor.operations import consent_answers, consents, effects, emergencies, lexicon, triaging
from medicalcor.operations import intents as plans
from medicalcor.operations.ledger import Act, Ledger, by_system
from medicalcor.operations.talk import Said, turns_of
from medicalcor.operations.wording import Line
from medicalcor.schemas.common import LeadId, UserId
from medicalcor.schemas.events.leads import LeadScored, LeadSeen
from medicalcor.schemas.events.people import OptedOut
from medicalcor.schemas.scoring import Merge, ScoredBy, ScoringInput, ScoringOutput, Turn
from medicalcor.schemas.triage import Mention

SQL = statements("medicalcor.operations")
SLOW_AI = frozenset({"ai_timeout", "ai_error", "ai_breaker_open"})
"""Reasons after which AI is not asked again for the same message."""


@dataclass(frozen=True, slots=True)
class Scored:
    """Whether the message was judged; a newer one is judged in its stead."""

    superseded: bool
    ai_usable: bool = True


@dataclass(frozen=True, slots=True)
class _Verdict:
    """A judgement, whose it is, what the rules said, what it was made of when AI answered, and the turns that it looked at."""

    output: ScoringOutput
    by: ScoredBy
    by_rules: ScoringOutput
    merge: Merge | None
    turns: tuple[UUID, ...]
    mentions: tuple[Mention, ...]


async def judge_again(
    ledger: Ledger, *, ai: AiClient | None, lead_id: LeadId, request: str, correlation_id: str
) -> str:
    """Judge a lead by all that was said, whether or not it was judged before; once a request."""
    async with ledger.pool.acquire() as connection:
        message_id = await connection.fetchval(SQL["latest_words"], lead_id)
    if message_id is None:
        return "nothing_to_judge"
    scored = await score(ledger, ai=ai, message_id=message_id, correlation_id=correlation_id, request=request)
    return "superseded" if scored.superseded else "judged"


async def score(
    ledger: Ledger, *, ai: AiClient | None, message_id: UUID, correlation_id: str, request: str | None = None
) -> Scored:
    """Judge the conversation up to this message: AI first, rules when it is off, slow or wrong.

    Once a message, and once more for each `request`.
    """
    async with ledger.pool.acquire() as connection:
        about = await connection.fetchrow(SQL["situation"], message_id)
        if about is None:
            raise NotFound("There is no such message.")
        if about["newer"]:
            return Scored(superseded=True)
        if about["scored_why"] is not None and request is None:
            return Scored(superseded=False, ai_usable=about["scored_why"] not in SLOW_AI)
        said = await turns_of(connection, lead_id=about["lead_id"])
        own = await lexicon.current(connection)
    by_rules = rules.score(_scoring_input(said, about, name=None), own)
    output, by, merge = await judge(ledger, ai, scoring_input(said, about), by_rules, version=own.label)
    health = found_in(Turn(role=one.role, content=one.text) for one in said)
    verdict = _Verdict(output, by, by_rules, merge, tuple(s.id for s in said), health)

    async def decide(connection: Connection) -> None:
        act = Act(ledger, connection, by_system(correlation_id))
        await _record(act, about, verdict, request=request)

    await record(ledger.pool, decide, subject=about["person_id"])
    return Scored(superseded=False, ai_usable=by.why not in SLOW_AI)


def scoring_input(said: list[Said], about: Row) -> ScoringInput:
    """The conversation as AI may see it."""
    return _scoring_input(said, about, name=about["name"] or "")


def _scoring_input(said: list[Said], about: Row, *, name: str | None) -> ScoringInput:
    """`name` None leaves the texts as they are, for the rules; otherwise names and numbers are taken out."""
    turns = tuple(
        Turn(role=s.role, content=s.text if name is None else anonymous(s.text, name=name)) for s in said
    )
    return ScoringInput(channel=about["channel"], messages=turns, language=about["language"])


async def judge(
    ledger: Ledger, ai: AiClient | None, facts: ScoringInput, by_rules: ScoringOutput, *, version: str
) -> tuple[ScoringOutput, ScoredBy, Merge | None]:
    """AI's judgement of `facts`, which name nobody; the rules' where it is off, slow or wrong, or where it is not asked:
    about an opt-out there is nothing to judge, and a text that gives orders to machines is read by none."""
    spent = Spent()

    def by(why: str) -> ScoredBy:
        name = ledger.settings.openai_model if why == "ai_answered" else version
        scorer: Literal["ai", "rules"] = "ai" if why == "ai_answered" else "rules"
        return ScoredBy(scorer=scorer, why=why, version=name, seconds=spent.seconds, tokens=spent.tokens)

    if ai is None or by_rules.opt_out or prompt.gives_orders(by_rules):
        return by_rules, by("ai_off" if ai is None else "rules_suffice"), None
    seconds = ledger.settings.ai_timeout_seconds
    try:
        judgement = await ai.judge(
            prompt.messages(facts), shape=prompt.AiJudgement, timeout=seconds, spent=spent
        )
        merge = prompt.made_of(judgement, by_rules)
        return prompt.combine(judgement, by_rules), by("ai_answered"), merge
    except ProviderError as problem:
        return by_rules, by(problem.reason or "ai_error"), None
    except ValueError:
        return by_rules, by("ai_nonsense"), None


async def _record(act: Act, message: Row, verdict: _Verdict, *, request: str | None) -> None:
    key = f"score:{message['id']}" if request is None else f"score:{message['id']}:{request}"
    if await act.ledger.store.known(act.connection, key):
        return
    about = await effects.standing(act.connection, conversation_id=message["conversation_id"])
    output = verdict.output
    result = triage(output, kind=message["kind"], mentions=verdict.mentions)
    case = triaging.Case(
        message_id=message["id"],
        lead_id=message["lead_id"],
        person_id=message["person_id"],
        conversation_id=message["conversation_id"],
        channel=message["channel"],
        kind=message["kind"],
    )
    await act.append(
        Append(
            f"lead-{message['lead_id']}",
            (_scored(message, verdict), triaging.triaged(case, result, verdict.mentions)),
            message["person_id"],
            key=key,
        )
    )
    if output.opt_out and about["opted_out_at"] is None and not await _only_offers(act, verdict):
        await _opted_out(act, message)
    if output.emergency and not await _number_was_sent(act.connection, about):
        # the model saw what the rules, which look at every message at once, did not
        await emergencies.warn(
            act,
            message_id=message["id"],
            lead_id=message["lead_id"],
            person_id=message["person_id"],
            conversation_id=message["conversation_id"],
            line=Line(message["channel"], message["reply_kind"], output.language),
        )
    await triaging.take_up(act, case, result, output=output)


async def _opted_out(act: Act, message: Row) -> None:
    """The model read a wish to be left alone that the rules did not."""
    person_id = message["person_id"]
    keys = await act.connection.fetch(SQL["address_keys"], person_id)
    event = OptedOut(
        person_id=person_id,
        address_keys=tuple(row["address_key"] for row in keys),
        channel=message["channel"],
        message_id=message["id"],
    )
    await act.append(Append(f"person-{person_id}", (event,), person_id))
    await consent_answers.silence(
        act, person_id=person_id, message_id=message["id"], conversation_id=message["conversation_id"]
    )


async def _only_offers(act: Act, verdict: _Verdict) -> bool:
    """Whether what reads as a wish for silence was one to be spared offers, and has been granted."""
    return bool(await act.connection.fetchval(consents.SQL["only_offers"], list(verdict.turns)))


async def _number_was_sent(connection: Connection, about: Row) -> bool:
    since = clock.now() - plans.ONE_EMERGENCY
    return bool(await connection.fetchval(SQL["recent_emergency"], about["conversation_id"], since))


def _scored(message: Row, verdict: _Verdict) -> LeadScored:
    output, by_rules = verdict.output, verdict.by_rules
    return LeadScored(
        lead_id=message["lead_id"],
        person_id=message["person_id"],
        message_id=message["id"],
        by=verdict.by,
        score=output.score,
        classification=output.classification,
        confidence=output.confidence,
        output=output,
        rules_score=by_rules.score,
        agreed=output.classification == by_rules.classification,
        turns=verdict.turns,
        merge=verdict.merge,
    )


async def mark_seen(ledger: Ledger, *, lead_id: LeadId, by: UserId) -> None:
    """A colleague dealt with it: the lead waits for nobody until something new happens."""
    async with ledger.pool.acquire() as connection:
        person_id = await connection.fetchval("select person_id from leads where id = $1", lead_id)
    if person_id is None:
        raise NotFound("There is no such lead.")

    async def decide(connection: Connection) -> None:
        cause = Cause(correlation_id=str(lead_id), actor=f"user:{by}")
        seen = LeadSeen(lead_id=lead_id, by=by)
        await Act(ledger, connection, cause).append(Append(f"lead-{lead_id}", (seen,), person_id))

    await record(ledger.pool, decide, subject=person_id)


def as_output(value: Any) -> ScoringOutput:
    """A stored judgement as a shape again."""
    return ScoringOutput.model_validate(value)
