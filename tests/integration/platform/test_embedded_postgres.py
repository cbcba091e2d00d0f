"""The embedded server through what happens to it: kills, leftovers, stale files, foreign ports, closed folders."""

import asyncio
import os
import pwd
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import asyncpg
import psycopg
import pytest

from medicalcor.core import clock
from medicalcor.core.database.embedded import EmbeddedPostgres, running_url
from medicalcor.core.database.embedded.postmaster import mark, running
from medicalcor.core.database.embedded.server import AlreadyRunning
from medicalcor.core.ports import PortTaken, any_free

OWNER = Path(__file__).with_name("owner.py")
IS_ROOT = os.geteuid() == 0


@pytest.fixture
def closed_folder() -> Iterator[Path]:
    """As after `mktemp -d`: nobody but the caller may enter."""
    with tempfile.TemporaryDirectory(prefix="mc-") as name:
        folder = Path(name)
        folder.chmod(0o700)
        yield folder


@contextmanager
def owned_by_another_process(
    data_dir: Path, *, prefix: tuple[str, ...] = ()
) -> Iterator[tuple[subprocess.Popen[str], str, int]]:
    process = subprocess.Popen(
        [*prefix, sys.executable, str(OWNER), str(data_dir)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "HOME": str(data_dir)},
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        url, pid = process.stdout.readline().split()
        yield process, url, int(pid)
    finally:
        if process.poll() is None:
            process.stdin.write("stop\n")
        process.communicate(timeout=30)


def ask(url: str, sql: str, *, patience: float = 10) -> object:
    """The first value; tried again while the server is coming back."""
    give_up = clock.monotonic() + patience
    while True:
        try:
            with psycopg.connect(url, autocommit=True) as connection:
                cursor = connection.execute(sql)
                row = cursor.fetchone() if cursor.description else None
                return row[0] if row else None
        except psycopg.OperationalError:
            if clock.monotonic() > give_up:
                raise


def test_serves_both_drivers_durably_and_without_a_superuser(closed_folder: Path) -> None:
    with EmbeddedPostgres(closed_folder, port=None) as server:
        assert ask(server.url(), "select rolsuper from pg_roles where rolname = current_user") is False
        for name, value in {
            "fsync": "on",
            "synchronous_commit": "on",
            "data_checksums": "on",
            "listen_addresses": "127.0.0.1",
            "password_encryption": "scram-sha-256",
        }.items():
            assert ask(server.url(), f"show {name}") == value
        assert (
            ask(server.url(), "select datlocale from pg_database where datname = 'medicalcor'") == "C.UTF-8"
        )

        async def by_asyncpg() -> str:
            connection = await asyncpg.connect(server.url())
            try:
                return str(await connection.fetchval("select current_database()"))
            finally:
                await connection.close()

        assert asyncio.run(by_asyncpg()) == "medicalcor"


def test_nobody_signs_in_without_the_password(closed_folder: Path) -> None:
    with EmbeddedPostgres(closed_folder, port=None) as server:
        for user in ("medicalcor", "postgres"):
            with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
                psycopg.connect(server.url(), user=user, password="guess")
        assert (closed_folder / "postgres" / "password").stat().st_mode & 0o777 == 0o600


def test_parents_keep_their_modes_and_the_server_is_not_root(closed_folder: Path) -> None:
    inner = closed_folder / "inner"
    inner.mkdir(mode=0o700)
    with EmbeddedPostgres(inner / "data", port=None) as server:
        assert server.pid is not None
        assert Path(f"/proc/{server.pid}").stat().st_uid != 0
        assert closed_folder.stat().st_mode & 0o777 == 0o700
        assert inner.stat().st_mode & 0o777 == 0o700


def test_runs_for_an_ordinary_user(closed_folder: Path) -> None:
    prefix: tuple[str, ...] = ()
    data_dir = closed_folder
    if IS_ROOT:  # become somebody; reading what root installed is all that is kept
        user = pwd.getpwnam("nobody")
        setpriv = shutil.which("setpriv")
        assert setpriv, "util-linux is part of Debian"
        data_dir = closed_folder / "theirs"
        data_dir.mkdir(mode=0o700)
        os.chown(data_dir, user.pw_uid, user.pw_gid)
        keep = "-all,+dac_read_search"
        identity = (f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups")
        rights = ("--securebits=+no_setuid_fixup", f"--inh-caps={keep}", f"--ambient-caps={keep}")
        prefix = (setpriv, *identity, *rights)
    with owned_by_another_process(data_dir, prefix=prefix) as (_, url, pid):
        assert ask(url, "select 1") == 1
        assert Path(f"/proc/{pid}").stat().st_uid == data_dir.stat().st_uid


def test_what_is_committed_outlives_kill_9_of_the_server(closed_folder: Path) -> None:
    with EmbeddedPostgres(closed_folder, port=None) as server:
        ask(server.url(), "create table kept as select generate_series(1, 2000) as n")
        before = server.pid
        assert before is not None
        os.kill(before, signal.SIGKILL)
        assert ask(server.url(), "select count(*) from kept") == 2000
        assert server.pid != before


def test_the_next_start_replaces_what_a_killed_owner_left(closed_folder: Path) -> None:
    """The server is stopped in its tracks first, so that it cannot end by itself when its owner dies."""
    with owned_by_another_process(closed_folder) as (owner, url, pid):
        ask(url, "create table kept as select 1 as n")
        os.kill(pid, signal.SIGSTOP)
        owner.kill()
        owner.wait()
        assert pid in running(mark(closed_folder / "postgres" / "cluster"))
        with EmbeddedPostgres(closed_folder, port=None) as server:
            assert pid not in running(mark(closed_folder / "postgres" / "cluster"))
            assert ask(server.url(), "select n from kept") == 1


def test_the_server_ends_with_its_killed_owner(closed_folder: Path) -> None:
    with owned_by_another_process(closed_folder) as (owner, _, pid):
        descriptor = os.pidfd_open(pid)
        owner.kill()
        ended, _, _ = select.select([descriptor], [], [], 20)
        os.close(descriptor)
        assert ended, "the server went on without its owner"


def test_a_second_owner_is_told_so(closed_folder: Path) -> None:
    with (
        EmbeddedPostgres(closed_folder, port=None),
        pytest.raises(AlreadyRunning, match="MEDICALCOR_DATA_DIR"),
    ):
        EmbeddedPostgres(closed_folder, port=None).start()


def test_a_taken_port_is_named_with_its_setting(closed_folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(PortTaken, match=f"port {port} is taken by another program; set POSTGRES_PORT"):
            EmbeddedPostgres(closed_folder, port=port).start()


@pytest.mark.parametrize("somebody", [os.getpid, lambda: 1])
def test_a_stale_pid_file_is_seen_through(closed_folder: Path, somebody: Callable[[], int]) -> None:
    """After a power cut the pid in the file may be anybody's."""
    with EmbeddedPostgres(closed_folder, port=None):
        pass
    stale = closed_folder / "postgres" / "cluster" / "postmaster.pid"
    stale.write_text(f"{somebody()}\n{stale.parent}\n1700000000\n5433\n\n127.0.0.1\n1 1\nready   \n")
    with EmbeddedPostgres(closed_folder, port=None) as server:
        assert ask(server.url(), "select 1") == 1


def test_an_interrupted_first_start_is_begun_again(closed_folder: Path) -> None:
    unfinished = closed_folder / "postgres" / "cluster.new"
    (unfinished / "base").mkdir(parents=True)
    (unfinished / "PG_VERSION").write_text("18\n")
    with EmbeddedPostgres(closed_folder, port=None) as server:
        assert ask(server.url(), "select 1") == 1
    assert not unfinished.exists()


def test_a_cluster_of_another_version_is_refused_with_the_way_out(closed_folder: Path) -> None:
    with EmbeddedPostgres(closed_folder, port=None):
        pass
    (closed_folder / "postgres" / "cluster" / "PG_VERSION").write_text("17\n")
    with pytest.raises(Exception, match=r"made by PostgreSQL 17, and this is 18"):
        EmbeddedPostgres(closed_folder, port=None).start()


def test_others_find_the_running_server(closed_folder: Path) -> None:
    assert running_url(closed_folder) is None
    port = any_free()
    with EmbeddedPostgres(closed_folder, port=port) as server:
        assert running_url(closed_folder) == server.url()
    assert running_url(closed_folder) is None


def test_stop_leaves_nothing_and_start_works_again(closed_folder: Path) -> None:
    server = EmbeddedPostgres(closed_folder, port=None)
    server.start()
    url = server.url()
    session = psycopg.connect(url)  # does not hold the stop up
    server.stop()
    server.stop()
    session.close()
    assert running(mark(closed_folder / "postgres" / "cluster")) == []
    server.start()
    assert ask(server.url(), "select 1") == 1
    server.stop()


def test_the_log_holds_no_values_of_rows(closed_folder: Path) -> None:
    with EmbeddedPostgres(closed_folder, port=None) as server:
        ask(server.url(), "create table people (phone text primary key)")
        ask(server.url(), "insert into people values ('+40722999888')")
        with pytest.raises(psycopg.errors.UniqueViolation):
            ask(server.url(), "insert into people values ('+40722999888')")
    log = (closed_folder / "postgres" / "server.log").read_text()
    assert "duplicate key" in log
    assert "+40722999888" not in log
