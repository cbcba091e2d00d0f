"""Patients who write while things break, and the count that is taken afterwards."""

import asyncio
import itertools
import os
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx

from medicalcor.core.database.embedded import EmbeddedPostgres
from medicalcor.core.database.pool import wait_until_up
from tests.stack import PATIENCE, Process, Stack
from tests.webhooks import envelope, message, new_wamid

SEED = 20261123
TEXTS = (
    "Bună, faceți și albire dentară?",
    "Hello, I want a dental implant, how much is it? I can come tomorrow morning.",
    "Hallo, wie sind Ihre Öffnungszeiten?",
    "Am fața umflată, febră mare și nu pot respira bine",
)


@dataclass
class Clinic:
    """The running system, its patients so far, and what was acknowledged to them."""

    stack: Stack
    postgres: EmbeddedPostgres
    acknowledged: dict[str, str] = field(default_factory=dict)
    """Phone of each patient → WhatsApp's id of their only message."""
    numbers: Iterator[int] = field(default_factory=itertools.count)

    @property
    def worker(self) -> Process:
        return self.stack.processes["worker-0"]

    def write(self, patients: int) -> list[str]:
        """Each writes once; whoever is not acknowledged tries again, as WhatsApp does."""
        return [self._write() for _ in range(patients)]

    def write_meanwhile(self, patients: int, *, every: float) -> threading.Thread:
        """As `write`, in the background, one each `every` seconds."""

        def run() -> None:
            for _ in range(patients):
                self._write()
                time.sleep(every)

        thread = threading.Thread(target=run)
        thread.start()
        return thread

    def _write(self) -> str:
        number = next(self.numbers)
        phone = f"+4073{number:07d}"
        wamid = new_wamid(phone)
        payload = envelope([message(phone, TEXTS[number % len(TEXTS)], wamid=wamid)])
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            try:
                if self.stack.post_json(payload).status_code == 200:
                    self.acknowledged[phone] = wamid
                    return phone
            except httpx.HTTPError:
                pass
            time.sleep(0.1)
        raise AssertionError(f"the gateway did not come back\n{self.stack.logs()}")

    def lives_of(self, process: Process) -> int:
        """How often this process has been ready to work."""
        return process.log.read_text(errors="replace").count('"worker_ready"') if process.log.exists() else 0

    def kill_and_restart(self, process: Process) -> None:
        lives = self.lives_of(process)
        process.kill()
        process.start()
        if process.args == ["worker"]:
            self.stack.until(
                lambda: self.lives_of(process) > lives, what="the worker to be back", seconds=PATIENCE
            )

    def kill_postgres(self) -> None:
        """And wait until its supervisor has brought it up again."""
        before = self.postgres.pid
        assert before is not None
        os.kill(before, signal.SIGKILL)
        self.stack.until(
            lambda: self.postgres.pid not in (None, before), what="a new server", seconds=PATIENCE
        )
        self.database_is_back()

    def database_is_back(self) -> None:
        asyncio.run(wait_until_up(self.stack.database_url, seconds=PATIENCE))

    def count(self, *, seconds: float = 120) -> None:
        """Nothing acknowledged is lost, nobody is written to twice, and the log says how it was."""
        stack = self.stack
        self.database_is_back()
        stack.until(self._all_sent, what="everybody to be answered", seconds=seconds)
        stack.settle(seconds)
        taken = Counter(
            _recipient(call) for call in stack.calls("whatsapp", "/messages") if call["status"] == 200
        )
        assert taken == Counter(dict.fromkeys(self.acknowledged, 1)), _wrong(taken, self.acknowledged)
        known = stack.rows(
            "select a.value, count(distinct m.id) as messages, count(distinct l.id) as leads"
            " from addresses a join messages m using (person_id) join leads l using (person_id) group by 1"
        )
        assert {r["value"]: (r["messages"], r["leads"]) for r in known} == dict.fromkeys(
            self.acknowledged, (1, 1)
        )
        self._count_crm()
        verified = stack.run("events", "verify")
        assert verified.returncode == 0, verified.stdout + verified.stderr
        rebuilt = stack.run("events", "rebuild", "--check")
        assert rebuilt.returncode == 0, rebuilt.stdout + rebuilt.stderr
        assert stack.rows("select 1 from inbox where kind = 'unread'") == []
        failed = stack.rows(
            "select name, error from dbos.workflow_status where status not in ('SUCCESS', 'ENQUEUED', 'PENDING', 'DELAYED')"
        )
        assert failed == []

    def _count_crm(self) -> None:
        """One note a message; a contact may have been written twice, and is one."""
        markers = Counter(_marker(note["hs_note_body"]) for note in self.stack.made("notes"))
        assert set(markers.values()) == {1}
        assert len(markers) == len(self.acknowledged)
        links = self.stack.rows(
            "select count(distinct external_id) as contacts, count(*) as people from crm_links"
        )
        assert links == [{"contacts": len(self.acknowledged), "people": len(self.acknowledged)}]

    def _all_sent(self) -> bool:
        [row] = self.stack.rows(
            "select count(*) filter (where status in ('delivered', 'read')) as done, count(*) as all_of_them"
            " from effects where kind like 'whatsapp.%'"
        )
        waiting = self.stack.rows(
            "select 1 from inbox where handled_at is null and kind in ('message', 'status')"
        )
        return not waiting and row["done"] == row["all_of_them"] == len(self.acknowledged)


def _recipient(call: dict[str, Any]) -> str:
    return f"+{call['body']['to']}"


def _marker(body: str) -> str:
    return body.rpartition("ref ")[2]


def _wrong(taken: Counter[str], acknowledged: dict[str, str]) -> str:
    twice = {phone: n for phone, n in taken.items() if n != 1}
    return f"not exactly once: {twice}; never: {sorted(set(acknowledged) - set(taken))}"


def dice() -> random.Random:
    """The same throws in every run."""
    return random.Random(SEED)  # noqa: S311 - nothing here is secret
