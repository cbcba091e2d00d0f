"""Patients that another system names by how they can be reached."""

from medicalcor.core import clock
from medicalcor.core.database.pool import Connection
from medicalcor.core.database.transaction import record
from medicalcor.core.errors import InvalidInput
from medicalcor.core.eventstore.store import Cause
from medicalcor.domain.correspondence.addresses import normalised
from medicalcor.domain.identity.phones import e164
from medicalcor.operations import places
from medicalcor.operations.ledger import Act, Ledger
from medicalcor.operations.places import Address, Party, Place, address
from medicalcor.schemas.booking import Contact

_SOURCE = "api"


async def find_or_add(ledger: Ledger, *, contact: Contact, cause: Cause) -> Place:
    """Whose address it is; somebody new becomes a person and a lead. Nothing is added to who is known."""
    addresses = addresses_of(ledger, contact)
    mail = next((one for one in addresses if one.kind == "email"), None)
    party = Party(
        channel="web",
        clinic_address="",
        partition_key=ledger.vault.keyed_hash("api-contact", addresses[0].value),
        addresses=addresses,
        reply_to=mail or addresses[0],
        name=contact.name,
        source=_SOURCE,
        at=clock.now(),
        vouched=False,
    )

    async def decide(connection: Connection) -> Place:
        await places.lock(connection, party)
        place = await places.place_of(connection, party)
        await Act(ledger, connection, cause).append(*place.entries)
        return place

    return await record(ledger.pool, decide)


def addresses_of(ledger: Ledger, contact: Contact) -> tuple[Address, ...]:
    """The number first: it is harder to mistype into somebody else's."""
    phone = e164(contact.phone, country=ledger.settings.clinic_country)
    mail = normalised(contact.email)
    if contact.phone and not phone:
        raise InvalidInput("This is no telephone number. Write it with the country code, as +40722000001.")
    if contact.email and not mail:
        raise InvalidInput("This is no e-mail address.")
    found = (
        address(ledger, "phone", phone) if phone else None,
        address(ledger, "email", mail) if mail else None,
    )
    return tuple(one for one in found if one is not None)
