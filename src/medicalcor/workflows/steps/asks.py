"""Answering a question: one operation."""

from uuid import UUID

from dbos import DBOS

from medicalcor.operations import asks
from medicalcor.operations.functions import FUNCTIONS
from medicalcor.workflows import management
from medicalcor.workflows.steps.current import current
from medicalcor.workflows.steps.retries import RETRIES, through_outages


@DBOS.step(name="asks.answer_one", **RETRIES)
@through_outages
async def answer(ask_id: str) -> None:
    runtime = current()
    known = {**FUNCTIONS, **management.FUNCTIONS}
    await asks.answer(runtime.ledger, known, ai=runtime.ai, ask_id=UUID(ask_id))
