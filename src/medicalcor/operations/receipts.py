"""Read receipts: once somebody is answered, their own phone shows that what they wrote was seen.

Sent beside the answer and after it, once and without waiting: one that fails is left out, and nothing hangs on it.
"""

import asyncio
from uuid import UUID

from medicalcor.core.database.pool import CONNECTION_LOST
from medicalcor.core.database.queries import statements
from medicalcor.core.errors import ProviderError
from medicalcor.core.log import get_logger
from medicalcor.integrations.whatsapp.client import WhatsAppClient
from medicalcor.operations.ledger import Ledger

SQL = statements("medicalcor.operations")

log = get_logger(__name__)
_under_way: set[asyncio.Task[None]] = set()
"""Or the loop would forget them."""


def show_as_read(ledger: Ledger, whatsapp: WhatsAppClient, *, conversation_id: UUID) -> None:
    """The last message of the conversation, and with it those before."""
    task = asyncio.create_task(_show(ledger, whatsapp, conversation_id), name="read receipt")
    _under_way.add(task)
    task.add_done_callback(_under_way.discard)


async def _show(ledger: Ledger, whatsapp: WhatsAppClient, conversation_id: UUID) -> None:
    try:
        async with ledger.pool.acquire() as connection:
            last = await connection.fetchval(SQL["last_heard"], conversation_id)
        if last is not None:
            await whatsapp.mark_read(last)
    except (ProviderError, *CONNECTION_LOST) as problem:
        log.info("not_shown_as_read", reason=getattr(problem, "reason", None) or type(problem).__name__)
