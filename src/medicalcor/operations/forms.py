"""Answering whoever filled in the form: by the way that reaches them best."""

from datetime import timedelta
from uuid import UUID

from medicalcor.core import clock
from medicalcor.core.database.pool import Row
from medicalcor.core.database.queries import statements
from medicalcor.domain.language.phrases import phrase
from medicalcor.operations import effects, places
from medicalcor.operations.ledger import Act
from medicalcor.operations.places import address
from medicalcor.schemas.common import Language
from medicalcor.schemas.effects import EmailMessage

SQL = statements("medicalcor.operations", "mailing.sql")
A_DAY = timedelta(days=1)
MAILS_A_DAY = 3
"""Anybody can type anybody's address: more answers than this a day would be a nuisance to its owner."""


async def whatsapp_line(act: Act, *, person_id: UUID) -> UUID | None:
    """The person's conversation on WhatsApp; None without a number, or when WhatsApp is off."""
    ledger = act.ledger
    if not ledger.is_on("whatsapp.template"):
        return None
    phone = await act.connection.fetchval(SQL["phone_of"], person_id)
    if phone is None:
        return None
    return await places.conversation_for(
        act,
        person_id=person_id,
        channel="whatsapp",
        reply_to=address(ledger, "phone", phone),
        partition_key=ledger.vault.keyed_hash("whatsapp-opened", phone),
    )


async def answer_by_mail(act: Act, effect: Row) -> bool:
    """The number in a form turned out not to be on WhatsApp: say it by mail, once, where the form has an address.

    Whether a mail goes out.
    """
    about = await act.connection.fetchrow(SQL["form_by_mail"], effect["id"])
    if about is None or not act.ledger.is_on("email.message"):
        return False
    if await answered_enough(act, person_id=effect["person_id"], by_whatsapp=False):
        return False
    language: Language = about["language"] or "ro"
    body = phrase("answer_form", language, clinic=act.ledger.settings.clinic_name)
    intent = effects.Intent(
        key=f"answer-by-mail:{about['message_id']}",
        content=EmailMessage(body=body, language=language, written_by="phrases"),
        purpose="answer",
        cause_id=about["message_id"],
    )
    planned = await effects.plan(act, conversation_id=about["conversation_id"], intents=[intent])
    return any(one.decision.verdict != "refuse" for one in planned)


async def answered_enough(act: Act, *, person_id: UUID, by_whatsapp: bool) -> bool:
    """Whether forms with this person's address have been answered as often as they should be for now."""
    row = await act.connection.fetchrow(SQL["form_answers"], person_id, clock.now() - A_DAY)
    if row is None:
        return False
    return bool(row["templates"] if by_whatsapp else row["mails"] >= MAILS_A_DAY)
