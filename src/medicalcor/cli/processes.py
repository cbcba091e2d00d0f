"""Child processes under one supervisor: started, watched, started again, and ended in order."""

import http.client
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from medicalcor.cli.environment import SUPERVISED
from medicalcor.core import clock
from medicalcor.core.errors import ProductError

Say = Callable[[str], None]

_FIRST_PAUSE_SECONDS = 0.2
_LONGEST_PAUSE_SECONDS = 10.0
_STEADY_AFTER_SECONDS = 30.0
_TRIES_TO_START = 3
_STOP_SECONDS = 10.0
_LOG_KEPT_BYTES = 50_000_000


class ChildFailed(ProductError):
    """A process of the system does not start."""

    code = "child_failed"


@dataclass(frozen=True)
class Program:
    """One of our commands as a process of its own."""

    name: str
    ready_url: str | None = None
    """Answers once the process serves; None for a process that serves nothing."""
    environment: Mapping[str, str] = field(default_factory=dict)
    arguments: Sequence[str] = ()


class Child:
    """A program's current process. Its standard input is a pipe whose end tells it that we are gone."""

    def __init__(self, program: Program, *, logs: Path, inherit: Sequence[int] = ()) -> None:
        self.program = program
        self.log = logs / f"{program.name}.log"
        self.is_ready = False
        self._inherit = tuple(inherit)
        self._process: subprocess.Popen[bytes] | None = None
        self._started = 0.0
        self._deaths = 0
        self._start_at = 0.0

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    def start(self) -> None:
        self._started = clock.monotonic()
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "medicalcor", self.program.name, *self.program.arguments],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                env={**os.environ, **self.program.environment, SUPERVISED: "1", "PYTHONUNBUFFERED": "1"},
                start_new_session=True,  # Ctrl-C in a terminal is for the supervisor, which stops in order
                pass_fds=self._inherit,
            )

    def watch(self, *, say: Say) -> None:
        """Notice a death, and start the process again after a pause that grows with every early one."""
        self._roll_log()
        if self._process is None:
            if clock.monotonic() >= self._start_at:
                self.start()
            return
        code = self._process.poll()
        if code is None:
            return
        self._close()
        lived = clock.monotonic() - self._started
        self._deaths = 1 if lived > _STEADY_AFTER_SECONDS else self._deaths + 1
        if not self.is_ready and self._deaths >= _TRIES_TO_START:
            raise ChildFailed(f"{self.program.name} does not start: {self.last_words()}")
        pause = min(_LONGEST_PAUSE_SECONDS, _FIRST_PAUSE_SECONDS * 2 ** (self._deaths - 1))
        self._start_at = clock.monotonic() + pause
        say(f"{self.program.name} ended ({_in_words(code)}); starting it again")

    def check_ready(self) -> bool:
        if not self.is_ready and self._process is not None:
            self.is_ready = self.program.ready_url is None or answers(self.program.ready_url)
        return self.is_ready

    def wait(self) -> int:
        """To the end, for a process that has one."""
        if self._process is None:
            raise RuntimeError("the process has not been started")
        return self._process.wait()

    def terminate(self) -> None:
        if self._process is not None:
            self._process.terminate()

    def finish(self, *, deadline: float) -> bool:
        """Wait until the process has ended, and make it end at the deadline; whether it ended by itself."""
        if self._process is None:
            return True
        try:
            self._process.wait(max(0.0, deadline - clock.monotonic()))
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
            return False
        finally:
            self._close()
        return True

    def _close(self) -> None:
        if self._process is not None and self._process.stdin is not None:
            self._process.stdin.close()
        self._process = None

    def last_words(self) -> str:
        lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()
        spoken = [line.strip() for line in lines if line.strip()]
        return f"{spoken[-1] if spoken else 'it said nothing'} (more in {self.log})"

    def _roll_log(self) -> None:
        """The process keeps writing to the same file, so that is emptied rather than moved."""
        if self.log.exists() and self.log.stat().st_size > _LOG_KEPT_BYTES:
            shutil.copyfile(self.log, self.log.with_suffix(".log.1"))
            os.truncate(self.log, 0)


def stop(children: Sequence[Child], *, say: Say) -> None:
    """End these together, by force after some seconds."""
    deadline = clock.monotonic() + _STOP_SECONDS
    for child in children:
        child.terminate()
    for child in children:
        if not child.finish(deadline=deadline):
            say(f"{child.program.name} did not stop in time and was ended")


def answers(url: str) -> bool:
    """Whether somebody serves there and is not in trouble."""
    address = urlsplit(url)
    connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=2)
    try:
        connection.request("GET", address.path or "/")
        return connection.getresponse().status < 500
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _in_words(code: int) -> str:
    return f"exit code {code}" if code >= 0 else f"killed by {signal.Signals(-code).name}"
