"""After several wrong passwords, a wait that grows.

Counted by a keyed hash of what was typed and by the caller's address, so that an unknown user behaves like a
known one and nobody learns who has an account.
"""

from datetime import datetime, timedelta

from medicalcor.core import clock
from medicalcor.core.database.pool import Connection
from medicalcor.core.database.queries import statements
from medicalcor.core.errors import ProductError

FREE_TRIES = 5
"""Wrong passwords for one account before the first wait."""
FREE_TRIES_FROM = 30
"""Wrong passwords from one network address: a whole clinic may sit behind it."""
FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(minutes=30)
_FORGOTTEN_AFTER = timedelta(hours=12)
_SQL = statements("medicalcor.core.auth")


class LockedOut(ProductError):
    """Too many attempts. Wait before the next one."""

    code = "locked_out"
    http_status = 429
    permanent = False

    def __init__(self, until: datetime) -> None:
        super().__init__()
        self.until = until


def wait_after(failures: int, *, free: int) -> timedelta | None:
    """How long to wait after so many failures: nothing, then 30 s, doubling, half an hour at most."""
    if failures < free:
        return None
    doubled: int = 2 ** min(failures - free, 12)
    return min(FIRST_WAIT * doubled, LONGEST_WAIT)


async def refuse_locked(connection: Connection, *, keys: tuple[str, ...]) -> None:
    until = await connection.fetchval(_SQL["locked_until"], list(keys), clock.now())
    if until is not None:
        raise LockedOut(until)


async def count_failure(connection: Connection, *, key: str, free: int) -> datetime | None:
    """One more; the moment until which this key must now wait, if it must."""
    now = clock.now()
    failures = await connection.fetchval(_SQL["count_failure"], key, now, now - _FORGOTTEN_AFTER)
    wait = wait_after(failures, free=free)
    if wait is None:
        return None
    await connection.execute(_SQL["lock"], key, now + wait)
    return now + wait


async def forget(connection: Connection, *, keys: tuple[str, ...]) -> None:
    await connection.execute(_SQL["forget_failures"], list(keys))
