"""What a call came to: the lead is judged by what the caller said, and the call gets its summary."""

from uuid import UUID

from medicalcor.core.database.pool import Connection, Row
from medicalcor.core.database.queries import statements
from medicalcor.core.database.transaction import record
from medicalcor.core.errors import ProviderError
from medicalcor.domain.identity.anonymous import anonymous
from medicalcor.domain.scoring import calls as prompt
from medicalcor.domain.scoring import rules
from medicalcor.domain.scoring.own import OwnWords
from medicalcor.integrations.openai.client import AiClient
from medicalcor.operations import calls, leads, lexicon
from medicalcor.operations.ledger import Act, Ledger, by_system
from medicalcor.schemas.calls import CallAnalysis, CallTurn
from medicalcor.schemas.scoring import ScoringInput, Turn

SQL = statements("medicalcor.operations")
SECONDS = 30.0
"""Nobody waits for a summary; a long call takes a while to read."""


async def analyse(ledger: Ledger, *, ai: AiClient | None, call_id: UUID, correlation_id: str) -> None:
    """Score the lead first, since people may be waiting for it; then say what the call was about."""
    async with ledger.pool.acquire() as connection:
        about = await calls.call(connection, call_id=call_id)
        person = await connection.fetchrow(SQL["person"], about["person_id"])
        own = await lexicon.current(connection)
    if about["message_id"] is None or not about["transcript"] or person is None:
        return
    await leads.score(ledger, ai=ai, message_id=about["message_id"], correlation_id=correlation_id)
    if about["analysis"] is not None:
        return
    turns = tuple(CallTurn.model_validate(turn) for turn in about["transcript"])
    by, analysis = await _read(ai, turns, own, name=person["name"] or "")

    async def decide(connection: Connection) -> None:
        act = Act(ledger, connection, by_system(correlation_id))
        call: Row = await calls.call(connection, call_id=call_id)
        await calls.analysed(act, call, by=by, analysis=analysis)

    await record(ledger.pool, decide, subject=about["person_id"])


async def _read(
    ai: AiClient | None, turns: tuple[CallTurn, ...], own: OwnWords, *, name: str
) -> tuple[str, CallAnalysis]:
    """By AI; by the rules when it is off, or fails: that is counted and logged where it was asked."""
    if ai is None:
        return "rules", _by_rules(turns, own)
    asked = tuple(CallTurn(role=turn.role, text=anonymous(turn.text, name=name)) for turn in turns)
    try:
        answer = await ai.judge(prompt.messages(asked), shape=prompt.AiCallAnalysis, timeout=SECONDS)
    except ProviderError:
        return "rules", _by_rules(turns, own)
    return "ai", prompt.by_model(answer)


def _by_rules(turns: tuple[CallTurn, ...], own: OwnWords) -> CallAnalysis:
    said = tuple(Turn(role=turn.role, content=turn.text) for turn in turns)
    return prompt.by_rules(rules.score(ScoringInput(channel="voice", messages=said), own))
