"""Somebody who stands at the desk or rings, and whom a colleague enters: found by their number, or new."""

from dataclasses import dataclass
from uuid import UUID

from medicalcor.core import clock, ids
from medicalcor.core.database.pool import Connection
from medicalcor.core.database.transaction import record
from medicalcor.core.eventstore.store import Append
from medicalcor.operations import consent_desk, contacts, places
from medicalcor.operations.consents import Saying
from medicalcor.operations.ledger import Act, Ledger, by_user
from medicalcor.operations.places import SQL, Address, Party, Place
from medicalcor.schemas.booking import Contact
from medicalcor.schemas.common import AddressKind, Language, UserId
from medicalcor.schemas.events.consents import ConsentPurpose, How
from medicalcor.schemas.events.people import LanguageChosen


@dataclass(frozen=True, slots=True, kw_only=True)
class Newcomer:
    """What a colleague was told. `agreed` is what they said they agree to, `how` by which way they said it."""

    contact: Contact
    language: Language
    how: How
    agreed: tuple[ConsentPurpose, ...] = ()
    note: str = ""
    """How it can be shown that they said it; with `agreed`."""


@dataclass(frozen=True, slots=True)
class Met:
    """Whom it turned out to be. `lead_id` is None while somebody known has no lead and none was asked for."""

    person_id: UUID
    lead_id: UUID | None
    name: str | None
    known_by: AddressKind | None
    """The address by which we know them already; None for somebody new."""


async def meet(ledger: Ledger, *, newcomer: Newcomer, by: UserId, known_will_do: bool = False) -> Met:
    """Enter somebody new. Whose number or address it is already is answered instead, and nothing is changed;
    `known_will_do` says that a colleague saw who that is and books for them."""
    party = _party(ledger, newcomer.contact)

    async def decide(connection: Connection) -> Met:
        act = Act(ledger, connection, by_user(by, correlation_id=str(ids.new_id())))
        await places.lock(connection, party)
        place = await places.place_of(connection, party)
        if place.newcomer:
            await act.append(*place.entries)
            await _told(act, place, newcomer, by)
            return Met(place.person_id, place.lead_id, newcomer.contact.name, None)
        lead_id = await _lead(act, place) if known_will_do else None
        person = await connection.fetchrow(SQL["person"], place.person_id)
        name: str | None = person["name"] if person is not None else None
        return Met(place.person_id, lead_id, name, await _by_what(connection, party, place))

    return await record(ledger.pool, decide)


def _party(ledger: Ledger, contact: Contact) -> Party:
    addresses = contacts.addresses_of(ledger, contact)
    return Party(
        channel="voice",
        clinic_address="",
        partition_key=ledger.vault.keyed_hash("front-desk", addresses[0].value),
        addresses=addresses,
        reply_to=addresses[0],
        name=contact.name,
        source="front_desk",
        at=clock.now(),
        vouched=False,
    )


async def _told(act: Act, place: Place, newcomer: Newcomer, by: UserId) -> None:
    """The language that they speak, and what they agreed to, in the words of the statement."""
    person_id = place.person_id
    chosen = LanguageChosen(person_id=person_id, language=newcomer.language, by=by)
    await act.append(Append(f"person-{person_id}", (chosen,), person_id))
    if newcomer.agreed:
        await consent_desk.granted(
            act,
            {"person_id": person_id, "language": newcomer.language},
            newcomer.agreed,
            Saying(
                how=newcomer.how,
                channel="voice" if newcomer.how == "phone" else None,
                by=by,
                note=newcomer.note,
            ),
        )


async def _lead(act: Act, place: Place) -> UUID:
    """Theirs; who never wrote has none yet, and gets one with a visit to their name."""
    found: UUID | None = await act.connection.fetchval(SQL["latest_lead"], place.person_id)
    if found is None:
        await act.append(*place.entries)
    return found or place.lead_id


async def _by_what(connection: Connection, party: Party, place: Place) -> AddressKind:
    """Which of what was given is theirs already, the surest first."""
    rows = await connection.fetch(SQL["person_by_addresses"], [a.key for a in party.addresses])
    own = {row["address_key"] for row in rows if row["person_id"] == place.person_id}
    found: Address = next((a for a in party.addresses if a.key in own), party.addresses[0])
    return found.kind
