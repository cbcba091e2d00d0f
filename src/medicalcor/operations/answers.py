"""What the patient is answered, when nobody of the clinic has taken over."""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Literal
from uuid import UUID

from medicalcor.core import clock, jobs
from medicalcor.core.database.pool import Connection, Row
from medicalcor.core.database.queries import statements
from medicalcor.core.database.transaction import record
from medicalcor.core.errors import NotFound, ProviderError
from medicalcor.domain.assist.guard import unfit
from medicalcor.domain.assist.replies import fixed_reply
from medicalcor.domain.language.phrases import phrase
from medicalcor.integrations.openai.client import AiClient
from medicalcor.operations import (
    consents,
    courtesies,
    effects,
    forms,
    suggesting,
    templates,
    threads,
    wording,
)
from medicalcor.operations.leads import as_output, scoring_input
from medicalcor.operations.ledger import Act, Ledger, by_system
from medicalcor.operations.talk import turns_of
from medicalcor.operations.wording import Line
from medicalcor.schemas.common import Classification, Language
from medicalcor.schemas.decisions import Reason
from medicalcor.schemas.effects import Content
from medicalcor.schemas.scoring import ScoringOutput

SQL = statements("medicalcor.operations")
ACKNOWLEDGED_FOR = timedelta(hours=24)
"""A HOT lead is sent the acknowledgement once in this time; what they write after it is answered in words."""

Outcome = Literal["planned", "superseded", "settling", "not_needed", "booking"]
_WRITTEN_BY_MAIL = frozenset({"email", "web"})
"""Channels whose messages wait in the queue of the mail."""


@dataclass(frozen=True, slots=True)
class Answered:
    """What came of it; `send` is the answer that the caller is to deliver now."""

    outcome: Outcome
    send: UUID | None = None


async def answer(
    ledger: Ledger,
    *,
    ai: AiClient | None,
    message_id: UUID,
    settled: bool,
    correlation_id: str,
    booking: bool = False,
) -> Answered:
    """Plan the answer to this message, once. A newer message is answered in its stead.

    `booking`: the booking agent goes on with it, and nothing is answered here but the first word to a HOT lead. Soon
    after an automatic answer the patient is given time to finish: the run comes back `settled`. What was said in a call
    is not answered in writing.
    """
    outcome: Outcome = "booking" if booking else "planned"
    async with ledger.pool.acquire() as connection:
        about = await _situation(connection, message_id)
        if about["newer"]:
            return Answered("superseded")
        if about["emergency_answered"] or about["kind"] == "call":
            return Answered("not_needed")
        if about["answer_id"] is not None:
            return Answered(outcome, about["answer_id"])
        scored = await connection.fetchrow(SQL["score_to_answer"], about["lead_id"], message_id)
        output = as_output(scored["output"]) if scored is not None and not about["guest"] else None
        acknowledge = await _acknowledge(connection, about, output)
        if not settled and not acknowledge and _just_answered(ledger, about):
            await _wait_for_the_rest(ledger, connection, about, message_id, correlation_id)
            return Answered("settling")
    if await courtesies.answer(ledger, about=about, correlation_id=correlation_id):
        return Answered("planned")
    if booking and not (acknowledge and about["channel"] == "whatsapp"):
        return Answered(outcome)
    silent = _silent(about, output)
    if silent is not None:
        await _decline(ledger, about, silent, correlation_id)
        return Answered("not_needed")
    content = await _content(ledger, ai, about, output, acknowledge=acknowledge)
    return Answered(outcome, await _planned(ledger, about, content, correlation_id))


async def _situation(connection: Connection, message_id: UUID) -> Row:
    about = await connection.fetchrow(SQL["situation"], message_id)
    if about is None:
        raise NotFound("There is no such message.")
    return about


async def _planned(ledger: Ledger, about: Row, content: Content, correlation_id: str) -> UUID | None:
    intent = effects.Intent(key=_key(about["id"]), content=content, purpose="answer", cause_id=about["id"])

    async def decide(connection: Connection) -> UUID | None:
        return await _say(Act(ledger, connection, by_system(correlation_id)), about, intent)

    return await record(ledger.pool, decide, subject=about["person_id"])


async def _say(act: Act, about: Row, intent: effects.Intent) -> UUID | None:
    if about["kind"] == "form":
        return await _answer_form(act, about, intent)
    conversation = about["conversation_id"]
    if intent.content.kind == "email.message" and await threads.in_a_loop(act.connection, conversation):
        await effects.decline(act, conversation_id=conversation, intent=intent, reason="already_answered")
        return None
    return await _plan(act, conversation, intent)


async def _plan(act: Act, conversation_id: UUID, intent: effects.Intent) -> UUID | None:
    planned = await effects.plan(act, conversation_id=conversation_id, intents=[intent], caller_sends=True)
    return next((one.effect_id for one in planned if one.decision.verdict == "send"), None)


async def _answer_form(act: Act, about: Row, intent: effects.Intent) -> UUID | None:
    """On WhatsApp, by a template since they have not written there, where there is a number; else by mail."""
    place = about["conversation_id"]
    elsewhere = await forms.whatsapp_line(act, person_id=about["person_id"])
    if about["reply_kind"] == "email" and not await templates.usable(
        act.connection, "web_lead_ack", _language(about)
    ):
        elsewhere = None  # then they are answered by mail
    if elsewhere is not None:
        content = wording.template(_line(about), "web_lead_ack", act.ledger.settings.clinic_name)
        place, intent = elsewhere, replace(intent, content=content)
    if await forms.answered_enough(act, person_id=about["person_id"], by_whatsapp=elsewhere is not None):
        await effects.decline(act, conversation_id=place, intent=intent, reason="already_acknowledged")
        send = None
    else:
        send = await _plan(act, place, intent)
    # after the answer, so that the question is the last thing said
    await consents.confirm_form(act, person_id=about["person_id"], cause_id=about["id"])
    return send


def _key(message_id: UUID) -> str:
    """One answer a message."""
    return f"answer:{message_id}"


async def _acknowledge(connection: Connection, about: Row, output: ScoringOutput | None) -> bool:
    if output is None or output.classification != Classification.HOT:
        return False
    if not await templates.usable(connection, "hot_lead_ack", _language(about)):
        return False  # then they are answered in words
    since = clock.now() - ACKNOWLEDGED_FOR
    return not await connection.fetchval(SQL["recent_acknowledgement"], about["lead_id"], since)


def _just_answered(ledger: Ledger, about: Row) -> bool:
    last = about["last_automatic_at"]
    pause = timedelta(seconds=2 * ledger.settings.answer_settle_seconds)
    return last is not None and clock.now() - last < pause and about["taken_over_by"] is None


async def _wait_for_the_rest(
    ledger: Ledger, connection: Connection, about: Row, message_id: UUID, correlation_id: str
) -> None:
    job = jobs.ANSWER_MAIL if about["channel"] in _WRITTEN_BY_MAIL else jobs.ANSWER
    await jobs.start(
        connection,
        job,
        id=f"{job.name}:{message_id}",
        args=(str(message_id), correlation_id),
        partition=about["partition_key"],
        not_before=clock.now() + timedelta(seconds=ledger.settings.answer_settle_seconds),
    )


def _silent(about: Row, output: ScoringOutput | None) -> Reason | None:
    """Why nothing is answered; None when something is."""
    if about["emergency_in_the_same_breath"]:
        return "already_answered"
    if output is None or output.classification != Classification.UNQUALIFIED:
        return None
    return "opted_out" if output.opt_out else "not_a_prospect"


async def _decline(ledger: Ledger, about: Row, reason: Reason, correlation_id: str) -> None:
    """Not answering is a decision too, and is kept like one."""
    line = _line(about)
    vague = phrase("answer_vague", line.language, clinic=ledger.settings.clinic_name)
    content = wording.text(line, vague, written_by="phrases")

    async def decide(connection: Connection) -> None:
        intent = effects.Intent(
            key=_key(about["id"]), content=content, purpose="answer", cause_id=about["id"]
        )
        act = Act(ledger, connection, by_system(correlation_id))
        await effects.decline(act, conversation_id=about["conversation_id"], intent=intent, reason=reason)

    await record(ledger.pool, decide, subject=about["person_id"])


async def _content(
    ledger: Ledger,
    ai: AiClient | None,
    about: Row,
    output: ScoringOutput | None,
    *,
    acknowledge: bool,
) -> Content:
    line = _line(about)
    clinic = ledger.settings.clinic_name
    if acknowledge and line.channel == "whatsapp":
        return wording.template(line, "hot_lead_ack", clinic)
    body, not_used = await _written(ledger, ai, about, output) if output is not None else (None, None)
    said = body or _fixed(about, output, line.language, clinic)
    content = wording.text(line, said, written_by="ai" if body else "phrases")
    return content.model_copy(update={"not_used": not_used})


async def _written(
    ledger: Ledger, ai: AiClient | None, about: Row, output: ScoringOutput
) -> tuple[str | None, str | None]:
    """AI's words, when it is on and answers in time with something that can be sent; else why they are not used."""
    if ai is None or about["taken_over_by"] is not None:
        return None, None
    async with ledger.pool.acquire() as connection:
        said = await turns_of(connection, lead_id=about["lead_id"])
        clinic = await suggesting.clinic_of(connection, ledger.settings)
    language = _language(about)
    try:
        text = await suggesting.written(
            ai,
            clinic,
            facts=scoring_input(said, about),
            scored=output,
            language=language,
            seconds=ledger.settings.ai_timeout_seconds,
        )
    except ProviderError as problem:
        return None, problem.reason or "ai_error"
    reason = unfit(text, language=language, known=clinic.known)
    return (text, None) if reason is None else (None, f"unfit_{reason}")


def _fixed(about: Row, output: ScoringOutput | None, language: Language, clinic: str) -> str:
    """A fixed answer in the patient's language, for when AI is off or did not answer."""
    if about["guest"]:
        return phrase("answer_logistics", language, clinic=clinic)
    if output is None and about["kind"] == "form":
        return phrase("answer_form", language, clinic=clinic)
    if output is None:
        unreadable = about["kind"] in {"unsupported", "contacts", "location", "order"}
        return phrase("answer_unsupported" if unreadable else "answer_media", language, clinic=clinic)
    return fixed_reply(output, language, clinic=clinic)


def _language(about: Row) -> Language:
    language: Language = about["language"] or "ro"
    return language


def _line(about: Row) -> Line:
    return Line(about["channel"], about["reply_kind"], _language(about))
