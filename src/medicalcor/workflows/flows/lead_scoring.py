"""Shared by everything that a patient says: judged when there are words to judge, and answered."""

from medicalcor.workflows.steps import conversations as steps


async def respond(message_id: str, correlation_id: str, *, judge: bool) -> str:
    if judge:
        return await steps.judge_and_answer(message_id, correlation_id)
    return await steps.answer(message_id, correlation_id)
