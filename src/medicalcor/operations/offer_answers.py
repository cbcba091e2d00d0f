"""The offer of an earlier time behind the link in a mail: how it stands, and what its reader answers, asked at the gateway.

An answer is taken as a tap would be: the first yes that the calendar has room for gets it, and each is done once.
"""

from typing import Any
from uuid import UUID

from medicalcor.core.database.pool import Row
from medicalcor.core.database.queries import statements
from medicalcor.core.errors import InvalidInput, NotFound
from medicalcor.domain.language.phrases import phrase
from medicalcor.operations import offer_taps, openings, visit_words
from medicalcor.operations.asks import Functions, Tools
from medicalcor.operations.tapped import Tapped
from medicalcor.schemas.common import LANGUAGES, Language

SQL = statements("medicalcor.operations", "waitlist.sql")
VERBS = ("yes", "no", "stop")
_HOW_IT_ENDED = {"accepted": "offer_booked", "declined": "offer_declined", "left": "offer_left"}


async def show(tools: Tools, question: Any) -> dict[str, Any]:
    """Whether it can still be answered, and in the reader's words what it is or how it ended."""
    offer, language = await _offer(tools, question), _language(question)
    visit = await _visit(tools, offer, language)
    if offer["ended_at"] is None and offer["closed_at"] is None:
        return {"open": True, "visit": visit}
    return {"open": False, "said": _ended(tools, offer, language, visit)}


async def answer(tools: Tools, question: Any) -> dict[str, Any]:
    """`yes`, `no` or `stop` for nothing more of the kind; what it led to is said here, and by mail."""
    verb = question["verb"]
    if verb not in VERBS:
        raise InvalidInput("Answer yes, no or stop.")
    offer, language = await _offer(tools, question), _language(question)
    await offer_taps.take(tools.ledger, _tapped(tools, offer, verb))
    offer = await _offer(tools, question)
    return {"said": _ended(tools, offer, language, await _visit(tools, offer, language))}


def _tapped(tools: Tools, offer: Row, verb: str) -> Tapped:
    """The same answer to the same offer is the same tap, however often the button is pressed. Its id stands among those of the
    messages as the offer's does: they tell by their order what has been answered."""
    told = UUID(hex=tools.ledger.vault.keyed_hash("offer-link", f"{offer['id']}:{verb}"))
    return Tapped(
        message_id=UUID(bytes=offer["id"].bytes[:6] + told.bytes[6:]),
        conversation_id=offer["conversation_id"],
        person_id=offer["person_id"],
        lead_id=offer["talk_lead_id"],
        noun="offer",
        subject=str(offer["id"]),
        verb=verb,
        correlation_id=tools.correlation_id,
    )


async def _offer(tools: Tools, question: Any) -> Row:
    async with tools.ledger.pool.acquire() as connection:
        found = await connection.fetchrow(
            SQL["offer_by_mail"],
            UUID(question["offer"]),
            UUID(question["person"]),
            openings.message_key(UUID(question["offer"])),
        )
    if found is None:
        raise NotFound("There is no such offer.")
    return found


def _language(question: Any) -> Language:
    return next(one for one in LANGUAGES if one == question["language"])


async def _visit(tools: Tools, offer: Row, language: Language) -> str:
    async with tools.ledger.pool.acquire() as connection:
        told = await visit_words.of_choice(
            connection, openings.choice_of(offer), instead_of=offer["appointment_id"]
        )
    return visit_words.in_words(tools.ledger, [told], language)


def _ended(tools: Tools, offer: Row, language: Language, visit: str) -> str:
    key = _HOW_IT_ENDED.get(offer["ended_why"] or "", "offer_gone")
    return phrase(key, language, clinic=tools.ledger.settings.clinic_name, visit=visit)


FUNCTIONS: Functions = {"offers.show": show, "offers.answer": answer}
"""As they are asked for at the gateway."""
