"""What a patient tapped goes to whoever asked.

The id of a choice is `noun:id:verb`, as it was given with the question (`schemas.effects.Choice`, or a template's
`buttons`); the noun says who takes it. It may come back days later, twice, or from an old question: a taker gives an
honest answer to that, and does each thing once by the message's id.
"""

from collections.abc import Mapping
from uuid import UUID

from medicalcor.core.database.queries import statements
from medicalcor.core.errors import NotFound
from medicalcor.operations import booking_taps, consent_answers, offer_taps, visit_taps
from medicalcor.operations.ledger import Ledger
from medicalcor.operations.tapped import Taker, Tapped

SQL = statements("medicalcor.operations")


TAKERS: Mapping[str, Taker] = {
    "visit": visit_taps.take,
    "visits": visit_taps.take_of_family,
    "offer": offer_taps.take,
    "slot": booking_taps.take,
    "consent": consent_answers.take,
}


def known(choice: str | None) -> bool:
    """Whether somebody takes this choice."""
    noun, _, rest = (choice or "").partition(":")
    return noun in TAKERS and ":" in rest


async def take(ledger: Ledger, *, message_id: UUID, correlation_id: str) -> bool:
    """Hand the choice of this message to its taker."""
    async with ledger.pool.acquire() as connection:
        row = await connection.fetchrow(SQL["tapped"], message_id)
    if row is None:
        raise NotFound("There is no such message.")
    if not known(row["choice"]):
        return False
    noun, subject, verb = row["choice"].split(":", 2)
    tapped = Tapped(
        message_id=message_id,
        conversation_id=row["conversation_id"],
        person_id=row["person_id"],
        lead_id=row["lead_id"],
        noun=noun,
        subject=subject,
        verb=verb,
        correlation_id=correlation_id,
    )
    return await TAKERS[noun](ledger, tapped)
