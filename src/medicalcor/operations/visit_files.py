"""Calendar files of visits as they stand: attached to mails, and links to them."""

from datetime import timedelta

from medicalcor.domain.scheduling import visit_file
from medicalcor.domain.scheduling.visit_file import Booked, Place
from medicalcor.operations import booking
from medicalcor.operations.ledger import Ledger
from medicalcor.readmodels.appointments import queries as appointments
from medicalcor.schemas.appointments import Appointment
from medicalcor.schemas.common import Language
from medicalcor.schemas.effects import EmailMessage


async def attached(ledger: Ledger, content: EmailMessage) -> bytes | None:
    """None when the mail brings no file, or the visit is off by now."""
    if content.calendar is None:
        return None
    async with ledger.pool.acquire() as connection:
        stands = await booking.read(connection, content.calendar)
        entry = await appointments.by_id(connection, appointment_id=content.calendar)
    if stands is None or entry is None or stands.status not in ("booked", "confirmed"):
        return None
    settings = ledger.settings
    place = Place(settings.clinic_name, settings.clinic_facts.get("address"))
    return visit_file.file_of(_booked(stands, content.language, entry), place)


def link(ledger: Ledger, stands: Appointment, entry: appointments.Entry, language: Language) -> str:
    """Where the file is. What the link says is sealed."""
    token = ledger.vault.token(visit_file.PURPOSE, visit_file.packed(_booked(stands, language, entry)))
    return f"{ledger.settings.gateway_url}/visits/{token}"


def _booked(stands: Appointment, language: Language, entry: appointments.Entry) -> Booked:
    return Booked(
        id=stands.id,
        starts_at=stands.starts_at,
        minutes=(stands.ends_at - stands.starts_at) // timedelta(minutes=1),
        version=stands.version,
        changed_at=entry.booked_at,
        language=language,
    )
