"""What WhatsApp lets us send: learnt from Meta's notices and from messages that were refused."""

from datetime import datetime, timedelta
from uuid import UUID

from pydantic import ValidationError

from medicalcor.core import clock
from medicalcor.core.database.pool import Connection
from medicalcor.core.database.queries import statements
from medicalcor.core.database.transaction import record
from medicalcor.core.eventstore.store import Append
from medicalcor.domain.outreach.templates import Learnt, taught, told
from medicalcor.operations.inbox import Item, put_aside
from medicalcor.operations.ledger import Act, Ledger
from medicalcor.schemas.common import Language
from medicalcor.schemas.effects import Content, WhatsAppTemplate
from medicalcor.schemas.events.templates import TemplateStateLearnt
from medicalcor.schemas.wire.whatsapp_templates import TemplateNotice

SQL = statements("medicalcor.operations", "outreach.sql")
A_SECOND = timedelta(seconds=1)
"""Meta tells whole seconds: what it tells was so by the end of that second, after what a message taught within it."""
HANDLED = statements("medicalcor.operations")["inbox_handled"]


async def take_in(ledger: Ledger, item: Item) -> list[UUID]:
    """What Meta says of a template. Answers the effects that were waiting for it and need wait no longer."""
    try:
        notice = TemplateNotice.model_validate_json(item.body)
    except ValidationError:
        await record(ledger.pool, lambda connection: _unread(connection, item.id))
        return []
    at = min(notice.at + A_SECOND if notice.at else item.received_at, clock.now())
    said = notice.value
    learnt = told(said.event, title=said.title, reason=said.reason, at=at)

    async def decide(connection: Connection) -> list[UUID]:
        act = Act(ledger, connection, item.cause("provider:whatsapp"))
        waiting = []
        if learnt is not None and not item.handled:
            await learn(act, said.template, said.language, learnt, at)
        if learnt is not None and learnt.state == "approved":
            waiting = await connection.fetch(SQL["waiting_for_template"], said.template, said.language)
        outcome = learnt.state if learnt else "nothing_new"
        await connection.execute(HANDLED, [item.id], clock.now(), outcome, None)
        return [row["id"] for row in waiting]

    return await record(ledger.pool, decide, subject=_id(ledger, said.template, said.language))


async def usable(connection: Connection, name: str, language: Language) -> bool:
    """Whether WhatsApp would take it, as far as we know: whoever has other words uses those when it would not."""
    known = await connection.fetchrow(SQL["template"], name, language)
    if known is None or known["state"] == "approved":
        return True
    return known["until"] is not None and known["until"] <= clock.now()


async def learn_from_refusal(act: Act, content: Content | None, reason: str | None) -> None:
    """A message was refused: what that says of its template holds for the next ones."""
    now = clock.now()
    learnt = taught(reason, at=now) if reason else None
    if learnt is not None and isinstance(content, WhatsAppTemplate):
        await learn(act, content.name, content.language, learnt, now)


async def learn(act: Act, template: str, language: str, learnt: Learnt, at: datetime) -> None:
    """Put on record what became known of a template at a moment; the latest stands."""
    template_id = _id(act.ledger, template, language)
    event = TemplateStateLearnt(
        template_id=template_id,
        template=template,
        language=language,
        state=learnt.state,
        reason=learnt.reason,
        told_by=learnt.told_by,
        at=at,
        until=learnt.until,
    )
    await act.append(Append(f"template-{template_id}", (event,), template_id))


def _id(ledger: Ledger, template: str, language: str) -> UUID:
    """The same for the same template, wherever it is met."""
    return UUID(hex=ledger.vault.keyed_hash("template", f"{template} {language}"))


async def _unread(connection: Connection, inbox_id: UUID) -> None:
    await put_aside(
        connection, inbox_id=inbox_id, reason="The notice does not have the shape WhatsApp documents."
    )
