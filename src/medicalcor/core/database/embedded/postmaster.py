"""The processes of a cluster, looked up truthfully: by what runs, not by what a pid file says."""

import signal
from collections.abc import Callable
from pathlib import Path
from threading import Event

from medicalcor.core import clock, processes

Progress = Callable[[str], None]

_PID_LINE, _PORT_LINE, _STATUS_LINE = 0, 3, 7  # of postmaster.pid, see PostgreSQL's miscadmin.h
_PATIENCE_SECONDS = 30.0
_SAY_AFTER_SECONDS = 2.0


def mark(cluster: Path) -> str:
    """The name the cluster's processes carry in their titles: the folder's identity, wherever it is moved to."""
    status = cluster.stat()
    return f"medicalcor-{status.st_dev:x}-{status.st_ino:x}"


def pid_file(cluster: Path) -> list[str]:
    try:
        return (cluster / "postmaster.pid").read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return []


def is_ready(cluster: Path, *, pid: int) -> bool:
    """The postmaster writes its state into its own pid file; recovery is over once it says so."""
    lines = pid_file(cluster)
    if len(lines) <= _STATUS_LINE or lines[_PID_LINE] != str(pid):
        return False
    return lines[_STATUS_LINE].strip() == "ready"


def port_in_use(cluster: Path) -> int | None:
    """The port of the server that runs on this cluster now."""
    lines = pid_file(cluster)
    if len(lines) <= _STATUS_LINE or int(lines[_PID_LINE]) not in running(mark(cluster)):
        return None
    return int(lines[_PORT_LINE])


def running(name: str) -> list[int]:
    """Everything alive that carries the mark."""
    title, option = f"postgres: {name}: ", f" cluster_name={name} "
    lines = processes.command_lines().items()
    return [pid for pid, line in lines if line.startswith(title) or option in f"{line} "]


def end_leftovers(cluster: Path, *, progress: Progress) -> None:
    """Stop what a killed supervisor left running, so that the cluster can be started afresh.

    Call it only while holding the cluster's lock: then nobody else can own those processes.
    """
    name = mark(cluster)
    left = running(name)
    if left:
        progress("stopping the PostgreSQL that an earlier run left behind")
        postmaster = [int(line) for line in pid_file(cluster)[:1]]
        processes.send([pid for pid in left if pid in postmaster] or left, signal.SIGINT)
        processes.send(left, signal.SIGCONT)  # one that was stopped hears nothing
        _wait_until_gone(name, progress=progress)
    _forget_stale_pid_file(cluster)


def _wait_until_gone(name: str, *, progress: Progress) -> None:
    began, pause = clock.monotonic(), Event()
    say_at, impatient = began + _SAY_AFTER_SECONDS, began + _PATIENCE_SECONDS
    while left := running(name):
        now = clock.monotonic()
        if now > say_at:
            progress(f"waiting for the earlier PostgreSQL to stop ({now - began:.0f} s)")
            say_at = now + _SAY_AFTER_SECONDS
        if now > impatient:  # harmless to what is committed: the next start replays the log
            processes.send(left, signal.SIGQUIT if now < impatient + _PATIENCE_SECONDS else signal.SIGKILL)
        pause.wait(0.02)


def _forget_stale_pid_file(cluster: Path) -> None:
    """A pid that now belongs to somebody else, or to a zombie, would keep PostgreSQL from starting.

    Where that somebody is a PostgreSQL that does not carry our mark, the file stays and PostgreSQL decides.
    """
    lines = pid_file(cluster)
    if not lines:
        return
    owner = processes.command_lines().get(int(lines[_PID_LINE]), "")
    if "postgres" not in owner.partition(" ")[0]:
        (cluster / "postmaster.pid").unlink(missing_ok=True)
