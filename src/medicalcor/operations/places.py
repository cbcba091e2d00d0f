"""Where something belongs: the person, the lead and the conversation, found or new."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from medicalcor.core import clock, ids
from medicalcor.core.database.pool import Connection, Row
from medicalcor.core.database.queries import statements
from medicalcor.core.database.transaction import lock_subject
from medicalcor.core.eventstore.store import Append
from medicalcor.operations.ledger import Act, Ledger
from medicalcor.schemas.base import Event
from medicalcor.schemas.common import AddressKind, Channel, Language
from medicalcor.schemas.events.conversations import ConversationOpened
from medicalcor.schemas.events.leads import LeadCreated
from medicalcor.schemas.events.people import AddressAdded, PersonCreated

SQL = statements("medicalcor.operations")
LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class Address:
    """A way to reach somebody; `key` is the keyed hash that they are found by."""

    kind: AddressKind
    value: str
    key: str


def address(ledger: Ledger, kind: AddressKind, value: str) -> Address:
    """`value` normalised: E.164, a user id, a lower-case e-mail address."""
    return Address(kind, value, ledger.vault.keyed_hash(kind, value))


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """Who is at the other end, and of which line."""

    channel: Channel
    clinic_address: str
    """The clinic's own end; empty when the clinic has one such line only."""
    partition_key: str
    """Keyed hash of both ends."""
    addresses: tuple[Address, ...]
    """All that is known of the sender, the surest first."""
    reply_to: Address | None
    """None when the sender gave nothing that can be written to."""
    name: str | None
    source: str
    at: datetime
    conversation_id: UUID | None = None
    """Known already, because it answers something said in it. Who is not known writes in it as a guest."""
    vouched: bool = True
    """Whether the addresses are surely one person's; a form may name anybody's."""


@dataclass(frozen=True, slots=True)
class Place:
    """Person, lead and conversation; `entries` create what is new."""

    person_id: UUID
    lead_id: UUID
    conversation_id: UUID
    language: Language | None
    entries: tuple[Append, ...] = ()
    is_new: bool = False
    """Whether the conversation begins here."""
    guest: bool = False
    """Written by somebody who is not known to be the person."""
    language_chosen: bool = False
    """A colleague set the language: what is detected does not change it."""
    unconfirmed: tuple[Address, ...] = ()
    """Addresses that were given, and are not taken to be the person's."""
    newcomer: bool = False
    """Whether nobody knew the person before."""


async def lock(connection: Connection, party: Party) -> None:
    """Take turns with everybody else who deals with one of these addresses."""
    for key in sorted(a.key for a in party.addresses):
        await lock_subject(connection, UUID(hex=key))


async def place_of(connection: Connection, party: Party) -> Place:
    """Whose it is. The caller holds `lock`, and appends `entries`."""
    addresses = party.addresses
    rows = await connection.fetch(SQL["person_by_addresses"], [a.key for a in addresses])
    owners = {row["address_key"]: row["person_id"] for row in rows}
    conversation = await _conversation(connection, party)
    person_id = next((owners[a.key] for a in addresses if a.key in owners), None)
    guest = person_id is None and conversation is not None and conversation["id"] == party.conversation_id
    if person_id is None and conversation is not None:
        person_id = conversation["person_id"]
    missing = [a for a in addresses if a.key not in owners]
    if person_id is None:
        return _newcomer(party, missing)
    await lock_subject(connection, person_id)
    if guest or not party.vouched:
        own = [a for a in addresses if owners.get(a.key) == person_id]
        unconfirmed = tuple(a for a in addresses if a not in own)
        if party.reply_to not in own:
            party = replace(party, reply_to=next(iter(own), None))
        place = await _standing_place(connection, party, person_id, conversation, missing=[])
        return replace(place, guest=guest, unconfirmed=unconfirmed)
    return await _standing_place(connection, party, person_id, conversation, missing=missing)


async def _standing_place(
    connection: Connection,
    party: Party,
    person_id: UUID,
    conversation: Row | None,
    *,
    missing: Sequence[Address],
) -> Place:
    """Of somebody we know; `missing` are taken to be theirs from now on."""
    person = await connection.fetchrow(SQL["person"], person_id)
    added = tuple(_address_added(person_id, a) for a in missing)
    entries = (Append(f"person-{person_id}", added, person_id, occurred_at=party.at),) if added else ()
    language = person["language"] if person else None
    chosen = person is not None and person["language_chosen"]
    if conversation is None or conversation["person_id"] != person_id:
        conversation = await connection.fetchrow(
            SQL["conversation_of_person"], person_id, party.channel, party.clinic_address
        )
    if conversation is not None:
        return Place(
            person_id, conversation["lead_id"], conversation["id"], language, entries, language_chosen=chosen
        )
    lead_id = await connection.fetchval(SQL["latest_lead"], person_id)
    place = Place(person_id, lead_id or ids.new_id(), ids.new_id(), language, entries, language_chosen=chosen)
    return _opened(place, party, new_lead=lead_id is None)


async def conversation_for(
    act: Act, *, person_id: UUID, channel: Channel, reply_to: Address, partition_key: str
) -> UUID:
    """The person's conversation on this channel, opened by us when they have not written on it yet.

    For what we have to say first; the person must have a lead, and the caller holds the person's lock.
    """
    found = await act.connection.fetchrow(SQL["conversation_of_person"], person_id, channel, "")
    if found is not None:
        return UUID(int=found["id"].int)
    lead_id = await act.connection.fetchval(SQL["latest_lead"], person_id)
    party = Party(
        channel=channel,
        clinic_address="",
        partition_key=partition_key,
        addresses=(reply_to,),
        reply_to=reply_to,
        name=None,
        source=channel,
        at=clock.now(),
    )
    place = _opened(Place(person_id, lead_id, ids.new_id(), None), party, new_lead=False)
    await act.append(*place.entries)
    return place.conversation_id


async def _conversation(connection: Connection, party: Party) -> Row | None:
    if party.conversation_id is not None:
        found = await connection.fetchrow(SQL["conversation_by_id"], party.conversation_id)
        if found is not None:
            return found
    return await connection.fetchrow(SQL["conversation_by_partition"], party.partition_key)


def _newcomer(party: Party, addresses: Sequence[Address]) -> Place:
    """Nobody we know."""
    person_id = ids.new_id()
    created = PersonCreated(person_id=person_id, name=_name(party.name), source=party.channel)
    events: list[Event] = [created, *(_address_added(person_id, a) for a in addresses)]
    entry = Append(f"person-{person_id}", events, person_id, expected=0, occurred_at=party.at)
    place = Place(person_id, ids.new_id(), ids.new_id(), None, (entry,), newcomer=True)
    return _opened(place, party, new_lead=True)


def _opened(place: Place, party: Party, *, new_lead: bool) -> Place:
    """The place with a lead, where there was none, and a conversation."""
    lead = LeadCreated(
        lead_id=place.lead_id,
        person_id=place.person_id,
        conversation_id=place.conversation_id,
        channel=party.channel,
        source=party.source,
    )
    reply_to = party.reply_to
    conversation = ConversationOpened(
        conversation_id=place.conversation_id,
        person_id=place.person_id,
        lead_id=place.lead_id,
        channel=party.channel,
        partition_key=party.partition_key,
        clinic_address=party.clinic_address,
        reply_kind=reply_to.kind if reply_to else "phone",
        reply_to=reply_to.value if reply_to else None,
    )
    entries = [*place.entries]
    if new_lead:
        entries.append(_first(f"lead-{place.lead_id}", lead, place, party))
    entries.append(_first(f"conversation-{place.conversation_id}", conversation, place, party))
    return replace(place, entries=tuple(entries), is_new=True)


def _first(stream: str, event: Event, place: Place, party: Party) -> Append:
    return Append(stream, (event,), place.person_id, expected=0, occurred_at=party.at)


def _address_added(person_id: UUID, one: Address) -> AddressAdded:
    return AddressAdded(person_id=person_id, kind=one.kind, address_key=one.key, value=one.value)


def _name(name: str | None) -> str | None:
    return (name or "").replace("\x00", "").strip()[:LONGEST_NAME] or None
