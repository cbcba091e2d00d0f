"""Thanks, an ok or a greeting once a visit is arranged: a kind word back, and nobody is told that they will be called."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from medicalcor.core.database.pool import Connection, Row
from medicalcor.core.database.transaction import record
from medicalcor.domain.language.phrases import booking_words
from medicalcor.domain.scheduling.understanding.hearing import hear
from medicalcor.operations import booking_agent, booking_desk, threads, wording
from medicalcor.operations.booking_desk import Desk
from medicalcor.operations.booking_replies import say
from medicalcor.operations.ledger import Act, Ledger, by_system

LATELY = timedelta(hours=48)
_ARRANGED = frozenset({"done", "kept"})
"""How a dialogue ends after which nothing is left to do."""


async def answer(ledger: Ledger, *, about: Row, correlation_id: str) -> bool:
    """Answer it, once, if this message is nothing but that. `about`: the situation it came in."""
    message_id: UUID = about["id"]
    if about["guest"] or not about["body"] or about["taken_over_by"] is not None:
        return False
    async with ledger.pool.acquire() as connection:
        desk = await booking_desk.desk_of(ledger, connection, conversation_id=about["conversation_id"])
        if desk is None or not _lately_arranged(desk) or not await _only_kind(connection, desk, message_id):
            return False
        if await threads.in_a_loop(connection, about["conversation_id"]):
            return False

    async def decide(connection: Connection) -> None:
        words = booking_words(desk.language)["courtesy"]
        content = wording.text(desk.line, words, written_by="phrases")
        act = Act(ledger, connection, by_system(correlation_id))
        await say(act, desk, content, key=f"answer:{message_id}", cause_id=message_id)

    await record(ledger.pool, decide, subject=about["person_id"])
    return True


def _lately_arranged(desk: Desk) -> bool:
    last = desk.last
    return last is not None and last.closed_because in _ARRANGED and desk.now - last.changed_at < LATELY


async def _only_kind(connection: Connection, desk: Desk, message_id: UUID) -> bool:
    conversation_id = desk.about["conversation_id"]
    words = await booking_desk.words_of(connection, conversation_id=conversation_id, message_id=message_id)
    heard = replace(hear(words, desk.scene(words)), yes=False)  # an ok asks for nothing any more
    return booking_agent.look(words, None, desk).intent == "smalltalk" and not heard.means_something
