"""Where the stories' processes come from: one that has imported the whole system, and forks.

Importing takes a worker three seconds of a processor, and the stories start some two hundred processes. Each is what
`medicalcor …` is from the first line of `main` on: of its own session, environment and log, and dead when it is killed.
That the command starts from nothing as well is shown where it is run as a person runs it (`tests/integration/platform`,
`tests/integration/api/test_gateway_durability.py`, `.ci/smoke.py`).
"""

import atexit
import importlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

IMPORTED = ("cli.serve", "cli.sandbox", "asgi", "api.app", "web.app", "sandbox.app", "workflows.engine")


@dataclass(frozen=True)
class Child:
    """One that was forked. Its descriptor stays its own, whoever gets its number later."""

    pid: int
    descriptor: int

    def send(self, number: signal.Signals) -> None:
        signal.pidfd_send_signal(self.descriptor, number)

    def ended(self, *, within: float = 0) -> bool:
        waiting = select.poll()
        waiting.register(self.descriptor, select.POLLIN)
        return bool(waiting.poll(within * 1000))


def born(args: Sequence[str], *, env: Mapping[str, str], log: Path) -> Child:
    """`medicalcor` with these arguments; what it writes is appended to `log`."""
    door = _open()
    door.send(json.dumps({"args": list(args), "env": dict(env), "log": str(log)}).encode())
    pid, [descriptor], _, _ = socket.recv_fds(door, 64, 1)
    return Child(int(pid), descriptor)


@cache
def _open() -> socket.socket:
    """The way to the process that forks; it ends when nobody is left at the other side."""
    ours, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with its:
        one = subprocess.Popen(
            [sys.executable, "-P", __file__, str(its.fileno())],
            pass_fds=[its.fileno()],
            stdin=subprocess.DEVNULL,
        )
    atexit.register(lambda: (ours.close(), one.wait()))
    return ours


def _fork_for_all_who_ask(door: socket.socket) -> None:
    for module in IMPORTED:
        importlib.import_module(f"medicalcor.{module}")
    children: set[int] = set()
    while asked := door.recv(1 << 20):
        child = os.fork()
        if child == 0:
            door.close()
            _become(**json.loads(asked))
        descriptor = os.pidfd_open(child)
        socket.send_fds(door, [str(child).encode()], [descriptor])
        os.close(descriptor)
        children = {one for one in children | {child} if os.waitpid(one, os.WNOHANG) == (0, 0)}


def _become(args: Sequence[str], env: Mapping[str, str], log: str) -> None:
    os.setsid()
    out = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    for standard in (1, 2):
        os.dup2(out, standard)
    os.close(out)
    os.environ.clear()
    os.environ.update(env)
    sys.argv = ["medicalcor", *args]
    importlib.import_module("medicalcor.cli.main").main()
    raise SystemExit


if __name__ == "__main__":
    with socket.socket(fileno=int(sys.argv[1])) as opened:
        _fork_for_all_who_ask(opened)
