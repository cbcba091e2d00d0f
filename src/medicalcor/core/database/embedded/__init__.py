"""A PostgreSQL of our own for one machine: the binaries of a wheel under a small supervisor."""

from medicalcor.core.database.embedded.server import EmbeddedPostgres, running_url

__all__ = ["EmbeddedPostgres", "running_url"]
