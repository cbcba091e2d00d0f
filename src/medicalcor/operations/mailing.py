"""E-mail: sending."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from medicalcor.core.database.pool import Row
from medicalcor.core.database.queries import statements
from medicalcor.core.errors import ProviderOff
from medicalcor.domain.correspondence import letterhead
from medicalcor.domain.correspondence.threads import plain_subject
from medicalcor.domain.language.phrases import mail_words, phrase
from medicalcor.domain.outreach import unsubscribe
from medicalcor.integrations.email.client import EmailClient
from medicalcor.integrations.email.composing import Letter
from medicalcor.operations import visit_files
from medicalcor.operations.delivery import Attempt, deliver
from medicalcor.operations.effects import Destination
from medicalcor.operations.ledger import Ledger
from medicalcor.schemas.effects import EmailMessage

SQL = statements("medicalcor.operations", "mailing.sql")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Thread:
    """Where a mail stands among others."""

    parent: str | None = None
    references: tuple[str, ...] = ()
    subject: str | None = None
    writer: str | None = None
    """Who wrote what it answers, where that is not the person's own address."""


async def send(ledger: Ledger, *, email: EmailClient | None, about: Destination) -> None:
    """One try at a mail to a patient. Repeats carry the same `Message-ID`, so that they are seen to be one."""

    async def ask(attempt: Attempt) -> str | None:
        if email is None:
            raise ProviderOff(provider="email", reason="channel_off")
        return await email.send(await _letter(ledger, attempt), tracker=str(attempt.effect["id"]))

    await deliver(ledger, about=about, send=ask, recover=_cannot_tell)


async def _cannot_tell(attempt: Attempt) -> None:
    """No mail server can be asked what became of a mail, and none reports it: after a while it is sent again."""
    del attempt


async def _letter(ledger: Ledger, attempt: Attempt) -> Letter:
    standing, content, effect = attempt.about, attempt.content, attempt.effect
    if not isinstance(content, EmailMessage):
        raise ProviderOff(provider="email", reason="unknown_content")
    thread = await _thread(ledger, effect)
    url = _unsubscribe_url(ledger, effect, content) if effect["purpose"] == "marketing" else None
    footer = (mail_words(content.language)["unsubscribe"], url) if url else None
    text, html = letterhead.written(
        content.body, clinic=ledger.settings.clinic_name, language=content.language, footer=footer
    )
    return Letter(
        to=thread.writer or standing["reply_to"],
        subject=content.subject or thread.subject or _first_subject(ledger, content),
        text=text,
        html=html,
        in_reply_to=thread.parent,
        references=thread.references,
        # mail programs take no other address for one click (RFC 8058)
        unsubscribe_url=url if url and url.startswith("https://") else None,
        calendar=await visit_files.attached(ledger, content),
        automatic=content.written_by != "staff",
    )


async def _thread(ledger: Ledger, effect: Row) -> _Thread:
    """That of the mail that it follows from; else of the last one in this conversation, theirs or ours."""
    async with ledger.pool.acquire() as connection:
        answered = await connection.fetchrow(
            SQL["mail_answered"], effect["conversation_id"], effect["cause_id"]
        )
        ours = await connection.fetchval(SQL["last_mail_sent"], effect["conversation_id"])
    if answered is None or not answered["provider_id"].startswith("<"):
        return _Thread(parent=ours, references=(ours,) if ours else ())
    letter: Mapping[str, Any] = answered["letter"] or {}
    earlier = letter.get("references") or [one for one in (answered["in_reply_to"],) if one]
    subject = plain_subject(letter.get("subject"))
    return _Thread(
        parent=answered["provider_id"],
        references=(*earlier, answered["provider_id"]),
        subject=f"Re: {subject}" if subject else None,
        writer=letter.get("sender"),
    )


def _first_subject(ledger: Ledger, content: EmailMessage) -> str:
    return phrase("mail_subject", content.language, clinic=ledger.settings.clinic_name)


def _unsubscribe_url(ledger: Ledger, effect: Row, content: EmailMessage) -> str:
    token = ledger.vault.token(unsubscribe.PURPOSE, unsubscribe.packed(effect["person_id"], content.language))
    return f"{ledger.settings.gateway_url}/unsubscribe/{token}"
