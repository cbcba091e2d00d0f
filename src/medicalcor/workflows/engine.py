"""DBOS, set up the way we need it. Nothing outside `workflows` knows that it is DBOS.

Every setting here answers a trap: an executor id of its own for each process, a constant application version (a
change of source must not strand what is under way), JSON instead of pickle, limits on every queue.
"""

import asyncio
import gc
import os
import signal
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from functools import partial

import uvloop
from dbos import DBOS, DBOSConfig

from medicalcor import runtime as composition
from medicalcor.core import ids, ports
from medicalcor.core.log import configure, get_logger
from medicalcor.core.observability import metrics
from medicalcor.core.settings import Settings, load_settings
from medicalcor.workflows import catalog, queues, schedule
from medicalcor.workflows.doorbell import Doorbell
from medicalcor.workflows.recovery import APPLICATION, Lease
from medicalcor.workflows.serializer import JsonSerializer
from medicalcor.workflows.steps import current

SCHEMA = "dbos"
VERSION = "medicalcor-1"
DRAIN_SECONDS = 20
YOUNG_OBJECTS = 20_000
"""Objects made before the collector looks at them; Python's 700 is for small programs."""
log = get_logger(__name__)


def migrate(url: str) -> None:
    """Make or bring up to date the engine's own tables."""
    DBOS.migrate(url, schema=SCHEMA)


@asynccontextmanager
async def running(settings: Settings) -> AsyncIterator[None]:
    """A worker, from its lease to handing over what did not finish."""
    url = settings.require("database_url")
    worker_id = f"{socket.gethostname()}-{os.getpid()}-{ids.token(6)}"
    runtime = await composition.build(settings)
    current.install(runtime)
    lease = await asyncio.to_thread(partial(Lease, url, worker_id, report=runtime.integrations))
    bell = Doorbell(url, queues.RESTS)
    bell.hang()
    try:
        DBOS(config=_config(url, worker_id))
        DBOS.launch()
        bell.start()
        lease.start()
        await queues.register(concurrency=settings.worker_concurrency)
        await _apply_schedule(settings)
        _spare_the_collector()
        log.info("worker_ready", workflows=len(catalog.WORKFLOWS))
        yield
    finally:
        await asyncio.to_thread(DBOS.destroy, workflow_completion_timeout_sec=DRAIN_SECONDS)
        bell.stop()
        lease.release()  # not in a thread: the engine has closed the loop's executor
        current.uninstall()
        await runtime.aclose()


def run_worker() -> None:
    """Work until told to stop. Settings come from the environment."""
    settings = load_settings()
    configure(settings.log_level)
    uvloop.run(_until_stopped(settings))


async def _until_stopped(settings: Settings) -> None:
    stop = asyncio.Event()
    with _figures(settings):
        await _work(settings, stop)


@contextmanager
def _figures(settings: Settings) -> Iterator[None]:
    """For Prometheus, where a port is set."""
    port = settings.worker_metrics_port
    if port is None:
        yield
        return
    ports.require_free(port, setting="WORKER_METRICS_PORT", host=settings.bind_host)
    end = metrics.serve(port, host=settings.bind_host)
    try:
        yield
    finally:
        end()


async def _work(settings: Settings, stop: asyncio.Event) -> None:
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, stop.set)
    async with running(settings):
        await stop.wait()


def _spare_the_collector() -> None:
    """What start-up made stays for good: walking through it again and again would cost more than the work."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG_OBJECTS)


def _config(url: str, worker_id: str) -> DBOSConfig:
    return {
        "name": APPLICATION,
        "system_database_url": url,
        "dbos_system_schema": SCHEMA,
        "application_version": VERSION,
        "executor_id": worker_id,
        "run_migrations": False,
        "sys_db_pool_size": 20,
        # a dead connection is retried by the engine; asking each time whether it lives costs a round trip
        "db_engine_kwargs": {"pool_pre_ping": False, "pool_reset_on_return": None},
        "serializer": JsonSerializer(),
        "log_level": "WARNING",
        "enable_otlp": False,
    }


async def _apply_schedule(settings: Settings) -> None:
    await DBOS.apply_schedules_async(
        [
            {
                "schedule_name": line.name,
                "workflow_fn": line.run,
                "schedule": line.cron,
                "context": None,
                "cron_timezone": settings.clinic_timezone,
                "queue_name": "cron",
            }
            for line in schedule.SCHEDULE
        ]
    )
