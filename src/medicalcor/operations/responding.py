"""What a message leads to: it is judged, answered, and the answer is sent.

One use case, because a patient waits for all of it. Each part remembers by itself what it did, so a repeat after a
crash goes on where it stopped.
"""

from dataclasses import dataclass, replace
from uuid import UUID

from medicalcor.integrations.email.client import EmailClient
from medicalcor.integrations.openai.client import AiClient
from medicalcor.integrations.whatsapp.client import WhatsAppClient
from medicalcor.operations import answers, booking_agent, effects, leads, mailing, messaging
from medicalcor.operations.answers import Outcome
from medicalcor.operations.ledger import Ledger


@dataclass(frozen=True, slots=True)
class Voices:
    """Who can be asked for words, and who carries them. None is off."""

    ai: AiClient | None
    whatsapp: WhatsAppClient | None
    email: EmailClient | None


async def judge_and_answer(
    ledger: Ledger, voices: Voices, *, message_id: UUID, correlation_id: str
) -> Outcome:
    """Judge the conversation, then answer; a newer message is judged and answered in this one's stead."""
    scored = await leads.score(ledger, ai=voices.ai, message_id=message_id, correlation_id=correlation_id)
    if scored.superseded:
        return "superseded"
    usable = voices if scored.ai_usable else replace(voices, ai=None)
    return await answer(ledger, usable, message_id=message_id, correlation_id=correlation_id)


async def answer(
    ledger: Ledger, voices: Voices, *, message_id: UUID, correlation_id: str, settled: bool = False
) -> Outcome:
    """Answer what has been judged, or needs no judgement, and send the answer."""
    answered = await answers.answer(
        ledger,
        ai=voices.ai,
        message_id=message_id,
        settled=settled,
        correlation_id=correlation_id,
        booking=await booking_agent.takes(ledger, message_id=message_id),
    )
    if answered.send is not None:
        about = await effects.destination(ledger, effect_id=answered.send)
        if about.kind.startswith("email."):
            await mailing.send(ledger, email=voices.email, about=about)
        else:
            await messaging.send(ledger, whatsapp=voices.whatsapp, about=about)
    return answered.outcome
