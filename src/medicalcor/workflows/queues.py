"""The queues there are. Few: each is polled by every worker. What waits for another provider waits in another queue."""

from dataclasses import dataclass

from dbos import DBOS

QUICK = 0.1
"""Seconds between polls where somebody waits for an answer. Each poll costs the worker 2 to 3 ms, also when nothing
is there: an idle worker's work is its polls, so few queues are this quick."""
STEADY = 0.25
UNHURRIED = 0.5
"""Where nobody waits."""


@dataclass(frozen=True)
class Queue:
    name: str
    poll: float
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


async def register(*, concurrency: int) -> None:
    """Declare the queues; the limits are per worker."""
    for queue in QUEUES:
        await DBOS.register_queue_async(
            queue.name,
            worker_concurrency=queue.at_once or concurrency,
            partition_concurrency=1 if queue.partitioned else None,
            polling_interval_sec=queue.poll,
        )
    await DBOS.register_queue_async(
        "cron", worker_concurrency=2, global_concurrency=2, polling_interval_sec=1.0
    )
    known = {"cron", *(queue.name for queue in QUEUES)}
    for there in await DBOS.list_queues_async():
        if there.name not in known:
            await DBOS.delete_queue_async(there.name)
