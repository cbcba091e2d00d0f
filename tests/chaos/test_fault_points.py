"""Killed exactly between two lines: asked and not answered, taken and not written down."""

import os
import signal
import time
from typing import Any

import pytest

from tests.chaos.clinic import Clinic


class Struck:
    """The one call that is to suffer the fault that is ordered with it."""

    def __init__(self, clinic: Clinic, provider: str, path: str, **fault: Any) -> None:
        self._clinic, self._provider = clinic, provider
        self._before = len(self._suffered())
        clinic.stack.fault(provider=provider, match=path, **fault)

    def _suffered(self) -> list[dict[str, Any]]:
        return [call for call in self._clinic.stack.calls(self._provider) if call.get("fault")]

    def wait_until_asked(self, *, times: int = 1) -> None:
        wanted = self._before + times
        self._clinic.stack.until(lambda: len(self._suffered()) >= wanted, what="the provider to be asked")

    def wait_until_taken(self) -> None:
        self._clinic.stack.until(
            lambda: self._suffered()[self._before]["status"] in (200, 201, 207),
            what="the provider to have taken it",
        )


@pytest.mark.parametrize(
    ("provider", "path"), [("whatsapp", "/messages"), ("hubspot", "/notes"), ("hubspot", "/contacts/batch")]
)
def test_killed_after_the_provider_took_it_and_before_that_was_written_down(
    clinic: Clinic, provider: str, path: str
) -> None:
    call = Struck(clinic, provider, path, kind="delay", seconds=1)
    clinic.write(1)
    call.wait_until_asked()
    os.kill(clinic.worker.pid, signal.SIGSTOP)
    call.wait_until_taken()
    clinic.kill_and_restart(clinic.worker)
    clinic.count()


@pytest.mark.parametrize(
    ("provider", "path"),
    [("whatsapp", "/messages"), ("hubspot", "/notes"), ("openai", "/chat/completions")],
)
def test_killed_while_the_provider_was_asked_and_never_took_it(
    clinic: Clinic, provider: str, path: str
) -> None:
    call = Struck(clinic, provider, path, kind="hang", seconds=30)
    clinic.write(1)
    call.wait_until_asked()
    clinic.kill_and_restart(clinic.worker)
    clinic.count()


def test_the_gateway_is_away_while_the_outcome_is_unknown(clinic: Clinic) -> None:
    """The provider took it, its status finds nobody: silence means nothing until somebody listens again."""
    gateway = clinic.stack.processes["api"]
    call = Struck(clinic, "whatsapp", "/messages", kind="delay", seconds=1)
    clinic.write(1)
    call.wait_until_asked()
    gateway.kill()
    os.kill(clinic.worker.pid, signal.SIGSTOP)
    call.wait_until_taken()
    clinic.kill_and_restart(clinic.worker)
    clinic.stack.pass_time(12)  # longer than the wait for an unknown outcome
    gateway.start()
    clinic.stack.wait_ready()
    clinic.count()


def test_a_dead_workers_runs_finish_on_the_other_within_seconds(clinic: Clinic) -> None:
    stack = clinic.stack
    second = stack.add_worker("worker-1")
    second.start()
    stack.until(lambda: clinic.lives_of(second), what="the second worker", seconds=60)
    calls = Struck(clinic, "openai", "/chat/completions", kind="hang", seconds=30, count=4)
    started = clinic.write(4)
    calls.wait_until_asked(times=4)
    [at_work, *_] = stack.rows(
        "select p.pid from dbos.workflow_status w join processes p on p.id = w.executor_id"
        " where w.status = 'PENDING' and w.name = 'whatsapp.message'"
    )
    victim = next(p for p in (clinic.worker, second) if p.pid == at_work["pid"])
    struck_at = time.monotonic()
    victim.kill()
    stack.until(
        lambda: all(stack.messages_to(phone) for phone in started),
        what="answers from the other worker",
    )
    assert time.monotonic() - struck_at < 20
    clinic.count()
    second.stop()
    del stack.processes["worker-1"]
    if victim is clinic.worker:
        lives = clinic.lives_of(victim)
        victim.start()
        stack.until(lambda: clinic.lives_of(victim) > lives, what="the worker to be back", seconds=60)
