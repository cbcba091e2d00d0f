"""Answering whoever filled in the form: by the way that reaches them best."""

from datetime import timedelta
from uuid import UUID

from medicalcor.core import clock
from medicalcor.core.database.queries import statements
from medicalcor.operations import places
from medicalcor.operations.ledger import Act
from medicalcor.operations.places import address

SQL = statements("medicalcor.operations", "mailing.sql")
A_DAY = timedelta(days=1)
MAILS_A_DAY = 3
"""Anybody can type anybody's address: more answers than this a day would be a nuisance to its owner."""


async def whatsapp_line(act: Act, *, person_id: UUID) -> UUID | None:
    """The person's conversation on WhatsApp; None without a number, or when WhatsApp is off."""
    ledger = act.ledger
    if not ledger.is_on("whatsapp.template"):
        return None
    phone = await act.connection.fetchval(SQL["phone_of"], person_id)
    if phone is None:
        return None
    return await places.conversation_for(
        act,
        person_id=person_id,
        channel="whatsapp",
        reply_to=address(ledger, "phone", phone),
        partition_key=ledger.vault.keyed_hash("whatsapp-opened", phone),
    )


async def answered_enough(act: Act, *, person_id: UUID, by_whatsapp: bool) -> bool:
    """Whether forms with this person's address have been answered as often as they should be for now."""
    row = await act.connection.fetchrow(SQL["form_answers"], person_id, clock.now() - A_DAY)
    if row is None:
        return False
    return bool(row["templates"] if by_whatsapp else row["mails"] >= MAILS_A_DAY)
