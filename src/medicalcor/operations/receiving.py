"""A message that came in becomes part of a conversation with a person who is a lead."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from medicalcor.core import clock
from medicalcor.core.database.pool import Connection, Row
from medicalcor.core.database.queries import statements
from medicalcor.core.database.transaction import record
from medicalcor.core.errors import InvalidInput
from medicalcor.core.eventstore.store import Append
from medicalcor.domain.language.detect import kept
from medicalcor.domain.scoring import rules
from medicalcor.operations import (
    choices,
    consent_answers,
    effects,
    emergencies,
    intents,
    lexicon,
    places,
    plain_answers,
    threads,
    triaging,
    wishes,
)
from medicalcor.operations.arrivals.base import Arrival
from medicalcor.operations.arrivals.readers import READERS
from medicalcor.operations.inbox import Item, open_item, put_aside
from medicalcor.operations.ledger import Act, Ledger
from medicalcor.operations.places import Place
from medicalcor.operations.talk import turns_of
from medicalcor.operations.wording import Line
from medicalcor.schemas.base import Event
from medicalcor.schemas.common import Language
from medicalcor.schemas.events.conversations import SILENT, Letter, MessageReceived
from medicalcor.schemas.events.leads import CampaignNoted
from medicalcor.schemas.events.people import LanguageDetected, OptedOut
from medicalcor.schemas.scoring import ScoringInput, ScoringOutput, Turn

SQL = statements("medicalcor.operations")

IN_ONE_BREATH = timedelta(minutes=1)

Next = Literal["choose", "score", "answer", "nothing"]


@dataclass(frozen=True, slots=True)
class Received:
    """What comes next, and for which message: this one, or an earlier one that is owed an answer. Ids only."""

    message_id: UUID
    next: Next


async def receive(ledger: Ledger, *, inbox_id: UUID) -> Received:
    """Find or create the lead, check for opt-out and emergency, record. What cannot be read is kept for staff."""
    item = await open_item(ledger, inbox_id=inbox_id)
    try:
        arrival = READERS[item.provider](ledger, item)

        async def decide(connection: Connection) -> Received:
            return await _receive(ledger, connection, await threads.placed(ledger, connection, arrival))

        return await record(ledger.pool, decide)
    except InvalidInput as fault:
        return await set_aside(ledger, inbox_id=inbox_id, reason=fault.message)


async def set_aside(ledger: Ledger, *, inbox_id: UUID, reason: str) -> Received:
    """Nothing can be made of it: keep it and show it to staff with the reason. Others do not wait for it."""
    item = await open_item(ledger, inbox_id=inbox_id)

    async def decide(connection: Connection) -> Received:
        await put_aside(connection, inbox_id=inbox_id, reason=reason)
        conversation = await connection.fetchrow(SQL["conversation_by_partition"], item.partition_key)
        return await _owed(connection, conversation["id"] if conversation else None, instead_of=inbox_id)

    return await record(ledger.pool, decide)


async def _receive(ledger: Ledger, connection: Connection, arrival: Arrival) -> Received:
    item = arrival.item
    await places.lock(connection, arrival.party)
    known = await connection.fetchrow(SQL["message"], item.id)
    if known is not None:
        return await _next_of(connection, known)
    place = await places.place_of(connection, arrival.party)
    choice = arrival.choice or await plain_answers.meant(connection, arrival, place)
    event = _event(arrival, place, choice)
    look = await _look(connection, arrival, place)
    if wishes.only_silence(arrival, place, look):
        return await _suppressed(ledger, connection, arrival)
    received = Append(
        f"conversation-{place.conversation_id}",
        (event,),
        place.person_id,
        key=f"received:{item.id}",
        occurred_at=item.received_at,
    )
    by_patient = Act(ledger, connection, item.cause("patient"))
    await by_patient.append(*place.entries, received, *_noticed(arrival, place, look))
    answered = await consent_answers.heard(by_patient, arrival, place, look)
    await _follow_up(Act(ledger, connection, item.cause("system")), arrival, place, look)
    await connection.execute(SQL["inbox_handled"], [item.id], clock.now(), "received", None)
    if answered:
        return await _owed(connection, place.conversation_id, instead_of=item.id)
    return await _next(
        connection,
        item.id,
        conversation_id=place.conversation_id,
        kind=event.kind,
        text=event.text,
        choice=event.choice,
        guest=event.guest,
    )


async def _suppressed(ledger: Ledger, connection: Connection, arrival: Arrival) -> Received:
    """Nobody we know wants silence, and gets it: no lead is made of them."""
    item = arrival.item
    await consent_answers.suppress(Act(ledger, connection, item.cause("patient")), arrival)
    await connection.execute(SQL["inbox_handled"], [item.id], clock.now(), "suppressed", None)
    return Received(item.id, "nothing")


async def _follow_up(act: Act, arrival: Arrival, place: Place, look: ScoringOutput | None) -> None:
    """What it leads to at once, whatever the scoring says later."""
    if look is not None and look.emergency and not await _just_told(act.connection, place):
        await emergencies.warn(
            act,
            message_id=arrival.item.id,
            lead_id=place.lead_id,
            person_id=place.person_id,
            conversation_id=place.conversation_id,
            line=await _line(act.connection, place, look),
        )
    if arrival.kind not in SILENT and not place.guest:
        await triaging.notice(act, _case(arrival, place), look, arrival.said)
    if arrival.undelivered is not None:
        await threads.came_back(act, arrival.undelivered)
    crm = _for_crm(act.ledger, arrival, place)
    await effects.plan(act, conversation_id=place.conversation_id, intents=crm)


def _case(arrival: Arrival, place: Place) -> triaging.Case:
    return triaging.Case(
        message_id=arrival.item.id,
        lead_id=place.lead_id,
        person_id=place.person_id,
        conversation_id=place.conversation_id,
        channel=arrival.party.channel,
        kind=arrival.kind,
    )


async def _just_told(connection: Connection, place: Place) -> bool:
    """One emergency told in several messages gets the number once; spoken of again later, it is given again."""
    since = clock.now() - IN_ONE_BREATH
    return bool(await connection.fetchval(SQL["recent_emergency"], place.conversation_id, since))


async def _line(connection: Connection, place: Place, look: ScoringOutput) -> Line:
    if place.guest:
        return Line("email", "email", look.language)  # to whoever wrote, and not to the person elsewhere
    about = await effects.standing(connection, conversation_id=place.conversation_id)
    language = place.language if place.language_chosen and place.language else look.language
    return Line(about["channel"], about["reply_kind"], language)


async def _next(
    connection: Connection,
    message_id: UUID,
    *,
    conversation_id: UUID,
    kind: str,
    text: str | None,
    choice: str | None,
    guest: bool,
) -> Received:
    if kind in SILENT:
        return await _owed(connection, conversation_id, instead_of=message_id)
    if await consent_answers.decided(connection, message_id):
        return Received(message_id, "nothing")
    if not guest and choices.known(choice):
        return Received(message_id, "choose")
    if guest:
        return Received(message_id, "answer")  # a stranger's words say nothing about the person
    # a photo may follow so closely on a text that the text was left for it to be judged with
    judge = text or await connection.fetchval(SQL["unscored_text"], conversation_id)
    return Received(message_id, "score" if judge else "answer")


async def _owed(connection: Connection, conversation_id: UUID | None, *, instead_of: UUID) -> Received:
    """A message that waited for this one, in the belief that this one would be answered in its stead."""
    waits = await connection.fetchrow(SQL["unanswered_message"], conversation_id)
    if waits is None:
        return Received(instead_of, "nothing")
    return await _next_of(connection, waits)


async def _next_of(connection: Connection, message: Row) -> Received:
    return await _next(
        connection,
        message["id"],
        conversation_id=message["conversation_id"],
        kind=message["kind"],
        text=message["body"],
        choice=message["choice"],
        guest=message["guest"],
    )


def _event(arrival: Arrival, place: Place, choice: str | None) -> MessageReceived:
    return MessageReceived(
        message_id=arrival.item.id,
        conversation_id=place.conversation_id,
        person_id=place.person_id,
        lead_id=place.lead_id,
        kind=arrival.kind,
        raw_kind=arrival.raw_kind,
        text=arrival.text,
        media=arrival.media,
        provider_id=arrival.provider_id,
        in_reply_to=arrival.in_reply_to,
        choice=choice,
        sent_at=_sent_at(arrival.sent_at, arrival.item.received_at),
        guest=place.guest,
        letter=_letter(arrival, place),
    )


def _letter(arrival: Arrival, place: Place) -> Letter | None:
    if arrival.letter is None:
        return None
    if place.guest:
        return arrival.letter.model_copy(update={"sender": arrival.sender})
    return arrival.letter.model_copy(update={"contacts": tuple(a.value for a in place.unconfirmed)})


def _sent_at(said: datetime | None, received_at: datetime) -> datetime:
    """The message's own time; a clock that is ahead of ours opens no window into the future."""
    return min(said or received_at, received_at)


async def _look(connection: Connection, arrival: Arrival, place: Place) -> ScoringOutput | None:
    """The rules' reading of this one message, in the light of what the clinic said last."""
    if arrival.said is None or arrival.kind in SILENT:
        return None
    said = [] if place.is_new or place.guest else await turns_of(connection, lead_id=place.lead_id, last=4)
    asked = [Turn(role="assistant", content=s.text) for s in said if s.role == "assistant"][-1:]
    facts = ScoringInput.model_validate(
        {
            "channel": arrival.party.channel,
            "messages": (*asked, Turn(role="user", content=arrival.said)),
            "language": arrival.language or place.language,
        }
    )
    return rules.score(facts, await lexicon.current(connection))


def _noticed(arrival: Arrival, place: Place, look: ScoringOutput | None) -> list[Append]:
    """Language, consents, opt-out and what brought them are known at once, whatever the scoring says later."""
    if place.guest:
        return []
    person, message, at = place.person_id, arrival.item.id, arrival.item.received_at
    events: list[Event] = [*arrival.about_person(person)]
    language = arrival.language or _spoken(arrival, place)
    if language not in (None, place.language) and not place.language_chosen:
        events.append(LanguageDetected(person_id=person, language=language, message_id=message))
    if look is not None and wishes.silences(look, arrival.said):
        keys = tuple(a.key for a in arrival.party.addresses)
        channel = arrival.party.channel
        events.append(OptedOut(person_id=person, address_keys=keys, channel=channel, message_id=message))
    entries = [Append(f"person-{person}", events, person, occurred_at=at)] if events else []
    if arrival.campaign is not None:
        noted = CampaignNoted(lead_id=place.lead_id, message_id=message, campaign=arrival.campaign)
        entries.append(Append(f"lead-{place.lead_id}", (noted,), person, occurred_at=at))
    return entries


def _spoken(arrival: Arrival, place: Place) -> Language | None:
    """The language to keep: "ok" says nothing of it, and changes none. What was tapped are words of ours: `Mar` is no Hungarian."""
    if arrival.said is None or arrival.kind in SILENT or arrival.choice is not None:
        return None
    return kept(arrival.said, known=place.language)


def _for_crm(ledger: Ledger, arrival: Arrival, place: Place) -> list[effects.Intent]:
    """Machines and guests are no news of the person. The contact is made once, whenever that is."""
    if not ledger.crm_on or arrival.kind == "automatic" or place.guest:
        return []
    item: Item = arrival.item
    note = intents.note(ledger, message_id=item.id, lead_id=place.lead_id, channel=arrival.party.channel)
    return [intents.contact(person_id=place.person_id, message_id=item.id), note]
