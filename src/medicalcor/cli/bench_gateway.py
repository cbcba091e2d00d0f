"""`medicalcor bench gateway`: durable, acknowledged webhooks a second."""

import asyncio
import multiprocessing
import tempfile
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import click
from pydantic_core import to_json

from medicalcor.cli import bench_load
from medicalcor.cli.bench_processes import cpu_seconds, process, wait_until_ready
from medicalcor.cli.bench_routes import PUBLIC_URL, ROUTES, WHATSAPP, new_secret
from medicalcor.core import clock, ids, ports
from medicalcor.core.database.pool import Pool, open_pool
from medicalcor.core.settings import load_settings

_WARM_UP_SECONDS = 1.0
_SLICE_SECONDS = 0.5
_BASELINE_SECONDS = 2.0
_BASELINE_CONNECTIONS = 16
_MOST_A_SECOND = 12_000
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
    secrets: Mapping[str, str]
    """By the environment's name."""
    database_url: str | None
    ready_seconds: float | None = None
    """From the start of `medicalcor api` to its first ready answer."""
    pid: int | None = None


@click.command()
@click.option("--seconds", default=10.0, show_default=True, help="How long to send.")
@click.option("--connections", default=64, show_default=True, help="Keep-alive connections.")
@click.option(
    "--route",
    type=click.Choice([*ROUTES, "all"]),
    default=WHATSAPP,
    show_default=True,
    help="Whose webhooks; each but WhatsApp's is set beside WhatsApp's of the same minute.",
)
@click.option(
    "--url", help="A running gateway, e.g. http://127.0.0.1:3000, with its settings in the environment."
)
def gateway(*, seconds: float, connections: int, route: str, url: str | None) -> None:
    """Send signed webhooks as fast as they are acknowledged, and count what was stored."""
    with _running(url) if url else _own() as target:
        if route == WHATSAPP:
            report = measure(target, seconds=seconds, connections=connections)
        else:
            routes = [name for name in ROUTES if name != WHATSAPP] if route == "all" else [route]
            report = compare(target, routes, seconds=seconds, connections=connections)
    click.echo(to_json(report, indent=2).decode())


def measure(target: Target, *, seconds: float, connections: int) -> dict[str, object]:
    """The figures of WhatsApp, beside what the same machine does with one transaction a message and no HTTP."""
    with _beside() as beside:
        _send(beside, target, WHATSAPP, seconds=_WARM_UP_SECONDS, connections=connections)
        singles = [_singles(target.database_url)]
        figures = _send(beside, target, WHATSAPP, seconds=seconds, connections=connections)
        singles.append(_singles(target.database_url))
    baseline = sum(singles) / len(singles)
    rate = figures.outcome.requests / figures.outcome.seconds
    return {
        **figures.shown(),
        "connections": connections,
        "baseline_transactions_per_second": round(baseline),
        "ratio_to_baseline": round(rate / baseline, 2) if baseline else None,
        "ready_seconds": target.ready_seconds,
        "resident_mb": _resident_mb(target.pid),
    }


def compare(target: Target, routes: Sequence[str], *, seconds: float, connections: int) -> dict[str, object]:
    """Each route in turns with WhatsApp's, in short slices, so that both have the same weather."""
    turns = max(1, round(seconds / _SLICE_SECONDS))
    found: dict[str, object] = {}

    def send(name: str, *, for_seconds: float = _SLICE_SECONDS) -> _Figures:
        return _send(beside, target, name, seconds=for_seconds, connections=connections)

    with _beside() as beside:
        for name in (WHATSAPP, *routes):
            send(name, for_seconds=_WARM_UP_SECONDS)
        for name in routes:
            pairs = [(send(WHATSAPP), send(name)) for _ in range(turns)]
            usual, own = (_together(figures) for figures in zip(*pairs, strict=True))
            found[name] = {**own.shown(), **own.beside(usual), "whatsapp": usual.shown()}
    return {"connections": connections, "seconds": seconds, "routes": found}


@dataclass(frozen=True)
class _Figures:
    outcome: bench_load.Outcome
    stored: int
    cpu_seconds: float
    """Of the gateway's process; 0 where it is not ours."""

    @property
    def _cpu(self) -> float:
        """Milliseconds a request."""
        return self.cpu_seconds / max(1, self.outcome.requests) * 1000

    def shown(self) -> dict[str, object]:
        return {
            "requests_per_second": round(self.outcome.requests / self.outcome.seconds),
            "p50_ms": round(self.outcome.percentile(0.50), 2),
            "p99_ms": round(self.outcome.percentile(0.99), 2),
            "cpu_ms_per_request": round(self._cpu, 3) or None,
            "errors": self.outcome.errors,
            "rows_stored": self.stored,
            "requests": self.outcome.requests,
            "seconds": round(self.outcome.seconds, 2),
        }

    def beside(self, usual: "_Figures") -> dict[str, float | None]:
        """How many times as long as there an acknowledgement takes, and as much work: 1.2 is a fifth more."""
        pairs = {
            "p50_to_whatsapp": (self.outcome.percentile(0.50), usual.outcome.percentile(0.50)),
            "p99_to_whatsapp": (self.outcome.percentile(0.99), usual.outcome.percentile(0.99)),
            "cpu_to_whatsapp": (self._cpu, usual._cpu),  # noqa: SLF001 - one of us
        }
        return {name: round(own / there, 2) if there else None for name, (own, there) in pairs.items()}


def _together(figures: Sequence[_Figures]) -> _Figures:
    outcomes = [one.outcome for one in figures]
    whole = bench_load.Outcome(
        sum(one.requests for one in outcomes),
        sum(one.errors for one in outcomes),
        sum(one.seconds for one in outcomes),
        sorted(latency for one in outcomes for latency in one.latencies),
    )
    return _Figures(whole, sum(one.stored for one in figures), sum(one.cpu_seconds for one in figures))


def _beside() -> ProcessPoolExecutor:
    """Another process for the load."""
    return ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn"))


def _send(
    beside: ProcessPoolExecutor, target: Target, name: str, *, seconds: float, connections: int
) -> _Figures:
    route = ROUTES[name]
    secret = target.secrets[route.setting]
    load = bench_load.Load(target.url, name, secret, connections, seconds, int(_MOST_A_SECOND * seconds))
    rows, cpu = _rows(target.database_url, route.provider), _cpu_of(target)
    outcome = beside.submit(bench_load.apply, load).result()
    cpu = _cpu_of(target) - cpu
    return _Figures(outcome, _rows(target.database_url, route.provider) - rows, cpu)


def _cpu_of(target: Target) -> float:
    return cpu_seconds(target.pid) if target.pid else 0.0


@contextmanager
def _running(url: str) -> Iterator[Target]:
    settings = load_settings()
    secrets = {}
    for route in ROUTES.values():
        given = getattr(settings, route.setting.lower())
        if given:
            secrets[route.setting] = given[0].get_secret_value()
    if not secrets:
        settings.require("whatsapp_webhook_secret")
    yield Target(url.rstrip("/"), secrets, settings.database_url)


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
        settings = {route.setting for route in ROUTES.values()}
        secrets, port = {name: new_secret(name) for name in settings}, ports.any_free()
        environment = {
            "DATABASE_URL": server.url(),
            "MEDICALCOR_DATA_DIR": folder,
            "MEDICALCOR_MASTER_KEY": new_master_key(),
            "API_PORT": str(port),
            "PUBLIC_URL": PUBLIC_URL,
            "VAPI_SIP_URI": "sip:bench@sip.vapi.ai",
            "LOG_LEVEL": "warning",
            **secrets,
        }
        with process("api", environment) as api:
            url = f"http://{ports.LOOPBACK}:{port}"
            yield Target(url, secrets, server.url(), wait_until_ready(url, api), api.pid)


def _rows(url: str | None, provider: str) -> int:
    async def count(pool: Pool) -> int:
        return int(await pool.fetchval("select count(*) from inbox where provider = $1", provider))

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
