"""The description, held against what the gateway really answers, by somebody who knows nothing else of it."""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.journeys.conftest import make_database
from tests.stack import Stack

from medicalcor.core.crypto.vault import new_master_key
from medicalcor.core.database.embedded import EmbeddedPostgres

SECONDS = 40
CHECKS = (
    "not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,"
    "response_schema_conformance,negative_data_rejection,missing_required_header,unsupported_method,ignored_auth"
)
"""Not whether all that fits the schemas is taken: which payload goes with which workflow, and that a key came with
another body before, no schema can say. Nor `Allow` of OPTIONS, which the framework answers for one handler alone."""


@pytest.fixture(scope="module")
def served(postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A gateway, the worker that answers for it, and the AI's stand-in; no limits, for they would only say 429."""
    asyncio.run(make_database(postgres.url(), "schemathesis"))
    folder = tmp_path_factory.mktemp("schemathesis")
    unlimited = {"RATE_LIMITS": "off"}
    stack = Stack(postgres.url(database="schemathesis"), folder, new_master_key(), unlimited)
    try:
        stack.start("sandbox", "api", "worker-0")
        yield stack
    finally:
        stack.stop()


def test_nothing_is_answered_that_is_not_described(served: Stack, tmp_path: Path) -> None:
    run = subprocess.run(
        [
            Path(sys.executable).with_name("schemathesis"),
            "run",
            f"{served.api_url}/openapi.json",
            f"--header=Authorization: Bearer {served.env['API_SECRET_KEY']}",
            f"--checks={CHECKS}",
            "--phases=examples,coverage,fuzzing",
            f"--max-time={SECONDS}",
            "--max-examples=20",
            "--request-timeout=60",
            "--continue-on-failure",
            "--suppress-health-check=all",
            "--warnings=off",
            "--no-color",
            "--no-shrink",
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout[-12_000:] + run.stderr[-2_000:]
