"""`up` and `demo` stand on one supervisor: what it does when its children, or it itself, are killed."""

import json
import os
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from medicalcor.core import clock, ports, processes

SMALL_SYSTEM = Path(__file__).with_name("small_system.py")


class Running:
    """The small system as a process, and what it says."""

    def __init__(self, data_dir: Path, **environment: str) -> None:
        self.environment = {
            **os.environ,
            "MEDICALCOR_DATA_DIR": str(data_dir),
            "POSTGRES_PORT": str(ports.any_free()),
            "SANDBOX_PORT": str(ports.any_free()),
            "PYTHONPATH": os.pathsep.join(sys.path),
            **environment,
        }
        self.environment.pop("DATABASE_URL", None)
        self.data_dir = data_dir
        self.start()

    def start(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, str(SMALL_SYSTEM)],
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def until(self, said: str) -> None:
        assert self.process.stdout is not None
        heard = []
        for line in self.process.stdout:
            heard.append(line)
            if said in line:
                return
        pytest.fail(f"never said {said!r}, but: {''.join(heard)}")

    def end(self, number: signal.Signals) -> tuple[int, str]:
        self.process.send_signal(number)
        said, _ = self.process.communicate(timeout=60)
        return self.process.returncode, said

    def sandbox_answers(self) -> bool:
        url = f"http://127.0.0.1:{self.environment['SANDBOX_PORT']}/_sandbox/calls"
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def alive(self) -> list[str]:
        """What is left of it: PostgreSQL, by its port."""
        mark = f" port={self.environment['POSTGRES_PORT']} "
        return [line for line in processes.command_lines().values() if mark in line]


@pytest.fixture
def system(tmp_path: Path) -> Iterator[Running]:
    running = Running(tmp_path / "data")
    running.until("ready")
    yield running
    if running.process.poll() is None:
        running.end(signal.SIGTERM)
    assert running.process.stdout is not None
    running.process.stdout.close()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_stop_ends_everything_within_seconds(system: Running, number: signal.Signals) -> None:
    assert system.sandbox_answers()
    began = clock.monotonic()
    code, said = system.end(number)
    assert (code, "stopping" in said) == (0, True)
    assert clock.monotonic() - began < 10
    assert not system.sandbox_answers()
    assert system.alive() == []


def test_a_killed_child_is_started_again(system: Running) -> None:
    child = sandbox_pid(system)
    os.kill(child, signal.SIGKILL)
    system.until("sandbox ended (killed by SIGKILL); starting it again")
    wait_for_sandbox(system)
    assert sandbox_pid(system) != child


def test_a_start_after_kill_9_of_the_supervisor_finds_everything_free(system: Running) -> None:
    system.end(signal.SIGKILL)
    system.start()
    system.until("ready")
    assert system.sandbox_answers()


def test_a_start_after_kill_9_ends_a_child_that_is_stuck(system: Running) -> None:
    """Stopped in its tracks, it cannot notice that its supervisor is gone."""
    child = sandbox_pid(system)
    os.kill(child, signal.SIGSTOP)
    system.end(signal.SIGKILL)
    system.start()
    system.until("ending what an earlier run left behind")
    system.until("ready")
    assert sandbox_pid(system) != child


def test_a_second_start_says_that_the_first_runs(system: Running) -> None:
    second = Running(system.data_dir, SANDBOX_PORT=system.environment["SANDBOX_PORT"])
    said, _ = second.process.communicate(timeout=30)
    assert second.process.returncode == 1
    assert f"already runs on {system.data_dir} (process {system.process.pid})" in said
    assert len(said.splitlines()) == 1


def test_a_taken_port_is_named_before_anything_starts(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        refused = Running(tmp_path / "data", SANDBOX_PORT=str(port))
        said, _ = refused.process.communicate(timeout=30)
    assert said == f"error: port {port} is taken by another program; set SANDBOX_PORT to a free one\n"
    assert not (tmp_path / "data" / "postgres").exists()


def test_the_database_comes_back_after_kill_9(system: Running) -> None:
    mark = f" port={system.environment['POSTGRES_PORT']} "
    (postmaster,) = [pid for pid, line in processes.command_lines().items() if mark in line]
    os.kill(postmaster, signal.SIGKILL)
    system.until("PostgreSQL ended unexpectedly; starting it again")


def sandbox_pid(system: Running) -> int:
    wait_for_sandbox(system)
    (pid,) = json.loads((system.data_dir / "children.lock").read_text())
    return int(pid)


def wait_for_sandbox(system: Running) -> None:
    began = clock.monotonic()
    while not system.sandbox_answers():
        assert clock.monotonic() - began < 20, "the sandbox does not answer"
