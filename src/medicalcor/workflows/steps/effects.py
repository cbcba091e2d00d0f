"""Delivering effects; each decides itself when to come back."""

from uuid import UUID

from dbos import DBOS

from medicalcor.core import context
from medicalcor.operations import crm, delivery, effects, inbox, mailing, messaging, templates
from medicalcor.workflows.steps.current import current
from medicalcor.workflows.steps.retries import RETRIES, through_outages


@DBOS.step(name="effects.deliver", **RETRIES)
@through_outages
async def deliver(effect_ids: list[str]) -> None:
    """In their order. Each remembers its attempts, so one that went out is not sent again by a repeat."""
    for effect_id in effect_ids:
        await _deliver_one(effect_id)


async def _deliver_one(effect_id: str) -> None:
    runtime = current()
    about = await effects.destination(runtime.ledger, effect_id=UUID(effect_id))
    with context.bind(correlation_id=about.cause.correlation_id, traceparent=about.traceparent):
        match about.kind.partition(".")[0]:
            case "hubspot":
                await crm.sync(runtime.ledger, hubspot=runtime.hubspot, about=about)
            case "email":
                await mailing.send(runtime.ledger, email=runtime.email, about=about)
            case _:
                await messaging.send(runtime.ledger, whatsapp=runtime.whatsapp, about=about)


@DBOS.step(name="effects.take_template", **RETRIES)
@through_outages
async def take_template(inbox_id: str) -> None:
    """What Meta says of a template; what waited for it is let go."""
    ledger = current().ledger
    item = await inbox.open_item(ledger, inbox_id=UUID(inbox_id))
    with context.bind(correlation_id=item.correlation_id, traceparent=item.traceparent):
        for effect_id in await templates.take_in(ledger, item):
            await delivery.resume(ledger, effect_id=effect_id)
