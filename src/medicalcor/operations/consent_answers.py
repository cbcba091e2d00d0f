"""What patients say about consent: typed, tapped, or by the link in a mail.

Words count as an answer only to the last thing that was asked, and that must have been about consent; a tap and a link
name their question themselves. What is neither yes nor no is a colleague's to read.
"""

from datetime import timedelta
from typing import Any
from uuid import UUID

from pydantic import ValidationError

from medicalcor.core import clock
from medicalcor.core.database.pool import Connection, Row
from medicalcor.core.database.queries import statements
from medicalcor.core.database.transaction import record
from medicalcor.core.eventstore.store import Append
from medicalcor.domain.consent import grammar, purposes, texts, withdrawal
from medicalcor.domain.language.phrases import phrase
from medicalcor.operations import booking_ends, consents, effects, wishes, wording
from medicalcor.operations.arrivals.base import Arrival
from medicalcor.operations.consents import SQL, Saying
from medicalcor.operations.inbox import Item, put_aside
from medicalcor.operations.ledger import Act, Ledger, by_patient
from medicalcor.operations.places import Place
from medicalcor.operations.tapped import Tapped
from medicalcor.operations.wording import Line
from medicalcor.schemas.common import Language
from medicalcor.schemas.effects import StaffAlert
from medicalcor.schemas.events.consents import PURPOSES, ConsentDoubted
from medicalcor.schemas.events.conversations import SILENT
from medicalcor.schemas.events.people import AddressSuppressed, OptedOut
from medicalcor.schemas.leads import ConsentLinked
from medicalcor.schemas.scoring import ScoringOutput

HANDLED = statements("medicalcor.operations")["inbox_handled"]


# typed ---------------------------------------------------------------------------------------------------


async def heard(act: Act, arrival: Arrival, place: Place, look: ScoringOutput | None) -> bool:
    """Take what a message says about consent. True when it says nothing else, and has been answered here.

    After a wish for silence, which the caller has recorded, nothing goes out any more; one to be spared offers ends those.
    """
    if wishes.silences(look, arrival.said) and not place.guest:
        await silence(
            act,
            person_id=place.person_id,
            message_id=arrival.item.id,
            conversation_id=place.conversation_id,
        )
        return False
    unheard = place.guest or arrival.kind in SILENT or arrival.text is None or arrival.choice is not None
    if unheard or look is None or look.emergency:
        return False
    wished = wishes.heard(look, arrival.text or "")
    if wished.scope == "offers":
        return await _end_offers(act, arrival, place, alone=wished.alone)
    if withdrawal.wants_back(arrival.text or ""):
        return await _ask_again(act, arrival, place)
    question = await _asked_last(act.connection, place.conversation_id, arrival)
    if question is None:
        return False
    return await _answered(act, arrival, place, question)


async def decided(connection: Connection, message_id: UUID) -> bool:
    """Whether this message was about consent and nothing else, and has been dealt with."""
    return bool(await connection.fetchval(SQL["decided_by_message"], message_id))


async def _end_offers(act: Act, arrival: Arrival, place: Place, *, alone: bool) -> bool:
    channel = arrival.party.channel
    saying = Saying(how="reply" if alone else "message", channel=channel, evidence_id=arrival.item.id)
    await consents.withdraw(act, person_id=place.person_id, wanted=purposes.MARKETING, saying=saying)
    if alone:
        await _acknowledge(act, place.conversation_id, arrival.item.id, "withdrawn", purposes.MARKETING)
    return alone


async def _ask_again(act: Act, arrival: Arrival, place: Place) -> bool:
    """Whoever wants to hear from us again is asked first. Who may not be asked by a machine is a colleague's."""
    planned = await consents.ask(
        act,
        conversation_id=place.conversation_id,
        wanted=purposes.MARKETING,
        occasion="question",
        key=f"start:{arrival.item.id}",
    )
    if planned is None or planned.decision.verdict == "refuse":
        await _tell_staff(act, place.conversation_id, arrival.item.id)
    return planned is not None


async def _asked_last(connection: Connection, conversation_id: UUID, arrival: Arrival) -> Row | None:
    """The question that this message can be an answer to."""
    since = clock.now() - purposes.ANSWER_WITHIN
    # who says no right after a yes has thought better of it
    states = ["open", "doubt", *(["granted"] if grammar.plain_no(arrival.text or "") else [])]
    quoted = arrival.in_reply_to
    if quoted is not None:
        named = await connection.fetchrow(SQL["open_question"], conversation_id, quoted, since, states)
        if named is not None:
            return named
    question = await connection.fetchrow(SQL["open_question"], conversation_id, None, since, states)
    if question is None:
        return None
    others = await connection.fetch(
        SQL["said_since"], conversation_id, question["planned_at"], question["effect_id"]
    )
    return None if any(_asks(other) for other in others) else question


def _asks(effect: Row) -> bool:
    """Whether a message of ours can be answered by yes or no too. A template asks for a reply, as a rule."""
    content: dict[str, Any] = effect["content"] or {}
    if effect["kind"] in {"whatsapp.choices", "whatsapp.template"}:
        return True
    return "?" in content.get("body", "?")


async def _answered(act: Act, arrival: Arrival, place: Place, question: Row) -> bool:
    asked = grammar.Question(question["language"], tuple(question["purposes"]))
    known: Any = place.language
    verdict = grammar.read_reply(arrival.text or "", asked, known=known).verdict
    if verdict == "doubt":
        await _doubt(act, question, arrival.item.id)
        return False
    if verdict == "withdrawn":
        await _opt_out(act, arrival, place)
    if verdict not in ("granted", "denied"):
        return False
    if verdict == "granted" and not await _may_be_granted(act, question, within=purposes.ANSWER_WITHIN):
        return False
    saying = Saying(
        how="reply", channel=arrival.party.channel, evidence_id=arrival.item.id, question=question
    )
    await consents.answer(act, question, agrees=verdict == "granted", saying=saying)
    said = "withdrawn" if question["state"] == "granted" else verdict
    await _acknowledge(act, place.conversation_id, arrival.item.id, said, question["purposes"])
    return True


async def _opt_out(act: Act, arrival: Arrival, place: Place) -> None:
    """Asked about consent, the person wants no messages at all."""
    event = OptedOut(
        person_id=place.person_id,
        address_keys=tuple(address.key for address in arrival.party.addresses),
        channel=arrival.party.channel,
        message_id=arrival.item.id,
    )
    await act.append(Append(f"person-{place.person_id}", (event,), place.person_id))
    await silence(
        act,
        person_id=place.person_id,
        message_id=arrival.item.id,
        conversation_id=place.conversation_id,
    )


async def _doubt(act: Act, question: Row, message_id: UUID) -> None:
    event = ConsentDoubted(person_id=question["person_id"], question_id=question["id"], message_id=message_id)
    await act.append(Append(f"person-{question['person_id']}", (event,), question["person_id"]))
    await _tell_staff(act, question["conversation_id"], message_id)


async def _tell_staff(act: Act, conversation_id: UUID, message_id: UUID) -> None:
    alert = effects.Intent(
        key=f"consent-unclear:{message_id}",
        content=StaffAlert(code="consent_unclear"),
        purpose="staff_alert",
        cause_id=message_id,
    )
    await effects.plan(act, conversation_id=conversation_id, intents=[alert])


# tapped and linked ---------------------------------------------------------------------------------------


async def take(ledger: Ledger, tapped: Tapped) -> bool:
    """A button below a question: `yes` or `no`. What comes late, or twice, is answered as it stands."""

    async def decide(connection: Connection) -> bool:
        question = await _question(connection, tapped.subject)
        if question is None or question["person_id"] != tapped.person_id or tapped.verb not in ("yes", "no"):
            return False
        act = Act(ledger, connection, by_patient(tapped.correlation_id))
        if not await decided(connection, tapped.message_id):
            saying = Saying(how="tap", channel="whatsapp", evidence_id=tapped.message_id, question=question)
            said = await _decide(act, question, agrees=tapped.verb == "yes", saying=saying)
            await _acknowledge(act, tapped.conversation_id, tapped.message_id, said, question["purposes"])
        return True

    return await record(ledger.pool, decide, subject=tapped.person_id)


async def follow(ledger: Ledger, item: Item) -> None:
    """The link in a mail: whoever opens it has that mailbox. Its page has said already what came of it."""
    try:
        linked = ConsentLinked.model_validate_json(item.body)
    except ValidationError:
        await record(ledger.pool, lambda connection: _unread(connection, item.id))
        return
    async with ledger.pool.acquire() as connection:
        about = await connection.fetchrow(SQL["consent_question"], linked.question_id)

    async def decide(connection: Connection) -> None:
        question = await connection.fetchrow(SQL["consent_question"], linked.question_id)
        outcome = "no_such_question"
        if question is not None and not await connection.fetchval(SQL["linked_before"], item.id):
            saying = Saying(how="link", channel="email", evidence_id=item.id, question=question)
            act = Act(ledger, connection, item.cause("patient"))
            await consents.answer(act, question, agrees=linked.agrees, saying=saying)
            outcome = "granted" if linked.agrees else "denied"
        await connection.execute(HANDLED, [item.id], clock.now(), outcome, None)

    await record(ledger.pool, decide, subject=about["person_id"] if about else None)


async def _decide(act: Act, question: Row, *, agrees: bool, saying: Saying) -> str:
    """What is said back. A no always counts; a yes only while its question is open."""
    agreed = await consents.valid(act, person_id=question["person_id"], address_key=question["address_key"])
    if agrees and agreed.issuperset(question["purposes"]):
        return "known"
    if not agrees and question["state"] == "denied" and agreed.isdisjoint(question["purposes"]):
        return "known"
    if agrees and not await _may_be_granted(act, question, within=purposes.TAP_WITHIN):
        return "closed"
    await consents.answer(act, question, agrees=agrees, saying=saying)
    return "granted" if agrees else "withdrawn" if agreed.intersection(question["purposes"]) else "denied"


async def _may_be_granted(act: Act, question: Row, *, within: timedelta) -> bool:
    """Whether the question is still open: in time, not settled, and nothing has been withdrawn since."""
    asked_at = question["asked_at"]
    if question["state"] not in ("open", "doubt") or clock.now() - asked_at > within:
        return False
    person = await act.connection.fetchrow(SQL["opted_out"], question["person_id"])
    if person and person["opted_out_at"] and person["opted_out_at"] > asked_at:
        return False
    rows = await act.connection.fetch(SQL["consents_of"], question["person_id"])
    return not any(
        row["state"] == "withdrawn" and row["since"] > asked_at and row["purpose"] in question["purposes"]
        for row in rows
    )


async def _question(connection: Connection, subject: str) -> Row | None:
    try:
        return await connection.fetchrow(SQL["consent_question"], UUID(subject))
    except ValueError:
        return None


async def _acknowledge(act: Act, conversation_id: UUID, message_id: UUID, said: str, about: Any) -> None:
    """Say what was noted; it is the answer to that message."""
    standing = await effects.standing(act.connection, conversation_id=conversation_id)
    language: Language = standing["language"] or "ro"
    clinic = act.ledger.settings.clinic_name
    body = texts.said(said, language, clinic=clinic, purposes=texts.listed(about, language))
    line = Line(standing["channel"], standing["reply_kind"], language)
    intent = effects.Intent(
        key=f"answer:{message_id}",
        content=wording.text(line, body, written_by="phrases"),
        purpose="answer",
        cause_id=message_id,
    )
    await effects.plan(act, conversation_id=conversation_id, intents=[intent])


# silence -------------------------------------------------------------------------------------------------


async def silence(act: Act, *, person_id: UUID, message_id: UUID, conversation_id: UUID) -> None:
    """After a wish for silence: nothing that was agreed to counts any more, what waits is called back, and the person
    is told once that it was heard.
    """
    connection, main = act.connection, statements("medicalcor.operations")
    about = await effects.standing(connection, conversation_id=conversation_id)
    waiting = await connection.fetch(main["dependent_effects"], person_id)
    await effects.void(act, waiting=waiting, reason="opted_out")
    await booking_ends.end(act, person_id=person_id, because="opted_out")
    rows = await connection.fetch(SQL["consents_of"], person_id)
    ended = {row["purpose"] for row in rows if row["state"] in ("granted", "pending")} - {"data_processing"}
    if ended:
        saying = Saying(how="message", channel=about["channel"], evidence_id=message_id)
        await consents.withdraw(
            act, person_id=person_id, wanted=[p for p in PURPOSES if p in ended], saying=saying
        )
    if about["channel"] in ("whatsapp", "email"):
        await _confirm_silence(act, about, message_id)


async def _confirm_silence(act: Act, about: Row, message_id: UUID) -> None:
    """Once: the key is the person's, until they have agreed to be written to again."""
    line = Line(about["channel"], about["reply_kind"], about["language"] or "ro")
    body = phrase("opt_out_confirmed", line.language, clinic=act.ledger.settings.clinic_name)
    times = await act.connection.fetchval(SQL["times_lifted"], about["person_id"])
    intent = effects.Intent(
        key=f"opt-out:{about['person_id']}:{times}",
        content=wording.text(line, body, written_by="phrases"),
        purpose="opt_out_notice",
        cause_id=message_id,
    )
    await effects.plan(act, conversation_id=about["conversation_id"], intents=[intent])


async def suppress(act: Act, arrival: Arrival) -> None:
    """The addresses are written to by nobody from now on. Nothing else is kept of who it was."""
    for address in arrival.party.addresses:
        if await act.connection.fetchval(SQL["is_suppressed"], address.key):
            continue
        event = AddressSuppressed(
            address_key=address.key, channel=arrival.party.channel, message_id=arrival.item.id
        )
        entry = Append(
            f"address-{address.key}", (event,), UUID(hex=address.key), occurred_at=arrival.item.received_at
        )
        await act.append(entry)


async def _unread(connection: Connection, inbox_id: UUID) -> None:
    reason = "It could not be taken in; the worker's log says why."
    await put_aside(connection, inbox_id=inbox_id, reason=reason)
