"""A dead worker's runs go on at another one.

The engine's open-source half recovers only what a process of the same id left behind. So each worker holds an
advisory lock on a connection of its own, and is seen every second; whoever sees a worker with neither puts its
runs back into their queues. A thread, so that a busy event loop does not look like death.
"""

import hashlib
import os
import socket
import threading
from collections.abc import Callable
from typing import Any

import psycopg
from pydantic_core import to_json

from medicalcor.core import clock
from medicalcor.core.database.queries import statements
from medicalcor.core.errors import Conflict
from medicalcor.core.log import get_logger

APPLICATION = "medicalcor"
BEAT_SECONDS = 1.0
SWEEP_SECONDS = 2.0
GRACE_SECONDS = 5.0

SQL: dict[str, Any] = dict(statements("medicalcor.workflows", "recovery.sql"))
log = get_logger(__name__)


def lock_key(worker_id: str) -> int:
    """The advisory lock that says this worker lives."""
    digest = hashlib.sha256(f"medicalcor.worker.{worker_id}".encode()).digest()
    return int.from_bytes(digest[:8], "big", signed=True)


class Lease(threading.Thread):
    """Taken before the engine starts, so that nobody ever sees our runs without it; released after it stops."""

    def __init__(
        self,
        url: str,
        worker_id: str,
        *,
        grace: float = GRACE_SECONDS,
        on_recovered: Callable[[int], None] | None = None,
        report: Callable[[], object] = dict,
    ) -> None:
        super().__init__(daemon=True, name="worker-lease")
        self.url, self.worker_id, self.grace = url, worker_id, grace
        self._on_recovered = on_recovered or (lambda _: None)
        self._report = report
        """What the others may know of this worker, as JSON; written when it changes."""
        self._reported: str | None = None
        self._over = threading.Event()
        self._connection: psycopg.Connection | None = self._open()

    def run(self) -> None:
        sweep_at = clock.monotonic() + SWEEP_SECONDS
        while not self._over.wait(BEAT_SECONDS):
            try:
                if self._connection is None:
                    self._connection = self._open()
                    sweep_at = clock.monotonic() + self.grace  # the others may still be taking theirs again
                self._beat(self._connection)
                if clock.monotonic() >= sweep_at:
                    sweep_at = clock.monotonic() + SWEEP_SECONDS
                    self._sweep(self._connection)
            except psycopg.Error as problem:
                log.warning("worker_lease_lost", error=type(problem).__name__)
                self._drop()

    def _beat(self, connection: psycopg.Connection) -> None:
        told = to_json(self._report()).decode()
        news = None if told == self._reported else told
        connection.execute(SQL["beat"], {"id": self.worker_id, "integrations": news})
        self._reported = told

    def release(self) -> None:
        """What did not finish goes to the others at once."""
        self._over.set()
        self.join(10)
        if self._connection is None:
            return
        about = {"id": self.worker_id, "app": APPLICATION}
        try:
            self._connection.execute(SQL["hand_over"], about)
            self._connection.execute(SQL["stopped"], about)
        except psycopg.Error as problem:
            log.warning("worker_hand_over_failed", error=type(problem).__name__)
        self._drop()

    def _sweep(self, connection: psycopg.Connection) -> None:
        about = {"id": self.worker_id, "app": APPLICATION, "grace": self.grace}
        taken = connection.execute(SQL["take_up"], about).fetchall()
        if taken:
            log.warning("runs_taken_up", runs=len(taken))
            self._on_recovered(len(taken))

    def _open(self) -> psycopg.Connection:
        connection = psycopg.connect(
            self.url,
            autocommit=True,
            application_name="medicalcor-lease",
            connect_timeout=5,
            keepalives=1,
            keepalives_idle=5,
            keepalives_interval=2,
            keepalives_count=3,
        )
        held = connection.execute("select pg_try_advisory_lock(%s)", (lock_key(self.worker_id),)).fetchone()
        if not held or not held[0]:
            connection.close()
            raise Conflict("A worker with this id is already running.")
        connection.execute(
            SQL["register"], {"id": self.worker_id, "host": socket.gethostname(), "pid": os.getpid()}
        )
        return connection

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
