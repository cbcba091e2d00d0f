"""The work that operations start for later, done on the stage as the worker does it."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from medicalcor.cli.seeding.stand_ins import Stripe, Twilio
from medicalcor.core import jobs
from medicalcor.operations import call_analysis, deposits, recordings, settling, telephony
from medicalcor.operations.ledger import Ledger


@dataclass(frozen=True, slots=True)
class Hands:
    """What a run is done with."""

    ledger: Ledger
    ai: Any
    """Thinks what stands in the line that the run follows from."""

    @property
    def twilio(self) -> Any:
        return Twilio()

    @property
    def stripe(self) -> Any:
        return Stripe(self.ledger.settings.sandbox_port)


async def _settle_call(
    hands: Hands, call_id: str, correlation_id: str, _traceparent: str | None = None
) -> None:
    await telephony.settle(hands.ledger, call_id=UUID(call_id), correlation_id=correlation_id)


async def _write_down(
    hands: Hands, sid: str, correlation_id: str, tries: int, _traceparent: str | None = None
) -> None:
    told: dict[str, Any] = {"sid": sid, "correlation_id": correlation_id, "tries": tries}
    ledger = hands.ledger
    said = await recordings.fetch(ledger, twilio=hands.twilio, ai_on=True, **told)
    if said == "transcribe":
        await recordings.transcribe(ledger, ai=hands.ai, **told)
        call_id = await recordings.call_of(ledger, sid=sid)
        await call_analysis.analyse(ledger, ai=hands.ai, call_id=call_id, correlation_id=correlation_id)
    await recordings.let_go(ledger, twilio=hands.twilio, **told)


async def _settle_payment(
    hands: Hands, payment_id: str, version: int, correlation_id: str, _traceparent: str | None
) -> None:
    await settling.settle(
        hands.ledger, payment_id=UUID(payment_id), version=version, correlation_id=correlation_id
    )


async def _make_link(hands: Hands, request_id: str, attempt: int, key_number: int) -> None:
    await deposits.make_link(
        hands.ledger,
        stripe=hands.stripe,
        request_id=UUID(request_id),
        attempt=attempt,
        key_number=key_number,
    )


WORK: Mapping[str, Callable[..., Awaitable[None]]] = {
    jobs.VOICE_SETTLE.name: _settle_call,
    jobs.TRANSCRIPTION.name: _write_down,
    jobs.PAYMENT_SETTLE.name: _settle_payment,
    jobs.PAYMENT_LINK.name: _make_link,
}
"""What each run does, by the name it was started under."""
