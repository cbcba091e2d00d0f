"""`medicalcor bench gateway`: durable, acknowledged webhooks a second."""

import asyncio
import multiprocessing
import tempfile
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import click
from pydantic_core import to_json

from medicalcor.cli import bench_load
from medicalcor.cli.bench_processes import process, wait_until_ready
from medicalcor.core import clock, ids, ports
from medicalcor.core.database.pool import Pool, open_pool
from medicalcor.core.settings import load_settings

_WARM_UP_SECONDS = 1.0
_BASELINE_SECONDS = 2.0
_BASELINE_CONNECTIONS = 16
_MOST_A_SECOND = 12_000
_PATH = "/webhooks/whatsapp"
_BASELINE = """
with stored as (
    insert into inbox (id, provider, event_key, kind, partition_key, key_day, body, correlation_id, received_at)
    values ($1::uuid, 'bench', $1::uuid::text, 'message', $1::uuid::text, current_date, $2, 'bench', now())
    returning id
)
select start_workflow('whatsapp.message', 'inbox', 'bench:' || id, array[to_json(id::text)], id::text) from stored
"""


@dataclass(frozen=True)
class Target:
    url: str
    secret: str
    database_url: str | None
    ready_seconds: float | None = None
    """From the start of `medicalcor api` to its first ready answer."""
    pid: int | None = None


@click.command()
@click.option("--seconds", default=10.0, show_default=True, help="How long to send.")
@click.option("--connections", default=64, show_default=True, help="Keep-alive connections.")
@click.option(
    "--url", help="A running gateway, e.g. http://127.0.0.1:3000, with its settings in the environment."
)
def gateway(*, seconds: float, connections: int, url: str | None) -> None:
    """Send signed messages as fast as they are acknowledged, and count what was stored."""
    with _running(url) if url else _own() as target:
        report = measure(target, seconds=seconds, connections=connections)
    click.echo(to_json(report, indent=2).decode())


def measure(target: Target, *, seconds: float, connections: int) -> dict[str, object]:
    """The figures, beside what the same machine does with one transaction a message and no HTTP."""
    load = bench_load.Load(
        target.url + _PATH, target.secret, connections, seconds, int(_MOST_A_SECOND * seconds)
    )
    warm_up = bench_load.Load(
        load.url, load.secret, connections, _WARM_UP_SECONDS, int(_MOST_A_SECOND * _WARM_UP_SECONDS)
    )
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as beside:
        beside.submit(bench_load.apply, warm_up).result()
        singles = [_singles(target.database_url)]
        rows = _rows(target.database_url)
        outcome = beside.submit(bench_load.apply, load).result()
        stored = _rows(target.database_url) - rows
        singles.append(_singles(target.database_url))
    rate = outcome.requests / outcome.seconds
    baseline = sum(singles) / len(singles)
    return {
        "requests_per_second": round(rate),
        "p50_ms": round(outcome.percentile(0.50), 2),
        "p99_ms": round(outcome.percentile(0.99), 2),
        "errors": outcome.errors,
        "rows_stored": stored,
        "requests": outcome.requests,
        "connections": connections,
        "seconds": round(outcome.seconds, 2),
        "baseline_transactions_per_second": round(baseline),
        "ratio_to_baseline": round(rate / baseline, 2) if baseline else None,
        "ready_seconds": target.ready_seconds,
        "resident_mb": _resident_mb(target.pid),
    }


@contextmanager
def _running(url: str) -> Iterator[Target]:
    settings = load_settings()
    if not settings.whatsapp_webhook_secret:
        settings.require("whatsapp_webhook_secret")
    secret = settings.whatsapp_webhook_secret[0].get_secret_value()
    yield Target(url.rstrip("/"), secret, settings.database_url)


@contextmanager
def _own() -> Iterator[Target]:
    """A gateway and a database for this run alone."""
    from medicalcor.core.crypto.vault import new_master_key
    from medicalcor.core.database.embedded import EmbeddedPostgres
    from medicalcor.core.database.migrate import migrate
    from medicalcor.workflows import engine

    with (
        tempfile.TemporaryDirectory(prefix="mc-bench-") as folder,
        EmbeddedPostgres(Path(folder), port=None) as server,
    ):
        engine.migrate(server.url())
        asyncio.run(migrate(server.url()))
        secret, port = ids.token(), ports.any_free()
        environment = {
            "DATABASE_URL": server.url(),
            "MEDICALCOR_DATA_DIR": folder,
            "MEDICALCOR_MASTER_KEY": new_master_key(),
            "WHATSAPP_WEBHOOK_SECRET": secret,
            "API_PORT": str(port),
            "LOG_LEVEL": "warning",
        }
        with process("api", environment) as api:
            url = f"http://{ports.LOOPBACK}:{port}"
            yield Target(url, secret, server.url(), wait_until_ready(url, api), api.pid)


def _rows(url: str | None) -> int:
    async def count(pool: Pool) -> int:
        return int(await pool.fetchval("select count(*) from inbox where provider = 'whatsapp'"))

    return asyncio.run(_with_pool(url, count)) if url else 0


def _singles(url: str | None) -> float:
    """Transactions a second that store one message and start its work, as a gateway without group commit would."""

    async def one_by_one(pool: Pool, until: float) -> int:
        done = 0
        while clock.monotonic() < until:
            await pool.execute(_BASELINE, ids.new_id(), ids.random_bytes(600))
            done += 1
        return done

    async def together(pool: Pool) -> int:
        until = clock.monotonic() + _BASELINE_SECONDS
        return sum(await asyncio.gather(*(one_by_one(pool, until) for _ in range(_BASELINE_CONNECTIONS))))

    return asyncio.run(_with_pool(url, together)) / _BASELINE_SECONDS if url else 0.0


async def _with_pool(url: str, ask: Callable[[Pool], Awaitable[int]]) -> int:
    pool = await open_pool(url, role="medicalcor_app", maximum=_BASELINE_CONNECTIONS)
    try:
        return await ask(pool)
    finally:
        await pool.close()


def _resident_mb(pid: int | None) -> float | None:
    """What the gateway's process holds in memory, where the system tells."""
    status = Path(f"/proc/{pid}/status")
    if pid is None or not status.is_file():
        return None
    line = next(line for line in status.read_text().splitlines() if line.startswith("VmRSS"))
    return round(int(line.split()[1]) / 1024, 1)
