"""A typed answer to a reminder or an offer is taken as the button would be, when it plainly says the same."""

from uuid import UUID

from medicalcor.core import clock
from medicalcor.core.database.pool import Connection
from medicalcor.core.database.queries import statements
from medicalcor.domain.scheduling import replies
from medicalcor.operations.arrivals.base import Arrival
from medicalcor.operations.places import Place
from medicalcor.schemas.common import LANGUAGES, Language

SQL = statements("medicalcor.operations", "reminders.sql")
_TYPED = frozenset({"text", "email"})
_OFFER = "offer:"
_BY_MAIL = ":mail"
"""What was said by mail because WhatsApp did not reach them is the same message."""


async def meant(connection: Connection, arrival: Arrival, place: Place) -> str | None:
    """The choice that it comes to; None when it is not plain, and the message goes its usual way."""
    if arrival.kind not in _TYPED or arrival.text is None or place.guest or place.is_new:
        return None
    text, languages = arrival.text, _languages(arrival, place)
    last = await connection.fetchrow(SQL["said_last"], place.conversation_id, arrival.in_reply_to)
    if last is not None and last["purpose"] == "waitlist" and last["key"].startswith(_OFFER):
        answer = replies.to_offer(text, languages=languages)
        return f"{last['key'].removesuffix(_BY_MAIL)}:{answer}" if answer else None
    reminded = last is not None and last["purpose"] == "reminder"
    verb = replies.about_visit(text, languages=languages, asked=reminded)
    if verb is None:
        return None
    if last is not None and reminded:
        return await _of_reminder(connection, last["key"].removesuffix(_BY_MAIL), verb)
    # whoever wants to move or cancel of their own accord talks with the booking agent, which asks before it acts
    return await _of_the_only_visit(connection, place.person_id, verb) if verb == "confirm" else None


def _languages(arrival: Arrival, place: Place) -> set[Language]:
    known = {arrival.language, place.language}
    return {language for language in LANGUAGES if language in known} or {"ro"}


async def _of_reminder(connection: Connection, key: str, verb: str) -> str | None:
    rows = await connection.fetch(SQL["reminded_by"], key)
    if not rows:
        return None
    if len(rows) == 1:
        return f"visit:{rows[0]['id']}:{verb}"
    return f"visits:{rows[0]['message_id']}:{verb}"


async def _of_the_only_visit(connection: Connection, person_id: UUID, verb: str) -> str | None:
    """Said of one's own accord, it can only be about the one visit that there is."""
    rows = await connection.fetch(SQL["visits_to_come"], person_id, clock.now())
    return f"visit:{rows[0]['id']}:{verb}" if len(rows) == 1 else None
