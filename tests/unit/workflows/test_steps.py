"""What a step survives, and what the engine keeps of it."""

import asyncpg
import pytest

from medicalcor.core.errors import Conflict, NotFound, OutcomeUnknown, ProviderError
from medicalcor.workflows.serializer import JsonSerializer, StepFailed
from medicalcor.workflows.steps import retries
from medicalcor.workflows.steps.retries import RETRIES, through_outages


class Flaky:
    """Fails so many times, then answers."""

    def __init__(self, failures: int, problem: Exception) -> None:
        self.left, self.problem, self.calls = failures, problem, 0

    async def __call__(self, value: int) -> int:
        self.calls += 1
        if self.left:
            self.left -= 1
            raise self.problem
        return value


def named(step: Flaky) -> Flaky:
    step.__name__ = "flaky"  # type: ignore[attr-defined]  # a function has one
    return step


@pytest.fixture
def database(monkeypatch: pytest.MonkeyPatch) -> dict[str, bool]:
    """Whether it answers when it is asked; pauses take no time."""
    state = {"answers": False}

    async def answers() -> bool:
        return state["answers"]

    monkeypatch.setattr(retries, "_database_answers", answers)
    monkeypatch.setattr(retries, "LONGEST_PAUSE", 0.001)
    return state


@pytest.mark.parametrize(
    "problem",
    [
        asyncpg.ConnectionDoesNotExistError("gone"),
        asyncpg.CannotConnectNowError("starting"),
        asyncpg.InterfaceError("connection is closed"),
        ConnectionRefusedError(),
        TimeoutError(),
    ],
    ids=lambda problem: type(problem).__name__,
)
async def test_a_step_outlasts_a_database_that_is_away(problem: Exception, database: dict[str, bool]) -> None:
    step = named(Flaky(50, problem))
    assert await through_outages(step)(7) == 7
    assert step.calls == 51


async def test_a_mistake_of_ours_is_not_taken_for_an_outage(database: dict[str, bool]) -> None:
    database["answers"] = True
    step = named(Flaky(50, asyncpg.InterfaceError("the server expects 3 arguments for this query")))
    with pytest.raises(asyncpg.InterfaceError):
        await through_outages(step)(7)
    assert step.calls == retries.SUSPICIOUS


async def test_other_failures_are_handed_on_at_once(database: dict[str, bool]) -> None:
    step = named(Flaky(1, ValueError("no")))
    with pytest.raises(ValueError, match="no"):
        await through_outages(step)(7)


def test_only_what_may_pass_is_tried_again() -> None:
    again = RETRIES["should_retry"]
    assert again(Conflict())
    assert again(RuntimeError())
    assert again(OutcomeUnknown(provider="whatsapp"))
    assert not again(NotFound())
    assert not again(ProviderError(provider="whatsapp"))


def test_the_engine_keeps_words_and_no_error_text() -> None:
    kept = JsonSerializer()
    assert kept.deserialize(kept.serialize({"next": "score", "n": 1})) == {"next": "score", "n": 1}
    stored = kept.serialize(NotFound("Ana Ionescu +40722000001"))
    assert "Ana" not in stored
    assert "40722" not in stored
    failed = kept.deserialize(stored)
    assert isinstance(failed, StepFailed)
    assert "NotFound" in failed.message


def test_what_is_no_word_is_refused() -> None:
    with pytest.raises(Exception, match="steps return ids and words"):
        JsonSerializer().serialize(object())
