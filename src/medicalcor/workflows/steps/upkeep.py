"""Steps of the house-keeping jobs."""

from dbos import DBOS

from medicalcor.operations import recordings, telephony, triaging, upkeep
from medicalcor.workflows.steps.current import current
from medicalcor.workflows.steps.retries import RETRIES, through_outages


@DBOS.step(name="upkeep.sweep_inbox", **RETRIES)
@through_outages
async def sweep_inbox() -> int:
    return await upkeep.sweep_inbox(current().ledger)


@DBOS.step(name="upkeep.sweep_effects", **RETRIES)
@through_outages
async def sweep_effects() -> int:
    return await upkeep.sweep_effects(current().ledger)


@DBOS.step(name="upkeep.sweep_mended", **RETRIES)
@through_outages
async def sweep_mended() -> int:
    return await upkeep.sweep_mended(current().ledger)


@DBOS.step(name="upkeep.sweep_statuses", **RETRIES)
@through_outages
async def sweep_statuses() -> int:
    return await upkeep.sweep_statuses(current().ledger)


@DBOS.step(name="upkeep.sweep_calls", **RETRIES)
@through_outages
async def sweep_calls() -> int:
    """Calls without an end, and recordings that wait."""
    runtime = current()
    ended = await telephony.sweep(runtime.ledger)
    return ended + await recordings.sweep(runtime.ledger, ai_on=runtime.ai is not None)


@DBOS.step(name="upkeep.sweep_triage", **RETRIES)
@through_outages
async def sweep_triage() -> int:
    """Work that nobody has done in the time that its rule gives."""
    return await triaging.sweep(current().ledger)


@DBOS.step(name="upkeep.sign_checkpoint", **RETRIES)
@through_outages
async def sign_checkpoint() -> None:
    await upkeep.sign_checkpoint(current().ledger)


@DBOS.step(name="upkeep.retain", **RETRIES)
@through_outages
async def retain() -> int:
    return await upkeep.retain(current().ledger)
