"""A process that owns an embedded PostgreSQL: it says the address and the pid, waits for a line, and stops."""

import sys
from pathlib import Path

from medicalcor.core.database.embedded import EmbeddedPostgres

with EmbeddedPostgres(Path(sys.argv[1]), port=None) as server:
    sys.stdout.write(f"{server.url()} {server.pid}\n")
    sys.stdout.flush()
    sys.stdin.readline()
