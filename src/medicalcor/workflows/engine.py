"""DBOS, set up the way we need it. Nothing outside `workflows` knows that it is DBOS."""

from dbos import DBOS

SCHEMA = "dbos"


def migrate(url: str) -> None:
    """Make or bring up to date the engine's own tables."""
    DBOS.migrate(url, schema=SCHEMA)
