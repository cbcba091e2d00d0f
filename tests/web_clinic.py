"""A clinic with a morning behind it, for the dashboard's tests and pictures: told in events, through the store."""

from collections.abc import Sequence
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
        await self.record(
            f"conversation-{self.conversation_id}",
            conversations.ConversationOpened(
                conversation_id=self.conversation_id,
                person_id=self.person_id,
                lead_id=self.lead_id,
                channel="whatsapp",
                partition_key=vault.keyed_hash("partition", who),
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
        routing = more.pop("routing", "automatic")
        flags = more.pop("flags", ())
        by = ScoredBy(
            scorer=more.pop("scorer", "ai"), why=more.pop("why", "ai_answered"), version="demo-model"
        )
        rules_score = more.pop("rules_score", score)
        output = ScoringOutput.model_validate(
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

    async def answered(
        self, text: str, *, ago: float, status: str = "read", by: UUID | None = None, **more: Any
    ) -> UUID:
        """What the clinic wrote, and how far it got: refused, sent, delivered, read, failed or planned."""
        effect_id, at = ids.new_id(), clock.now() - timedelta(minutes=ago)
        reason = more.get("reason", "answers_a_message" if by is None else "staff_wrote")
        refused = status == "refused"
        decision = Decision.model_validate(
            {
                "verdict": "refuse" if refused else "send",
                "reasons": [reason],
                "evidence": {
                    "purpose": "answer",
                    "opted_out": reason == "opted_out",
                    "taken_over": reason == "taken_over",
                    "window_open": True,
                    "score": more.get("score"),
                    "last_inbound_at": at.isoformat(),
                    "decided_at": at.isoformat(),
                },
                "policy": "1",
            }
        )
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
        stream = f"effect-{effect_id}"
        await self.record(stream, planned, ago=ago, actor=f"user:{by}" if by else SYSTEM)
        if refused or status == "planned":
            return effect_id
        await self.record(
            stream,
            effects.EffectSent(effect_id=effect_id, kind=content.kind, provider_id="wamid.out", at=at),
            ago=ago,
        )
        steps = {"delivered": ("delivered",), "read": ("delivered", "read"), "failed": ("failed",)}.get(
            status, ()
        )
        for step in steps:
            changed = effects.EffectStatusChanged.model_validate(
                {
                    "effect_id": effect_id,
                    "kind": content.kind,
                    "status": step,
                    "at": at + timedelta(seconds=40),
                    "reason": "undeliverable" if step == "failed" else None,
                }
            )
            await self.record(stream, changed, ago=max(ago - 1, 0), actor="provider:whatsapp")
        return effect_id

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


@dataclass(frozen=True)
class Morning:
    """Leads by what they are in the story."""

    ana: Told
    bogdan: Told
    carmen: Told
    doina: Told
    emil: Told
    at: datetime


async def ana(ledger: Ledger) -> Told:
    """Hot: asked for a price and a visit, nobody has called."""
    story = await told(ledger, "Ana Popescu", "+40722000001", start=9).begin()
    await story.writes("Bună ziua! Faceți implanturi dentare?", ago=9)
    await story.scored(3, ago=9, marks=[("implanturi dentare", "procedure:implant")], procedures=["implant"])
    await story.answered("Bună ziua! Da, facem implanturi. Pentru câți dinți vă interesează?", ago=8.8)
    await story.writes(
        "Doi dinți. Cât costă un implant și când pot veni la consultație? Aș vrea săptămâna asta.", ago=6
    )
    await story.scored(
        5,
        ago=6,
        marks=[
            ("Cât costă", "budget"),
            ("implant", "procedure:implant"),
            ("când pot veni la consultație", "book"),
        ],
        procedures=["implant"],
        budget=True,
        intent_to_book=True,
        routing="call_now",
        urgency="high",
        reasoning="Asks for the price of two implants and wants a visit this week.",
        suggested_action="Call now; offer a consultation with the implant team this week.",
    )
    await story.answered(
        "hot_lead_ack", ago=5.9, template=True, status="delivered", reason="hot_lead", score=5
    )
    return story


async def bogdan(ledger: Ledger) -> Told:
    """An emergency nobody has reacted to."""
    story = await told(ledger, "Bogdan Țepeș", "+40722000002", start=3).begin()
    await story.writes("Mi s-a umflat fața până la ochi și respir greu, ce să fac?", ago=3)
    await story.scored(
        5,
        ago=3,
        marks=[
            ("respir greu", "emergency:breathing"),
            ("umflat fața până la ochi", "emergency:eye_swelling"),
        ],
        emergency=True,
        urgency="high_priority",
        flags=("breathing", "swelling"),
        routing="emergency",
        reasoning="Swelling reaches the eye and breathing is hard.",
        suggested_action="Call at once; if they do not pick up, call 112 for them.",
        intent="emergency",
        scorer="rules",
        why="ai_timeout",
        confidence=0.97,
    )
    await story.answered(
        "Sunați imediat la 112 sau mergeți la urgențe. Vă sună și un coleg acum.",
        ago=2.9,
        written_by="phrases",
        status="read",
        reason="emergency",
    )
    return story


async def carmen(ledger: Ledger, by: UUID) -> Told:
    """A colleague answers; an automatic answer was not sent because of it."""
    story = await told(ledger, "Carmen Ilie", "+40722000003", start=190).begin()
    await story.writes("Hallo, was kostet eine Zahnreinigung bei Ihnen?", ago=190)
    await story.scored(
        3,
        ago=190,
        marks=[("kostet", "budget"), ("Zahnreinigung", "procedure:cleaning")],
        procedures=["cleaning"],
        budget=True,
        rules_score=3,
    )
    await story.answered("Guten Tag! Eine Zahnreinigung dauert etwa 45 Minuten.", ago=189)
    await story.taken_over(by, ago=60)
    await story.answered(
        "Guten Tag Frau Ilie, hier ist Elena vom Empfang. Passt Ihnen Donnerstag um 10?", ago=58, by=by
    )
    await story.writes("Ja, sehr gern!", ago=40)
    await story.answered("Wunderbar.", ago=40, status="refused", reason="taken_over")
    return story


async def doina(ledger: Ledger) -> Told:
    """A message to her did not arrive."""
    story = await told(ledger, "Doina Marin", "+40722000004", start=95).begin()
    await story.writes("Aveți program sâmbăta?", ago=95)
    await story.scored(2, ago=95, marks=[("program", "vague")], rules_score=2, confidence=0.71)
    await story.answered("Da, sâmbăta suntem deschiși între 9 și 14.", ago=94, status="failed")
    return story


async def emil(ledger: Ledger) -> Told:
    """Wrote, and got no answer."""
    story = await told(ledger, None, "+40722000005", start=17).begin()
    await story.writes("Se poate plăti în rate?", ago=17)
    await story.scored(
        2, ago=17, marks=[("rate", "budget")], budget=True, rules_score=4, scorer="ai", confidence=0.58
    )
    return story


_QUIET = (
    ("Felix König", "de", "Vielen Dank, dann weiß ich Bescheid.", 1, "smalltalk"),
    (
        "Gabriela Neagu",
        "ro",
        "Cât durează albirea? Mă interesează pentru nunta surorii mele din mai.",
        3,
        "whitening",
    ),
    ("Horia Bălan", "ro", "Am văzut reclama voastră. Ce oferiți?", 2, None),
    ("Ileana Crețu", "ro", "Aș vrea fațete pe frontali, cum procedăm?", 3, "veneers"),
    (
        "Jonathan Whitfield-Montgomery",
        "en",
        "Do you also treat children? My son is six and a bit anxious.",
        3,
        "pediatric",
    ),
    ("Kinga Szabó", "ro", "Mulțumesc mult!", 1, "smalltalk"),
    ("Laura Stănescu", "ro", "Puteți să-mi trimiteți lista de prețuri?", 2, None),
    ("Mihai Ștefănescu", "ro", "Vreau aparat dentar pentru fiica mea, are 13 ani", 3, "orthodontics"),
)


async def morning(ledger: Ledger, *, by: UUID) -> Morning:
    """All of it: one lead for every need, and some quiet ones."""
    for number, (name, language, text, score, about) in enumerate(_QUIET):
        story = await told(
            ledger, name, f"+4073300{number:04}", language=language, start=240 + 190 * number
        ).begin()
        ago = 240 + 190 * number
        await story.writes(text, ago=ago)
        procedures = [about] if about and about != "smalltalk" else []
        await story.scored(
            score, ago=ago, procedures=procedures, routing="none" if score == 1 else "automatic"
        )
        if score > 1:
            await story.answered("Vă mulțumim pentru mesaj. Un coleg vă poate suna mâine la 10?", ago=ago - 1)
    return Morning(
        ana=await ana(ledger),
        bogdan=await bogdan(ledger),
        carmen=await carmen(ledger, by),
        doina=await doina(ledger),
        emil=await emil(ledger),
        at=clock.now(),
    )
