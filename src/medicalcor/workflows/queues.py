"""The queues there are. Few: each is polled by every worker."""

from dbos import DBOS

QUICK = 0.1
"""Seconds between polls where somebody waits for an answer."""
STEADY = 0.25


async def register(*, concurrency: int) -> None:
    """Declare the queues; the limits are per worker."""
    await DBOS.register_queue_async(
        "inbox", worker_concurrency=concurrency, partition_concurrency=1, polling_interval_sec=QUICK
    )
    await DBOS.register_queue_async(
        "effects", worker_concurrency=concurrency, partition_concurrency=1, polling_interval_sec=QUICK
    )
    await DBOS.register_queue_async("asks", worker_concurrency=concurrency, polling_interval_sec=QUICK)
    await DBOS.register_queue_async("statuses", worker_concurrency=8, polling_interval_sec=STEADY)
    await DBOS.register_queue_async(
        "cron", worker_concurrency=2, global_concurrency=2, polling_interval_sec=1.0
    )
    await DBOS.register_queue_async("voice", worker_concurrency=4, polling_interval_sec=STEADY)
    known = {"inbox", "effects", "asks", "statuses", "cron", "voice"}
    for queue in await DBOS.list_queues_async():
        if queue.name not in known:
            await DBOS.delete_queue_async(queue.name)
