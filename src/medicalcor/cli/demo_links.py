"""Payment links in the demo: the sandbox has forgotten those of earlier starts, and never knew the seeded ones."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import httpx

from medicalcor.core.database.pool import Row, connect
from medicalcor.core.database.queries import statements
from medicalcor.domain.language.phrases import phrase

SQL = statements("medicalcor.cli", "demo_links.sql")


def remember(database_url: str, *, sandbox: str, clinic: str) -> None:
    """Tell the running sandbox of every link that was sent and not paid, so that its page is there."""
    rows = asyncio.run(_open_links(database_url, sandbox))
    with suppress(httpx.HTTPError), httpx.Client(timeout=5.0, trust_env=False) as client:
        for row in rows:
            told = {"provider": "stripe", "remember": _link(row, clinic)}
            client.post(f"{sandbox}/_sandbox/play", json=told)


async def _open_links(database_url: str, sandbox: str) -> Sequence[Row]:
    connection = await connect(database_url)
    try:
        return await connection.fetch(SQL["open_links"], f"{sandbox}/pay/")
    finally:
        await connection.close()


def _link(row: Row, clinic: str) -> dict[str, Any]:
    """As Stripe's twin keeps the ones that it made."""
    return {
        "id": row["link_id"],
        "object": "payment_link",
        "url": row["url"],
        "amount": row["amount"],
        "currency": row["currency"].lower(),
        "title": phrase(f"deposit_{row['reason']}", row["language"] or "ro", clinic=clinic),
        "metadata": {
            "payment_request_id": str(row["id"]),
            "person_id": str(row["person_id"]),
            "lead_id": str(row["lead_id"]),
        },
    }
