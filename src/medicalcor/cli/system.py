"""The whole system on one machine: PostgreSQL if need be, migrations, the processes, and an orderly end."""

import asyncio
import json
import os
import signal
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from medicalcor.cli import processes
from medicalcor.cli.processes import Child, Program, Say
from medicalcor.core import clock, ports
from medicalcor.core import processes as machine
from medicalcor.core.database.embedded import EmbeddedPostgres
from medicalcor.core.errors import ProductError
from medicalcor.core.filelock import FileLock
from medicalcor.core.settings import Settings

_TICK_SECONDS = 0.1
_SAY_EVERY_SECONDS = 5.0
_HANDOVER_SECONDS = 2.0
_STOPPING_SECONDS = 30.0
_STOPPING = "stopping"
FOLLOW_PARENT = "MEDICALCOR_FOLLOW_PARENT"
"""Set by `make`, whose recipes go on when make itself is killed: the system then ends with its parent."""


class AlreadyRunning(ProductError):
    """MedicalCor already runs on this data folder."""

    code = "already_running"


class NotOurs(ProductError):
    """Only a database that we made ourselves is dropped."""

    code = "not_ours"


class _StopRequested(BaseException):
    """Somebody pressed Ctrl-C, or a service manager asked."""


@dataclass(frozen=True)
class Port:
    number: int
    setting: str


@dataclass(frozen=True)
class System:
    """What runs, and what happens between the database's start and theirs."""

    settings: Settings
    data_dir: Path
    programs: Sequence[Program]
    ports: Sequence[Port]
    prepare: Callable[["Run"], None]
    announce: Callable[["Run"], None]


class Run:
    """One run of the system, from its start to its end."""

    def __init__(self, system: System, *, say: Say) -> None:
        self.system = system
        self.say = say
        self.began = clock.monotonic()
        self.database_url = system.settings.database_url or ""
        self._parent = os.getppid()
        self._children: list[Child] = []
        self._postgres: EmbeddedPostgres | None = None
        self._supervisor_lock = FileLock(system.data_dir / "supervisor.lock")
        self._children_lock = FileLock(system.data_dir / "children.lock")

    def until_stopped(self) -> None:
        """Start everything, keep it running, and stop it in order when asked to."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, _request_stop)
        try:
            self._start()
            self._watch()
        except _StopRequested:
            self.say("stopping")
        finally:
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                signal.signal(number, signal.SIG_IGN)
            self._stop()

    def logs(self) -> Path:
        return self.system.data_dir / "logs"

    def run_once(self, program: Program) -> None:
        """A program that ends, e.g. the seed; its log is kept like the others'."""
        child = Child(program, logs=self.logs(), inherit=[self._children_lock.fileno()])
        self._children.append(child)
        child.start()
        self._note_children()
        code = child.wait()
        self._children.remove(child)
        if code != 0:
            raise processes.ChildFailed(f"{program.name} failed: {child.last_words()}")

    def empty_database(self) -> None:
        """Drop the embedded server's database and make it again; one that is not ours is left alone."""
        if self._postgres is None:
            raise NotOurs("the seed was interrupted in the database that DATABASE_URL names; empty it first.")
        from medicalcor.core.database.pool import connect

        async def recreate(url: str) -> None:
            connection = await connect(url)
            try:
                await connection.execute("drop database medicalcor with (force)")
                await connection.execute("create database medicalcor")
            finally:
                await connection.close()

        asyncio.run(recreate(self._postgres.url(database="postgres")))

    def _start(self) -> None:
        self.system.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.logs().mkdir(mode=0o700, exist_ok=True)
        self._take_over()
        for port in self.system.ports:
            ports.require_free(port.number, setting=port.setting, host=self.system.settings.bind_host)
        self._start_database()
        self.system.prepare(self)
        self._start_children()
        self.system.announce(self)

    def _take_over(self) -> None:
        """Be the only run on this data folder; wait for, then end, what a killed one left behind."""
        began = clock.monotonic()
        while not self._supervisor_lock.acquire(note=f"process {os.getpid()}"):
            note = self._supervisor_lock.note()
            patience = _STOPPING_SECONDS if note == _STOPPING else _HANDOVER_SECONDS
            if clock.monotonic() - began > patience:
                raise AlreadyRunning(
                    f"MedicalCor already runs on {self.system.data_dir} ({note}); stop it, or set MEDICALCOR_DATA_DIR."
                )
            _pause()
        began = clock.monotonic()
        while not self._children_lock.acquire(note="[]"):
            if clock.monotonic() - began > _HANDOVER_SECONDS:
                self.say("ending what an earlier run left behind")
                self._end_orphans()
            _pause()

    def _end_orphans(self) -> None:
        """Their supervisor is dead, and they still hold the lock they inherited from it."""
        known = json.loads(self._children_lock.note() or "[]")
        lines = machine.command_lines()
        machine.send([pid for pid in known if "medicalcor" in lines.get(pid, "")], signal.SIGKILL)

    def _start_database(self) -> None:
        settings = self.system.settings
        if settings.database_url is None:
            self._postgres = EmbeddedPostgres(
                self.system.data_dir, port=settings.postgres_port, progress=self.say
            )
            self._postgres.start()
            self.database_url = self._postgres.url()
        os.environ["DATABASE_URL"] = self.database_url
        os.environ["MEDICALCOR_DATA_DIR"] = str(self.system.data_dir)

    def _start_children(self) -> None:
        for program in self.system.programs:
            child = Child(program, logs=self.logs(), inherit=[self._children_lock.fileno()])
            self._children.append(child)
            child.start()
        self._note_children()
        say_at = clock.monotonic() + _SAY_EVERY_SECONDS
        while waiting := [child.program.name for child in self._children if not child.check_ready()]:
            self._tick()
            if clock.monotonic() > say_at:
                self.say(f"waiting for {', '.join(waiting)}")
                say_at = clock.monotonic() + _SAY_EVERY_SECONDS

    def _watch(self) -> None:
        while True:
            self._tick()
            if os.environ.get(FOLLOW_PARENT) and os.getppid() != self._parent:
                raise _StopRequested

    def _tick(self) -> None:
        before = [child.pid for child in self._children]
        for child in self._children:
            child.watch(say=self.say)
        if before != [child.pid for child in self._children]:
            self._note_children()
        _pause()

    def _note_children(self) -> None:
        self._children_lock.write(json.dumps([child.pid for child in self._children if child.pid]))

    def _stop(self) -> None:
        """Those who take work first, then those who do it, then what they work on."""
        if not self._supervisor_lock.is_held:
            return
        self._supervisor_lock.write(_STOPPING)
        last = [child for child in self._children if child.program.name == "sandbox"]
        processes.stop([child for child in self._children if child not in last], say=self.say)
        processes.stop(last, say=self.say)
        if self._postgres:
            self._postgres.stop()
        self._children_lock.release()
        self._supervisor_lock.release()


def _request_stop(_number: int, _frame: FrameType | None) -> None:
    raise _StopRequested


def _pause() -> None:
    threading.Event().wait(_TICK_SECONDS)


def migrate(run: Run) -> None:
    """Both sets of migrations, before anything reads the tables."""
    from medicalcor.cli import migrate as command

    applied = command.run(run.database_url)
    if applied:
        run.say(f"database brought up to date ({len(applied)} migrations)")


def is_empty(url: str) -> bool:
    """Whether nothing has ever happened in this database."""
    from medicalcor.core.database.pool import connect

    async def ask() -> bool:
        connection = await connect(url)
        try:
            return not await connection.fetchval("select exists (select from domain_events)")
        finally:
            await connection.close()

    return asyncio.run(ask())


def core_programs(settings: Settings) -> list[Program]:
    host = "127.0.0.1" if settings.bind_host == "0.0.0.0" else settings.bind_host  # noqa: S104 - a comparison
    return [
        Program("api", ready_url=f"http://{host}:{settings.api_port}/ready"),
        Program("worker"),
        Program("web", ready_url=f"http://{host}:{settings.web_port}/live"),
    ]


def core_ports(settings: Settings) -> list[Port]:
    return [Port(settings.api_port, "API_PORT"), Port(settings.web_port, "WEB_PORT")]
