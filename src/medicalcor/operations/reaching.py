"""By which line somebody is written to when it is us who begin: about money or a visit, not in answer to a message."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from medicalcor.core.database.pool import Row
from medicalcor.domain.outreach.facts import window_open
from medicalcor.operations import places
from medicalcor.operations.ledger import Act
from medicalcor.operations.payments import SQL
from medicalcor.operations.places import SQL as PLACES
from medicalcor.operations.wording import Line
from medicalcor.schemas.common import Language


@dataclass(frozen=True, slots=True)
class Reach:
    """The line to write on, and whether free words may go out on it now."""

    lead_id: UUID
    conversation_id: UUID
    line: Line
    words: bool
    """False: on WhatsApp only a template may go."""


async def reach(act: Act, *, person_id: UUID, mails: Sequence[str], now: datetime) -> Reach | None:
    """WhatsApp while its window is open; else the mail address that the payer used, if it is this person's; else a
    template; else mail. None when the person was erased, or left no address at all. The caller holds the person's lock.
    """
    row = await act.connection.fetchrow(SQL["reach"], person_id, list(mails))
    if row is None or row["erased_at"] is not None:
        return None
    language: Language = row["language"] or "ro"
    words = window_open(now, row["last_inbound_at"])
    if _by_mail(act, row, words=words):
        conversation_id = await _line(act, row, person_id, "email")
        lead_id = await _lead(act, row, person_id)
        return Reach(lead_id, conversation_id, Line("email", "email", language), words=True)
    if row["whatsapp_id"] is None and row["phone"] is None:
        if row["any_conversation"] is None:
            return None
        return Reach(
            row["lead_id"], row["any_conversation"], Line("whatsapp", "phone", language), words=False
        )
    conversation_id = row["whatsapp_id"] or await _line(act, row, person_id, "phone")
    line = Line("whatsapp", row["whatsapp_kind"] or "phone", language)
    return Reach(await _lead(act, row, person_id), conversation_id, line, words=words)


async def by_mail(act: Act, *, person_id: UUID) -> Reach | None:
    """Where WhatsApp does not reach them: their mail address, if they left one."""
    row = await act.connection.fetchrow(SQL["reach"], person_id, [])
    if row is None or row["erased_at"] is not None or row["email"] is None:
        return None
    if not act.ledger.is_on("email.message"):
        return None
    conversation_id = await _line(act, row, person_id, "email")
    line = Line("email", "email", row["language"] or "ro")
    return Reach(await _lead(act, row, person_id), conversation_id, line, words=True)


async def _lead(act: Act, row: Row, person_id: UUID) -> UUID:
    """The one that they had, or that came with the conversation."""
    lead_id: UUID = row["lead_id"] or await act.connection.fetchval(PLACES["latest_lead"], person_id)
    return lead_id


def _by_mail(act: Act, row: Row, *, words: bool) -> bool:
    if row["email"] is None or not act.ledger.is_on("email.message"):
        return False
    whatsapp = act.ledger.is_on("whatsapp.text") and (row["whatsapp_id"] or row["phone"])
    return not whatsapp or (bool(row["own"]) and not words)


async def _line(act: Act, row: Row, person_id: UUID, kind: str) -> UUID:
    """Their conversation there, opened by us when they have not written on it yet."""
    if kind == "email" and row["email_id"] is not None:
        return UUID(int=row["email_id"].int)
    address = places.address(act.ledger, "email" if kind == "email" else "phone", row[kind])
    return await places.conversation_for(
        act,
        person_id=person_id,
        channel="email" if kind == "email" else "whatsapp",
        reply_to=address,
        partition_key=act.ledger.vault.keyed_hash("opened-by-us", address.key),
    )
