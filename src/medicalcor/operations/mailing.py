"""E-mail: sending."""

from medicalcor.core.errors import ProviderOff
from medicalcor.integrations.email.client import EmailClient
from medicalcor.integrations.email.composing import Letter
from medicalcor.operations.delivery import Attempt, deliver
from medicalcor.operations.effects import Destination
from medicalcor.operations.ledger import Ledger
from medicalcor.schemas.effects import EmailMessage


async def send(ledger: Ledger, *, email: EmailClient | None, about: Destination) -> None:
    """One try at a mail to a patient. Repeats carry the same `Message-ID`, so that they are seen to be one."""

    async def ask(attempt: Attempt) -> str | None:
        if email is None:
            raise ProviderOff(provider="email", reason="channel_off")
        standing, content = attempt.about, attempt.content
        if standing is None or not isinstance(content, EmailMessage):
            raise ProviderOff(provider="email", reason="no_address")
        letter = Letter(
            to=standing["reply_to"],
            subject=content.subject or ledger.settings.clinic_name,
            text=content.body,
            automatic=content.written_by != "staff",
        )
        return await email.send(letter, tracker=str(attempt.effect["id"]))

    await deliver(ledger, about=about, send=ask, recover=None)
