"""Statements live in `.sql` files, whole, named and described; this reads them.

-- name: lead_by_id
-- What it is for.
select …
"""

import re
from functools import cache
from importlib import resources

_NAME = re.compile(r"^-- name: (\w+)\s*$", re.MULTILINE)


@cache
def statements(package: str, file: str = "queries.sql") -> dict[str, str]:
    """Name → SQL of every statement in the package's file."""
    text = resources.files(package).joinpath(file).read_text(encoding="utf-8")
    parts = _NAME.split(text)[1:]
    return {name: sql.strip().rstrip(";") for name, sql in zip(parts[::2], parts[1::2], strict=True)}
