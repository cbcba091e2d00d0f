"""Telephone calls: one noun, of which two providers tell, in any order.

Twilio tells how the line went, the voice agent what was said. Whoever tells first opens the call; the other's id is
joined to it. All of this runs inside the caller's transaction.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from medicalcor.core import clock, ids
from medicalcor.core.database.pool import Connection, Row
from medicalcor.core.database.queries import statements
from medicalcor.core.database.transaction import lock_subject
from medicalcor.core.errors import NotFound
from medicalcor.core.eventstore.store import Append
from medicalcor.domain.identity.phones import e164
from medicalcor.domain.language.detect import detect
from medicalcor.operations import effects, intents, places
from medicalcor.operations.ledger import Act
from medicalcor.schemas.base import Event
from medicalcor.schemas.calls import OUTCOME_RANK, CallAnalysis, CallTurn, Direction, Outcome
from medicalcor.schemas.common import Language
from medicalcor.schemas.events import calls as events
from medicalcor.schemas.events.conversations import MessageReceived
from medicalcor.schemas.events.people import LanguageDetected
from medicalcor.schemas.wire.twilio import Party

SQL = statements("medicalcor.operations", "calls.sql")
JOINED_WITHIN = timedelta(hours=4)
"""A call is no longer than this (Twilio's limit), so what is told later is of another one."""
REPORTED_WITHIN = timedelta(minutes=15)
"""The agent's report comes this soon after the end."""
OVER = 3
RANKS = {"queued": 0, "initiated": 0, "ringing": 1, "in-progress": 2, "forwarding": 2}
"""How far a call has come; any word that is not here is an end."""


async def call(connection: Connection, *, call_id: UUID) -> Row:
    """`NotFound`."""
    row = await connection.fetchrow(SQL["call"], call_id)
    if row is None:
        raise NotFound("There is no such call.")
    return row


async def known(connection: Connection, *, twilio_sid: str | None) -> bool:
    """Whether Twilio's call is in the log."""
    return await connection.fetchrow(SQL["call_by_ids"], twilio_sid, None) is not None


async def take_up(
    act: Act,
    *,
    party: Party,
    at: datetime,
    twilio_sid: str | None = None,
    vapi_id: str | None = None,
    direction: Direction = "inbound",
) -> Row:
    """The call with one of these ids: known, joined to what the other provider told, or new.

    `party` is the patient's end, by `party_of`; without a number the call opens a person without an address. A call
    that the other provider opened without a common id is found by the person: the one still going on.
    """
    connection = act.connection
    for one in filter(None, (twilio_sid, vapi_id)):
        await lock_subject(connection, UUID(hex=act.ledger.vault.keyed_hash("call", one)))
    found = await connection.fetchrow(SQL["call_by_ids"], twilio_sid, vapi_id)
    if found is None:
        where = _party(act, party, at=at, own_id=twilio_sid or vapi_id or str(ids.new_id()))
        await places.lock(connection, where)
        found = await _to_join(connection, where, by_twilio=twilio_sid is not None)
        if found is None:
            return await _open(act, where, _Told(party, twilio_sid, vapi_id, direction))
    await lock_subject(connection, found["person_id"])
    found = await call(connection, call_id=found["id"])  # as it is now that it is our turn
    return await _link(act, found, twilio_sid=twilio_sid, vapi_id=vapi_id)


async def status_changed(
    act: Act, about: Row, *, status: str, sequence: int | None = None, seconds: int | None = None
) -> None:
    """Twilio's word for where the call stands; an older one than we know is passed over."""
    rank = RANKS.get(status, OVER)
    if about["status"] is not None and (rank, sequence or 0) <= (about["rank"], about["sequence"] or 0):
        return
    news = {"status": status, "rank": rank, "sequence": sequence, "seconds": seconds}
    await append(act, about, _of(about, events.CallStatusChanged, **news))


async def agent_reached(
    act: Act, about: Row, *, answered: bool, status: str, seconds: int | None = None
) -> None:
    """Whether the voice agent took the call."""
    if about["agent_answered"] in (True, answered):
        return
    event = _of(about, events.AgentReached, answered=answered, status=status, seconds=seconds)
    await append(act, about, event)


async def ended(
    act: Act,
    about: Row,
    *,
    outcome: Outcome,
    seconds: int | None = None,
    reason: str | None = None,
    at: datetime | None = None,
) -> None:
    """What came of the call. Said before: only news that more came of it is recorded."""
    known: Outcome | None = about["outcome"]
    if known is not None and OUTCOME_RANK[outcome] <= OUTCOME_RANK[known]:
        return
    news = {"outcome": outcome, "direction": about["direction"], "seconds": seconds, "reason": reason}
    event = _of(about, events.CallEnded, **news)
    await append(act, about, event, at=at)


async def transcribed(
    act: Act,
    about: Row,
    *,
    source: str,
    turns: Sequence[CallTurn],
    language: Language | None,
) -> UUID | None:
    """Keep what was said. The caller's own words become one message of kind `call`, once; answers its id, to be scored.

    The agent's transcript takes the place of one made from a recording, never the other way round.
    """
    message_id: UUID | None = about["message_id"]
    if about["transcript_source"] in ("vapi", source):
        return message_id
    said = "\n".join(text for turn in turns if turn.role == "user" and (text := _kept(turn.text)))
    known = await act.connection.fetchval(SQL["language_of"], about["person_id"])
    spoken = language or (detect(said, known=known) if said else None)
    entries = []
    if message_id is None and said:
        message_id = ids.new_id()
        entries.append(_message(about, message_id, said))
        if spoken is not None and spoken != known:
            entries.append(_speaks(about, message_id, spoken))
    event = _of(
        about,
        events.CallTranscribed,
        source=source,
        language=spoken,
        message_id=message_id,
        turns=tuple(CallTurn(role=turn.role, text=_kept(turn.text)) for turn in turns),
    )
    await act.append(*entries, Append(f"call-{about['id']}", (event,), about["person_id"]))
    return message_id


async def analysed(act: Act, about: Row, *, by: str, analysis: CallAnalysis) -> None:
    """What the call came to. The first judgement stays, unless it was only the rules'.

    Its summary goes to the CRM as a note where the clinic shares what was said, and not otherwise.
    """
    if about["analysed_by"] in ("vapi", "ai", by):
        return
    await append(act, about, _of(about, events.CallAnalysed, by=by, analysis=analysis))
    ledger = act.ledger
    if analysis.summary and ledger.crm_on and ledger.settings.hubspot_share_health:
        note = intents.call_summary(call_id=about["id"], text=analysis.summary)
        await effects.plan(act, conversation_id=about["conversation_id"], intents=[note])


async def append(act: Act, about: Row, *news: Event, at: datetime | None = None) -> None:
    """Events of this call."""
    await act.append(Append(f"call-{about['id']}", news, about["person_id"], occurred_at=at))


def _of(about: Row, event: type[Event], **fields: object) -> Event:
    return event.model_validate({"call_id": about["id"], "lead_id": about["lead_id"], **fields})


def _message(about: Row, message_id: UUID, said: str) -> Append:
    event = MessageReceived(
        message_id=message_id,
        conversation_id=about["conversation_id"],
        person_id=about["person_id"],
        lead_id=about["lead_id"],
        kind="call",
        raw_kind="call",
        text=said,
        provider_id=f"call:{about['id']}",
        sent_at=about["started_at"],
    )
    stream = f"conversation-{about['conversation_id']}"
    return Append(stream, (event,), about["person_id"], key=f"call-said:{about['id']}")


def _speaks(about: Row, message_id: UUID, language: Language) -> Append:
    person_id = about["person_id"]
    event = LanguageDetected(person_id=person_id, language=language, message_id=message_id)
    return Append(f"person-{person_id}", (event,), person_id)


def _kept(text: str) -> str:
    """On one line, as PostgreSQL can keep it."""
    return " ".join(text.replace("\x00", "").split())


@dataclass(frozen=True, slots=True)
class _Told:
    """What a new call is known by."""

    party: Party
    twilio_sid: str | None
    vapi_id: str | None
    direction: Direction


def _party(act: Act, party: Party, *, at: datetime, own_id: str) -> places.Party:
    ledger = act.ledger
    phone = e164(party.phone, country=ledger.settings.clinic_country)
    addresses = (places.address(ledger, "phone", phone),) if phone else ()
    return places.Party(
        channel="voice",
        clinic_address="",
        partition_key=ledger.vault.keyed_hash("voice-conversation", phone or own_id),
        addresses=addresses,
        reply_to=addresses[0] if addresses else None,
        name=None,
        source="voice",
        at=at,
    )


async def _to_join(connection: Connection, where: places.Party, *, by_twilio: bool) -> Row | None:
    if not where.addresses:
        return None
    keys = [address.key for address in where.addresses]
    since, ended_since = where.at - JOINED_WITHIN, clock.now() - REPORTED_WITHIN
    return await connection.fetchrow(SQL["call_to_join"], keys, since, ended_since, by_twilio)


async def _open(act: Act, where: places.Party, told: _Told) -> Row:
    place = await places.place_of(act.connection, where)
    call_id, party = ids.new_id(), told.party
    reachable = bool(where.addresses)
    started = events.CallStarted(
        call_id=call_id,
        person_id=place.person_id,
        lead_id=place.lead_id,
        conversation_id=place.conversation_id,
        direction=told.direction,
        twilio_sid=told.twilio_sid,
        vapi_id=told.vapi_id,
        caller_kind="unknown" if party.kind == "phone" and not reachable else party.kind,
        caller=None if reachable else party.value,
    )
    entry = Append(f"call-{call_id}", (started,), place.person_id, expected=0, occurred_at=where.at)
    await act.append(*place.entries, entry)
    if place.is_new and reachable and act.ledger.crm_on:
        contact = intents.contact(person_id=place.person_id, message_id=call_id)
        await effects.plan(act, conversation_id=place.conversation_id, intents=[contact])
    return await call(act.connection, call_id=call_id)


async def _link(act: Act, about: Row, *, twilio_sid: str | None, vapi_id: str | None) -> Row:
    """Join what is not known yet. Two calls that turn out to be one stay two: each has been told of already."""
    sid = twilio_sid if about["twilio_sid"] is None else None
    agents = vapi_id if about["vapi_id"] is None else None
    if sid is None and agents is None:
        return about
    if await act.connection.fetchrow(SQL["ids_taken"], sid, agents, about["id"]) is not None:
        return about
    await append(act, about, _of(about, events.CallLinked, twilio_sid=sid, vapi_id=agents))
    return await call(act.connection, call_id=about["id"])
