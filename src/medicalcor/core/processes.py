"""What runs on this machine, as the system tells it rather than a pid file."""

import os
import signal
import subprocess
from collections.abc import Iterable
from pathlib import Path

_PROC = Path("/proc")


def command_lines() -> dict[int, str]:
    """Every process's command line, its words separated by blanks. A zombie has none and is left out."""
    if not _PROC.is_dir():
        return _by_ps()
    found: dict[int, str] = {}
    for entry in _PROC.iterdir():
        if not entry.name.isdigit():
            continue
        try:
            words = (entry / "cmdline").read_bytes()
        except OSError:
            continue  # it ended while we looked
        if words:
            found[int(entry.name)] = words.replace(b"\0", b" ").decode(errors="replace")
    return found


def _by_ps() -> dict[int, str]:
    listed = subprocess.run(["ps", "-axo", "pid=,command="], capture_output=True, text=True, check=True)  # noqa: S607 - where there is no /proc, ps is part of the system
    rows = (line.split(maxsplit=1) for line in listed.stdout.splitlines())
    return {int(row[0]): row[1] for row in rows if len(row) == 2}


def send(pids: Iterable[int], number: signal.Signals) -> None:
    """Signal those that still live."""
    for pid in pids:
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            continue
