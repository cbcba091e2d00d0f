"""Patients with phones: what reaches them, and what they tap or type."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from tests.open_clinic import after_a_tap

from medicalcor.core import clock, ids
from medicalcor.core.database.transaction import transaction
from medicalcor.core.errors import ProviderRejected
from medicalcor.core.eventstore.store import Append, Cause
from medicalcor.domain.language.phrases import TEMPLATES, filled
from medicalcor.integrations.whatsapp.client import WhatsAppClient
from medicalcor.operations import choices, effects, messaging
from medicalcor.operations.ledger import Ledger
from medicalcor.schemas.common import Language
from medicalcor.schemas.effects import WhatsAppChoices, WhatsAppTemplate
from medicalcor.schemas.events.conversations import MessageReceived
from medicalcor.schemas.events.people import AddressAdded, LanguageDetected, PersonCreated
from medicalcor.schemas.wire.whatsapp_out import Recipient


@dataclass(frozen=True)
class Heard:
    """A message on somebody's phone."""

    at: datetime
    phone: str
    effect_id: UUID
    text: str
    buttons: tuple[str, ...] = ()
    template: str | None = None

    @property
    def wamid(self) -> str:
        return f"wamid.{self.effect_id}"


@dataclass
class Phones:
    """Takes what WhatsApp would take."""

    ledger: Ledger
    heard: list[Heard] = field(default_factory=list)
    numbers: dict[UUID, str] = field(default_factory=dict)
    unreachable: bool = False
    """Whether WhatsApp answers that there is nobody at that number."""

    async def patient(self, name: str, *, language: Language = "ro") -> UUID:
        """Known to the desk, never wrote."""
        person_id, phone = ids.new_id(), f"+4072{len(self.numbers):07d}"
        events = (
            PersonCreated(person_id=person_id, name=name, source="web"),
            AddressAdded(
                person_id=person_id,
                kind="phone",
                address_key=self.ledger.vault.keyed_hash("phone", phone),
                value=phone,
            ),
            LanguageDetected(person_id=person_id, language=language, message_id=person_id),
        )
        async with transaction(self.ledger.pool) as connection:
            entry = Append(f"person-{person_id}", events, person_id, expected=0)
            await self.ledger.store.append(connection, entry, cause=Cause("c", "system"))
        self.numbers[person_id] = phone
        return person_id

    async def mail_of(self, person_id: UUID, address: str) -> None:
        key = self.ledger.vault.keyed_hash("email", address)
        event = AddressAdded(person_id=person_id, kind="email", address_key=key, value=address)
        async with transaction(self.ledger.pool) as connection:
            entry = Append(f"person-{person_id}", (event,), person_id)
            await self.ledger.store.append(connection, entry, cause=Cause("c", "system"))

    async def mark_read(self, message_id: str) -> None:
        """Nobody looks at it here."""

    async def send_text(self, *, to: Recipient, body: str, tracker: str, **_: object) -> str:
        return self._take(to, tracker, body)

    async def send_choices(self, *, to: Recipient, asked: WhatsAppChoices, tracker: str) -> str:
        return self._take(to, tracker, asked.body, tuple(choice.id for choice in asked.choices))

    async def send_template(self, *, to: Recipient, template: WhatsAppTemplate, tracker: str) -> str:
        text = filled(TEMPLATES[template.name][template.language], template.parameters)
        return self._take(to, tracker, text, template.buttons, template.name)

    def _take(
        self,
        to: Recipient,
        tracker: str,
        text: str,
        buttons: tuple[str, ...] = (),
        template: str | None = None,
    ) -> str:
        if self.unreachable:
            raise ProviderRejected(provider="whatsapp", reason="undeliverable")
        made = Heard(clock.now(), to.value, UUID(tracker), text, buttons, template)
        self.heard.append(made)
        return made.wamid

    async def deliver(self) -> list[Heard]:
        """All that waits goes out now."""
        before = len(self.heard)
        async with self.ledger.pool.acquire() as connection:
            rows = await connection.fetch(
                "select id from effects where status in ('planned', 'held', 'delayed')"
                " and kind like 'whatsapp.%' order by planned_at, id"
            )
        for row in rows:
            about = await effects.destination(self.ledger, effect_id=row["id"])
            await messaging.send(self.ledger, whatsapp=cast("WhatsAppClient", self), about=about)
        return self.heard[before:]

    def on(self, person_id: UUID) -> list[Heard]:
        return [one for one in self.heard if one.phone == self.numbers[person_id]]

    async def tap(self, person_id: UUID, choice: str, under: Heard) -> bool:
        """A button is tapped, and whoever asked takes it."""
        message_id = await self.arrives(person_id, choice, under)
        taken = await choices.take(self.ledger, message_id=message_id, correlation_id="c")
        await after_a_tap(self.ledger, message_id=message_id)
        return taken

    async def arrives(self, person_id: UUID, choice: str, under: Heard) -> UUID:
        message_id = ids.new_id()
        async with transaction(self.ledger.pool, subject=person_id) as connection:
            row: Any = await connection.fetchrow(
                "select id, lead_id from conversations where person_id = $1 and channel = 'whatsapp'",
                person_id,
            )
            event = MessageReceived(
                message_id=message_id,
                conversation_id=row["id"],
                person_id=person_id,
                lead_id=row["lead_id"],
                kind="button",
                raw_kind="button",
                text="…",
                media=None,
                provider_id=f"wamid.{message_id}",
                in_reply_to=under.wamid,
                choice=choice,
                sent_at=clock.now(),
                guest=False,
                letter=None,
            )
            entry = Append(f"conversation-{row['id']}", (event,), person_id)
            await self.ledger.store.append(connection, entry, cause=Cause("c", "patient"))
        return message_id
