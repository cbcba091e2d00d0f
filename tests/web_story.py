"""One lead's story, told in events, through the store."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from medicalcor.core import clock, ids
from medicalcor.core.database.transaction import transaction
from medicalcor.core.eventstore.store import Append, Cause
from medicalcor.operations.ledger import Ledger
from medicalcor.schemas.base import Event
from medicalcor.schemas.common import Classification
from medicalcor.schemas.decisions import Decision
from medicalcor.schemas.effects import WhatsAppTemplate, WhatsAppText
from medicalcor.schemas.events import conversations, effects, leads, people
from medicalcor.schemas.scoring import Evidence, ScoredBy, ScoringOutput
from medicalcor.schemas.triage import TriageResult

PATIENT = "patient"
SYSTEM = "system"


@dataclass
class Told:
    """One lead whose story is being told. `start` is how many minutes ago it began."""

    ledger: Ledger
    name: str | None
    phone: str | None
    language: str
    start: float
    person_id: UUID = field(default_factory=ids.new_id)
    lead_id: UUID = field(default_factory=ids.new_id)
    conversation_id: UUID = field(default_factory=ids.new_id)
    turns: list[UUID] = field(default_factory=list)

    async def record(self, stream: str, *events: Event, ago: float, actor: str = SYSTEM) -> None:
        at = clock.now() - timedelta(minutes=ago)
        async with transaction(self.ledger.pool, subject=self.person_id) as connection:
            await self.ledger.store.append(
                connection,
                Append(stream, events, self.person_id, occurred_at=at),
                cause=Cause(correlation_id="story", actor=actor),
            )

    async def begin(self) -> "Told":
        await self._appear()
        await self.record(
            f"conversation-{self.conversation_id}",
            conversations.ConversationOpened(
                conversation_id=self.conversation_id,
                person_id=self.person_id,
                lead_id=self.lead_id,
                channel="whatsapp",
                partition_key=self.ledger.vault.keyed_hash("partition", str(self.person_id)),
                clinic_address="1000",
                reply_kind="phone",
                reply_to=self.phone or "RO.1",
            ),
            ago=self.start,
        )
        await self.record(
            f"lead-{self.lead_id}",
            leads.LeadCreated(
                lead_id=self.lead_id,
                person_id=self.person_id,
                conversation_id=self.conversation_id,
                channel="whatsapp",
                source="whatsapp",
            ),
            ago=self.start,
        )
        return self

    async def _appear(self) -> None:
        vault, who = self.ledger.vault, str(self.person_id)
        created: list[Event] = [
            people.PersonCreated(person_id=self.person_id, name=self.name, source="whatsapp")
        ]
        if self.phone:
            created.append(
                people.AddressAdded(
                    person_id=self.person_id,
                    kind="phone",
                    address_key=vault.keyed_hash("address", self.phone),
                    value=self.phone,
                )
            )
        await self.record(f"person-{who}", *created, ago=self.start)

    async def writes(self, text: str | None, *, ago: float, kind: str = "text", media: Any = None) -> UUID:
        message_id, at = ids.new_id(), clock.now() - timedelta(minutes=ago)
        await self.record(
            f"conversation-{self.conversation_id}",
            conversations.MessageReceived(
                message_id=message_id,
                conversation_id=self.conversation_id,
                person_id=self.person_id,
                lead_id=self.lead_id,
                kind=kind,  # type: ignore[arg-type]  # the story says which
                raw_kind=kind,
                text=text,
                media=media,
                provider_id=f"wamid.{message_id.hex}",
                sent_at=at,
            ),
            ago=ago,
            actor=PATIENT,
        )
        self.turns.append(message_id)
        self.said = text or ""
        return message_id

    async def scored(
        self, score: int, *, ago: float, marks: Sequence[tuple[str, str]] = (), **more: Any
    ) -> None:
        routing = more.pop("routing", "automatic")
        flags = more.pop("flags", ())
        by = ScoredBy(
            scorer=more.pop("scorer", "ai"), why=more.pop("why", "ai_answered"), version="demo-model"
        )
        rules_score = more.pop("rules_score", score)
        output = self._judgement(score, marks, more)
        classification = Classification.of(score)
        await self.record(
            f"lead-{self.lead_id}",
            leads.LeadScored(
                lead_id=self.lead_id,
                person_id=self.person_id,
                message_id=self.turns[-1],
                by=by,
                score=score,
                classification=classification,
                confidence=output.confidence,
                turns=tuple(self.turns),
                output=output,
                rules_score=rules_score,
                agreed=Classification.of(rules_score) == classification,
            ),
            leads.LeadTriaged(
                lead_id=self.lead_id,
                message_id=self.turns[-1],
                triage=TriageResult(
                    urgency=output.urgency,
                    routing=routing,
                    medical_flags=flags,
                    suggested_owner="receptionist",
                ),
            ),
            ago=ago,
        )

    def _judgement(
        self, score: int, marks: Sequence[tuple[str, str]], more: Mapping[str, Any]
    ) -> ScoringOutput:
        turn, text = len(self.turns) - 1, self.said
        evidence = tuple(
            Evidence(
                turn=turn,
                start=text.index(words),
                end=text.index(words) + len(words),
                text=words,
                means=means,
            )
            for words, means in marks
        )
        return ScoringOutput.model_validate(
            {
                "score": score,
                "classification": Classification.of(score),
                "confidence": 0.92,
                "reasoning": "Names a treatment and says when.",
                "suggested_action": "Call back within the hour.",
                "language": self.language,
                "evidence": evidence,
                **more,
            }
        )

    async def answered(
        self, text: str, *, ago: float, status: str = "read", by: UUID | None = None, **more: Any
    ) -> UUID:
        """What the clinic wrote, and how far it got: refused, sent, delivered, read, failed or planned."""
        effect_id, at = ids.new_id(), clock.now() - timedelta(minutes=ago)
        refused = status == "refused"
        reason = more.get("reason", "answers_a_message" if by is None else "staff_wrote")
        decision = _decision(reason, refused=refused, at=at, score=more.get("score"))
        content = (
            WhatsAppTemplate(name=text, language="ro")
            if more.get("template")
            else WhatsAppText(
                body=text, language="ro", written_by="staff" if by else more.get("written_by", "ai")
            )
        )
        planned = effects.EffectPlanned(
            effect_id=effect_id,
            key=f"story:{effect_id}",
            kind=content.kind,
            person_id=self.person_id,
            lead_id=self.lead_id,
            conversation_id=self.conversation_id,
            cause_id=self.turns[-1] if self.turns else None,
            purpose="staff_reply" if by else "answer",
            author="staff" if by else "automatic",
            by=by,
            content=content,
            decision=decision,
        )
        await self.record(f"effect-{effect_id}", planned, ago=ago, actor=f"user:{by}" if by else SYSTEM)
        if refused or status == "planned":
            return effect_id
        await self._delivered(effect_id, content.kind, status, ago=ago)
        return effect_id

    async def _delivered(self, effect_id: UUID, kind: str, status: str, *, ago: float) -> None:
        stream, at = f"effect-{effect_id}", clock.now() - timedelta(minutes=ago)
        await self.record(
            stream,
            effects.EffectSent(effect_id=effect_id, kind=kind, provider_id="wamid.out", at=at),
            ago=ago,
        )
        steps = {"delivered": ("delivered",), "read": ("delivered", "read"), "failed": ("failed",)}.get(
            status, ()
        )
        for step in steps:
            changed = effects.EffectStatusChanged.model_validate(
                {
                    "effect_id": effect_id,
                    "kind": kind,
                    "status": step,
                    "at": at + timedelta(seconds=40),
                    "reason": "undeliverable" if step == "failed" else None,
                }
            )
            await self.record(stream, changed, ago=max(ago - 1, 0), actor="provider:whatsapp")

    async def taken_over(self, by: UUID, *, ago: float) -> None:
        await self.record(
            f"conversation-{self.conversation_id}",
            conversations.ConversationTakenOver(
                conversation_id=self.conversation_id, lead_id=self.lead_id, by=by
            ),
            ago=ago,
            actor=f"user:{by}",
        )


def told(ledger: Ledger, name: str | None, phone: str | None, *, language: str = "ro", start: float) -> Told:
    return Told(ledger=ledger, name=name, phone=phone, language=language, start=start)


def _decision(reason: str, *, refused: bool, at: datetime, score: int | None) -> Decision:
    return Decision.model_validate(
        {
            "verdict": "refuse" if refused else "send",
            "reasons": [reason],
            "evidence": {
                "purpose": "answer",
                "opted_out": reason == "opted_out",
                "taken_over": reason == "taken_over",
                "window_open": True,
                "score": score,
                "last_inbound_at": at.isoformat(),
                "decided_at": at.isoformat(),
            },
            "policy": "1",
        }
    )
