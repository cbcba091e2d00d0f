"""The ASGI applications, for uvicorn: `medicalcor.asgi:gateway` and `medicalcor.asgi:dashboard`, both factories.

Imports are inside: the gateway must not pay for the dashboard's.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from medicalcor.core.log import configure
from medicalcor.core.settings import load_settings

if TYPE_CHECKING:
    from litestar import Litestar

    from medicalcor.api.shell import Shell
    from medicalcor.operations.ledger import Ledger


def gateway() -> "Shell":
    """Takes webhooks and API calls."""
    from medicalcor.api.app import create_gateway  # noqa: PLC0415 - see above

    settings = load_settings()
    configure(settings.log_level)
    return create_gateway(settings)


def dashboard() -> "Litestar":
    """The clinic's pages."""
    from medicalcor.core.database.pool import open_pool  # noqa: PLC0415 - see above
    from medicalcor.operations.ledger import open_ledger  # noqa: PLC0415 - see above
    from medicalcor.web.app import create_dashboard  # noqa: PLC0415 - see above

    settings = load_settings()
    configure(settings.log_level)

    @asynccontextmanager
    async def opened() -> "AsyncIterator[Ledger]":
        url = settings.require("database_url")
        pool = await open_pool(url, role="medicalcor_app", minimum=2, maximum=10, name="medicalcor-web")
        try:
            yield open_ledger(settings, pool)
        finally:
            await pool.close()

    return create_dashboard(settings, open_ledger=opened)
