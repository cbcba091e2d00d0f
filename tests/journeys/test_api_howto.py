"""The examples of docs/howto/api.md, run as they stand there."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.practice import practice_of
from tests.stack import Stack

PAGE = Path(__file__).parents[2] / "docs" / "howto" / "api.md"
EXAMPLES = re.findall(r"^```sh\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)[1:]


@pytest.fixture
def stack(own_system: Stack) -> Stack:
    """With a practice, for the examples that book."""
    practice_of(own_system)
    return own_system


@pytest.mark.skipif(shutil.which("curl") is None, reason="needs curl")
@pytest.mark.parametrize("example", EXAMPLES, ids=range(len(EXAMPLES)))
def test_an_example_works(stack: Stack, example: str) -> None:
    surroundings = {**stack.env, "API": stack.api_url, "KEY": stack.env["API_SECRET_KEY"]}
    run = subprocess.run(["sh", "-c", example], env=surroundings, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    assert json.loads(run.stdout)
