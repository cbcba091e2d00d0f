"""Shared by everything that a patient writes: taken in, judged when there are words to judge, and answered."""

from medicalcor.workflows.flows import booking_agent
from medicalcor.workflows.steps import conversations as steps


async def take_in(inbox_id: str) -> str:
    """A message of whatever channel, from the inbox to its answer."""
    try:
        received = await steps.receive(inbox_id)
    except Exception:  # noqa: BLE001 - whatever it is, the engine has logged it, and a person must see the message
        received = await steps.set_aside(inbox_id)
    if received["next"] == "nothing":
        return "recorded"
    if received["next"] == "choose":
        return await choose(received["message_id"], received["correlation_id"])
    return await respond(
        received["message_id"], received["correlation_id"], judge=received["next"] == "score"
    )


async def choose(message_id: str, correlation_id: str) -> str:
    """Something was tapped: who asked takes it, else it is answered by what it says."""
    chosen = await steps.choose(message_id, correlation_id)
    if chosen["taken"] == "yes":
        led_to = await booking_agent.carry_on(
            chosen["booking_id"], chosen["next"], message_id, correlation_id
        )
        return "chosen" if led_to == "said" else led_to
    return await respond(message_id, correlation_id, judge=True)


async def respond(message_id: str, correlation_id: str, *, judge: bool) -> str:
    if judge:
        outcome = await steps.judge_and_answer(message_id, correlation_id)
    else:
        outcome = await steps.answer(message_id, correlation_id)
    return await _go_on(outcome, message_id, correlation_id)


async def answer_settled(message_id: str, correlation_id: str) -> str:
    """The patient has paused: answer what they wrote in the meantime, together."""
    outcome = await steps.answer(message_id, correlation_id, settled=True)
    return await _go_on(outcome, message_id, correlation_id)


async def _go_on(outcome: str, message_id: str, correlation_id: str) -> str:
    return await booking_agent.advance(message_id, correlation_id) if outcome == "booking" else outcome
