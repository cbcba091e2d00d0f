"""Calls for the dashboard's tests, recorded as the workers do."""

from uuid import UUID

from medicalcor.core import clock
from medicalcor.core.database.transaction import transaction
from medicalcor.operations import calls
from medicalcor.operations.ledger import Act, Ledger, by_system
from medicalcor.schemas.calls import CallAnalysis, CallTurn, Outcome
from medicalcor.schemas.wire.twilio import party_of


async def call(
    ledger: Ledger, number: str, outcome: Outcome, *, said: str | None = None, nth: int = 0
) -> UUID:
    sid = f"CA{nth:032x}"
    async with transaction(ledger.pool) as connection:
        act = Act(ledger, connection, by_system("test"))
        about = await calls.take_up(act, party=party_of(number), at=clock.now(), twilio_sid=sid)
        await calls.ended(act, about, outcome=outcome, seconds=65)
        if said is not None:
            about = await calls.call(connection, call_id=about["id"])
            turns = [CallTurn(role="assistant", text="Cu ce vă ajutăm?"), CallTurn(role="user", text=said)]
            await calls.transcribed(act, about, source="vapi", turns=turns, language="ro")
            analysis = CallAnalysis(intent="asks for an implant", summary="Wants an implant soon.")
            await calls.analysed(act, about, by="vapi", analysis=analysis)
    return UUID(int=about["id"].int)
