"""The supervisor: one thread that owns the server process from start to stop."""

import os
import signal
import subprocess
import threading
from pathlib import Path
from types import TracebackType
from typing import IO, Self
from urllib.parse import quote

from medicalcor.core import clock, ports
from medicalcor.core.database.embedded import postmaster
from medicalcor.core.database.embedded.cluster import (
    DATABASE,
    ROLE,
    SETTINGS,
    Files,
    binaries,
    ensure_cluster,
)
from medicalcor.core.database.embedded.postmaster import Progress
from medicalcor.core.database.embedded.privileges import Launcher, PostgresFailed, environment, launcher_for
from medicalcor.core.errors import ProductError
from medicalcor.core.filelock import FileLock

_SAY_EVERY_SECONDS = 2.0
_FAST_STOP_SECONDS = 20.0
_LONGEST_PAUSE_SECONDS = 5.0
_LOG_KEPT_BYTES = 20_000_000


class AlreadyRunning(ProductError):
    """Another MedicalCor already uses this data folder."""

    code = "already_running"


def _silent(_: str) -> None:
    return


def _files(data_dir: Path) -> Files:
    return Files(data_dir.resolve() / "postgres")


def _url(files: Files, *, port: int, database: str) -> str:
    password = quote(files.password.read_text(encoding="utf-8"), safe="")
    return f"postgresql://{ROLE}:{password}@{ports.LOOPBACK}:{port}/{quote(database, safe='')}"


def running_url(data_dir: Path, *, database: str = DATABASE) -> str | None:
    """The address of the server that another process runs in this data folder; None when none runs."""
    files = _files(data_dir)
    port = postmaster.port_in_use(files.cluster) if files.cluster.exists() else None
    return None if port is None else _url(files, port=port, database=database)


class EmbeddedPostgres:
    """PostgreSQL in `<data_dir>/postgres`, from `start` to `stop`; killed in between, it is started again.

    `port` None takes any free one. Both calls are synchronous and return when the server is ready, or gone.
    """

    def __init__(self, data_dir: Path, *, port: int | None, progress: Progress = _silent) -> None:
        self._files = _files(data_dir)
        self._port = port
        self._progress = progress
        self._thread: threading.Thread | None = None
        self._state = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._stopping = threading.Event()
        self._settled = threading.Event()
        self._failure: PostgresFailed | None = None
        self._is_up = False
        self._lock = FileLock(self._files.lock)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def pid(self) -> int | None:
        """Of the postmaster; another one after a restart."""
        return self._process.pid if self._process else None

    def url(self, *, database: str = DATABASE) -> str:
        """For asyncpg and psycopg alike."""
        if self._port is None:
            raise PostgresFailed("the embedded PostgreSQL has not been started")
        return _url(self._files, port=self._port, database=database)

    def start(self) -> None:
        self._files.home.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._acquire()
        try:
            launcher = self._prepare()
            self._is_up, self._failure, self._process = False, None, None
            self._stopping.clear()
            self._settled.clear()
            self._thread = threading.Thread(target=self._keep, args=(launcher,), name="postgres", daemon=True)
            self._thread.start()
            self._settled.wait()
        except BaseException:
            self.stop()
            raise
        if not self._is_up:
            self.stop()
            raise self._failure or PostgresFailed("PostgreSQL was stopped while it started")

    def stop(self) -> None:
        """Fast shutdown: sessions are ended, what is committed is on disk. Safe to call twice."""
        with self._state:
            self._stopping.set()
            process = self._process
        if self._thread and process:
            process.send_signal(signal.SIGINT)
            self._thread.join(_FAST_STOP_SECONDS)
            if self._thread.is_alive():  # the next start replays the log
                process.send_signal(signal.SIGQUIT)
        if self._thread:
            self._thread.join()
            self._thread = None
        self._lock.release()

    def _acquire(self) -> None:
        if not self._lock.acquire(note=str(os.getpid())):
            raise AlreadyRunning(
                f"MedicalCor already runs on {self._files.home.parent} (process {self._lock.note()}); "
                "stop it, or set MEDICALCOR_DATA_DIR."
            )

    def _prepare(self) -> Launcher:
        files = self._files
        if files.cluster.exists():
            postmaster.end_leftovers(files.cluster, progress=self._progress)
        if self._port is None:
            self._port = ports.any_free()
        ports.require_free(self._port, setting="POSTGRES_PORT")
        launcher = launcher_for(files.cluster, probe=binaries() / "pg_config")
        if not files.cluster.exists():
            self._progress("making the database (once)")
        ensure_cluster(files, launcher=launcher)
        return launcher

    def _keep(self, launcher: Launcher) -> None:
        """Runs in a thread of its own: the kernel ends the server when the thread that started it ends."""
        pause = 0.0
        try:
            while not self._stopping.wait(pause):
                served = self._serve(launcher)
                if self._stopping.is_set() or not (served or self._settled.is_set()):
                    return
                self._progress("PostgreSQL ended unexpectedly; starting it again")
                postmaster.end_leftovers(self._files.cluster, progress=self._progress)
                pause = 0.1 if served else min(_LONGEST_PAUSE_SECONDS, pause * 2)
        finally:
            self._settled.set()

    def _serve(self, launcher: Launcher) -> bool:
        """One life of the server, from its start to its end; whether it was ready in between."""
        with self._log() as log:
            process = self._spawn(launcher, log=log)
        if process is None:
            return False
        ready = self._await_ready(process)
        if ready:
            self._is_up = True
            self._settled.set()
        elif not self._stopping.is_set():
            self._failure = PostgresFailed(f"PostgreSQL does not start: {self._last_words()}")
        process.wait()
        return ready

    def _spawn(self, launcher: Launcher, *, log: IO[bytes]) -> subprocess.Popen[bytes] | None:
        files = self._files
        options = {
            **SETTINGS,
            "cluster_name": postmaster.mark(files.cluster),
            "listen_addresses": ports.LOOPBACK,
            "port": str(self._port),
            # relative to the cluster: the path of a socket may have 107 bytes, a data folder's may have more
            "unix_socket_directories": f"../{files.sockets.name}",
            "unix_socket_permissions": "0700",
        }
        arguments = [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
        with self._state:
            if self._stopping.is_set():
                return None
            self._process = subprocess.Popen(  # noqa: S603 - a program of the wheel's, no shell
                launcher.command(binaries() / "postgres", "-D", str(files.cluster), *arguments),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                env=environment(),
                start_new_session=True,  # Ctrl-C in a terminal is for the supervisor, which stops in order
                **launcher.popen,
            )
            return self._process

    def _await_ready(self, process: subprocess.Popen[bytes]) -> bool:
        """As long as it takes: after a crash the server replays its log first."""
        began = clock.monotonic()
        say_at = began + _SAY_EVERY_SECONDS
        while process.poll() is None:
            if postmaster.is_ready(self._files.cluster, pid=process.pid):
                return True
            now = clock.monotonic()
            if now > say_at:
                self._progress(f"PostgreSQL is starting, recovering if it has to ({now - began:.0f} s)")
                say_at = now + _SAY_EVERY_SECONDS
            if self._stopping.wait(0.01):
                return False
        return False

    def _log(self) -> IO[bytes]:
        path = self._files.log
        too_long = path.exists() and path.stat().st_size > _LOG_KEPT_BYTES
        return path.open("wb" if too_long else "ab")

    def _last_words(self) -> str:
        lines = self._files.log.read_text(encoding="utf-8", errors="replace").splitlines()[-20:]
        fatal = [line for line in lines if "FATAL:" in line or "PANIC:" in line or "error:" in line]
        return f"{(fatal or lines or ['no reason given'])[-1]} (more in {self._files.log})"
