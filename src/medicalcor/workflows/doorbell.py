"""Work is heard of, not asked for: the database rings when a queue may have something to take.

The engine asks each queue again and again, which made up all that an idle worker did. Here the wait between two
questions ends when PostgreSQL names the queue (0025_work_bell.sql). A ring that gets lost costs only time: each queue
is still asked every `queues.UNRUNG` seconds.
"""

import threading
from collections.abc import Callable, Mapping
from typing import Any

import psycopg
from dbos import _queue as engine_queues

from medicalcor.core import clock
from medicalcor.core.log import get_logger

CHANNEL = "work"
SETTLE_SECONDS = 0.005
"""Between ring and question: who has just ended is counted as running for a moment more."""
LOOK_UP_SECONDS = 0.5
"""How often who waits looks whether they are to stop."""
AGAIN_SECONDS = 1.0

log = get_logger(__name__)


class Ear:
    """What a queue's thread waits on: the engine's signal to stop, or the bell, but never less than `rest` seconds."""

    def __init__(self, stop: threading.Event, rung: threading.Event, *, rest: float) -> None:
        self._stop, self._rung, self._rest = stop, rung, rest

    def is_set(self) -> bool:
        return self._stop.is_set()

    def wait(self, timeout: float) -> bool:
        """Whether to stop."""
        until = clock.monotonic() + timeout
        if self._stop.wait(min(self._rest, timeout)):
            return True
        while not self._stop.is_set() and (left := until - clock.monotonic()) > 0:
            if self._rung.wait(min(left, LOOK_UP_SECONDS)):
                self._stop.wait(SETTLE_SECONDS)
                break
        self._rung.clear()
        return self._stop.is_set()


class Doorbell(threading.Thread):
    """Listens from `start` to `stop`, on a connection of its own. `rests` has the queues that are rung for."""

    def __init__(self, url: str, rests: Mapping[str, float]) -> None:
        super().__init__(daemon=True, name="doorbell")
        self._url, self._rests = url, rests
        self._rung = {queue: threading.Event() for queue in rests}
        self._over = threading.Event()

    def run(self) -> None:
        while not self._over.is_set():
            try:
                self._listen()
            except psycopg.Error as problem:
                log.warning("doorbell_lost", error=type(problem).__name__)
                self._over.wait(AGAIN_SECONDS)

    def _listen(self) -> None:
        with psycopg.connect(
            self._url, autocommit=True, application_name="medicalcor-doorbell", connect_timeout=5
        ) as connection:
            connection.execute(f"listen {CHANNEL}")
            for rung in self._rung.values():  # whatever came while nobody listened
                rung.set()
            while not self._over.is_set():
                for notice in connection.notifies(timeout=LOOK_UP_SECONDS):
                    if notice.payload in self._rung:
                        self._rung[notice.payload].set()

    def ear(self, queue: str, stop: threading.Event) -> Ear | None:
        """None for a queue that is not rung for: the engine's own."""
        rung = self._rung.get(queue)
        return Ear(stop, rung, rest=self._rests[queue]) if rung else None

    def stop(self) -> None:
        self._over.set()
        self.join(10)

    def hang(self) -> None:
        """Give the engine's queue threads an ear for it. To be called before it is launched."""
        ask = _asking

        def listening(stop: threading.Event, dbos: Any, queue: Any) -> None:
            ask(self.ear(queue.name, stop) or stop, dbos, queue)

        engine_queues.queue_worker_thread = listening  # type: ignore[assignment]  # an Ear for an Event


_asking: Callable[[Any, Any, Any], None] = engine_queues.queue_worker_thread
