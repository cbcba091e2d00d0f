"""Money on the dashboard: the list, what waits for a colleague, sums, and one person's part of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from medicalcor.core.database.pool import Connection, Row
from medicalcor.core.database.queries import statements

_SQL = statements("medicalcor.readmodels.payments")
PAGE = 50
MOST = 1_000
"""Lines are counted up to here."""
SHOWS = ("all", "needs", "failed", "refunded", "aside")
"""What of the list can be asked for."""


@dataclass(frozen=True)
class Candidate:
    """Somebody whose payment it may be."""

    lead_id: UUID
    person_id: UUID
    name: str | None
    phone: str | None


@dataclass(frozen=True)
class Line:
    """A payment or a subscription, with whom it is tied to, or what the payer told of themselves."""

    id: UUID
    account: str
    state: str
    amount: int | None
    paid: int
    refunded: int
    currency: str | None
    failure: str | None
    at: datetime
    next_at: datetime | None
    ending: bool
    person_id: UUID | None
    lead_id: UUID | None
    name: str | None
    phone: str | None
    erased: bool
    tied_by: str | None
    payer_name: str | None
    payer_email: str | None
    payer_phone: str | None
    unmatched: str | None
    candidates: Sequence[Candidate]
    aside: bool
    reason: str | None
    """What we asked for it for, if we did."""

    @property
    def waits(self) -> bool:
        """Whether a colleague has to say whose it is."""
        return self.unmatched is not None and self.person_id is None and not self.aside


@dataclass(frozen=True)
class Sum:
    """What came in one currency, and what of it went back."""

    currency: str
    payments: int
    paid: int
    refunded: int


@dataclass(frozen=True)
class Request:
    """A deposit that was asked for, and how far it got."""

    id: UUID
    amount: int
    currency: str
    reason: str
    asked_at: datetime
    by: str | None
    state: str
    """making, waiting, sent, delivered, read, not_sent, failed, paid."""
    why: str | None
    """Of one that failed or was not sent."""
    url: str | None


async def page(connection: Connection, *, show: str, limit: int = PAGE) -> list[Line]:
    """Newest first."""
    return [_line(row, []) for row in await connection.fetch(_SQL["payments_page"], show, limit, None)]


async def waiting(connection: Connection) -> list[Line]:
    """Those that a colleague has to say whose they are, with whom they may be."""
    rows = await connection.fetch(_SQL["payments_page"], "needs", PAGE, None)
    wanted = sorted({person for row in rows for person in row["candidates"]})
    people = [_candidate(row) for row in await connection.fetch(_SQL["candidates"], wanted)]
    return [_line(row, [one for one in people if one.person_id in row["candidates"]]) for row in rows]


async def of_person(connection: Connection, *, person_id: UUID) -> list[Line]:
    return [_line(row, []) for row in await connection.fetch(_SQL["payments_page"], "all", PAGE, person_id)]


async def counts(connection: Connection) -> dict[str, int]:
    """How many lines each choice of the list has; `MOST` also when there are more."""
    row = await connection.fetchrow(_SQL["payment_counts"], MOST)
    return dict(row) if row else {}


async def sums(connection: Connection, *, since: datetime) -> list[Sum]:
    """By currency, the usual one first."""
    return [Sum(**dict(row)) for row in await connection.fetch(_SQL["payment_sums"], since)]


async def requests_of(connection: Connection, *, lead_id: UUID) -> list[Request]:
    """Newest first."""
    return [Request(**dict(row)) for row in await connection.fetch(_SQL["requests_of"], lead_id)]


def _line(row: Row, candidates: Sequence[Candidate]) -> Line:
    fields: dict[str, Any] = {**dict(row), "candidates": candidates}
    return Line(**fields)


def _candidate(row: Row) -> Candidate:
    return Candidate(**dict(row))
