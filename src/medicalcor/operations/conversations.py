"""Taking in what patients write, and what colleagues do about it."""

from collections.abc import Callable
from uuid import UUID

from medicalcor.core import clock
from medicalcor.core.database.pool import Connection, Row
from medicalcor.core.database.queries import statements
from medicalcor.core.database.transaction import lock_subject, record
from medicalcor.core.errors import Forbidden, InvalidInput, ProductError
from medicalcor.core.eventstore.store import Append, Cause
from medicalcor.domain.language.phrases import STAFF_TEMPLATES
from medicalcor.domain.outreach.policy import CONVERSATION
from medicalcor.operations import booking_ends, effects, wording
from medicalcor.operations.ledger import Act, Ledger
from medicalcor.operations.wording import Line
from medicalcor.schemas.common import ConversationId, EffectId, UserId
from medicalcor.schemas.decisions import Decision
from medicalcor.schemas.effects import Content
from medicalcor.schemas.events.conversations import ConversationReleased, ConversationTakenOver

SQL = statements("medicalcor.operations")
LONGEST = 4096
"""Characters of a WhatsApp text (Cloud API)."""

_REFUSALS = {
    "window_closed": "The patient last wrote more than 24 hours ago. WhatsApp takes only an approved template now.",
    "opted_out": "This person asked not to be contacted. You can answer when they write again.",
    "suppressed_address": "This number is on the list of those who do not want to be written to.",
    "channel_off": "WhatsApp is not connected. Set WHATSAPP_API_KEY; `medicalcor doctor` says more.",
    "no_address": "There is no address to write to.",
    "person_erased": "This person's data was erased.",
    "template_disabled": "WhatsApp has switched this template off. Choose another one, or call them.",
    "template_unknown": "WhatsApp has not approved this template in the patient's language. Choose another one, or call them.",
}
_MAIL_REFUSALS = {
    "suppressed_address": "This address is on the list of those who do not want to be written to.",
    "channel_off": "E-mail is not connected. Set SMTP_URL and EMAIL_FROM; `medicalcor doctor` says more.",
}


class TakenByColleague(ProductError):
    """A colleague has already taken this conversation over."""

    code = "taken_over"
    http_status = 409


class TooLate(ProductError):
    """It does not wait any more: it has gone out, or it was not going to."""

    code = "not_waiting"
    http_status = 409


async def take_over(ledger: Ledger, *, conversation_id: ConversationId, by: UserId) -> None:
    """A colleague writes here from now on: automatic answers stop, those that wait are called back."""

    async def decide(connection: Connection) -> None:
        about = await _held(connection, conversation_id)
        if about["taken_over_by"] == by:
            return
        if about["taken_over_by"] is not None:
            raise TakenByColleague
        await _silence_machine(_act(ledger, connection, conversation_id, by), about, by)

    await record(ledger.pool, decide)


async def release(ledger: Ledger, *, conversation_id: ConversationId, by: UserId) -> None:
    """Hand the lead back to the automatic answers, on every channel."""

    async def decide(connection: Connection) -> None:
        about = await _held(connection, conversation_id)
        taken = await connection.fetch(SQL["taken_over"], about["person_id"], about["lead_id"])
        act = _act(ledger, connection, conversation_id, by)
        for row in taken:
            event = ConversationReleased(conversation_id=row["id"], lead_id=about["lead_id"], by=by)
            await act.append(_entry(about, event))

    await record(ledger.pool, decide)


async def reply(
    ledger: Ledger,
    *,
    conversation_id: ConversationId,
    text: str,
    by: UserId,
    key: str,
    original: str | None = None,
) -> EffectId:
    """Write to the patient; whoever writes has taken over. The same `key` writes once.

    `original`: what the colleague wrote, where `text` is its translation; it is kept with it.

    Refused replies raise, with the reason in words.
    """
    body = _body(text)

    def say(line: Line) -> Content:
        return wording.text(line, body, written_by="staff").model_copy(update={"original": original})

    return await _write(ledger, conversation_id=conversation_id, say=say, by=by, key=key)


async def reply_by_template(
    ledger: Ledger, *, conversation_id: ConversationId, name: str, by: UserId, key: str
) -> EffectId:
    """Write with an approved template, in the patient's language: what WhatsApp takes when its window is shut.

    Taking over, `key` and refusals are those of `reply`. What WhatsApp has paused is held until it is back.
    """
    if name not in STAFF_TEMPLATES:
        raise InvalidInput("Choose one of the templates.")

    def say(line: Line) -> Content:
        return wording.template(line, name, ledger.settings.clinic_name)

    return await _write(ledger, conversation_id=conversation_id, say=say, by=by, key=key)


async def _write(
    ledger: Ledger, *, conversation_id: ConversationId, say: Callable[[Line], Content], by: UserId, key: str
) -> EffectId:
    async def decide(connection: Connection) -> EffectId:
        about = await _held(connection, conversation_id)
        intent = effects.Intent(
            key=f"reply:{by}:{key}",
            content=say(_line(about)),
            purpose="staff_reply",
            author="staff",
            by=by,
            cause_id=conversation_id,
        )
        known = await connection.fetch(SQL["known_effects"], [intent.key])
        if known:
            return UUID(int=known[0]["id"].int)
        act = _act(ledger, connection, conversation_id, by)
        _must_be_allowed(await effects.judged(act, about, intent), intent.content.kind)
        if about["taken_over_by"] is None:
            await _silence_machine(act, about, by)
        planned = await effects.plan(act, conversation_id=conversation_id, intents=[intent])
        return planned[0].effect_id

    return await record(ledger.pool, decide)


async def call_back(ledger: Ledger, *, effect_id: EffectId, by: UserId) -> None:
    """A colleague does not want sent what waits; doing it twice changes nothing."""
    about = await effects.destination(ledger, effect_id=effect_id)

    async def decide(connection: Connection) -> None:
        await lock_subject(connection, about.person_id)
        row = await connection.fetchrow(SQL["waiting_effect"], effect_id)
        if row is None or row["status"] == "void":
            return
        if not row["waits"]:
            raise TooLate
        cause = Cause(correlation_id=about.cause.correlation_id, actor=f"user:{by}")
        await effects.void(Act(ledger, connection, cause), waiting=[row], reason="cancelled", by=by)

    await record(ledger.pool, decide)


def _body(text: str) -> str:
    body = text.replace("\x00", "").strip()
    if not 0 < len(body) <= LONGEST:
        raise InvalidInput(f"Write between 1 and {LONGEST} characters.")
    return body


async def _silence_machine(act: Act, about: Row, by: UserId) -> None:
    """Automatic answers stop in the same commit, and those that wait are called back."""
    conversation_id = about["conversation_id"]
    event = ConversationTakenOver(conversation_id=conversation_id, lead_id=about["lead_id"], by=by)
    await act.append(_entry(about, event))
    waiting = await act.connection.fetch(SQL["automatic_effects"], conversation_id, list(CONVERSATION))
    await effects.void(act, waiting=waiting, reason="taken_over")
    await booking_ends.end(act, person_id=about["person_id"], because="to_a_person")


def _act(ledger: Ledger, connection: Connection, conversation_id: UUID, by: UserId) -> Act:
    return Act(ledger, connection, Cause(correlation_id=str(conversation_id), actor=f"user:{by}"))


def _must_be_allowed(decision: Decision, kind: str) -> None:
    if decision.verdict == "refuse":
        reason = decision.reasons[0]
        words = _MAIL_REFUSALS.get(reason) if kind.startswith("email.") else None
        raise Forbidden(words or _REFUSALS.get(reason, "This message may not be sent."))


def _line(about: Row) -> Line:
    return Line(about["channel"], about["reply_kind"], about["language"] or "ro")


async def _held(connection: Connection, conversation_id: UUID) -> Row:
    """The conversation, with nobody else writing about its person."""
    about = await effects.standing(connection, conversation_id=conversation_id)
    await lock_subject(connection, about["person_id"])
    return await effects.standing(connection, conversation_id=conversation_id)


def _entry(about: Row, event: ConversationTakenOver | ConversationReleased) -> Append:
    return Append(
        f"conversation-{event.conversation_id}", (event,), about["person_id"], occurred_at=clock.now()
    )
