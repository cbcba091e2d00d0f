"""What the booking agent says, in the patient's language and in the form that their line carries."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from medicalcor.domain.language.phrases import booking_words
from medicalcor.domain.payments.money import written
from medicalcor.domain.scheduling import told
from medicalcor.domain.scheduling.dialogue import State
from medicalcor.domain.scheduling.moments import in_a_row
from medicalcor.domain.scheduling.understanding.hearing import Topic
from medicalcor.operations import wording
from medicalcor.operations.booking_desk import MOST_LISTED, Desk
from medicalcor.operations.ledger import Ledger
from medicalcor.operations.offering import Found
from medicalcor.readmodels.appointments.queries import Entry
from medicalcor.readmodels.bookings.queries import Booking
from medicalcor.schemas.appointments import Appointment, Whose
from medicalcor.schemas.bookings import Option
from medicalcor.schemas.effects import Choice, Content, EmailMessage, WhatsAppText

LONGEST_BODY = 1024
LONGEST_FACT = 500
_TITLE = 24
_BUTTON = 20


@dataclass(frozen=True, slots=True)
class Words:
    """Says things about one desk."""

    ledger: Ledger
    desk: Desk
    state: State | None = None
    """Where the dialogue stands after what was just said; none: as it was recorded."""

    def say(self, key: str, **values: str) -> str:
        clinic = self.ledger.settings.clinic_name
        return booking_words(self.desk.language)[key].format(clinic=clinic, **values)

    def text(self, *sentences: str) -> WhatsAppText | EmailMessage:
        return wording.text(self.desk.line, _joined(sentences), written_by="phrases")

    def question(self, *sentences: str, choices: Sequence[Choice], opener: str) -> Content:
        if self.desk.line.reply_kind == "email":
            sentences = (*sentences, self.say("by_number_any"))
        body = _joined(sentences)[:LONGEST_BODY]
        return wording.question(self.desk.line, body, choices, opener=self.say(opener))

    def offer(self, booking_id: UUID, number: int, found: Found, *before: str) -> Content:
        """A list of times; a single one is a question with yes and another."""
        options = found.options
        if len(options) == 1:
            return self._single(booking_id, number, found, *before)
        choices = self._choices(booking_id, number, options)
        said = [*before, *self._how(found), self._theirs(self._what(options[0]))]
        return self.question(*said, choices=choices, opener="opener")

    def again(self, booking: Booking, *before: str) -> Content:
        """The last offer once more, with the question that is open."""
        found = Found("as_wished", tuple(booking.options))
        if len(found.options) == 1:
            return self._single(booking.id, len(booking.offers), found, *before)
        choices = self._choices(booking.id, len(booking.offers), found.options)
        return self.question(*before, self._theirs(self.say("ask_choice")), choices=choices, opener="opener")

    def _choices(self, booking_id: UUID, number: int, options: Sequence[Option]) -> list[Choice]:
        return [
            Choice(
                id=f"slot:{booking_id}:{number}-{place}",
                title=in_a_row(option.starts_at, zone=self.desk.zone, language=self.desk.language),
                description=self.who(option.practitioner_id),
            )
            for place, option in enumerate(options, 1)
        ]

    def _single(self, booking_id: UUID, number: int, found: Found, *before: str) -> Content:
        option = found.options[0]
        time = ", ".join(filter(None, (self.when(option.starts_at), self.with_whom(option.practitioner_id))))
        asked = self.say("offer_one", procedure=self.procedure(option.procedure_id, within=True), time=time)
        title = in_a_row(option.starts_at, zone=self.desk.zone, language=self.desk.language)[:_BUTTON]
        choices = [
            Choice(id=f"slot:{booking_id}:{number}-1", title=title),
            Choice(id=f"slot:{booking_id}:other", title=self.say("move_it")),
        ]
        return self.question(
            *before, *self._how(found), self._theirs(asked), choices=choices, opener="opener"
        )

    def _theirs(self, sentence: str) -> str:
        """With who is to come before it, where that is somebody else."""
        said = told.of_whom(self.desk.whose(self.state or self.desk.state), sentence, self.desk.language)
        return said[:1].upper() + said[1:]

    def _how(self, found: Found) -> list[str]:
        return [] if found.how in ("as_wished", "none") else [self.say(found.how)]

    def _what(self, option: Option) -> str:
        if self.desk.state.goal == "move":
            return self.say("offer_move")
        return self.say("offer", procedure=self.procedure(option.procedure_id, within=True))

    def move_instead(self, booking_id: UUID, visit: str, time: str) -> Content:
        """Another time was tapped when one was booked already."""
        choices = [
            Choice(id=f"slot:{booking_id}:1-1", title=self.say("yes_move")),
            Choice(id=f"slot:{booking_id}:keep", title=self.say("keep_it")),
        ]
        return self.question(
            self.say("already_move", visit=visit, time=time), choices=choices, opener="opener"
        )

    def ask_procedure(self, booking_id: UUID, among: Sequence[UUID], *before: str) -> Content:
        choices = [
            Choice(id=f"slot:{booking_id}:what-{n}", title=_short(self.procedure(one)))
            for n, one in enumerate(among[:MOST_LISTED], 1)
        ]
        said = (*before, self.say("ask_procedure"))
        return self.question(*said, choices=choices, opener="procedures")

    def ask_visit(self, booking_id: UUID, *before: str) -> Content:
        choices = [
            Choice(
                id=f"slot:{booking_id}:visit-{n}",
                title=in_a_row(visit.starts_at, zone=self.desk.zone, language=self.desk.language),
                description=self._of(visit.whose, self.procedure(visit.procedure_id))[:72],
            )
            for n, visit in enumerate(self.desk.visits[:MOST_LISTED], 1)
        ]
        said = (*before, self.say("ask_which_visit"))
        return self.question(*said, choices=choices, opener="visits")

    def ask_sure(self, booking_id: UUID, visit: str, *before: str) -> Content:
        choices = [
            Choice(id=f"slot:{booking_id}:sure-{n}", title=self.say(key))
            for n, key in enumerate(("yes_cancel", "move_it", "keep_it"), 1)
        ]
        said = (*before, self.say("ask_sure", visit=visit))
        return self.question(*said, choices=choices, opener="visits")

    def visit(self, one: Entry | Appointment) -> str:
        parts = (
            self.procedure(one.procedure_id),
            self.when(one.starts_at),
            self.with_whom(one.practitioner_id),
        )
        return self._of(one.whose, ", ".join(part for part in parts if part))

    def _of(self, whose: Whose | None, words: str) -> str:
        return told.of_whom(whose, words, self.desk.language)

    def when(self, at: datetime) -> str:
        return told.when(at, zone=self.desk.zone, language=self.desk.language)

    def who(self, practitioner_id: UUID) -> str | None:
        name = self.desk.names.get(practitioner_id)
        return name[:72] if name else None

    def with_whom(self, practitioner_id: UUID) -> str:
        name = self.desk.names.get(practitioner_id)
        return self.say("with", practitioner=name) if name else ""

    def procedure(self, procedure_id: UUID, *, within: bool = False) -> str:
        """Its title in the patient's language; `within` a sentence it begins small, where that is the custom."""
        for one in self.desk.procedures:
            if one.id == procedure_id:
                title = one.titles.get(self.desk.language) or next(iter(one.titles.values()), one.code)
                small = within and self.desk.language != "de" and title[1:2].islower()
                return title[:1].lower() + title[1:] if small else title
        return ""

    def answers(self, questions: Sequence[Topic], procedure_id: UUID | None) -> tuple[list[str], bool]:
        """What the clinic itself says about each; and whether one is left for a colleague."""
        said = [self._answer(topic, procedure_id) for topic in questions]
        missing = any(one is None for one in said)
        return [
            *(one for one in said if one is not None),
            *([self.say("unknown_fact")] if missing else []),
        ], missing

    def _answer(self, topic: Topic, procedure_id: UUID | None) -> str | None:
        own = next((one for one in self.desk.procedures if one.id == procedure_id), None)
        if topic == "other":
            return None
        if topic == "price" and own is not None and own.price_from is not None:
            low = written(own.price_from, own.currency, self.desk.language)
            title = self.procedure(own.id)
            if own.price_to is None:
                return self.say("price_from", procedure=title, low=low)
            high = written(own.price_to, own.currency, self.desk.language)
            return self.say("price_range", procedure=title, low=low, high=high)
        if topic == "duration" and own is not None:
            return self.say("duration", procedure=self.procedure(own.id), minutes=str(own.minutes))
        names = {"price": ("price", "prices"), "hours": ("hours", "schedule")}.get(topic, (topic,))
        facts = self.ledger.settings.clinic_facts
        return next((_one_line(facts[name])[:LONGEST_FACT] for name in names if facts.get(name)), None)


def _joined(sentences: Sequence[str]) -> str:
    return " ".join(one.strip() for one in sentences if one and one.strip())


def _one_line(fact: str) -> str:
    return " ".join(fact.split())


def _short(title: str) -> str:
    return title if len(title) <= _TITLE else title[: _TITLE - 1] + "…"
