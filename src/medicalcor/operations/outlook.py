"""What will become of the times that came free: whom each would be offered to next, when, and why in this order.

Nothing is done here: it is the sweep's own reckoning, for those who look on.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from medicalcor.core import clock
from medicalcor.core.database.pool import Connection, Row
from medicalcor.core.database.queries import statements
from medicalcor.domain.scheduling.waitlist import Waiting, in_turn, next_wave, turn_ends
from medicalcor.operations import candidates, openings, visit_words
from medicalcor.operations.candidates import Candidate
from medicalcor.operations.ledger import Ledger
from medicalcor.operations.reminders import quiet_of

SQL = statements("medicalcor.operations", "waitlist.sql")

State = Literal["asked", "next", "kept", "quiet", "nobody"]
"""`asked`: those who were offered it have it for themselves until `until`; `next`: the next are asked now;
`kept`: somebody holds it while they choose; `quiet`: nobody is written to at this hour; `nobody`: it fits nobody."""


@dataclass(frozen=True, slots=True)
class Outlook:
    """One time that came free."""

    opening_id: UUID
    state: State
    until: datetime | None
    """When those who were asked last no longer have it for themselves."""
    order: Sequence[Waiting]
    """Whom it fits and who was not asked yet, in the order in which they will be."""
    wave: int
    """So many of them are asked at once."""
    unfit: Sequence[Candidate]
    """Those who wait and whom it does not fit, with the reason."""


async def ahead(ledger: Ledger, connection: Connection) -> dict[UUID, Outlook]:
    """Of every time that is on offer."""
    rows = await connection.fetch(SQL["open_openings"])
    return {row["id"]: await _of(ledger, connection, row, clock.now()) for row in rows}


async def _of(ledger: Ledger, connection: Connection, opening: Row, now: datetime) -> Outlook:
    hole, considered = await candidates.of_opening(ledger, connection, opening, now=now)
    rows = await connection.fetch(SQL["asked"], opening["id"])
    done = {row["waiting_id"] for row in rows}
    asked, left = candidates.asked_and_left(considered, rows)
    order = in_turn(c.waiting for c in left.values())
    until = turn_ends(hole, asked=asked.values()) if asked else None
    zone = visit_words.zone_of(ledger)
    wave = next_wave(order, hole, asked=asked, now=max(now, until) if until else now, zone=zone)
    kept = await openings.who_has(connection, opening) is not None
    quiet = quiet_of(ledger).holds(now.astimezone(zone).time())
    return Outlook(
        opening_id=opening["id"],
        state=_state(
            kept=kept, quiet=quiet, asked_until=until if until and until > now else None, order=order
        ),
        until=until,
        order=order,
        wave=len(wave),
        unfit=[c for c in considered if c.hindrance is not None and c.waiting.id not in done],
    )


def _state(*, kept: bool, quiet: bool, asked_until: datetime | None, order: Sequence[Waiting]) -> State:
    if kept:
        return "kept"
    if asked_until is not None:
        return "asked"
    if not order:
        return "nobody"
    return "quiet" if quiet else "next"
