"""Fills a database with the demo clinic: all of it in one commit, or nothing."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import cast
from zoneinfo import ZoneInfo

from pydantic import SecretStr

from medicalcor.cli.seeding import arrivals, staff
from medicalcor.cli.seeding.arrivals import SQL
from medicalcor.cli.seeding.practice import set_up
from medicalcor.cli.seeding.stage import Progress, Stage
from medicalcor.cli.seeding.stories import Story, stories
from medicalcor.cli.seeding.visits import Book
from medicalcor.core import clock
from medicalcor.core.database.pool import Connection, Pool
from medicalcor.core.database.transaction import transaction
from medicalcor.core.errors import ProductError
from medicalcor.core.eventstore.checkpoints import checkpoint
from medicalcor.core.settings import Settings
from medicalcor.operations.ledger import Ledger, open_ledger

_HIRED = timedelta(days=45)
"""How long before the first story the colleagues have had their accounts."""


class NotEmpty(ProductError):
    """The database holds other data. The demo clinic goes into an empty one only."""

    code = "not_empty"


@dataclass(frozen=True, slots=True)
class SignIn:
    """The demo's first account."""

    email: str
    password: str


class _OneConnection:
    """A pool of the one connection whose transaction holds everything."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    @asynccontextmanager
    async def acquire(self) -> AsyncIterator[Connection]:
        yield self._connection


async def fill(pool: Pool, settings: Settings, *, sign_in: SignIn, progress: Progress) -> bool:
    """False when the clinic is there already. `NotEmpty` when something else is."""
    now = clock.now()
    zone = ZoneInfo(settings.clinic_timezone)
    told = stories(now=now, zone=zone)
    async with transaction(pool) as connection:
        await connection.execute(SQL["one_at_a_time"])
        ledger = _ledger(settings, connection)
        if await _is_there(connection, ledger, told):
            return False
        began = clock.Still(min(line.at for story in told for line in story.lines) - _HIRED)
        with clock.using(began):
            colleagues = await staff.hire(
                ledger.pool, connection, email=sign_in.email, password=sign_in.password
            )
            practice = await set_up(ledger, today=now.astimezone(zone).date())
            book = Book(ledger, connection, practice, desk=colleagues["ioana"], now=now)
            await book.know_regulars()
        stage = Stage(ledger=ledger, connection=connection, colleagues=colleagues, until=now)
        await stage.play(told, also=book.acts(), progress=progress)
    async with transaction(pool) as connection:
        await checkpoint(connection, ledger.vault)
    return True


async def _is_there(connection: Connection, ledger: Ledger, told: list[Story]) -> bool:
    if await connection.fetchval(SQL["is_empty"]):
        return False
    first = arrivals.message(told[0], told[0].lines[0], number=1)
    if await arrivals.is_stored(connection, ledger.vault, value=first):
        return True
    raise NotEmpty


def _ledger(settings: Settings, connection: Connection) -> Ledger:
    """Everything is on in the stories, whatever is set today: nobody outside is asked."""
    on: dict[str, SecretStr | str] = {
        name: SecretStr("not asked")
        for name in ("whatsapp_api_key", "hubspot_access_token", "stripe_api_key", "smtp_url")
        if getattr(settings, name) is None
    }
    if settings.email_from is None:
        on["email_from"] = f"{settings.clinic_name} <office@demo.medicalcor.example>"
    # its users only ever acquire, and never two at a time
    pool = cast("Pool", _OneConnection(connection))
    return open_ledger(settings.model_copy(update=on), pool)
