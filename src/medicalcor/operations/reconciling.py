"""What a provider sent and we never got, as during a restart: looked up, and taken in as if it had come.

Vapi repeats a message only where the server's definition says so, and then a few times. A report that is lost all
the same is made from the call's own record, under the identity that the lost one would have had: should it come
late, it is a repeat.
"""

from datetime import datetime, timedelta

from pydantic_core import to_json

from medicalcor.core import clock
from medicalcor.core.database.pool import Connection
from medicalcor.core.database.queries import statements
from medicalcor.core.database.transaction import record
from medicalcor.core.errors import ProviderError
from medicalcor.core.log import get_logger
from medicalcor.integrations.vapi.client import VapiClient
from medicalcor.operations import inbox
from medicalcor.operations.inbox import Found
from medicalcor.operations.ledger import Ledger
from medicalcor.schemas.wire.vapi import Call, EndOfCallReport
from medicalcor.schemas.wire.vapi_secrets import without_secrets

SQL = statements("medicalcor.operations")
PROVIDER = "vapi"
AT_FIRST = timedelta(hours=24)
OVERLAP = timedelta(minutes=30)
"""Looked at again each time: calls that had only just ended."""
REPORT_COMES_WITHIN = timedelta(minutes=3)
"""Vapi's own repeats are over by then."""
_SHARED = ("customer", "endedReason", "startedAt", "endedAt", "cost", "analysis", "artifact")
"""What a report says of itself and the call's record has too."""
_BY_TELEPHONE = (None, "inboundPhoneCall", "outboundPhoneCall")
"""An account has other calls too, such as those that somebody tries an assistant with on Vapi's page."""
MOST = 1000
"""Calls of one look-up; Vapi's own limit."""

log = get_logger(__name__)


async def lost_reports(ledger: Ledger, *, vapi: VapiClient | None) -> int:
    """Take in the reports that did not come. Answers how many; a look-up that fails is made good by the next."""
    if vapi is None:
        return 0
    began = clock.now()
    async with ledger.pool.acquire() as connection:
        until: datetime | None = await connection.fetchval(SQL["looked_up_until"], PROVIDER)
    try:
        found = await vapi.calls_since((until or began - AT_FIRST) - OVERLAP, limit=MOST)
    except ProviderError as problem:
        log.warning("lost_reports_not_looked_up", reason=problem.reason)
        return 0
    if len(found) == MOST:
        log.warning("more_calls_than_one_look_up_answers", most=MOST)

    async def decide(connection: Connection) -> int:
        healed = [await _heal(connection, ledger, call) for call in found if _is_due(call, now=began)]
        await connection.execute(SQL["looked_up"], PROVIDER, began)
        return sum(healed)

    healed = await record(ledger.pool, decide)
    if healed:
        log.warning("lost_reports_taken_in", reports=healed)
    return healed


def _is_due(call: Call, *, now: datetime) -> bool:
    over = call.ended_at or call.updated_at
    ended = call.status == "ended" and call.type in _BY_TELEPHONE
    return ended and over is not None and over.tzinfo is not None and over < now - REPORT_COMES_WITHIN


async def _heal(connection: Connection, ledger: Ledger, call: Call) -> bool:
    told = call.model_dump(mode="json", by_alias=True, exclude_none=True)
    shared = {name: told[name] for name in _SHARED if name in told}
    message = {"type": "end-of-call-report", "call": told, **shared}
    identity = EndOfCallReport.model_validate(message).key
    if await inbox.known(connection, ledger, provider=PROVIDER, identity=identity):
        return False
    body = to_json(without_secrets({"message": message}))
    return await inbox.put(connection, ledger, Found(PROVIDER, "report", identity, call.id, body))
