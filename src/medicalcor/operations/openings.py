"""Times that visits have given back, offered in waves to those who would come earlier.

An opening is recorded in the transaction that frees it, and each sweep takes every open one further: whom it fits is
asked, and when somebody has it or its time has come, it is closed. Who has it the calendar itself says, so a sweep that
was killed anywhere is made good by the next.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from medicalcor.core import clock, ids
from medicalcor.core.database.pool import CONNECTION_LOST, Connection, Row
from medicalcor.core.database.queries import statements
from medicalcor.core.database.transaction import record
from medicalcor.core.eventstore.store import Append
from medicalcor.core.log import get_logger
from medicalcor.domain.language.phrases import TEMPLATE_BUTTONS, TEMPLATES, filled, offer_words, phrase
from medicalcor.domain.scheduling import offer_link
from medicalcor.domain.scheduling.offer_link import OfferLink
from medicalcor.domain.scheduling.waitlist import next_wave
from medicalcor.operations import candidates, effects, reaching, visit_words, waitlist, wording
from medicalcor.operations.candidates import Candidate
from medicalcor.operations.effects import Intent
from medicalcor.operations.ledger import Act, Ledger, by_system
from medicalcor.operations.reaching import Reach
from medicalcor.operations.reminders import quiet_of
from medicalcor.operations.wording import Line
from medicalcor.schemas.appointments import Appointment, Choice
from medicalcor.schemas.common import Language
from medicalcor.schemas.effects import Content, EmailMessage
from medicalcor.schemas.events.waitlist import OfferEnded, OfferMade, OpeningClosed, OpeningFound
from medicalcor.schemas.waitlist import OfferEnd, OpeningEnd

SQL = statements("medicalcor.operations", "waitlist.sql")

log = get_logger(__name__)


async def found(act: Act, *, was: Appointment) -> None:
    """A visit leaves its time. Part of the transaction that frees it."""
    if was.status not in {"booked", "confirmed"} or was.starts_at < clock.now() + candidates.SOONEST:
        return
    if await act.connection.fetchval(SQL["opening_there"], was.practitioner_id, was.starts_at):
        return
    opening_id = ids.new_id()
    event = OpeningFound(
        opening_id=opening_id,
        practitioner_id=was.practitioner_id,
        starts_at=was.starts_at,
        ends_at=was.ends_at,
    )
    await act.append(Append(_stream(opening_id), (event,), opening_id, expected=0))


async def sweep(ledger: Ledger) -> int:
    """Take every opening further; answers how many people were asked."""
    await _let_go(ledger)
    async with ledger.pool.acquire() as connection:
        rows = await connection.fetch(SQL["open_openings"])
        strays = await connection.fetch(SQL["strays"])
    asked = 0
    for row in [*strays, *rows]:
        try:
            asked += await _advance(ledger, row["id"])
        except CONNECTION_LOST:
            raise
        except Exception:  # whatever it is, the other openings are offered all the same
            log.exception("opening_not_offered", opening_id=str(row["id"]))
    return asked


async def _let_go(ledger: Ledger) -> None:
    """Whoever waits with a visit that has begun, or is off, waits no longer; nor who has got a first one meanwhile."""
    async with ledger.pool.acquire() as connection:
        rows = await connection.fetch(SQL["wait_in_vain"], clock.now())
    for row in rows:

        async def decide(connection: Connection, row: Row = row) -> None:
            act = Act(ledger, connection, by_system(str(row["id"])))
            await waitlist.strike(act, waiting_id=row["id"], reason=row["reason"])

        await record(ledger.pool, decide, subject=row["person_id"])


async def _advance(ledger: Ledger, opening_id: UUID) -> int:
    if await settle(ledger, opening_id=opening_id):
        return 0
    now, zone = clock.now(), visit_words.zone_of(ledger)
    if quiet_of(ledger).holds(now.astimezone(zone).time()):
        return 0
    async with ledger.pool.acquire() as connection:
        opening = await connection.fetchrow(SQL["opening"], opening_id)
        if opening is None or await who_has(connection, opening) is not None:
            return 0  # somebody holds it while they choose
        hole, considered = await candidates.of_opening(ledger, connection, opening, now=now)
        rows = await connection.fetch(SQL["asked"], opening_id)
    asked, left = candidates.asked_and_left(considered, rows)
    wave = next_wave((one.waiting for one in left.values()), hole, asked=asked, now=now, zone=zone)
    for one in wave:
        await _ask(ledger, opening_id, left[one.id], now)
    return len(wave)


async def _ask(ledger: Ledger, opening_id: UUID, one: Candidate, now: datetime) -> None:
    """Offer it to one of the wave, once; what the policy lets not go out is an offer that was never made."""

    async def decide(connection: Connection) -> None:
        if await connection.fetchval(SQL["offer_made"], opening_id, one.waiting.id, one.person_id):
            return
        offer_id = ids.new_id()
        act = Act(ledger, connection, by_system(str(offer_id)))
        reach = await reaching.reach(act, person_id=one.person_id, mails=(), now=now)
        refused = reach is None or not await _send(act, reach, offer_id, one)
        made = OfferMade(
            offer_id=offer_id,
            opening_id=opening_id,
            waiting_id=one.waiting.id,
            person_id=one.person_id,
            choice=one.choice,
            asked_at=now,
        )
        ended = OfferEnded(offer_id=offer_id, person_id=one.person_id, reason="not_sent")
        events = (made, ended) if refused else (made,)
        await act.append(Append(offer_stream(offer_id), events, one.person_id, expected=0))

    await record(ledger.pool, decide, subject=one.person_id)


async def _send(act: Act, reach: Reach, offer_id: UUID, one: Candidate) -> bool:
    offer = _Offered(offer_id, one.person_id, one.choice, one.appointment_id)
    intent = Intent(
        key=message_key(offer_id),
        content=await _content(act, reach.line, "earlier_time", offer),
        purpose="waitlist",
        cause_id=offer_id,
        asked_at=one.waiting.since,
        useless_after=one.choice.starts_at - one.waiting.notice,
    )
    planned = await effects.plan(act, conversation_id=reach.conversation_id, intents=[intent])
    return all(one.decision.verdict != "refuse" for one in planned)


async def say_by_mail(act: Act, effect: Row) -> bool:
    """WhatsApp does not reach them: the same by mail, once, where they left an address. Whether a mail goes out.

    Not when the offer is over: what came of it they need not be asked about.
    """
    noun, _colon, offer_id = effect["key"].partition(":")
    if effect["purpose"] != "waitlist" or noun != "offer" or ":" in offer_id:
        return False
    row = await act.connection.fetchrow(SQL["offer"], UUID(offer_id), effect["person_id"])
    if row is None or row["ended_at"] is not None or row["closed_at"] is not None:
        return False
    reach = await reaching.by_mail(act, person_id=effect["person_id"])
    if reach is None:
        return False
    intent = Intent(
        key=f"{effect['key']}:mail",
        content=await _content(act, reach.line, "earlier_time", _offered(row)),
        purpose="waitlist",
        cause_id=row["id"],
        asked_at=effect["asked_at"],
        useless_after=effect["useless_after"],
    )
    planned = await effects.plan(act, conversation_id=reach.conversation_id, intents=[intent])
    return any(one.decision.verdict != "refuse" for one in planned)


@dataclass(frozen=True, slots=True)
class _Offered:
    """What is offered to whom; `appointment_id` is the visit that it would stand in for."""

    id: UUID
    person_id: UUID
    choice: Choice
    appointment_id: UUID | None


def _offered(row: Row) -> _Offered:
    return _Offered(row["id"], row["person_id"], choice_of(row), row["appointment_id"])


async def _content(
    act: Act, line: Line, name: Literal["earlier_time", "earlier_time_gone"], offer: _Offered
) -> Content:
    """Asked with buttons to tap, or a link where there are none; that it is gone is only told."""
    clinic = act.ledger.settings.clinic_name
    told = await visit_words.of_choice(act.connection, offer.choice, instead_of=offer.appointment_id)
    visit = visit_words.in_words(act.ledger, [told], line.language)
    asks = name == "earlier_time"
    if line.reply_kind != "email":
        buttons = [f"offer:{offer.id}:{verb}" for verb in TEMPLATE_BUTTONS[name]] if asks else []
        return wording.template(line, name, clinic, visit, buttons=buttons)
    body = filled(TEMPLATES[name][line.language], [clinic, visit])
    if asks:
        link = offer_words(line.language)["link"].format(link=_link(act.ledger, offer, line.language))
        body = f"{body}\n\n{link}\n\n{phrase('offer_reply', line.language, clinic=clinic)}"
    subject = phrase("offer_subject", line.language, clinic=clinic)
    return EmailMessage(subject=subject, body=body, language=line.language, written_by="phrases")


def _link(ledger: Ledger, offer: _Offered, language: Language) -> str:
    """Where it is taken or let go by a click; it opens this one offer, for this person."""
    sealed = offer_link.packed(OfferLink(offer.id, offer.person_id, language))
    return f"{ledger.settings.gateway_url}/offers/{ledger.vault.token(offer_link.PURPOSE, sealed)}"


async def settle(ledger: Ledger, *, opening_id: UUID) -> bool:
    """Close it when somebody has it or its time has come, tell the others, and say whether it is closed."""
    async with ledger.pool.acquire() as connection:
        opening = await connection.fetchrow(SQL["opening"], opening_id)
        if opening is None:
            return True
        there = await who_has(connection, opening)
        offers = await connection.fetch(SQL["offers_of"], opening_id)
        won = there is not None and await connection.fetchval(
            SQL["had_offer"], opening_id, there["person_id"]
        )
    past = opening["starts_at"] <= clock.now()
    if opening["closed_at"] is None and not past and (there is None or there["status"] == "held"):
        return False
    has_it = there["person_id"] if there is not None else None
    for offer in offers:
        reason: OfferEnd = "accepted" if offer["person_id"] == has_it else "past" if past else "taken"
        await _end(ledger, offer, reason)
    if opening["closed_at"] is None:
        await _close(ledger, opening_id, "accepted" if won else "past" if past else "taken")
    return True


async def who_has(connection: Connection, opening: Row) -> Row | None:
    """Who has the practitioner when the opening begins."""
    return await connection.fetchrow(
        SQL["who_is_there"],
        opening["practitioner_id"],
        opening["starts_at"],
        opening["ends_at"],
        clock.now(),
    )


async def _end(ledger: Ledger, offer: Row, reason: OfferEnd) -> None:
    async def decide(connection: Connection) -> None:
        act = Act(ledger, connection, by_system(str(offer["id"])))
        await end(act, offer_id=offer["id"], person_id=offer["person_id"], reason=reason, tell=True)

    await record(ledger.pool, decide, subject=offer["person_id"])


async def end(act: Act, *, offer_id: UUID, person_id: UUID, reason: OfferEnd, tell: bool = False) -> None:
    """It is over for this person, once; `tell` says that somebody else has it. The caller holds the person's lock."""
    offer = await act.connection.fetchrow(SQL["offer"], offer_id, person_id)
    if offer is not None and reason == "accepted":  # even by whoever had said no before
        await waitlist.strike(act, waiting_id=offer["waiting_id"], reason="got_earlier")
    if offer is None or offer["ended_at"] is not None:
        return
    event = OfferEnded(offer_id=offer_id, person_id=person_id, reason=reason)
    await act.append(Append(offer_stream(offer_id), (event,), person_id))
    messages = await act.connection.fetch(SQL["offer_messages"], message_key(offer_id))
    pending = [message for message in messages if message["pending"]]
    if pending:
        await effects.void(act, waiting=pending, reason="visit_changed")
    elif tell and reason == "taken":
        await _tell(act, offer)


async def _tell(act: Act, offer: Row) -> None:
    reach = await reaching.reach(act, person_id=offer["person_id"], mails=(), now=clock.now())
    if reach is None:
        return
    content = await _content(act, reach.line, "earlier_time_gone", _offered(offer))
    intent = Intent(
        key=f"offer-gone:{offer['id']}",
        content=content,
        purpose="waitlist",
        cause_id=offer["id"],
        asked_at=offer["since"],
    )
    await effects.plan(act, conversation_id=reach.conversation_id, intents=[intent])


async def _close(ledger: Ledger, opening_id: UUID, reason: OpeningEnd) -> None:
    async def decide(connection: Connection) -> None:
        opening = await connection.fetchrow(SQL["opening"], opening_id)
        if opening is None or opening["closed_at"] is not None:
            return
        act = Act(ledger, connection, by_system(str(opening_id)))
        event = OpeningClosed(opening_id=opening_id, reason=reason)
        await act.append(Append(_stream(opening_id), (event,), opening_id))

    await record(ledger.pool, decide, subject=opening_id)


def choice_of(offer: Row) -> Choice:
    return Choice(
        procedure_id=offer["procedure_id"],
        practitioner_id=offer["practitioner_id"],
        starts_at=offer["starts_at"],
    )


def message_key(offer_id: UUID) -> str:
    """Of the message by which somebody is asked."""
    return f"offer:{offer_id}"


def offer_stream(offer_id: UUID) -> str:
    return f"offer-{offer_id}"


def _stream(opening_id: UUID) -> str:
    return f"opening-{opening_id}"
