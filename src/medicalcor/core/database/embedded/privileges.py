"""As whom PostgreSQL's programs run. They refuse to be root, so root starts them as somebody without rights.

That somebody must still reach the programs and the cluster, which often lie below a folder that only root may
enter (a checkout in a home directory, `mktemp -d`). Opening those folders would be wrong. Instead the process
keeps one capability of root's, to read and to search, and nothing else: what it may write is the cluster alone.
PostgreSQL asks with access(2), which leaves capabilities out unless the secure bit `no_setuid_fixup` is set.
"""

import os
import pwd
import shutil
import signal
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from medicalcor.core.errors import ProductError

_CAPABILITIES = ("dac_read_search", "dac_override")  # the weaker first; containers often have only the second
_UNPRIVILEGED = ("nobody", "postgres", "daemon")


class PostgresFailed(ProductError):
    """The embedded PostgreSQL does not start."""

    code = "embedded_postgres"


@dataclass(frozen=True)
class Launcher:
    """Starts programs of PostgreSQL's as `uid`; they are asked to end when the starting thread does."""

    uid: int
    gid: int
    prefix: tuple[str, ...] = ()
    popen: dict[str, Any] = field(default_factory=dict)

    def command(self, program: Path, *arguments: str) -> list[str]:
        return [*self.prefix, str(program), *arguments]

    def own(self, path: Path) -> None:
        """Give the file or folder (not what lies above it) to the user the programs run as."""
        if path.stat().st_uid != self.uid:
            os.chown(path, self.uid, self.gid)


def environment() -> dict[str, str]:
    """Nothing of ours: the process's environment holds secrets that PostgreSQL has no use for."""
    return {"PATH": os.defpath, "LC_ALL": "C"}


def launcher_for(cluster: Path, *, probe: Path) -> Launcher:
    """Who runs the cluster: its owner, else the caller, else somebody unprivileged when the caller is root.

    `probe` is a program of PostgreSQL's that says whether it can find itself.
    """
    if os.geteuid() != 0:
        return _as_caller(cluster)
    user = _user_for(cluster)
    for candidate in _candidates(user):
        tried = subprocess.run(  # noqa: S603 - our own program, no shell
            candidate.command(probe, "--bindir"),
            capture_output=True,
            check=False,
            cwd="/",
            env=environment(),
            **candidate.popen,
        )
        if tried.returncode == 0:
            return candidate
    raise PostgresFailed(
        f"PostgreSQL does not run as root, and the user {user.pw_name} may not enter {probe.parent}. "
        "Run as an ordinary user, install below a folder that everybody may enter, or set DATABASE_URL."
    )


def _as_caller(cluster: Path) -> Launcher:
    uid = os.geteuid()
    if cluster.exists() and cluster.stat().st_uid != uid:
        raise PostgresFailed(
            f"the database in {cluster} belongs to another user. Run as that user, or set MEDICALCOR_DATA_DIR."
        )
    if uid not in {user.pw_uid for user in pwd.getpwall()}:  # initdb looks the name up
        raise PostgresFailed(
            f"PostgreSQL needs a user with a name, and user {uid} has none on this machine. "
            "Run as a user that exists here, or set DATABASE_URL."
        )
    return Launcher(uid, os.getegid(), _setpriv())


def _user_for(cluster: Path) -> pwd.struct_passwd:
    """An existing cluster keeps its owner; a name is needed because initdb looks it up."""
    if cluster.exists() and (owner := cluster.stat().st_uid) != 0:
        return pwd.getpwuid(owner)
    known = {user.pw_name: user for user in pwd.getpwall()}
    for name in _UNPRIVILEGED:
        if name in known:
            return known[name]
    raise PostgresFailed(
        "PostgreSQL does not run as root and this machine has no user `nobody`. "
        "Run as an ordinary user, or set DATABASE_URL."
    )


def _candidates(user: pwd.struct_passwd) -> list[Launcher]:
    uid, gid = user.pw_uid, user.pw_gid
    identity = (f"--reuid={uid}", f"--regid={gid}", "--clear-groups")
    found = []
    for name in _CAPABILITIES if shutil.which("setpriv") else ():
        only = f"-all,+{name}"
        rights = ("--securebits=+no_setuid_fixup", f"--inh-caps={only}", f"--ambient-caps={only}")
        found.append(Launcher(uid, gid, _setpriv(*identity, *rights)))
    # without setpriv or without the right to keep a capability: good where the folders are open anyway
    return [*found, Launcher(uid, gid, popen={"user": uid, "group": gid, "extra_groups": []})]


def _setpriv(*options: str) -> tuple[str, ...]:
    """util-linux's setpriv, which also lets the kernel end the server when its supervisor is killed."""
    program = shutil.which("setpriv")
    if program is None:
        return ()
    return (program, f"--pdeathsig={signal.SIGINT.name.removeprefix('SIG')}", *options)
