"""WhatsApp: sending, and what becomes of what was sent."""

from datetime import UTC, datetime
from uuid import UUID

from pydantic import ValidationError

from medicalcor.core import clock
from medicalcor.core.database.pool import CONNECTION_LOST, Connection, Row
from medicalcor.core.database.queries import statements
from medicalcor.core.database.transaction import lock_subject, record
from medicalcor.core.errors import Conflict, ProviderOff
from medicalcor.core.eventstore.store import Append
from medicalcor.core.log import get_logger
from medicalcor.integrations.whatsapp.client import WhatsAppClient
from medicalcor.integrations.whatsapp.mapping import reason_of_status
from medicalcor.operations import effects
from medicalcor.operations.delivery import Attempt, content_of, deliver, not_delivered
from medicalcor.operations.effects import Destination
from medicalcor.operations.inbox import Item, put_aside, waiting_statuses
from medicalcor.operations.ledger import Act, Ledger
from medicalcor.operations.receipts import show_as_read
from medicalcor.operations.templates import learn_from_refusal
from medicalcor.schemas.base import Event
from medicalcor.schemas.effects import DELIVERY_RANK, OPEN, WhatsAppChoices, WhatsAppTemplate, WhatsAppText
from medicalcor.schemas.events.effects import EffectSent, EffectStatusChanged
from medicalcor.schemas.wire.whatsapp import InboundStatus
from medicalcor.schemas.wire.whatsapp_out import Recipient

SQL = statements("medicalcor.operations")
STATUSES_AT_ONCE = 500

log = get_logger(__name__)


async def send(ledger: Ledger, *, whatsapp: WhatsAppClient | None, about: Destination) -> None:
    """One try at a message to a patient."""

    async def ask(attempt: Attempt) -> str | None:
        if whatsapp is None:
            raise ProviderOff(provider="whatsapp", reason="channel_off")
        provider_id = await _ask(whatsapp, attempt)
        show_as_read(ledger, whatsapp, conversation_id=attempt.effect["conversation_id"])
        return provider_id

    await deliver(ledger, about=about, send=ask, recover=None)


async def _ask(whatsapp: WhatsAppClient, attempt: Attempt) -> str | None:
    about = attempt.about
    to = Recipient(kind=about["reply_kind"], value=about["reply_to"])
    tracker = str(attempt.effect["id"])
    match attempt.content:
        case WhatsAppText() as text:
            return await whatsapp.send_text(to=to, body=text.body, reply_to=text.reply_to, tracker=tracker)
        case WhatsAppChoices() as asked:
            return await whatsapp.send_choices(to=to, asked=asked, tracker=tracker)
        case WhatsAppTemplate() as template:
            return await whatsapp.send_template(to=to, template=template, tracker=tracker)
        case _:
            raise ProviderOff(provider="whatsapp", reason="unknown_content")


async def take_statuses(ledger: Ledger) -> int:
    """What the provider says became of our messages. Statuses only move forward, in whatever order they come."""
    items = await waiting_statuses(ledger, most=STATUSES_AT_ONCE)
    for item in items:
        try:
            await _take_status(ledger, item)
        except (*CONNECTION_LOST, Conflict):
            raise
        except Exception:  # whatever it is, those behind it are not held up
            log.exception("status_not_taken", inbox_id=str(item.id))
            await _put_aside(ledger, item, "It could not be taken in; the worker's log says why.")
    return len(items)


async def _take_status(ledger: Ledger, item: Item) -> None:
    try:
        status = InboundStatus.model_validate_json(item.body)
    except ValidationError:
        await _put_aside(ledger, item, "The status does not have the shape WhatsApp documents.")
        return

    async def decide(connection: Connection) -> None:
        effect = await _effect_of(connection, status)
        outcome = "no_such_message"
        if effect is not None:
            act = Act(ledger, connection, item.cause("provider:whatsapp"))
            outcome = await _move(act, effect, status)
        await connection.execute(SQL["inbox_handled"], [item.id], clock.now(), outcome, None)

    await record(ledger.pool, decide)


async def _put_aside(ledger: Ledger, item: Item, reason: str) -> None:
    async def decide(connection: Connection) -> None:
        await put_aside(connection, inbox_id=item.id, reason=reason)

    await record(ledger.pool, decide)


async def _effect_of(connection: Connection, status: InboundStatus) -> Row | None:
    """The effect it is about, with nobody else writing about its person when there is something to write."""
    effect_id = _uuid(status.callback_data)
    row = await connection.fetchrow(SQL["effect"], effect_id) if effect_id else None
    if row is None:
        effect_id = await connection.fetchval(SQL["effect_by_provider_id"], status.provider_id)
        row = await connection.fetchrow(SQL["effect"], effect_id) if effect_id else None
    if row is None or not _events(row, status, clock.now()):
        return row
    await lock_subject(connection, row["person_id"])
    return await connection.fetchrow(SQL["effect"], row["id"])


async def _move(act: Act, effect: Row, status: InboundStatus) -> str:
    at = min(status.at or clock.now(), clock.now()).astimezone(UTC)
    events = _events(effect, status, at)
    if not events:
        return "already_further"
    await act.append(Append(effects.stream(effect["id"]), events, effect["person_id"]))
    failed = next((e for e in events if isinstance(e, EffectStatusChanged) and e.status == "failed"), None)
    if failed is not None:
        await learn_from_refusal(act, content_of(effect), failed.reason)
        await not_delivered(act, effect, failed.reason)
    return "moved"


def _events(effect: Row, status: InboundStatus, at: datetime) -> list[Event]:
    """Forward only: sent < delivered < read; "failed" counts only while it has not been delivered."""
    known = DELIVERY_RANK.get(effect["status"], 0)
    events: list[Event] = []
    if effect["status"] in OPEN:
        events.append(
            EffectSent(effect_id=effect["id"], kind=effect["kind"], provider_id=status.provider_id, at=at)
        )
        known = DELIVERY_RANK["sent"]
    if status.status.status == "failed":
        if known < DELIVERY_RANK["delivered"] and effect["status"] not in {"failed", "void", "refused"}:
            events.append(_changed(effect, "failed", _reason(status), at))
        return events
    reached = "read" if status.status.status == "played" else status.status.status
    if DELIVERY_RANK.get(reached, 0) > known and reached != "sent":
        events.append(_changed(effect, reached, None, at))
    return events


def _changed(effect: Row, status: str, reason: str | None, at: datetime) -> EffectStatusChanged:
    return EffectStatusChanged.model_validate(
        {"effect_id": effect["id"], "kind": effect["kind"], "status": status, "reason": reason, "at": at}
    )


def _reason(status: InboundStatus) -> str:
    return reason_of_status([error.model_dump() for error in status.status.errors or ()])


def _uuid(text: str | None) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None
