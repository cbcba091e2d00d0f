"""What a patient wrote, in a colleague's language: asked for by the colleague, kept beside the original."""

from typing import Any
from uuid import UUID

from pydantic_core import to_json

from medicalcor.core.database.pool import Connection
from medicalcor.core.database.queries import statements
from medicalcor.core.database.transaction import record
from medicalcor.core.errors import KeyDestroyed, NotFound, ProviderOff
from medicalcor.core.eventstore.store import Append
from medicalcor.domain.assist import prompts
from medicalcor.domain.identity.anonymous import masked, unmasked
from medicalcor.integrations.openai.client import AiClient
from medicalcor.operations.asks import Tools
from medicalcor.operations.ledger import Act, Ledger, by_user
from medicalcor.schemas.base import Shape
from medicalcor.schemas.common import Language, LeadId, MessageId, UserId
from medicalcor.schemas.events.conversations import MessageTranslated
from medicalcor.schemas.events.people import LanguageChosen

SQL = statements("medicalcor.operations", "translating.sql")
_TOKENS = 6_000
_LONG = 3
"""Long texts may take so many times as long as a judgement."""


class WantedTranslation(Shape):
    """Which message, for whom. Ids only: what was written is read where it is translated."""

    message_id: MessageId
    to: Language
    by: UserId


def asking(ai: AiClient | None) -> AiClient:
    """The AI; `ProviderOff` when there is none."""
    if ai is None:
        raise ProviderOff(
            "This needs AI, which is off: set OPENAI_API_KEY.", provider="openai", reason="ai_off"
        )
    return ai


async def words(tools: Tools, text: str, *, to: Language) -> str:
    """The text in another language; addresses, numbers and links never leave the house."""
    hidden, taken = masked(text)
    seconds = _LONG * tools.ledger.settings.ai_timeout_seconds
    said = await asking(tools.ai).write(
        prompts.translation(hidden, to=to), timeout=seconds, max_tokens=_TOKENS
    )
    return unmasked(said.replace("\x00", "").strip(), taken)


async def translate_message(tools: Tools, question: Any) -> Any:
    """Translate a message once into each language, and keep it sealed beside the original."""
    wanted = WantedTranslation.model_validate_json(to_json(question))
    async with tools.ledger.pool.acquire() as connection:
        message = await connection.fetchrow(SQL["to_translate"], wanted.message_id, wanted.to)
    if message is None:
        raise NotFound("There is no such message.")
    if message["erased_at"] is not None:
        raise KeyDestroyed
    if message["translated"] or not message["body"]:
        return {"done": False}
    text = await words(tools, message["body"], to=wanted.to)
    event = MessageTranslated(
        message_id=wanted.message_id,
        conversation_id=message["conversation_id"],
        lead_id=message["lead_id"],
        to=wanted.to,
        text=text,
        model=tools.ledger.settings.openai_model,
        by=wanted.by,
    )
    return {"done": await _keep(tools, event, message["person_id"])}


async def _keep(tools: Tools, event: MessageTranslated, person_id: UUID) -> bool:
    async def decide(connection: Connection) -> bool:
        message = await connection.fetchrow(SQL["to_translate"], event.message_id, event.to)
        if message is None or message["translated"] or message["erased_at"] is not None:
            return False
        act = Act(tools.ledger, connection, by_user(event.by, correlation_id=tools.correlation_id))
        await act.append(Append(f"conversation-{event.conversation_id}", (event,), person_id))
        return True

    return await record(tools.ledger.pool, decide, subject=person_id)


async def choose_language(ledger: Ledger, *, lead_id: LeadId, language: Language | None, by: UserId) -> None:
    """A colleague says what this person speaks, and it stays; None: it is found out again."""
    async with ledger.pool.acquire() as connection:
        person_id = await connection.fetchval("select person_id from leads where id = $1", lead_id)
    if person_id is None:
        raise NotFound("There is no such lead.")

    async def decide(connection: Connection) -> None:
        row = await connection.fetchrow(SQL["language"], person_id)
        if row is None or row["erased_at"] is not None:
            raise KeyDestroyed
        if (row["language"] if row["language_chosen"] else None) == language:
            return
        event = LanguageChosen(person_id=person_id, language=language, by=by)
        act = Act(ledger, connection, by_user(by, correlation_id=str(lead_id)))
        await act.append(Append(f"person-{person_id}", (event,), person_id))

    await record(ledger.pool, decide, subject=person_id)
