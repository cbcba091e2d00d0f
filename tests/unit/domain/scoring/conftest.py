from typing import Any

import pytest
from scoring_conversations import FRESH, OWN, SHARED, VOICES, read_cases


@pytest.fixture(scope="session")
def own_cases() -> list[dict[str, Any]]:
    return read_cases(OWN)


@pytest.fixture(scope="session")
def voices() -> list[dict[str, Any]]:
    return read_cases(VOICES)


@pytest.fixture(scope="session")
def fresh() -> list[dict[str, Any]]:
    return read_cases(FRESH)


@pytest.fixture(scope="session")
def shared_cases() -> list[dict[str, Any]]:
    if not SHARED.exists():
        pytest.skip("the shared labelled cases lie beside the repository and are not here")
    return read_cases(SHARED)
