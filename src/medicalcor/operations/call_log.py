"""A call as the CRM is told of it: when, how long, what came of it; never what was said."""

from typing import Literal
from uuid import UUID

from medicalcor.core.database.queries import statements
from medicalcor.integrations.hubspot.client import LoggedCall
from medicalcor.operations import intents
from medicalcor.operations.calls import call
from medicalcor.operations.ledger import Ledger
from medicalcor.readmodels.appointments import queries as visits
from medicalcor.schemas.calls import Outcome

SQL = statements("medicalcor.operations")
_TITLES: dict[Outcome, str] = {
    "missed": "Missed call",
    "failed": "Call that did not get through",
    "voicemail": "Voicemail",
    "answered_by_agent": "Call answered by the voice agent",
    "handed_over": "Call handed over to a colleague",
}
_STATUSES: dict[str, Literal["BUSY", "CANCELED", "FAILED", "NO_ANSWER"]] = {
    "busy": "BUSY",
    "canceled": "CANCELED",
    "failed": "FAILED",
    "no-answer": "NO_ANSWER",
}


async def for_crm(ledger: Ledger, *, call_id: UUID) -> LoggedCall:
    async with ledger.pool.acquire() as connection:
        about = await call(connection, call_id=call_id)
        contact = await connection.fetchrow(SQL["contact_facts"], about["person_id"])
        done = await visits.of_call(connection, call_id=call_id)
    outcome: Outcome = about["outcome"] or "missed"
    inbound = about["direction"] == "inbound"
    reached = outcome in ("answered_by_agent", "handed_over", "voicemail")
    by_status = _STATUSES.get(about["status"] or "", "NO_ANSWER")
    return LoggedCall(
        at=about["started_at"],
        title=_TITLES[outcome],
        body=f"{_TITLES[outcome]}. {_visits(done)}{intents.lead_link(ledger, about['lead_id'])}",
        direction="INBOUND" if inbound else "OUTBOUND",
        status="COMPLETED" if reached else "MISSED" if outcome == "missed" and inbound else by_status,
        seconds=about["seconds"],
        number=contact["phone"] if contact else None,
    )


def _visits(done: visits.OfCall) -> str:
    """How many, not what for: that is the clinic's own business."""
    told = ((done.booked, "A visit was booked in it. "), (done.cancelled, "A visit was cancelled in it. "))
    return "".join(words for count, words in told if count)
