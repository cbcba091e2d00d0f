"""A message that came in becomes part of a conversation with a person who is a lead."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import ValidationError

from medicalcor.core import clock, ids
from medicalcor.core.database.pool import Connection, Row
from medicalcor.core.database.queries import statements
from medicalcor.core.database.transaction import lock_subject, record
from medicalcor.core.eventstore.store import Append
from medicalcor.domain.identity.phones import international
from medicalcor.domain.scoring import rules
from medicalcor.operations import effects, intents
from medicalcor.operations.inbox import Item, open_item, put_aside
from medicalcor.operations.ledger import Act, Ledger
from medicalcor.operations.talk import turns_of
from medicalcor.schemas.base import Event
from medicalcor.schemas.events.conversations import (
    SILENT,
    ConversationOpened,
    Media,
    MessageKind,
    MessageReceived,
)
from medicalcor.schemas.events.leads import LeadCreated
from medicalcor.schemas.events.people import (
    AddressAdded,
    AddressKind,
    LanguageDetected,
    OptedOut,
    PersonCreated,
)
from medicalcor.schemas.scoring import ScoringInput, ScoringOutput, Turn
from medicalcor.schemas.wire.whatsapp import InboundMessage

SQL = statements("medicalcor.operations")
KINDS = frozenset(MessageKind.__args__)  # type: ignore[attr-defined]  # a Literal's members
MEDIA = set(Media.model_fields)
"""What is kept of a file; its caption is the message's text."""

Next = Literal["score", "answer", "nothing"]


@dataclass(frozen=True, slots=True)
class Received:
    """What comes next, and for which message: this one, or an earlier one that is owed an answer. Ids only."""

    message_id: UUID
    next: Next


@dataclass(frozen=True, slots=True)
class _Address:
    kind: AddressKind
    value: str
    key: str


@dataclass(frozen=True, slots=True)
class _Arrival:
    """What came in, read."""

    item: Item
    message: InboundMessage
    addresses: Sequence[_Address]


@dataclass(frozen=True, slots=True)
class _Place:
    """Person, lead and conversation, found or new; `entries` create what is new."""

    person_id: UUID
    lead_id: UUID
    conversation_id: UUID
    language: str | None
    entries: tuple[Append, ...] = ()
    is_new: bool = False
    """Whether the conversation begins with this message."""


async def receive(ledger: Ledger, *, inbox_id: UUID) -> Received:
    """Find or create the lead, check for opt-out and emergency, record. What cannot be read is kept for staff."""
    item = await open_item(ledger, inbox_id=inbox_id)
    try:
        message = InboundMessage.model_validate_json(item.body)
    except ValidationError:
        return await set_aside(
            ledger, inbox_id=inbox_id, reason="The message does not have the shape WhatsApp documents."
        )
    arrival = _Arrival(item, message, _addresses(ledger, message))

    async def decide(connection: Connection) -> Received:
        return await _receive(ledger, connection, arrival)

    return await record(ledger.pool, decide)


async def set_aside(ledger: Ledger, *, inbox_id: UUID, reason: str) -> Received:
    """Nothing can be made of it: keep it and show it to staff with the reason. Others do not wait for it."""
    item = await open_item(ledger, inbox_id=inbox_id)

    async def decide(connection: Connection) -> Received:
        await put_aside(connection, inbox_id=inbox_id, reason=reason)
        conversation = await connection.fetchrow(SQL["conversation_by_partition"], item.partition_key)
        return await _owed(connection, conversation["id"] if conversation else None, instead_of=inbox_id)

    return await record(ledger.pool, decide)


async def _receive(ledger: Ledger, connection: Connection, arrival: _Arrival) -> Received:
    item = arrival.item
    for key in sorted(a.key for a in arrival.addresses):
        await lock_subject(connection, UUID(hex=key))
    known = await connection.fetchrow(SQL["message"], item.id)
    if known is not None:
        return await _next_of(connection, known)
    place = await _place(connection, arrival)
    event = _event(arrival, place)
    look = await _look(connection, place, event)
    received = Append(
        f"conversation-{place.conversation_id}",
        (event,),
        place.person_id,
        key=f"received:{item.id}",
        occurred_at=item.received_at,
    )
    by_patient = Act(ledger, connection, item.cause("patient"))
    await by_patient.append(*place.entries, received, *_noticed(arrival, place, look))
    if look is not None and look.opt_out:
        waiting = await connection.fetch(SQL["dependent_effects"], place.person_id)
        await effects.void(by_patient, waiting=waiting, reason="opted_out")
    await effects.plan(
        Act(ledger, connection, item.cause("system")),
        conversation_id=place.conversation_id,
        intents=[*_emergency(ledger, item, place, look), *_for_crm(ledger, item, place)],
    )
    await connection.execute(SQL["inbox_handled"], [item.id], clock.now(), "received", None)
    return await _next(
        connection,
        item.id,
        conversation_id=place.conversation_id,
        kind=event.kind,
        text=event.text,
    )


async def _next(
    connection: Connection, message_id: UUID, *, conversation_id: UUID, kind: str, text: str | None
) -> Received:
    if kind in SILENT:
        return await _owed(connection, conversation_id, instead_of=message_id)
    # a photo may follow so closely on a text that the text was left for it to be judged with
    judge = text or await connection.fetchval(SQL["unscored_text"], conversation_id)
    return Received(message_id, "score" if judge else "answer")


async def _owed(connection: Connection, conversation_id: UUID | None, *, instead_of: UUID) -> Received:
    """A message that waited for this one, in the belief that this one would be answered in its stead."""
    waits = await connection.fetchrow(SQL["unanswered_message"], conversation_id)
    if waits is None:
        return Received(instead_of, "nothing")
    return await _next_of(connection, waits)


async def _next_of(connection: Connection, message: Row) -> Received:
    return await _next(
        connection,
        message["id"],
        conversation_id=message["conversation_id"],
        kind=message["kind"],
        text=message["body"],
    )


def _addresses(ledger: Ledger, message: InboundMessage) -> list[_Address]:
    """How the sender is found again and written to. A number that is none is no address: the lead is kept without."""
    found: list[_Address] = []
    phone = international(message.sender_phone, country=ledger.settings.clinic_country)
    if phone:
        found.append(_Address("phone", phone, ledger.vault.keyed_hash("phone", phone)))
    user = message.sender_user_id
    if user:
        found.append(_Address("whatsapp_user", user, ledger.vault.keyed_hash("whatsapp_user", user)))
    return found


async def _place(connection: Connection, arrival: _Arrival) -> _Place:
    item, addresses = arrival.item, arrival.addresses
    rows = await connection.fetch(SQL["person_by_addresses"], [a.key for a in addresses])
    owners = {row["address_key"]: row["person_id"] for row in rows}
    conversation = await connection.fetchrow(SQL["conversation_by_partition"], item.partition_key)
    person_id = next((owners[a.key] for a in addresses if a.key in owners), None)
    if person_id is None and conversation is not None:
        person_id = conversation["person_id"]
    missing = [a for a in addresses if a.key not in owners]
    if person_id is None:
        return _newcomer(arrival, missing)
    await lock_subject(connection, person_id)
    person = await connection.fetchrow(SQL["person"], person_id)
    added = tuple(_address_added(person_id, a) for a in missing)
    stream = f"person-{person_id}"
    entries = (Append(stream, added, person_id, occurred_at=item.received_at),) if added else ()
    language = person["language"] if person else None
    if conversation is None:
        end = arrival.message.phone_number_id
        conversation = await connection.fetchrow(SQL["conversation_of_person"], person_id, end)
    if conversation is not None:
        return _Place(person_id, conversation["lead_id"], conversation["id"], language, entries)
    lead_id = await connection.fetchval(SQL["latest_lead"], person_id)
    place = _Place(person_id, lead_id or ids.new_id(), ids.new_id(), language, entries)
    return _opened(place, arrival, new_lead=lead_id is None)


def _newcomer(arrival: _Arrival, addresses: Sequence[_Address]) -> _Place:
    """Nobody we know."""
    person_id = ids.new_id()
    created = PersonCreated(person_id=person_id, name=_name(arrival.message), source="whatsapp")
    events: list[Event] = [created, *(_address_added(person_id, a) for a in addresses)]
    entry = Append(f"person-{person_id}", events, person_id, expected=0, occurred_at=arrival.item.received_at)
    return _opened(_Place(person_id, ids.new_id(), ids.new_id(), None, (entry,)), arrival, new_lead=True)


def _opened(place: _Place, arrival: _Arrival, *, new_lead: bool) -> _Place:
    """The place with a lead, where there was none, and a conversation."""
    first = arrival.addresses[0] if arrival.addresses else None
    lead = LeadCreated(
        lead_id=place.lead_id,
        person_id=place.person_id,
        conversation_id=place.conversation_id,
        channel="whatsapp",
        source="advertisement" if arrival.message.referral else "whatsapp",
    )
    conversation = ConversationOpened(
        conversation_id=place.conversation_id,
        person_id=place.person_id,
        lead_id=place.lead_id,
        channel="whatsapp",
        partition_key=arrival.item.partition_key,
        clinic_address=arrival.message.phone_number_id,
        reply_kind="phone" if first and first.kind == "phone" else "whatsapp_user",
        reply_to=first.value if first else None,
    )
    at, person = arrival.item.received_at, place.person_id
    entries = [*place.entries]
    if new_lead:
        entries.append(Append(f"lead-{place.lead_id}", (lead,), person, expected=0, occurred_at=at))
    entries.append(
        Append(f"conversation-{place.conversation_id}", (conversation,), person, expected=0, occurred_at=at)
    )
    return replace(place, entries=tuple(entries), is_new=True)


def _address_added(person_id: UUID, address: _Address) -> AddressAdded:
    return AddressAdded(person_id=person_id, kind=address.kind, address_key=address.key, value=address.value)


def _name(message: InboundMessage) -> str | None:
    return (message.profile_name or "").replace("\x00", "").strip()[:200] or None


def _event(arrival: _Arrival, place: _Place) -> MessageReceived:
    item, message = arrival.item, arrival.message
    text = (message.text or "").replace("\x00", "").strip() or None
    media = message.media.model_dump(include=MEDIA, exclude_none=True) if message.media else None
    return MessageReceived.model_validate(
        {
            "message_id": item.id,
            "conversation_id": place.conversation_id,
            "person_id": place.person_id,
            "lead_id": place.lead_id,
            "kind": message.type if message.type in KINDS else "unsupported",
            "raw_kind": message.type[:40],
            "text": text,
            "media": media,
            "provider_id": message.provider_id,
            "in_reply_to": message.in_reply_to,
            "sent_at": _sent_at(message, item.received_at),
        }
    )


def _sent_at(message: InboundMessage, received_at: datetime) -> datetime:
    """The message's own time; a clock that is ahead of ours opens no window into the future."""
    return min(message.sent_at or received_at, received_at)


async def _look(connection: Connection, place: _Place, event: MessageReceived) -> ScoringOutput | None:
    """The rules' reading of this one message, in the light of what the clinic said last."""
    if event.text is None or event.kind in SILENT:
        return None
    said = [] if place.is_new else await turns_of(connection, conversation_id=place.conversation_id, last=4)
    asked = [Turn(role="assistant", content=s.text) for s in said if s.role == "assistant"][-1:]
    return rules.score(
        ScoringInput.model_validate(
            {
                "channel": "whatsapp",
                "messages": (*asked, Turn(role="user", content=event.text)),
                "language": place.language,
            }
        )
    )


def _noticed(arrival: _Arrival, place: _Place, look: ScoringOutput | None) -> list[Append]:
    """Language and opt-out are known at once, whatever the scoring says later."""
    if look is None:
        return []
    person, message = place.person_id, arrival.item.id
    events: list[Event] = []
    if look.language != place.language:
        events.append(LanguageDetected(person_id=person, language=look.language, message_id=message))
    if look.opt_out:
        keys = tuple(a.key for a in arrival.addresses)
        events.append(OptedOut(person_id=person, address_keys=keys, channel="whatsapp", message_id=message))
    if not events:
        return []
    return [Append(f"person-{person}", events, person, occurred_at=arrival.item.received_at)]


def _emergency(ledger: Ledger, item: Item, place: _Place, look: ScoringOutput | None) -> list[effects.Intent]:
    if look is None or not look.emergency:
        return []
    return intents.emergency(ledger, message_id=item.id, lead_id=place.lead_id, language=look.language)


def _for_crm(ledger: Ledger, item: Item, place: _Place) -> list[effects.Intent]:
    if not ledger.crm_on:
        return []
    note = intents.note(ledger, message_id=item.id, lead_id=place.lead_id)
    if not place.is_new:
        return [note]
    return [intents.contact(person_id=place.person_id, message_id=item.id), note]
