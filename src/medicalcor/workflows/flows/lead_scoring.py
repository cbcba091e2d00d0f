"""Shared by everything that a patient says: judge, then answer."""

from medicalcor.workflows.steps import conversations as steps


async def score_and_answer(message_id: str, correlation_id: str) -> str:
    scored = await steps.score(message_id, correlation_id)
    if scored["superseded"]:
        return "superseded"
    return await steps.answer(message_id, correlation_id, ai_usable=scored["ai_usable"], settled=False)
