"""What is said at once after a message about a visit, and the end of a dialogue without a booking."""

from uuid import UUID

from medicalcor.core.eventstore.store import Append
from medicalcor.domain.scheduling.dialogue import Decision
from medicalcor.operations import effects, intents
from medicalcor.operations.booking_desk import Desk
from medicalcor.operations.booking_words import Words
from medicalcor.operations.effects import Intent
from medicalcor.operations.ledger import Act
from medicalcor.schemas.bookings import ClosedBecause
from medicalcor.schemas.effects import Content, HubSpotTask, StaffAlert
from medicalcor.schemas.events.bookings import BookingClosed

_CLOSES: dict[str, ClosedBecause] = {"stop": "given_up", "person": "to_a_person", "keep": "kept"}


async def reply(act: Act, desk: Desk, decision: Decision, *, booking_id: UUID, message_id: UUID) -> None:
    """Answer what was asked in between, then ask again, hand over, or say goodbye. A search says its own."""
    words = Words(act.ledger, desk, decision.state)
    answered, left = words.answers(decision.questions, decision.about or decision.state.wanted.procedure_id)
    before = [*([words.say(first)] if (first := _first(decision)) else []), *answered]
    content = _content(words, desk, decision, booking_id, before)
    if content is not None:
        await say(act, desk, content, key=f"booking-said:{message_id}", cause_id=message_id)
    elif before:
        await say(act, desk, words.text(*before), key=f"booking-told:{message_id}", cause_id=message_id)
    if left or decision.move == "person":
        await call_colleague(act, desk, message_id=message_id)
    because = _CLOSES.get(decision.move)
    if because is not None:
        event = BookingClosed(booking_id=booking_id, because=because)
        await act.append(Append(f"booking-{booking_id}", (event,), desk.about["person_id"]))


def _first(decision: Decision) -> str | None:
    """What is said before anything else."""
    if decision.unclear:
        return "not_understood"
    if decision.past:
        return "past_day"
    return "consultation_first" if decision.consults else None


def _content(
    words: Words, desk: Desk, decision: Decision, booking_id: UUID, before: list[str]
) -> Content | None:
    match decision.move:
        case "person":
            return words.text(*before, words.say("to_person"))
        case "stop":
            return words.text(*before, words.say("stopped"))
        case "wait":
            return words.text(*before, words.say("wait"))
        case "keep":
            return words.text(*before, words.say("kept", visit=_visit(words, desk, decision)))
        case "ask" | "answer":
            return _question(words, desk, decision, booking_id, before)
        case _:
            return None


def _question(words: Words, desk: Desk, decision: Decision, booking_id: UUID, before: list[str]) -> Content:
    state = decision.state
    match state.asked:
        case "procedure":
            return words.ask_procedure(booking_id, state.wanted.among, *before)
        case "which_visit":
            return words.ask_visit(booking_id, *before)
        case "sure":
            return words.ask_sure(booking_id, _visit(words, desk, decision), *before)
        case "day":
            return words.text(*before, words.say("ask_day"))
        case _:
            booking = desk.open
            if booking is None or not booking.options:
                return words.text(*before, words.say("ask_day"))
            return words.again(booking, *before)


def _visit(words: Words, desk: Desk, decision: Decision) -> str:
    found = next((v for v in desk.visits if v.id == decision.state.visit_id), None)
    return words.visit(found) if found else ""


async def say(act: Act, desk: Desk, content: Content, *, key: str, cause_id: UUID) -> None:
    intent = Intent(key=key, content=content, purpose="booking", cause_id=cause_id)
    await effects.plan(act, conversation_id=desk.about["conversation_id"], intents=[intent])


async def call_colleague(act: Act, desk: Desk, *, message_id: UUID) -> None:
    """Somebody has to go on with it: on the dashboard, and as a task where there is a CRM."""
    planned = [
        Intent(
            key=f"booking-person:{message_id}",
            content=StaffAlert(code="wants_a_person"),
            purpose="staff_alert",
            cause_id=message_id,
        )
    ]
    if act.ledger.crm_on:
        link = intents.lead_link(act.ledger, desk.about["lead_id"])
        task = HubSpotTask(
            subject="A patient needs help with an appointment",
            body=f"Please go on with it. {link}",
            priority="HIGH",
        )
        planned.append(
            Intent(key=f"booking-task:{message_id}", content=task, purpose="crm", cause_id=message_id)
        )
    await effects.plan(act, conversation_id=desk.about["conversation_id"], intents=planned)
