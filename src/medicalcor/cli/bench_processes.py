"""The system's processes, for a benchmark that brings its own."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from medicalcor.core import clock
from medicalcor.core.errors import ProductError

_START_SECONDS = 30.0
_STOP_SECONDS = 30.0
_KEPT = ("PATH", "PYTHONPATH", "LANG", "HOME")


class BenchFailed(ProductError):
    """The benchmark could not be run."""

    code = "bench_failed"


@contextmanager
def process(command: str, environment: Mapping[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """`medicalcor <command>` with these settings and none of ours, ended at the end."""
    kept = {name: value for name, value in os.environ.items() if name in _KEPT}
    started = subprocess.Popen([sys.executable, "-m", "medicalcor", command], env={**kept, **environment})
    try:
        yield started
    finally:
        started.terminate()
        try:
            started.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            started.kill()
            started.wait()


def wait_until_ready(url: str, started: subprocess.Popen[bytes]) -> float:
    """Seconds until the gateway said that it is ready."""
    import httpx

    began = clock.monotonic()
    with httpx.Client(base_url=url, trust_env=False) as client:
        while clock.monotonic() - began < _START_SECONDS and started.poll() is None:
            try:
                if client.get("/ready").status_code == httpx.codes.OK:
                    return round(clock.monotonic() - began, 3)
            except httpx.TransportError:
                continue
    raise BenchFailed("The gateway did not get ready; its lines above say why.")


def cpu_seconds(pid: int) -> float:
    """Processor time of a process and its children so far, where the system tells."""
    ticks = os.sysconf("SC_CLK_TCK")
    return sum(_ticks(one) for one in (pid, *_children(pid))) / ticks


def _ticks(pid: int) -> int:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    except FileNotFoundError:
        return 0
    return int(fields[11]) + int(fields[12])


def _children(pid: int) -> list[int]:
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except FileNotFoundError:
        return []
