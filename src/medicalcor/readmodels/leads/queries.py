"""The lead list, ordered by who needs a person now, and one lead's card."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import IntEnum
from typing import Any
from uuid import UUID

from medicalcor.core.database.pool import Connection, Row
from medicalcor.core.database.queries import statements
from medicalcor.core.errors import NotFound
from medicalcor.core.text import folded
from medicalcor.schemas.common import Classification

GRACE = timedelta(seconds=60)
"""How long the automatic answer may take before an unanswered patient waits for a person."""
FOUND = 6
"""Lines of a quick search."""
PAGE = 50

_RAW = statements("medicalcor.readmodels.leads")
SQL = {name: sql.replace("{ranked}", _RAW["ranked"]) for name, sql in _RAW.items()}


class Need(IntEnum):
    """What a lead waits for, most pressing first."""

    EMERGENCY = 1
    HOT = 2
    NOT_DELIVERED = 3
    UNANSWERED = 4
    DISAGREEMENT = 5
    WARM = 6
    NOTHING = 7

    @property
    def person(self) -> bool:
        """Whether somebody must act."""
        return self <= Need.DISAGREEMENT


@dataclass(frozen=True)
class Filters:
    """What of the list is asked for. Codes only: they travel in addresses."""

    classification: str | None = None
    channel: str | None = None
    language: str | None = None
    needs: bool = False
    archived: bool = False


@dataclass(frozen=True)
class LeadRow:
    """A line of the list."""

    id: UUID
    person_id: UUID
    name: str | None
    phone: str | None
    email: str | None
    channel: str
    language: str | None
    score: int | None
    classification: str | None
    earlier_score: int | None
    rules_score: int | None
    scorer: str | None
    need: Need
    need_at: datetime
    last_text: str | None
    last_activity_at: datetime
    last_inbound_at: datetime | None
    last_outbound_at: datetime | None
    procedures: Sequence[str]
    medical_flags: Sequence[str]
    budget: bool
    intent_to_book: bool
    opt_out: bool
    erased: bool
    archived_at: datetime | None
    taken_over_by: UUID | None
    owner: str | None
    status: str
    talk_channel: str | None = None
    missed_call: str | None = None
    missed_call_since: datetime | None = None
    person_wanted: bool = False
    """A caller asked for a person, and nobody has reacted."""
    consent_unclear_since: datetime | None = None
    """An answer about consent that is neither yes nor no waits for a colleague."""
    owed_rule: str | None = None
    """The rule of triage whose work nobody has done yet; `owed_since` is when it was asked for first."""
    owed_since: datetime | None = None
    escalated: bool = False
    """Nobody acted in the time that the rule gives."""
    keeper: str | None = None
    """Whose lead it is."""
    family: Sequence[str] = ()
    """Who else has visits to come under this person."""


@dataclass(frozen=True)
class Work:
    """What a rule of triage asks of a colleague."""

    id: UUID
    message_id: UUID
    """The message that it is about."""
    rule: str
    actions: Sequence[str]
    owner: str
    opened_at: datetime
    due_at: datetime
    escalate_at: datetime | None
    escalate_to: str | None
    escalated_at: datetime | None
    closed_at: datetime | None


@dataclass(frozen=True)
class Facets:
    """Counts beside the filters, each as if its own filter were off."""

    classification: Mapping[str | None, int]
    channel: Mapping[str | None, int]
    language: Mapping[str | None, int]
    needs: int
    everything: int
    archived: int


@dataclass(frozen=True)
class Score:
    """One judgement."""

    id: UUID
    message_id: UUID
    at: datetime
    scorer: str
    why: str
    version: str
    score: int
    classification: str
    confidence: float
    output: Mapping[str, Any] | None
    rules_score: int | None
    agreed: bool | None
    turns: Sequence[UUID]
    """The messages that its evidence counts by."""


async def page(
    connection: Connection,
    *,
    filters: Filters,
    now: datetime,
    search: str = "",
    limit: int = PAGE,
) -> list[LeadRow]:
    """The first `limit` leads, the person who needs somebody most first."""
    words, digits = _needles(search)
    rows = await connection.fetch(
        SQL["page"],
        filters.archived,
        now - GRACE,
        filters.classification,
        filters.channel,
        filters.language,
        filters.needs,
        words,
        digits,
        limit,
    )
    return [LeadRow(**{**dict(row), "need": Need(row["need"])}) for row in rows]


async def found(connection: Connection, *, search: str, now: datetime, limit: int = FOUND) -> list[LeadRow]:
    """Known people by part of a name or number, those in work first; nobody while nothing is sought."""
    rows: list[LeadRow] = []
    for archived in (False, True) if search else ():
        filters = Filters(archived=archived)
        rows += await page(connection, filters=filters, now=now, search=search, limit=limit)
    return [row for row in rows if not row.erased][:limit]


async def facets(connection: Connection, *, filters: Filters, now: datetime) -> Facets:
    """How many leads each filter would leave."""
    rows = await connection.fetch(SQL["facets"], filters.archived, now - GRACE)

    def counted(key: str, **off: Any) -> Counter[str | None]:
        chosen = replace(filters, **off)
        total: Counter[str | None] = Counter()
        for row in rows:
            if _passes(row, chosen):
                total[row[key]] += row["leads"]
        return total

    return Facets(
        classification=counted("classification", classification=None),
        channel=counted("channel", channel=None),
        language=counted("language", language=None),
        needs=counted("needs", needs=True).total(),
        everything=counted("needs", classification=None, channel=None, language=None, needs=False).total(),
        archived=await connection.fetchval(SQL["archived_count"]),
    )


async def card(connection: Connection, *, lead_id: UUID, now: datetime) -> Row:
    """Everything known of one lead; `NotFound`."""
    archived = await connection.fetchval(SQL["is_archived"], lead_id)
    if archived is None:
        raise NotFound("There is no such lead.")
    row = await connection.fetchrow(SQL["lead_card"], archived, now - GRACE, lead_id)
    if row is None:
        raise NotFound("There is no such lead.")
    return row


async def scores(connection: Connection, *, lead_id: UUID) -> list[Score]:
    """The latest fifty judgements, newest first."""
    return [Score(**dict(row)) for row in await connection.fetch(SQL["scores_of"], lead_id)]


async def work(connection: Connection, *, lead_id: UUID) -> list[Work]:
    """Open work first; what was done lately after it."""
    return [Work(**dict(row)) for row in await connection.fetch(SQL["work_of"], lead_id)]


def _passes(row: Row, filters: Filters) -> bool:
    return (
        filters.classification in (None, row["classification"])
        and filters.channel in (None, row["channel"])
        and filters.language in (None, row["language"])
        and (not filters.needs or bool(row["needs"]))
    )


def _needles(search: str) -> tuple[list[str] | None, list[str]]:
    """What a name must hold, folded; and what a number must hold: "0722…" finds "+40722…"."""
    text = folded(search.strip())[:100]
    if not text:
        return None, []
    digits = "".join(c for c in text if c.isdigit())
    words = [f"%{_literal(word)}%" for word in text.split()]
    numbers = {part for part in (digits, digits.lstrip("0")) if len(part) >= 3}
    return words, [f"%{number}%" for number in numbers]


def _literal(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A message on which AI and rules came to different classes; `score` is the AI's."""

    message_id: UUID
    lead_id: UUID
    name: str | None
    at: datetime
    score: int
    classification: str
    rules_score: int
    who_was_right: str | None
    reviewed_at: datetime | None

    @property
    def rules_classification(self) -> str:
        return Classification.of(self.rules_score).value


async def disagreements(connection: Connection, *, reviewed: bool) -> list[Disagreement]:
    """The latest hundred."""
    return [Disagreement(**dict(row)) for row in await connection.fetch(SQL["disagreements"], reviewed)]


async def verdicts(connection: Connection) -> dict[str, int]:
    """Who was right how often."""
    return {row["who_was_right"]: row["decided"] for row in await connection.fetch(SQL["verdicts"])}
