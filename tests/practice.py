"""The demo clinic's practitioners, rooms and procedures in a running system, and what can be told of them."""

import asyncio
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from medicalcor.cli.seeding import practice as demo
from medicalcor.core import clock
from medicalcor.core.database.pool import open_pool
from medicalcor.core.settings import Settings
from medicalcor.operations.ledger import open_ledger
from tests.stack import Stack


@dataclass(frozen=True)
class Practice:
    doctors: dict[str, UUID]
    """By a word of their names."""
    procedures: dict[str, UUID]
    """By code."""


def practice_of(stack: Stack) -> Practice:
    """Set up by the first who asks; the demo's, with its hours."""
    if not stack.rows("select id from procedures"):
        asyncio.run(_set_up(stack))
    people = stack.rows("select id, name from practitioners")
    known: list[dict[str, Any]] = stack.rows("select id, code from procedures")
    return Practice(
        doctors={row["name"].split()[-1].lower(): row["id"] for row in people},
        procedures={row["code"]: row["id"] for row in known},
    )


async def _set_up(stack: Stack) -> None:
    async with await open_pool(stack.database_url, role="medicalcor_app") as pool:
        settings = Settings(medicalcor_master_key=stack.master_key)  # type: ignore[arg-type]  # pydantic makes the secret
        await demo.set_up(open_ledger(settings, pool), today=clock.now().date())
