"""The queues there are. Few: each costs every worker a thread. What waits for another provider waits in another queue."""

from dataclasses import dataclass

from dbos import DBOS

QUICK = 0.1
"""Seconds between two looks for work where somebody waits for an answer. A look costs the worker 2 to 3 ms; the bell
(`doorbell`) says when one is worth while, this says how often at most."""
STEADY = 0.25
UNHURRIED = 0.5
"""Where nobody waits."""
UNRUNG = 2.0
"""Seconds after which is looked without a ring."""


@dataclass(frozen=True)
class Queue:
    name: str
    rest: float
    """Seconds between two looks at least."""
    partitioned: bool = False
    """One at a time for each partition key."""
    at_once: int | None = None
    """Runs at a time in each worker; None: as many as WORKER_CONCURRENCY says."""


QUEUES = (
    Queue("inbox", QUICK, partitioned=True),
    Queue("inbox-calls", UNHURRIED, partitioned=True),
    Queue("inbox-mail", UNHURRIED, partitioned=True),
    Queue("payments", UNHURRIED, partitioned=True),
    Queue("effects", STEADY, partitioned=True),
    Queue("effects-crm", UNHURRIED, partitioned=True),
    Queue("effects-mail", UNHURRIED, partitioned=True),
    Queue("asks", QUICK),
    Queue("asks-ai", STEADY),
    Queue("statuses", UNHURRIED, at_once=8),
    Queue("voice", UNHURRIED, at_once=4),
)


RESTS = {queue.name: queue.rest for queue in QUEUES} | {"cron": 1.0}


async def register(*, concurrency: int) -> None:
    """Declare the queues; the limits are per worker."""
    for queue in QUEUES:
        await DBOS.register_queue_async(
            queue.name,
            worker_concurrency=queue.at_once or concurrency,
            partition_concurrency=1 if queue.partitioned else None,
            polling_interval_sec=UNRUNG,
        )
    await DBOS.register_queue_async(
        "cron", worker_concurrency=2, global_concurrency=2, polling_interval_sec=UNRUNG
    )
    known = {"cron", *(queue.name for queue in QUEUES)}
    for there in await DBOS.list_queues_async():
        if there.name not in known:
            await DBOS.delete_queue_async(there.name)
