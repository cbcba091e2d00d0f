"""`medicalcor bench flow`: whole flows, from a webhook to the answer at the provider."""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click
import httpx
from pydantic_core import to_json

from medicalcor.cli.bench_processes import cpu_seconds, process, wait_until_ready
from medicalcor.core import clock, ids, ports
from medicalcor.core.crypto import hmac
from medicalcor.core.database.pool import connect

_TEXTS = (
    "Bună ziua, vreau un implant, cât costă? Pot veni mâine.",
    "Buna, faceti si albire dentara?",
    "Hello, how much is a crown at your clinic?",
    "Guten Tag, welche Öffnungszeiten haben Sie?",
)
_PATIENCE_SECONDS = 120.0
QUIET = 20
_PAUSE_SECONDS = 0.05
_ANSWERED = "select count(*) from effects where kind like 'whatsapp.%' and sent_at is not null"


@dataclass
class System:
    """The processes under measurement."""

    api: str
    sandbox: str
    database_url: str
    secret: str
    pids: dict[str, list[int]]
    answered: int = 0
    """How many answers there were before."""

    def cpu(self) -> dict[str, float]:
        """Seconds of processor time that each has used so far."""
        return {name: sum(map(cpu_seconds, pids)) for name, pids in self.pids.items()}

    def cpu_since(self, before: dict[str, float]) -> dict[str, float]:
        return {name: used - before[name] for name, used in self.cpu().items()}


@dataclass
class Sent:
    """A message that was acknowledged, and when it was sent."""

    phone: str
    at: datetime


@click.command()
@click.option("--flows", default=500, show_default=True, help="Messages, each from a patient of its own.")
@click.option("--workers", default=1, show_default=True, help="Worker processes.")
def flow(*, flows: int, workers: int) -> None:
    """Send messages, wait for the answers at the sandbox, and count what was stored."""
    with running(workers) as system:
        click.echo(to_json(asyncio.run(measure(system, flows)), indent=2).decode())


async def measure(system: System, flows: int) -> dict[str, Any]:
    """Latency without load, then throughput."""
    async with httpx.AsyncClient(timeout=30) as http:
        await latencies(http, system, [await say(http, system, 0)])  # until the worker is there
        quiet = []
        for _ in range(QUIET):
            quiet += await latencies(http, system, [await say(http, system, 0)])
        before = system.cpu()
        began = clock.now()
        lanes = asyncio.Semaphore(32)

        async def one(number: int) -> Sent:
            async with lanes:
                return await say(http, system, number)

        sent = await asyncio.gather(*(one(n) for n in range(flows)))
        loaded = await latencies(http, system, sent)
    last = max((s.at.timestamp() + latency for s, latency in zip(sent, loaded, strict=False)), default=0)
    seconds = last - began.timestamp()
    return {
        "flows_per_second": round(len(loaded) / seconds, 1) if loaded else 0,
        "p50_ms": percentile(loaded, 0.5),
        "p99_ms": percentile(loaded, 0.99),
        "no_load_p50_ms": percentile(quiet, 0.5),
        "no_load_p99_ms": percentile(quiet, 0.99),
        "errors": flows - len(loaded),
        "flows": flows,
        "seconds": round(seconds, 2),
        "cpu_ms_per_flow": {name: round(1000 * s / flows, 1) for name, s in system.cpu_since(before).items()},
        **await _stored(system),
    }


async def say(http: httpx.AsyncClient, system: System, number: int) -> Sent:
    phone = f"407{ids.new_id().int % 10**8:08d}"
    payload = to_json(_webhook(phone, _TEXTS[number % len(_TEXTS)]))
    signature = f"sha256={hmac.sign(system.secret.encode(), payload)}"
    at = clock.now()
    answer = await http.post(
        f"{system.api}/webhooks/whatsapp", content=payload, headers={"X-Hub-Signature-256": signature}
    )
    answer.raise_for_status()
    return Sent(phone, at)


def _webhook(phone: str, text: str) -> dict[str, Any]:
    now = clock.now()
    message = {
        "from": phone,
        "id": f"wamid.bench.{ids.token(9)}",
        "timestamp": str(int(now.timestamp())),
        "type": "text",
        "text": {"body": text},
    }
    value = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "40310000001", "phone_number_id": "100000000000001"},
        "contacts": [{"profile": {"name": "Pacient"}, "wa_id": phone}],
        "messages": [message],
    }
    change = {"field": "messages", "value": value}
    return {
        "object": "whatsapp_business_account",
        "entry": [{"id": "200000000000001", "changes": [change]}],
    }


async def latencies(http: httpx.AsyncClient, system: System, sent: Sequence[Sent]) -> list[float]:
    """Seconds from sending to the answer at the sandbox, in the order of `sent`; the unanswered are left out."""
    await _until_answered(system, wanted=system.answered + len(sent))
    system.answered += len(sent)
    answered = await _answers(http, system)
    return [(answered[s.phone] - s.at).total_seconds() for s in sent if s.phone in answered]


async def _until_answered(system: System, *, wanted: int) -> None:
    """Asks the database, which costs less than all the sandbox remembers."""
    deadline = clock.monotonic() + _PATIENCE_SECONDS
    connection = await connect(system.database_url)
    try:
        while clock.monotonic() < deadline:
            if await connection.fetchval(_ANSWERED) >= wanted:
                return
            await asyncio.sleep(_PAUSE_SECONDS)
    finally:
        await connection.close()


async def _answers(http: httpx.AsyncClient, system: System) -> dict[str, datetime]:
    calls = (await http.get(f"{system.sandbox}/_sandbox/calls", params={"provider": "whatsapp"})).json()
    first: dict[str, datetime] = {}
    for call in calls:
        if call["status"] == httpx.codes.OK and isinstance(call["body"], dict):
            to = str(call["body"].get("to", "")).lstrip("+")
            first.setdefault(to, datetime.fromisoformat(call["at"]))
    return first


async def _stored(system: System) -> dict[str, int]:
    connection = await connect(system.database_url)
    try:
        return {
            "rows_stored": await connection.fetchval("select count(*) from inbox where kind = 'message'"),
            "events": await connection.fetchval("select count(*) from domain_events"),
            "effects": await connection.fetchval("select count(*) from effects"),
        }
    finally:
        await connection.close()


def percentile(latencies: Sequence[float], share: float) -> float | None:
    ordered = sorted(latencies)
    return round(ordered[min(len(ordered) - 1, int(len(ordered) * share))] * 1000, 1) if ordered else None


@contextmanager
def running(workers: int, **more: str) -> Iterator[System]:
    """The whole system for a benchmark alone; `more` are settings."""
    from medicalcor.core.database.embedded import EmbeddedPostgres
    from medicalcor.core.database.migrate import migrate
    from medicalcor.workflows import engine

    with ExitStack() as stack:
        folder = stack.enter_context(TemporaryDirectory(prefix="mc-bench-"))
        server = stack.enter_context(EmbeddedPostgres(Path(folder), port=None))
        engine.migrate(server.url())
        asyncio.run(migrate(server.url()))
        secret, api, sandbox = ids.token(), ports.any_free(), ports.any_free()
        twins = f"http://{ports.LOOPBACK}:{sandbox}"
        environment = {**_environment(server.url(), folder, secret, api, sandbox), **more}
        twin = stack.enter_context(process("sandbox", environment))
        gateway = stack.enter_context(process("api", environment))
        hands = [stack.enter_context(process("worker", environment)) for _ in range(workers)]
        pids = {
            "worker": [hand.pid for hand in hands],
            "gateway": [gateway.pid],
            "sandbox": [twin.pid],
            "postgres": [server.pid] if server.pid else [],
        }
        wait_until_ready(f"http://{ports.LOOPBACK}:{api}", gateway)
        yield System(f"http://{ports.LOOPBACK}:{api}", twins, server.url(), secret, pids)


def _environment(database_url: str, folder: str, secret: str, api: int, sandbox: int) -> dict[str, str]:
    from medicalcor.core.crypto.vault import new_master_key

    twins = f"http://{ports.LOOPBACK}:{sandbox}"
    return {
        "DATABASE_URL": database_url,
        "MEDICALCOR_DATA_DIR": folder,
        "MEDICALCOR_MASTER_KEY": new_master_key(),
        "API_PORT": str(api),
        "SANDBOX_PORT": str(sandbox),
        "WHATSAPP_API_KEY": "bench",
        "WHATSAPP_BASE_URL": f"{twins}/whatsapp",
        "WHATSAPP_WEBHOOK_SECRET": secret,
        "HUBSPOT_ACCESS_TOKEN": "bench",
        "HUBSPOT_BASE_URL": f"{twins}/hubspot",
        "OPENAI_API_KEY": "bench",
        "OPENAI_BASE_URL": f"{twins}/openai/v1",
        "SANDBOX_SMTP_PORT": str(ports.any_free()),
        "LOG_LEVEL": "warning",
    }
