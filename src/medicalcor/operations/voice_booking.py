"""Visits by telephone: what the voice agent finds, books, moves and cancels for a caller while they talk.

Nothing is kept for a caller by being offered, and nothing is booked but the time that was named back to us.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from medicalcor.core import clock
from medicalcor.core.database.pool import Row
from medicalcor.core.database.queries import statements
from medicalcor.core.errors import InvalidInput
from medicalcor.core.eventstore.store import Append, Cause
from medicalcor.domain.identity.phones import e164
from medicalcor.domain.language.countries import likely_language
from medicalcor.domain.language.moments import in_words
from medicalcor.domain.scheduling import spoken
from medicalcor.domain.scheduling import told as telling
from medicalcor.domain.voice.tools import (
    BookAppointment,
    CancelAppointment,
    FindSlots,
    MoveAppointment,
    MyVisits,
)
from medicalcor.operations import appointments, availability, voice_tools
from medicalcor.operations.asks import Function, Tools
from medicalcor.operations.availability import NotWorking
from medicalcor.operations.booking import SlotTaken
from medicalcor.operations.ledger import Act, Ledger
from medicalcor.readmodels.appointments import queries as visits
from medicalcor.readmodels.appointments.queries import Entry
from medicalcor.readmodels.practice import queries as practice
from medicalcor.readmodels.practice.queries import Practitioner, Procedure
from medicalcor.schemas.appointments import Appointment, Choice, Slot, SlotQuery, Wish
from medicalcor.schemas.common import Language
from medicalcor.schemas.events.people import PersonNamed

SQL = statements("medicalcor.operations")
LOOK_AHEAD = timedelta(days=27)
OFFERED = 3
_FEW_DAYS = timedelta(days=2)
"""After the day of the next free time: nobody who calls wants to hear of a month."""
_APART = timedelta(minutes=45)
"""Times that are closer together are hardly a choice."""
_OFFER = (
    "Offer these times, say them as written, and let the caller choose. Nothing is kept for them: book what they choose "
    "with book_appointment, or move a visit there with move_appointment."
)
_NO_TIME = "There is no free time like that. Say so, and ask for other days, another part of the day or another practitioner."
_GONE = "That time has just been taken; nothing was booked or moved. Say so honestly and offer these times instead."
_WHICH = "The clinic does not offer that under this name. Ask the caller which of these they mean; a consultation is always right."
_WHO = "There is nobody of that name. Ask the caller which of these they mean, or look for anybody."
_BOOKED = "It is booked. Tell the caller so, and repeat day and time as written."
_OFF = "It is cancelled. Tell the caller so."
_NO_VISIT = (
    "No visit to come is known under the caller's number. Say so, and offer that a colleague calls back."
)
_WHICH_VISIT = "The caller has several visits. Ask which one, then call this again with its `visit`."


@dataclass(frozen=True, slots=True)
class _Clinic:
    """What can be booked, and how it is said."""

    zone: ZoneInfo
    procedures: Sequence[Procedure]
    people: Sequence[Practitioner]
    language: Language

    def time(self, slot: Slot, procedure: Procedure) -> dict[str, str]:
        who = next(one for one in self.people if one.id == slot.practitioner_id)
        at = slot.starts_at.astimezone(self.zone)
        return {
            "slot": f"{procedure.code}/{who.no}/{at.isoformat(timespec='minutes')}",
            "say": in_words(at, zone=self.zone, language=self.language),
            "with": who.name or "",
        }

    def title(self, procedure_id: UUID) -> str:
        found = next((one for one in self.procedures if one.id == procedure_id), None)
        return spoken.title(found.titles, self.language) if found else ""

    def name(self, practitioner_id: UUID) -> str:
        return next((one.name for one in self.people if one.id == practitioner_id and one.name), "")


async def find_slots(tools: Tools, question: Any) -> Any:
    """Up to three free times, written out; else what to ask the caller."""
    asked = voice_tools.read(FindSlots, question)
    clinic = await _clinic(tools.ledger, question, asked.language)
    offered = [one for one in clinic.procedures if one.is_active]
    procedure = spoken.procedure(asked.procedure or "consultation", {one.code: one.titles for one in offered})
    wanted = next((one for one in offered if one.code == procedure), None)
    if wanted is None:
        known = {one.code: spoken.title(one.titles, clinic.language) for one in offered}
        return {"procedures": known, "instruction": _WHICH}
    able = [p for p in clinic.people if p.is_active and (wanted.skill is None or wanted.skill in p.skills)]
    who = spoken.person(asked.practitioner, {p.id: p.name or "" for p in able})
    if asked.practitioner and who is None:
        return {"practitioners": [p.name for p in able], "instruction": _WHO}
    query = _query(asked, wanted.id, who, clinic.zone)
    no_day = not (asked.first_day or asked.last_day or asked.soonest)
    found = await (_nearest(tools.ledger, query) if no_day else availability.find(tools.ledger, query=query))
    times = [clinic.time(slot, wanted) for slot in found]
    today = clock.now().astimezone(clinic.zone).date().isoformat()
    told = {"today": today, "for": spoken.title(wanted.titles, clinic.language), "minutes": wanted.minutes}
    return {**told, "times": times, "instruction": _OFFER if times else _NO_TIME}


def _query(asked: FindSlots, procedure_id: UUID, who: UUID | None, zone: ZoneInfo) -> SlotQuery:
    today = clock.now().astimezone(zone).date()
    first = max(_day(asked.first_day, "first_day") or today, today)
    last = _day(asked.last_day, "last_day") or (
        first if asked.first_day and not asked.soonest else first + LOOK_AHEAD
    )
    try:
        return SlotQuery(
            procedure_id=procedure_id,
            practitioner_id=who,
            first_day=first,
            last_day=max(first, last),
            part_of_day=asked.part_of_day,
            not_before=_time(asked.not_before, "not_before"),
            not_after=_time(asked.not_after, "not_after"),
            order="earliest" if asked.soonest else "spread",
            limit=OFFERED,
        )
    except ValueError:
        raise InvalidInput("These days are too far apart. Look within a year.") from None


async def _nearest(ledger: Ledger, query: SlotQuery) -> list[Slot]:
    """Whoever names no day hears the next time and two others of that and the following days, as at a front desk."""
    soonest = await availability.find(
        ledger, query=query.model_copy(update={"order": "earliest", "limit": 1})
    )
    if not soonest:
        return []
    [first] = soonest
    day = first.starts_at.astimezone(ZoneInfo(ledger.settings.clinic_timezone)).date()
    until = min(day + _FEW_DAYS, query.last_day)
    near = query.model_copy(update={"first_day": day, "last_day": until})
    others = await availability.find(ledger, query=near)
    kept = [first, *(slot for slot in others if slot.starts_at - first.starts_at >= _APART)][:OFFERED]
    if len(kept) < OFFERED and until < query.last_day:
        later = {
            "first_day": until + timedelta(days=1),
            "order": "earliest",
            "limit": OFFERED - len(kept),
        }
        kept += await availability.find(ledger, query=query.model_copy(update=later))
    return sorted(kept, key=lambda slot: slot.starts_at)


def _day(written: str, name: str) -> date | None:
    try:
        return date.fromisoformat(written) if written else None
    except ValueError:
        raise InvalidInput(f"Write {name} as YYYY-MM-DD, and call this again.") from None


def _time(written: str, name: str) -> time | None:
    try:
        return time.fromisoformat(written).replace(tzinfo=None) if written else None
    except ValueError:
        raise InvalidInput(f"Write {name} as HH:MM, and call this again.") from None


async def book_appointment(tools: Tools, question: Any) -> Any:
    """Exactly the slot that is named, once a call."""
    asked = voice_tools.read(BookAppointment, question)
    clinic = await _clinic(tools.ledger, question, asked.language)
    choice = _choice(clinic, asked.slot)
    phone = e164(asked.phone, country=tools.ledger.settings.clinic_country)

    async def ready(act: Act, about: Row) -> None:
        if not await voice_tools.reachable(act, about, phone):
            raise InvalidInput(voice_tools.NO_NUMBER)

    about = await voice_tools.in_call(tools, question, ready)
    for_name = await _named(tools, about["person_id"], asked.name)
    wish = Wish(
        person_id=about["person_id"],
        lead_id=about["lead_id"],
        choice=choice,
        key=f"call:{about['id']}:{asked.slot}",
        for_name=for_name,
    )
    try:
        made = await appointments.book(tools.ledger, wish=wish, cause=_cause(tools, about), through="voice")
    except (SlotTaken, NotWorking) as problem:
        return _instead(clinic, choice, problem)
    return {"booked": True, **_said(tools.ledger, clinic, made), "instruction": _BOOKED}


async def _named(tools: Tools, person_id: UUID, name: str) -> str | None:
    """Whom it is for, when it is not the person we know; somebody without a name gets this one."""
    given = " ".join(name.replace("\x00", "").split())

    async def decide(act: Act) -> str | None:
        known = await act.connection.fetchrow(SQL["person"], person_id)
        if known is None or not given:
            return None
        if known["name"] is None:
            event = PersonNamed(person_id=person_id, name=given)
            await act.append(Append(f"person-{person_id}", (event,), person_id))
            return None
        return None if spoken.same_name(given, known["name"]) else given

    return await voice_tools.recorded(tools, decide, subject=person_id)


async def my_visits(tools: Tools, question: Any) -> Any:
    """The caller's visits to come, the next first."""
    asked = voice_tools.read(MyVisits, question)
    clinic = await _clinic(tools.ledger, question, asked.language)
    about = await _caller(tools, question)
    found = await _to_come(tools.ledger, about["person_id"])
    told = [{"visit": _mark(one.id), **_said(tools.ledger, clinic, one)} for one in found]
    return {"visits": told} if told else {"visits": [], "instruction": _NO_VISIT}


async def move_appointment(tools: Tools, question: Any) -> Any:
    asked = voice_tools.read(MoveAppointment, question)
    clinic = await _clinic(tools.ledger, question, asked.language)
    choice = _choice(clinic, asked.slot)
    about = await _caller(tools, question)
    visit = _one_of(await _to_come(tools.ledger, about["person_id"]), asked.visit)
    try:
        moved = await appointments.move(
            tools.ledger,
            appointment_id=visit.id,
            to=choice,
            version=visit.version,
            cause=_cause(tools, about),
            through="voice",
        )
    except (SlotTaken, NotWorking) as problem:
        return _instead(clinic, choice, problem)
    return {"booked": True, **_said(tools.ledger, clinic, moved), "instruction": _BOOKED}


async def cancel_appointment(tools: Tools, question: Any) -> Any:
    asked = voice_tools.read(CancelAppointment, question)
    clinic = await _clinic(tools.ledger, question, asked.language)
    about = await _caller(tools, question)
    visit = _one_of(await _to_come(tools.ledger, about["person_id"]), asked.visit)
    off = await appointments.cancel(
        tools.ledger, appointment_id=visit.id, reason="patient", cause=_cause(tools, about)
    )
    return {"cancelled": True, **_said(tools.ledger, clinic, off), "instruction": _OFF}


async def _caller(tools: Tools, question: Any) -> Row:
    async def look(_act: Act, _about: Row) -> None:
        """Only who calls is wanted."""

    return await voice_tools.in_call(tools, question, look)


async def _to_come(ledger: Ledger, person_id: UUID) -> list[Entry]:
    now = clock.now()
    async with ledger.pool.acquire() as connection:
        found = await visits.of_person(connection, person_id=person_id, now=now)
    return [one for one in reversed(found) if one.status in {"booked", "confirmed"} and one.starts_at > now]


def _one_of(found: Sequence[Entry], mark: str) -> Entry:
    if not found:
        raise InvalidInput(_NO_VISIT)
    if not mark and len(found) == 1:
        return found[0]
    for one in found:
        if _mark(one.id) == mark.strip().lower():
            return one
    raise InvalidInput(_WHICH_VISIT)


def _mark(appointment_id: UUID) -> str:
    """Enough to tell the few visits of one person apart."""
    return appointment_id.hex[-6:]


def _choice(clinic: _Clinic, slot: str) -> Choice:
    """What `find_slots` named; nothing that is only like it."""
    try:
        code, number, at = slot.strip().split("/")
        starts_at = datetime.fromisoformat(at)
        procedure = next(one for one in clinic.procedures if one.code == code)
        who = next(one for one in clinic.people if one.no == int(number))
        return Choice(procedure_id=procedure.id, practitioner_id=who.id, starts_at=starts_at)
    except (ValueError, StopIteration):
        raise InvalidInput(
            "`slot` is not one that find_slots gave. Call find_slots, and use what it gives."
        ) from None


def _instead(clinic: _Clinic, choice: Choice, problem: SlotTaken | NotWorking) -> dict[str, Any]:
    procedure = next(one for one in clinic.procedures if one.id == choice.procedure_id)
    times = [clinic.time(slot, procedure) for slot in problem.alternatives]
    return {"booked": False, "times": times, "instruction": _GONE}


def _said(ledger: Ledger, clinic: _Clinic, visit: Appointment | Entry) -> Mapping[str, str]:
    said = {
        "what": clinic.title(visit.procedure_id),
        "say": in_words(visit.starts_at, zone=clinic.zone, language=clinic.language),
        "with": clinic.name(visit.practitioner_id),
        "for": telling.who(visit.whose, clinic.language) if visit.whose else "",
        "where": " ".join(ledger.settings.clinic_facts.get("address", ledger.settings.clinic_name).split()),
    }
    return {name: words for name, words in said.items() if words}


async def _clinic(ledger: Ledger, question: Any, language: str) -> _Clinic:
    settings = ledger.settings
    caller = e164(question["call"]["caller"], country=settings.clinic_country)
    likely = likely_language(caller, hint=None, clinic_country=settings.clinic_country)
    async with ledger.pool.acquire() as connection:
        procedures = await practice.procedures(connection)
        people = await practice.practitioners(connection)
    speaks: Language = language or likely  # type: ignore[assignment]  # the tool's own schema has checked it
    return _Clinic(ZoneInfo(settings.clinic_timezone), procedures, people, speaks)


def _cause(tools: Tools, about: Row) -> Cause:
    """The call that it was said in: what is told of the call names these visits."""
    return Cause(correlation_id=tools.correlation_id, actor=f"call:{about['id']}")


VOICE: dict[str, Function] = {
    "find_slots": find_slots,
    "book_appointment": book_appointment,
    "my_visits": my_visits,
    "move_appointment": move_appointment,
    "cancel_appointment": cancel_appointment,
}
"""By the name that the voice agent knows."""
