"""Who was right where AI and rules disagreed; and the conversations with that verdict, as labelled cases."""

import json
from typing import Any, Literal
from uuid import UUID

from medicalcor.core.auth import accounts
from medicalcor.core.database.pool import Connection, Row
from medicalcor.core.database.queries import statements
from medicalcor.core.database.transaction import record
from medicalcor.core.errors import NotFound
from medicalcor.core.eventstore.store import Append
from medicalcor.domain.identity.anonymous import anonymous
from medicalcor.domain.scoring import rules
from medicalcor.domain.scoring.own import OwnWords
from medicalcor.operations import lexicon
from medicalcor.operations.ledger import Act, Ledger, by_user
from medicalcor.operations.talk import turns_of
from medicalcor.schemas.common import UserId
from medicalcor.schemas.events.leads import ScoreReviewed
from medicalcor.schemas.scoring import ScoringInput, Turn

SQL = statements("medicalcor.operations", "reviewing.sql")
Right = Literal["ai", "rules", "neither"]
_LABELS = (
    "language", "score", "classification", "procedures", "budget", "intent_to_book", "urgency", "emergency", "opt_out",
)  # fmt: skip


async def review(ledger: Ledger, *, message_id: UUID, right: Right, by: UserId) -> None:
    """Put a colleague's verdict on record; a later one takes its place."""
    async with ledger.pool.acquire() as connection:
        about = await connection.fetchrow(SQL["judged"], message_id)
    if about is None:
        raise NotFound("There is no judgement of this message on which AI and rules disagree.")

    async def decide(connection: Connection) -> None:
        event = ScoreReviewed(lead_id=about["lead_id"], message_id=message_id, right=right, by=by)
        entry = Append(f"lead-{about['lead_id']}", (event,), about["person_id"])
        await Act(ledger, connection, by_user(by, correlation_id=str(message_id))).append(entry)

    await record(ledger.pool, decide, subject=about["person_id"])


async def labelled(ledger: Ledger, *, by: UserId) -> str:
    """The conversations of which AI or the rules were right, a JSON object a line: without names and numbers, with
    the labels of who was right. Whose they were is put on record."""
    async with ledger.pool.acquire() as connection:
        decided = await connection.fetch(SQL["decided"])
        own = await lexicon.current(connection)
        looked_at = [(row, await _facts(connection, row)) for row in decided]
    for row in decided:
        about = {"person_id": row["person_id"], "object_id": row["lead_id"]}
        await accounts.note_access(ledger.pool, user_id=by, what="scoring_case", **about)
    return "".join(_line(row, facts, own) for row, facts in looked_at if facts is not None)


async def _facts(connection: Connection, row: Row) -> ScoringInput | None:
    """What the judgement looked at."""
    wanted = set(row["turns"])
    said = [one for one in await turns_of(connection, lead_id=row["lead_id"]) if one.id in wanted]
    if not said:
        return None
    turns = tuple(Turn(role=one.role, content=one.text) for one in said)
    return ScoringInput(channel=row["channel"], messages=turns, language=row["language"])


def _line(row: Row, facts: ScoringInput, own: OwnWords) -> str:
    by_ai = row["who_was_right"] == "ai"
    labels: dict[str, Any] = row["output"] if by_ai else rules.score(facts, own).model_dump(mode="json")
    messages = [
        {"role": turn.role, "content": anonymous(turn.content, name=row["name"] or "")}
        for turn in facts.messages
    ]
    case = {"id": str(row["message_id"]), "channel": facts.channel, "messages": messages}
    return json.dumps(case | {label: labels[label] for label in _LABELS}, ensure_ascii=False) + "\n"
