"""A person's story in which every kind of event happens once or more."""

import itertools
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from medicalcor.core import ids
from medicalcor.core.database.pool import Pool
from medicalcor.core.database.transaction import transaction
from medicalcor.core.eventstore.store import Append, Cause, EventStore, Recorded
from medicalcor.schemas import admissions, scoring
from medicalcor.schemas import appointments as visits
from medicalcor.schemas import bookings as talks
from medicalcor.schemas import practice as clinic
from medicalcor.schemas.base import Event
from medicalcor.schemas.calls import CallAnalysis, CallTurn
from medicalcor.schemas.common import Classification, Procedure, Urgency
from medicalcor.schemas.decisions import Decision
from medicalcor.schemas.effects import HubSpotContact, StaffAlert, WhatsAppText
from medicalcor.schemas.events import (
    alerts,
    appointments,
    bookings,
    calls,
    consents,
    conversations,
    effects,
    leads,
    lexicon,
    payments,
    people,
    practice,
    reminders,
    templates,
    waitlist,
)
from medicalcor.schemas.payments import Hints, Payer, Saying, Standing
from medicalcor.schemas.scoring import Evidence, OwnPhrase, ScoredBy, ScoringOutput
from medicalcor.schemas.triage import Mention, TriageResult
from medicalcor.schemas.waitlist import Wants

NAME = "Ana Canarescu"
PHONE = "+40722777001"
NOTE = "told the desk about her wrist"
TEXT = "Bună ziua, vreau un implant, am bugetul pregătit"
PERSONAL = (
    *(NAME, PHONE, TEXT, "wamid.CANAR", "Vă sunăm noi", "asks for an implant", "sip:canar@", "Doare"),
    *("Mihai Canarescu", "swelling, cannot wait", "Dr. Canarescu", "her knee", NOTE, "2031-05-17"),
    *("luna a șasea Canarescu", "I want an implant, says Canarescu"),
)
T0 = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


_numbers = itertools.count(1, 2)


@dataclass
class Story:
    """The ids of one person's things. Two stories share nothing."""

    person: UUID = field(default_factory=ids.new_id)
    lead: UUID = field(default_factory=ids.new_id)
    conversation: UUID = field(default_factory=ids.new_id)
    message: UUID = field(default_factory=ids.new_id)
    user: UUID = field(default_factory=ids.new_id)
    answer: UUID = field(default_factory=ids.new_id)
    contact: UUID = field(default_factory=ids.new_id)
    note: UUID = field(default_factory=ids.new_id)
    lost: UUID = field(default_factory=ids.new_id)
    bell: UUID = field(default_factory=ids.new_id)
    call: UUID = field(default_factory=ids.new_id)
    payment: UUID = field(default_factory=ids.new_id)
    other_payment: UUID = field(default_factory=ids.new_id)
    request: UUID = field(default_factory=ids.new_id)
    practitioner: UUID = field(default_factory=ids.new_id)
    room: UUID = field(default_factory=ids.new_id)
    phrase: UUID = field(default_factory=ids.new_id)
    procedure: UUID = field(default_factory=ids.new_id)
    template: UUID = field(default_factory=ids.new_id)
    number: int = field(default_factory=lambda: next(_numbers))
    work: UUID = field(default_factory=ids.new_id)

    def chapters(self) -> list[list[tuple[str, Event]]]:
        """What is appended together, in order."""
        return [
            self._arrival(),
            self._message(),
            self._consents(),
            self._judgement(),
            self._answer(),
            self._delivery(),
            self._crm(),
            self._staff(),
            self._call(),
            self._what_was_said(),
            self._money(),
            self._asked(),
            self._practice(),
            self._own_words(),
            self._visits(),
            self._waiting(),
            self._dialogue(),
            self._end(),
        ]

    def _arrival(self) -> list[tuple[str, Event]]:
        person, lead, conversation = (
            f"person-{self.person}",
            f"lead-{self.lead}",
            f"conversation-{self.conversation}",
        )
        key = self.person.hex
        return [
            (person, people.PersonCreated(person_id=self.person, name=NAME, source="whatsapp")),
            (person, people.AddressAdded(person_id=self.person, kind="phone", address_key=key, value=PHONE)),
            (
                lead,
                leads.LeadCreated(
                    lead_id=self.lead,
                    person_id=self.person,
                    conversation_id=self.conversation,
                    channel="whatsapp",
                    source="whatsapp",
                ),
            ),
            (
                conversation,
                conversations.ConversationOpened(
                    conversation_id=self.conversation,
                    person_id=self.person,
                    lead_id=self.lead,
                    channel="whatsapp",
                    partition_key=f"partition-{key}",
                    clinic_address="1001",
                    reply_kind="phone",
                    reply_to=PHONE,
                ),
            ),
        ]

    def _message(self) -> list[tuple[str, Event]]:
        received = conversations.MessageReceived(
            message_id=self.message,
            conversation_id=self.conversation,
            person_id=self.person,
            lead_id=self.lead,
            kind="image",
            raw_kind="image",
            text=TEXT,
            media=conversations.Media(id="media-1", mime_type="image/jpeg"),
            provider_id="wamid.CANAR",
            guest=False,
            letter=conversations.Letter(
                subject=TEXT, attachments=(conversations.Attachment(name=NAME, size=7),)
            ),
            sent_at=T0 - timedelta(seconds=3),
        )
        person = f"person-{self.person}"
        return [
            (f"conversation-{self.conversation}", received),
            (person, people.PersonNamed(person_id=self.person, name=NAME + "-Pop")),
            (person, people.LanguageDetected(person_id=self.person, language="ro", message_id=self.message)),
        ]

    def _consents(self) -> list[tuple[str, Event]]:
        granted = consents.ConsentGranted(
            person_id=self.person,
            purposes=("data_processing", "marketing_email"),
            channel="web",
            text_version="2026-01",
            language="ro",
            evidence_id=self.message,
            origin="https://clinic.example/form?of=Canarescu",
        )
        withdrawn = consents.ConsentWithdrawn(
            person_id=self.person, purposes=("marketing_email",), channel="email"
        )
        person, question = f"person-{self.person}", ids.new_id()
        words: dict[str, Any] = {"text_version": "2026-11", "text_hash": "ab" * 32, "language": "ro"}
        where: dict[str, Any] = {"person_id": self.person, "channel": "whatsapp"}
        what: dict[str, Any] = {"purposes": ("marketing_whatsapp",), "address_key": self.person.hex}
        asked = consents.ConsentAsked(
            **(where | what | words),
            question_id=question,
            conversation_id=self.conversation,
            effect_id=self.contact,
            occasion="question",
            clinic="Clinica",
        )
        renewed = consents.ConsentRenewed(
            **(where | what | words), question_id=question, how="paper", expires_at=T0, note=NOTE
        )
        about = {"person_id": self.person, "question_id": question}
        return [
            (person, granted),
            (person, withdrawn),
            (
                person,
                consents.ConsentClaimed(**(where | what | words), evidence_id=self.message, origin=NOTE),
            ),
            (person, asked),
            (person, consents.ConsentDenied(**(where | what), question_id=question, how="tap", note=NOTE)),
            (person, consents.ConsentDoubted(**about, message_id=self.message)),
            (person, consents.ConsentDoubtSettled(**about, meant="yes", by=self.user, note=NOTE)),
            (person, renewed),
            (person, consents.ConsentExpired(person_id=self.person, **what, expires_at=T0)),
            (person, consents.ConsentWithdrawn(**(where | what), how="phone", note=NOTE)),
        ]

    def _judgement(self) -> list[tuple[str, Event]]:
        output = ScoringOutput(
            score=5,
            classification=Classification.HOT,
            confidence=0.87,
            reasoning="asks for an implant and has the money",
            suggested_action="call now",
            procedures=(Procedure.IMPLANT,),
            budget=True,
            urgency=Urgency.HIGH,
            emergency=True,
            language="ro",
            evidence=(Evidence(turn=0, start=19, end=26, text="implant", means="procedure:implant"),),
        )
        triage = TriageResult(
            urgency=Urgency.HIGH, routing="call_now", medical_flags=("pain",), suggested_owner="receptionist"
        )
        stream = f"lead-{self.lead}"
        campaign = leads.Campaign(source="google", name="spring", page="https://clinic.example/?of=Canarescu")
        return [
            (
                stream,
                leads.CampaignNoted(lead_id=self.lead, message_id=self.message, campaign=campaign),
            ),
            (
                stream,
                leads.LeadScored(
                    lead_id=self.lead,
                    person_id=self.person,
                    message_id=self.message,
                    by=ScoredBy(scorer="rules", why="ai_off", version="1"),
                    score=5,
                    classification="HOT",
                    confidence=0.87,
                    turns=(self.message,),
                    output=output,
                    rules_score=5,
                    agreed=True,
                    merge=scoring.Merge(
                        answer=scoring.AiAnswer(
                            score=5,
                            procedures=(),
                            budget=True,
                            intent_to_book=True,
                            urgency=output.urgency,
                            emergency=False,
                            opt_out=False,
                            language="ro",
                            confidence=0.9,
                        ),
                        rules_emergency=False,
                        rules_opt_out=False,
                        rules_intent="prospect",
                        version="1",
                    ),
                ),
            ),
            (
                stream,
                leads.LeadTriaged(
                    lead_id=self.lead,
                    message_id=self.message,
                    triage=triage,
                    mentions=(Mention(code="pregnancy", text="luna a șasea Canarescu"),),
                ),
            ),
            (
                stream,
                leads.ScoreReviewed(lead_id=self.lead, message_id=self.message, right="rules", by=self.user),
            ),
            *self._work(stream),
        ]

    def _work(self, stream: str) -> list[tuple[str, Event]]:
        """What triage asks; the first owner was found by the rules, the second chosen by a colleague."""
        work = {"lead_id": self.lead, "work_id": self.work, "rule": "hot"}
        told = {"actions": ("call_back",), "owner": "receptionist", "due_at": T0, "escalate_at": T0}
        owner = {"lead_id": self.lead, "owner": self.user, "post": "receptionist"}
        return [
            (
                stream,
                leads.WorkOpened.model_validate(
                    {**work, **told, "message_id": self.message, "escalate_to": "manager"}
                ),
            ),
            (stream, leads.OwnerChosen.model_validate({**owner, "by": None})),
            (stream, leads.WorkEscalated.model_validate({**work, "to": "manager"})),
            (stream, leads.OwnerChosen.model_validate({**owner, "by": self.user})),
            (
                f"person-{self.person}",
                people.LanguageChosen(person_id=self.person, language="en", by=self.user),
            ),
            (
                f"conversation-{self.conversation}",
                conversations.MessageTranslated(
                    message_id=self.message,
                    conversation_id=self.conversation,
                    lead_id=self.lead,
                    to="en",
                    text="I want an implant, says Canarescu",
                    model="gpt-5.5",
                    by=self.user,
                ),
            ),
        ]

    def _answer(self) -> list[tuple[str, Event]]:
        text = WhatsAppText(body="Vă sunăm noi", language="ro", written_by="phrases", reply_to="wamid.CANAR")
        stream = f"effect-{self.answer}"
        delayed = effects.EffectDelayed(
            effect_id=self.answer, kind="whatsapp.text", reason="rate_limited", again_at=T0
        )
        unknown = effects.EffectUnknown(
            effect_id=self.answer, kind="whatsapp.text", reason="timeout", again_at=T0
        )
        return [
            self._planned(self.answer, text, verdict="hold"),
            (stream, delayed),
            (stream, unknown),
            (
                stream,
                effects.EffectSent(
                    effect_id=self.answer, kind="whatsapp.text", provider_id="wamid.CANAR2", at=T0
                ),
            ),
        ]

    def _delivery(self) -> list[tuple[str, Event]]:
        stream = f"effect-{self.answer}"
        return [
            (
                stream,
                effects.EffectStatusChanged(
                    effect_id=self.answer, kind="whatsapp.text", status="delivered", at=T0
                ),
            ),
            (
                stream,
                effects.EffectStatusChanged(
                    effect_id=self.answer, kind="whatsapp.text", status="read", at=T0
                ),
            ),
        ]

    def _crm(self) -> list[tuple[str, Event]]:
        linked = people.CrmLinked(
            person_id=self.person, provider="hubspot", external_id="901", found_by="created"
        )
        return [
            self._planned(self.contact, HubSpotContact()),
            self._planned(self.bell, StaffAlert(code="hot_lead")),
            (
                f"effect-{self.contact}",
                effects.EffectFailed(effect_id=self.contact, kind="hubspot.contact", reason="rejected"),
            ),
            (f"person-{self.person}", linked),
        ]

    def _own_words(self) -> list[tuple[str, Event]]:
        kept = OwnPhrase(means="procedure:denture", language="ro", phrase="dantură nouă")
        given_up = OwnPhrase(means="ignore", language="any", phrase="crown plaza")
        gone = ids.new_id()
        return [
            ("lexicon-clinic", lexicon.PhraseAdded(phrase_id=self.phrase, phrase=kept)),
            ("lexicon-clinic", lexicon.PhraseAdded(phrase_id=gone, phrase=given_up)),
            ("lexicon-clinic", lexicon.PhraseRemoved(phrase_id=gone)),
        ]

    def _staff(self) -> list[tuple[str, Event]]:
        words = {"lead_id": self.lead, "by": self.user}
        conversation = f"conversation-{self.conversation}"
        taken = conversations.ConversationTakenOver(conversation_id=self.conversation, **words)
        released = conversations.ConversationReleased(conversation_id=self.conversation, **words)
        return [
            (conversation, taken),
            (f"lead-{self.lead}", leads.LeadSeen(**words)),
            (conversation, released),
            self._planned(self.note, WhatsAppText(body="Vă sunăm noi", language="ro", written_by="staff")),
            (
                f"effect-{self.note}",
                effects.EffectHeld(
                    effect_id=self.note, kind="whatsapp.text", decision=self._decision("hold")
                ),
            ),
            (
                f"effect-{self.note}",
                effects.EffectRefused(
                    effect_id=self.note, kind="whatsapp.text", decision=self._decision("refuse")
                ),
            ),
        ]

    def _call(self) -> list[tuple[str, Event]]:
        of = {"call_id": self.call, "lead_id": self.lead}
        recording = of | {"recording_sid": f"RE{self.call.hex}"}
        news = [
            calls.CallStarted(
                **of,
                person_id=self.person,
                conversation_id=self.conversation,
                direction="inbound",
                twilio_sid=f"CA{self.call.hex}",
                caller_kind="sip",
                caller="sip:canar@clinic.example",
            ),
            calls.CallLinked(**of, vapi_id=str(self.call)),
            calls.CallStatusChanged(**of, status="in-progress", rank=2, sequence=1),
            calls.CallStatusChanged(**of, status="ringing", rank=1, sequence=0),
            calls.AgentReached(**of, answered=False, status="no-answer"),
            calls.PersonWanted(**of, at_once=True),
            calls.CallEnded(**of, outcome="missed", seconds=31),
            calls.CallRecorded(**recording, of="voicemail", state="ready", seconds=9),
            calls.CallRecorded(**recording, of="voicemail", state="said"),
            calls.CallEnded(**of, outcome="voicemail"),
        ]
        return [(f"call-{self.call}", one) for one in news]

    def _what_was_said(self) -> list[tuple[str, Event]]:
        of = {"call_id": self.call, "lead_id": self.lead}
        recording = of | {"recording_sid": f"RE{self.call.hex}"}
        said = (CallTurn(role="user", text="Doare tare"), CallTurn(role="assistant", text="Vă sunăm noi"))
        analysis = CallAnalysis(intent="prospect", objections=("Doare",), summary="Doare tare")
        news = [
            calls.CallNotTranscribed(**recording, reason="ai_off"),
            calls.CallTranscribed(**of, source="openai", language="ro", message_id=self.message, turns=said),
            calls.CallAnalysed(**of, by="ai", analysis=analysis),
            calls.RecordingKept(**recording, bytes=4096),
            calls.RecordingDropped(**recording),
        ]
        return [(f"call-{self.call}", one) for one in news]

    def _money(self) -> list[tuple[str, Event]]:
        """Two payments that turn out to be one; nobody is found, it is set aside, taken back, and assigned."""
        stream, other = f"payment-{self.payment}", f"payment-{self.other_payment}"
        payer = Payer(name=NAME, phone=PHONE)
        stands = Standing(state="paid", amount=25_000, paid=25_000, currency="RON", at=T0, paid_at=T0)
        told = {
            "payment_id": self.payment,
            "customer_keys": (self.person.hex,),
            "stands": stands,
            "payer": payer,
        }
        act = {"payment_id": self.payment, "by": self.user}
        return [
            (stream, self._reported(self.payment, "pi", stands)),
            (stream, payments.PayerSeen(payment_id=self.payment, payer=payer)),
            (other, self._reported(self.other_payment, "in", stands)),
            (other, payments.PaymentMerged(payment_id=self.other_payment, into=self.payment)),
            (
                stream,
                payments.PaymentUnmatched(
                    payment_id=self.payment, why="conflict", candidates=(self.person, self.user)
                ),
            ),
            (stream, payments.PaymentSetAside(**act)),
            (stream, payments.PaymentTakenBack(**act)),
            (stream, payments.PaymentTied(person_id=self.person, how="phone", **told)),
            (
                stream,
                payments.PaymentUntied(person_id=self.person, reason="mistake", stands=stands, **act),
            ),
            (stream, payments.PaymentAssigned(person_id=self.person, by=self.user, **told)),
        ]

    def _reported(self, payment: UUID, prefix: str, stands: Standing) -> Event:
        said = Saying(kind="payment", state="paid", amount=25_000, currency="RON", at=T0)
        return payments.PaymentReported(
            payment_id=payment,
            account="payment",
            event_type="payment_intent.succeeded",
            sayings={f"{prefix}_{payment.hex}": said},
            references=(f"{prefix}_{payment.hex}",),
            hints=Hints(request_ids=(self.request,), phone_keys=(self.person.hex,)),
            stands=stands,
            moved=True,
        )

    def _asked(self) -> list[tuple[str, Event]]:
        stream = f"payment_request-{self.request}"
        url = f"https://buy.stripe.com/of-Canarescu-{self.request.hex}"
        return [
            (
                stream,
                payments.PaymentRequested(
                    request_id=self.request,
                    person_id=self.person,
                    lead_id=self.lead,
                    amount=25_000,
                    currency="RON",
                    reason="appointment",
                    by=self.user,
                ),
            ),
            (stream, payments.PaymentLinkMade(request_id=self.request, link_id="plink_1", url=url)),
            (stream, payments.PaymentLinkFailed(request_id=self.request, reason="account")),
        ]

    def _practice(self) -> list[tuple[str, Event]]:
        day = date(2026, 1, 1) + timedelta(days=self.number)
        who, stream = {"practitioner_id": self.practitioner}, f"practitioner-{self.practitioner}"
        hours = clinic.Hours(opens=time(9), closes=time(13))
        week = (clinic.WeekHours(weekday=0, opens=time(9), closes=time(17)),)
        described = practice.PractitionerDescribed(
            **who, resource_no=self.number, name="Dr. Canarescu", languages=("ro",), skills=(), is_active=True
        )
        room = clinic.Resource(kind="room", title="Chair", groups=("chair",))
        terms = clinic.Terms(
            code=f"p{self.number}",
            titles={"ro": "Consultație"},
            minutes=30,
            price_from=100,
            preparation={"ro": "Nu mâncați cu două ore înainte."},
        )
        off = clinic.TimeOff(
            resource_id=self.practitioner, starts_at=T0, ends_at=T0 + timedelta(days=2), kind="sick"
        )
        return [
            (stream, described),
            (stream, practice.WeekHoursSet(**who, hours=week)),
            (stream, practice.DayHoursSet(**who, day=day, hours=(hours,))),
            (stream, practice.DayHoursSet(**who, day=day + timedelta(days=1), hours=())),
            (stream, practice.DayHoursCleared(**who, day=day)),
            (
                f"resource-{self.room}",
                practice.ResourceDescribed(resource_id=self.room, resource_no=self.number + 1, resource=room),
            ),
            (
                f"procedure-{self.procedure}",
                practice.ProcedureDefined(procedure_id=self.procedure, terms=terms),
            ),
            *(
                (f"time_off-{one}", practice.TimeOffAdded(time_off_id=one, time_off=off, note="her knee"))
                for one in (self.room, self.procedure)
            ),
            (f"time_off-{self.room}", practice.TimeOffRemoved(time_off_id=self.room)),
            *(
                (
                    f"holiday-{one}",
                    practice.HolidayAdded(holiday_id=one, holiday=clinic.Holiday(day=on, title="Paște")),
                )
                for one, on in ((self.room, day), (self.procedure, day + timedelta(days=1)))
            ),
            (f"holiday-{self.room}", practice.HolidayRemoved(holiday_id=self.room)),
        ]

    def _visits(self) -> list[tuple[str, Event]]:
        held, lapsed, booked, missed, off = (ids.new_id() for _ in range(5))
        begins = (
            appointments.AppointmentHeld(
                **self._visit(held, 9),
                for_name="Mihai Canarescu",
                relation="son",
                expires_at=T0,
                admission=self._admission("placed", "free"),
            ),
            appointments.AppointmentHeld(**self._visit(lapsed, 10), expires_at=T0),
            appointments.AppointmentBooked(
                **self._visit(booked, 9, deliberate=True),
                overlaps=(held,),
                overlap_reason="swelling, cannot wait",
            ),
            appointments.AppointmentBooked(**self._visit(missed, 12)),
            appointments.AppointmentBooked(**self._visit(off, 13)),
        )
        moved = {key: value for key, value in self._visit(booked, 10).items() if key != "lead_id"}
        goes_on: tuple[tuple[UUID, type[Event], dict[str, object]], ...] = (
            (held, appointments.AppointmentKept, {}),
            (lapsed, appointments.AppointmentExpired, {}),
            (booked, appointments.AppointmentConfirmed, {}),
            (booked, appointments.AppointmentMoved, {**moved, "moved_from": T0}),
            (booked, appointments.AppointmentCompleted, {}),
            (missed, appointments.AppointmentMissed, {}),
            (off, appointments.AppointmentCancelled, {"reason": "patient"}),
        )
        refused = appointments.AppointmentRefused(
            refusal_id=ids.new_id(),
            person_id=self.person,
            lead_id=self.lead,
            wanted=visits.Choice(
                procedure_id=self.procedure, practitioner_id=self.practitioner, starts_at=T0
            ),
            admission=self._admission("slot_taken", "practitioner_taken"),
            offered=(visits.Slot(practitioner_id=self.practitioner, starts_at=T0, ends_at=T0),),
        )
        return [
            (f"wishes-{self.person}", refused),
            *((f"appointment-{one.appointment_id}", one) for one in begins),
            *(
                (
                    f"appointment-{one}",
                    kind.model_validate({"appointment_id": one, "person_id": self.person, **more}),
                )
                for one, kind, more in goes_on
            ),
        ]

    def _admission(self, verdict: admissions.Verdict, ground: admissions.Ground) -> admissions.Admission:
        there = admissions.Candidate(resource_no=self.number)
        facts = admissions.Facts(
            through="text", now=T0, starts_at=T0, grace=0, set_up=1, offered=True, practitioner=there
        )
        return admissions.Admission(verdict=verdict, reasons=(ground,), facts=facts, rules="1")

    def _dialogue(self) -> list[tuple[str, Event]]:
        """A visit is arranged: asked for, offered, chosen, booked."""
        booking, visit = ids.new_id(), ids.new_id()
        wanted = talks.Wanted(procedure_id=self.procedure, when=talks.When(days=(date(2031, 5, 17),)))
        option = talks.Option(procedure_id=self.procedure, practitioner_id=self.practitioner, starts_at=T0)
        news = [
            bookings.BookingOpened(
                booking_id=booking,
                person_id=self.person,
                lead_id=self.lead,
                conversation_id=self.conversation,
                message_id=self.message,
            ),
            bookings.BookingUnderstood(
                booking_id=booking,
                message_id=self.message,
                goal="book",
                wanted=wanted,
                asked="choice",
                appointment_id=None,
                missed=0,
                next="find",
            ),
            bookings.BookingOffered(booking_id=booking, number=1, options=(option,)),
            bookings.BookingChosen(booking_id=booking, message_id=self.message, number=1, place=1),
            bookings.BookingConfirmed(booking_id=booking, appointment_id=visit),
            bookings.BookingClosed(booking_id=booking, because="done"),
        ]
        return [(f"booking-{booking}", one) for one in news]

    def _visit(self, one: UUID, hour: int, *, deliberate: bool = False) -> dict[str, object]:
        start, end = T0.replace(hour=hour), T0.replace(hour=hour + 1)
        takes = tuple(
            visits.Taken(resource_no=number, starts_at=start, ends_at=end, deliberate=deliberate)
            for number in (self.number, self.number + 1)
        )
        visit = visits.Visit(
            procedure_id=self.procedure,
            practitioner_id=self.practitioner,
            starts_at=start,
            ends_at=end,
            takes=takes,
        )
        return {"appointment_id": one, "person_id": self.person, "lead_id": self.lead, "visit": visit}

    def _waiting(self) -> list[tuple[str, Event]]:
        waiting, opening, offer, visit = (ids.new_id() for _ in range(4))
        who = {"person_id": self.person}
        choice = visits.Choice(procedure_id=self.procedure, practitioner_id=self.practitioner, starts_at=T0)
        joined = waitlist.WaitlistJoined(
            **who,
            waiting_id=waiting,
            lead_id=self.lead,
            appointment_id=visit,
            wants=Wants(procedure_id=self.procedure, weekdays=frozenset({1, 3})),
        )
        found = waitlist.OpeningFound(
            opening_id=opening,
            practitioner_id=self.practitioner,
            starts_at=T0,
            ends_at=T0 + timedelta(hours=1),
        )
        made = waitlist.OfferMade(
            **who, offer_id=offer, opening_id=opening, waiting_id=waiting, choice=choice, asked_at=T0
        )
        reminder = reminders.ReminderDecided(
            **who,
            appointment_id=visit,
            moves=0,
            ahead="day",
            outcome="planned",
            message_id=offer,
            effect_key="r",
        )
        again = reminder.model_copy(update={"outcome": "too_late", "effect_key": None})
        return [
            (f"waiting-{waiting}", joined),
            (f"opening-{opening}", found),
            (f"offer-{offer}", made),
            (f"offer-{offer}", waitlist.OfferEnded(**who, offer_id=offer, reason="accepted")),
            (f"opening-{opening}", waitlist.OpeningClosed(opening_id=opening, reason="accepted")),
            (f"waiting-{waiting}", waitlist.WaitlistLeft(**who, waiting_id=waiting, reason="got_earlier")),
            (f"reminder-{visit}", reminder),
            (f"reminder-{visit}", again),
        ]

    def _end(self) -> list[tuple[str, Event]]:
        opted_out = people.OptedOut(
            person_id=self.person,
            address_keys=(self.person.hex,),
            channel="whatsapp",
            message_id=self.message,
        )
        lifted = people.OptOutLifted(
            person_id=self.person, address_keys=(self.person.hex,), question_id=self.message
        )
        nobody = people.AddressSuppressed(address_key=self.user.hex, channel="email", message_id=self.message)
        return [
            (f"person-{self.person}", opted_out),
            (f"person-{self.person}", lifted),
            (f"person-{self.person}", opted_out),
            (f"address-{self.user}", nobody),
            self._planned(self.lost, HubSpotContact()),
            (
                f"effect-{self.lost}",
                effects.EffectVoided(effect_id=self.lost, kind="hubspot.contact", reason="opted_out"),
            ),
            (f"lead-{self.lead}", leads.LeadArchived(lead_id=self.lead, reason="done")),
            (f"template-{self.template}", self._template()),
            (f"alert-{self.bell}", alerts.AlertTaken(alert_id=self.bell, by=self.user)),
            (
                f"alert-{self.bell}",
                alerts.AlertReopened(alert_id=self.bell, by=self.user, taken_by=self.user),
            ),
            (f"alert-{self.bell}", alerts.AlertResolved(alert_id=self.bell, by=self.user)),
        ]

    def _template(self) -> templates.TemplateStateLearnt:
        return templates.TemplateStateLearnt(
            template_id=self.template,
            template=f"recall_{self.number}",
            language="ro",
            state="paused",
            told_by="meta",
            at=T0,
            until=T0 + timedelta(hours=3),
        )

    def _decision(self, verdict: str) -> Decision:
        return Decision.model_validate(
            {
                "verdict": verdict,
                "reasons": ("answers_a_message",),
                "hold_until": T0 if verdict == "hold" else None,
                "evidence": {"window_open": True},
                "policy": "1",
            }
        )

    def _planned(self, effect: UUID, content: object, *, verdict: str = "send") -> tuple[str, Event]:
        planned = effects.EffectPlanned.model_validate(
            {
                "effect_id": effect,
                "key": f"key-{effect}",
                "kind": content.kind,
                "person_id": self.person,
                "lead_id": self.lead,
                "conversation_id": self.conversation,
                "cause_id": self.message,
                "purpose": "answer",
                "author": "staff" if effect == self.note else "automatic",
                "content": content,
                "decision": self._decision(verdict),
            }
        )
        return f"effect-{effect}", planned


def _subject(stream: str, story: Story) -> UUID:
    """The clinic's own things are nobody's story: the subject is the thing itself."""
    noun, _, thing = stream.partition("-")
    own = {"practitioner", "resource", "procedure", "time_off", "holiday", "address", "template"}
    if noun == "lexicon":
        return story.phrase
    return UUID(thing) if noun in own else story.person


async def tell(pool: Pool, store: EventStore, story: Story) -> list[Recorded]:
    """Record the whole story, a transaction a chapter."""
    recorded: list[Recorded] = []
    for nth, chapter in enumerate(story.chapters()):
        async with transaction(pool, subject=story.person) as connection:
            entries = [
                Append(
                    stream,
                    [event],
                    _subject(stream, story),
                    key=f"{story.person}-{nth}-{place}",
                    occurred_at=T0 + timedelta(minutes=nth),
                )
                for place, (stream, event) in enumerate(chapter)
            ]
            recorded += await store.append(
                connection, *entries, cause=Cause(f"correlation-{nth}", "system", story.message)
            )
    return recorded


async def erase(pool: Pool, store: EventStore, person: UUID) -> None:
    async with transaction(pool, subject=person) as connection:
        erased = people.PersonErased(person_id=person, reason="asked")
        await store.append(
            connection, Append(f"person-{person}", [erased], person), cause=Cause("c", "system")
        )
        await store.vault.destroy_subject_key(connection, person)
