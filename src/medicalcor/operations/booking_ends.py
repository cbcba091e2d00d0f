"""What ends a dialogue about a visit from outside: a wish for silence, an emergency, a colleague who takes over."""

from uuid import UUID

from medicalcor.core.eventstore.store import Append
from medicalcor.operations.ledger import Act
from medicalcor.readmodels.bookings import queries as bookings
from medicalcor.schemas.bookings import ClosedBecause
from medicalcor.schemas.events.bookings import BookingClosed


async def end(act: Act, *, person_id: UUID, because: ClosedBecause) -> None:
    """Close it, if one is open: what they write from now on belongs to it no more."""
    last = await bookings.latest_of_person(act.connection, person_id=person_id)
    if last is not None and last.is_open:
        event = BookingClosed(booking_id=last.id, because=because)
        await act.append(Append(f"booking-{last.id}", (event,), person_id))
