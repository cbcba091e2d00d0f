"""Which visits to come no longer fit: after a change of the set-up, or if one were made."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from medicalcor.core import clock
from medicalcor.core.database.pool import Connection
from medicalcor.domain.scheduling import fitting
from medicalcor.domain.scheduling.slots import Worker
from medicalcor.operations.ledger import Ledger
from medicalcor.readmodels.appointments import queries as appointments
from medicalcor.readmodels.appointments.queries import Entry

AHEAD = timedelta(days=400)


async def unfit(
    ledger: Ledger,
    connection: Connection,
    *,
    practitioner_id: UUID,
    if_: Callable[[Worker], Worker] = lambda worker: worker,
) -> list[Entry]:
    """A practitioner's visits that lie outside their hours, or would with the change `if_`; the earliest first.

    Of somebody who does not treat any more, all.
    """
    now = clock.now()
    found = await appointments.between(
        connection, start=now, end=now + AHEAD, now=now, practitioners=[practitioner_id]
    )
    to_come = [one for one in found if one.status in {"booked", "confirmed"}]
    set_up = await ledger.set_up.afresh(connection)
    worker = set_up.workers.get(practitioner_id)
    if worker is None:
        return to_come
    zone = ZoneInfo(ledger.settings.clinic_timezone)
    return fitting.outside(to_come, if_(worker), zone=zone, holidays=set_up.holidays)
