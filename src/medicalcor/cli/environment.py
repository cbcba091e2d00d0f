"""The process's surroundings: the data folder, files of settings, and the supervisor it may have."""

import os
import shlex
import signal
import sys
import threading
from collections.abc import Mapping
from pathlib import Path

SUPERVISED = "MEDICALCOR_SUPERVISED"
"""Set for children of a supervisor; their standard input ends when it does."""

_GRACE_SECONDS = 8.0


def data_dir() -> Path:
    return Path(os.environ.get("MEDICALCOR_DATA_DIR") or ".medicalcor").resolve()


def demo_env(folder: Path) -> Path:
    return folder / "demo.env"


def read_env_file(path: Path) -> dict[str, str]:
    """`NAME=value` a line, quoted as for a shell; blank lines and comments are passed over."""
    lines = (line.strip() for line in path.read_text(encoding="utf-8").splitlines())
    pairs = (line.partition("=") for line in lines if line and not line.startswith("#"))
    return {name.strip(): "".join(shlex.split(value)) for name, _, value in pairs}


def adopt(values: Mapping[str, str]) -> None:
    """Into the environment, where what is set already wins."""
    for name, value in values.items():
        if not os.environ.get(name) and not os.environ.get(f"{name}_FILE"):
            os.environ[name] = value


def join_demo() -> None:
    """Work on the demo that runs in the data folder, unless a database is named."""
    if os.environ.get("DATABASE_URL") or os.environ.get("DATABASE_URL_FILE"):
        return
    from medicalcor.core.database.embedded import running_url

    folder = data_dir()
    if demo_env(folder).is_file():
        adopt(read_env_file(demo_env(folder)))
    url = running_url(folder)
    if url:
        os.environ["DATABASE_URL"] = url


def end_with_supervisor() -> None:
    """A child must not outlive a supervisor that was killed: the next start needs its port."""
    if os.environ.pop(SUPERVISED, ""):
        threading.Thread(target=_wait_for_end, name="supervisor-watch", daemon=True).start()


def _wait_for_end() -> None:
    while os.read(sys.stdin.fileno(), 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
    threading.Event().wait(_GRACE_SECONDS)
    os._exit(1)
