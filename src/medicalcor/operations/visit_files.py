"""Calendar files of visits as they stand: attached to mails, and links to them."""

from datetime import timedelta
from uuid import UUID

from medicalcor.core.database.pool import Connection, Row
from medicalcor.core.database.queries import statements
from medicalcor.core.errors import NotFound
from medicalcor.domain.scheduling import told, visit_file
from medicalcor.domain.scheduling.visit_file import Booked, Place
from medicalcor.operations import visit_words
from medicalcor.operations.ledger import Ledger
from medicalcor.schemas.common import Language
from medicalcor.schemas.effects import EmailMessage

SQL = statements("medicalcor.operations", "appointments.sql")
_STANDING = ("booked", "confirmed")


async def attached(ledger: Ledger, content: EmailMessage) -> bytes | None:
    """What puts the visit into a calendar, brings it up to date there, or takes it out again when it is off.

    None when the mail brings no file, or there is nothing left to say about the visit.
    """
    if content.calendar is None:
        return None
    async with ledger.pool.acquire() as connection:
        visit = await connection.fetchrow(SQL["for_file"], content.calendar)
    if visit is None or visit["status"] not in (*_STANDING, "cancelled"):
        return None
    settings = ledger.settings
    return visit_file.file_of(
        _booked(visit, content.language),
        Place.of(settings.clinic_name, settings.clinic_facts.get("address"), sender=settings.email_from),
        off=visit["status"] == "cancelled",
        preparation=visit["preparation"].get(content.language),
    )


async def link(ledger: Ledger, connection: Connection, appointment_id: UUID, language: Language) -> str:
    """Where the file is. What the link says is sealed."""
    visit = await connection.fetchrow(SQL["for_file"], appointment_id)
    if visit is None:
        raise NotFound("There is no such visit.")
    token = ledger.vault.token(visit_file.PURPOSE, visit_file.packed(_booked(visit, language)))
    return f"{ledger.settings.gateway_url}/visits/{token}"


def _booked(visit: Row, language: Language) -> Booked:
    return Booked(
        id=visit["id"],
        starts_at=visit["starts_at"],
        minutes=(visit["ends_at"] - visit["starts_at"]) // timedelta(minutes=1),
        version=visit["version"],
        changed_at=visit["changed_at"],
        language=language,
        who=told.who(whose, language) if (whose := visit_words.whose(visit)) else "",
    )
