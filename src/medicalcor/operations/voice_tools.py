"""What the voice agent can do for a caller in the course of a call. Each answers what the model is to say."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar
from uuid import UUID

from pydantic import ValidationError

from medicalcor.core import clock
from medicalcor.core.database.pool import Connection, Row
from medicalcor.core.database.queries import statements
from medicalcor.core.database.transaction import record
from medicalcor.core.errors import InvalidInput
from medicalcor.core.eventstore.store import Append
from medicalcor.domain.identity.phones import e164
from medicalcor.domain.voice.tools import ClinicInfo, RequestCallback
from medicalcor.operations import agent_calls, places
from medicalcor.operations.agent_calls import OfCall
from medicalcor.operations.asks import Tools
from medicalcor.operations.ledger import Act, by_system
from medicalcor.schemas.base import Wire
from medicalcor.schemas.events.people import AddressAdded
from medicalcor.schemas.wire.twilio import party_of

SQL = statements("medicalcor.operations")
Arguments = TypeVar("Arguments", bound=Wire)
T = TypeVar("T")

NOT_KNOWN = (
    "The clinic has left no information about this. Say that you do not know it, do not guess, and offer that a "
    "colleague calls back."
)
CALLED_BACK = "Noted. Tell the caller that a colleague will call them back."
NO_NUMBER = (
    "The caller hides their number. Ask whether they agree to give one to be called back on, repeat it digit by digit, "
    "and call the function again with it, country code first."
)
PUT_THROUGH = (
    "The clinic's people have been told. Say that you are putting the caller through, then transfer the call."
)
NOBODY_THERE = (
    "Nobody can take the call over at the moment. The clinic's people have been told: say that a colleague will call "
    "back as soon as possible. In an emergency repeat the emergency number."
)


async def clinic_info(tools: Tools, question: Any) -> Any:
    """What the clinic itself says about a topic; never anything else."""
    topic = read(ClinicInfo, question).topic.strip().lower()
    facts = tools.ledger.settings.clinic_facts
    if topic in facts:
        return {"topic": topic, "clinic_says": facts[topic]}
    return {"topic": topic, "known_topics": sorted(facts), "instruction": NOT_KNOWN}


async def request_callback(tools: Tools, question: Any) -> Any:
    """A colleague is to call back; a caller without a number gives one first."""
    given = read(RequestCallback, question).phone
    phone = e164(given, country=tools.ledger.settings.clinic_country)

    async def wish(act: Act, about: Row) -> None:
        if not await reachable(act, about, phone):
            raise InvalidInput(NO_NUMBER)
        await agent_calls.wants_a_person(act, about, at_once=False)

    await in_call(tools, question, wish)
    return CALLED_BACK


async def hand_to_person(tools: Tools, question: Any) -> Any:
    """A colleague is to take over now, by transfer where the clinic has a number for it."""

    async def wish(act: Act, about: Row) -> None:
        await agent_calls.wants_a_person(act, about, at_once=True)

    await in_call(tools, question, wish)
    possible = tools.ledger.settings.clinic_phone is not None
    return {"transfer_possible": possible, "instruction": PUT_THROUGH if possible else NOBODY_THERE}


async def in_call(tools: Tools, question: Any, wish: Callable[[Act, Row], Awaitable[None]]) -> Row:
    """Do something about the call that the tool is used in; it may be the first that we hear of it. Answers the call."""
    of = question["call"]
    if not of["id"]:
        raise InvalidInput("It is not known which call this is. Apologise, and ask the caller to call again.")

    call = OfCall(
        vapi_id=of["id"],
        twilio_sid=of["twilio_sid"],
        handed_over=of["handed_over"],
        party=party_of(of["caller"]),
        at=clock.now(),
        inbound=of["inbound"],
    )

    async def do(act: Act, about: Row) -> Row:
        await wish(act, about)
        return about

    return await agent_calls.in_call(tools.ledger, call, cause=by_system(tools.correlation_id), do=do)


async def recorded(tools: Tools, decide: Callable[[Act], Awaitable[T]], *, subject: UUID) -> T:
    """In one transaction, in turn with all else about the person."""

    async def act(connection: Connection) -> T:
        return await decide(Act(tools.ledger, connection, by_system(tools.correlation_id)))

    return await record(tools.ledger.pool, act, subject=subject)


async def reachable(act: Act, about: Row, phone: str | None) -> bool:
    """Whether the caller can be called: on their own number, else on one that they gave, which is kept."""
    person: UUID = about["person_id"]
    facts = await act.connection.fetchrow(SQL["contact_facts"], person)
    if facts is not None and facts["phone"]:
        return True
    if phone is None:
        return False
    one = places.address(act.ledger, "phone", phone)
    if await act.connection.fetch(SQL["person_by_addresses"], [one.key]):
        return True  # somebody we know: the number is in the transcript, for a colleague to compare
    added = AddressAdded(person_id=person, kind=one.kind, address_key=one.key, value=one.value)
    await act.append(Append(f"person-{person}", (added,), person))
    return True


def read(shape: type[Arguments], question: Any) -> Arguments:
    try:
        return shape.model_validate(question["arguments"])
    except ValidationError as fault:
        names = ", ".join(sorted({str(error["loc"][0]) for error in fault.errors() if error["loc"]}))
        raise InvalidInput(
            f"These arguments are missing or of the wrong kind: {names}. Call it again."
        ) from None
