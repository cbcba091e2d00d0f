"""`medicalcor bench isolation`: whether a provider that hangs slows what has nothing to do with it."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import click
import httpx
from pydantic_core import to_json

from medicalcor.cli.bench_flow import QUIET, System, latencies, percentile, running, say
from medicalcor.cli.bench_routes import ROUTES, new_secret
from medicalcor.core import clock, ids, ports
from medicalcor.core.database.pool import connect

_HELD_UP = 40
"""Pieces of work for the provider that hangs: more than a worker takes in at a time."""
_PATIENCE_SECONDS = 60.0
_PAUSE_SECONDS = 0.05
_MAIL = ROUTES["email"]
_OPEN = "select count(*) from effects where kind like $1 || '.%' and sent_at is null and ended_at is null"

Burden = Callable[[httpx.AsyncClient, System, str], Awaitable[None]]


async def _by_message(http: httpx.AsyncClient, system: System, _secret: str) -> None:
    """A patient writes, and HubSpot is to hear of it."""
    await say(http, system, 1)
    system.answered += 1


async def _by_mail(http: httpx.AsyncClient, system: System, secret: str) -> None:
    """A patient writes a mail, which is answered by mail."""
    body = _MAIL.prepare(ids.token(6))(ids.new_id().int % 10**9)
    headers = {"content-type": "application/json", **_MAIL.sign(secret, body)}
    (await http.post(f"{system.api}{_MAIL.path}", content=body, headers=headers)).raise_for_status()


_BURDENS: Mapping[str, Burden] = {"hubspot": _by_message, "email": _by_mail}


@click.command()
@click.option("--flows", default=QUIET, show_default=True, help="WhatsApp messages, one after the other.")
def isolation(*, flows: int) -> None:
    """Let a provider hang while much waits for it, and see how long WhatsApp's answers take meanwhile."""
    secret, smtp = new_secret(_MAIL.setting), ports.any_free()
    settings = {
        _MAIL.setting: secret,
        "SMTP_URL": f"smtp://{ports.LOOPBACK}:{smtp}",
        "SANDBOX_SMTP_PORT": str(smtp),
        "EMAIL_FROM": "Clinica <office@clinic.example>",
        "LOG_LEVEL": "error",
    }
    with running(1, **settings) as system:
        click.echo(to_json(asyncio.run(measure(system, flows, secret=secret)), indent=2).decode())


async def measure(system: System, flows: int, *, secret: str) -> dict[str, Any]:
    """For each provider the median with it hanging over the median without."""
    found: dict[str, Any] = {}
    async with httpx.AsyncClient(timeout=30) as http:
        await _one_by_one(http, system, 3)  # until the worker is there
        for provider, burden in _BURDENS.items():
            usual = await _one_by_one(http, system, flows)
            await _order(http, system, provider)
            for _ in range(_HELD_UP):
                await burden(http, system, secret)
            hanging = await _until_it_hangs(http, system, provider)
            held_up = await _one_by_one(http, system, flows)
            await http.delete(f"{system.sandbox}/_sandbox/faults")
            medians = [percentile(one, 0.5) for one in (usual, held_up)]
            found[provider] = {
                "without_p50_ms": medians[0],
                "hanging_p50_ms": medians[1],
                "ratio": round(medians[1] / medians[0], 2) if medians[0] and medians[1] else None,
                "calls_hanging": hanging,
                "effects_waiting": await _waiting(system, provider),
                "errors": 2 * flows - len(usual) - len(held_up),
            }
    return found


async def _one_by_one(http: httpx.AsyncClient, system: System, flows: int) -> list[float]:
    return [one for _ in range(flows) for one in await latencies(http, system, [await say(http, system, 1)])]


async def _order(http: httpx.AsyncClient, system: System, provider: str) -> None:
    order = {"provider": provider, "kind": "hang", "count": 100_000}
    (await http.post(f"{system.sandbox}/_sandbox/faults", json=order)).raise_for_status()


async def _until_it_hangs(http: httpx.AsyncClient, system: System, provider: str) -> int:
    """How many calls the provider has taken and not answered, once there is one."""
    deadline = clock.monotonic() + _PATIENCE_SECONDS
    while clock.monotonic() < deadline:
        asked = {"provider": provider}
        calls = (await http.get(f"{system.sandbox}/_sandbox/calls", params=asked)).json()
        hanging = sum(call["status"] is None for call in calls)
        if hanging:
            return hanging
        await asyncio.sleep(_PAUSE_SECONDS)
    return 0


async def _waiting(system: System, provider: str) -> int:
    connection = await connect(system.database_url)
    try:
        count: int = await connection.fetchval(_OPEN, provider)
        return count
    finally:
        await connection.close()
