"""Shared by everything that a patient says: judge, answer, send."""

from medicalcor.workflows.steps import conversations as steps
from medicalcor.workflows.steps import effects


async def score_and_answer(message_id: str, correlation_id: str) -> str:
    scored = await steps.score(message_id, correlation_id)
    if scored["superseded"]:
        return "superseded"
    return await answer(message_id, correlation_id, ai_usable=scored["ai_usable"])


async def answer(
    message_id: str, correlation_id: str, *, ai_usable: bool = True, settled: bool = False
) -> str:
    """The answer goes out in the same run: nobody waits for another queue."""
    answered = await steps.answer(message_id, correlation_id, ai_usable=ai_usable, settled=settled)
    if "send" in answered:
        await effects.deliver([answered["send"]])
    return answered["outcome"]
