"""Sending what was planned: once, as far as the provider allows.

An attempt is written down before the provider is asked and closed after. One that was never closed, or that got
no answer, is unknown. A message waits for the provider's own word (a status carries the effect's id) and is made
again only when a gateway has been listening long enough and heard nothing. What went to a CRM is looked for there,
once its search has had time to find it.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from pydantic import TypeAdapter

from medicalcor.core import clock, jobs
from medicalcor.core.breaker import ACCOUNT
from medicalcor.core.database.pool import Connection, Row
from medicalcor.core.database.queries import statements
from medicalcor.core.database.transaction import record
from medicalcor.core.errors import OutcomeUnknown, ProviderError
from medicalcor.core.eventstore.store import Append
from medicalcor.operations import effects, forms, openings, reminders, templates, visit_news
from medicalcor.operations.effects import Destination
from medicalcor.operations.ledger import Act, Ledger
from medicalcor.schemas.base import Event
from medicalcor.schemas.effects import OPEN, Content, StaffAlert, to_patient
from medicalcor.schemas.events.effects import (
    EffectDelayed,
    EffectFailed,
    EffectHeld,
    EffectRefused,
    EffectSent,
    EffectUnknown,
)

SQL = statements("medicalcor.operations")
CONTENT: TypeAdapter[Content] = TypeAdapter(Content)

PAUSES = (1.0, 2.0, 10.0, 30.0, 60.0, 300.0, 900.0, 3600.0, 7200.0)
"""Seconds before another try with a patient's message; its window is looked at again each time."""
CRM_PAUSES = (1.0, 2.0, 30.0, 120.0, 600.0, 3600.0, 14_400.0)
"""A CRM that is away for an afternoon loses nothing."""
MENDING_PAUSES = (60.0, 300.0, 900.0, 3600.0, 7200.0, 14_400.0, 28_800.0)
"""While a person has to mend something, such as a key: a patient's message is given up within a day."""
CRM_MENDING_PAUSES = (*MENDING_PAUSES, *(86_400.0,) * 30)
"""What a CRM should hear can wait a month."""
DAILY_PAUSES = (3600.0,) * 26
"""A limit of the day ends at midnight in a zone that is not told."""
SERVER_ERROR_WAIT = timedelta(seconds=5)
"""After an error answer the status, if there is one, comes soon."""
LONGEST_SILENCE = timedelta(hours=1)
"""Nobody is waited for longer than this, however long the gateway was away."""
NOT_ON_WHATSAPP = "undeliverable"
"""WhatsApp's word for a number that has no account there, or cannot be reached at it."""
CLOCKS_DIFFER = timedelta(seconds=1)
"""A run that comes this much too early has come in time."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """What is about to be sent."""

    number: int
    effect: Row
    about: Row
    content: Content


Send = Callable[[Attempt], Awaitable[str | None]]
"""Asks the provider; returns its id for what it took. Raises `ProviderError`."""
Recover = Callable[[Attempt], Awaitable[str | None]]
"""Looks whether an attempt of unknown fate did arrive; None when it cannot tell or it did not."""


async def deliver(ledger: Ledger, *, about: Destination, send: Send, recover: Recover | None) -> None:
    """One try at one effect. What is to be tried again later is started for then, in the same commit.

    `recover` is there for providers that can be asked; without it the provider's status is waited for.
    """

    async def begin(connection: Connection) -> Attempt | None:
        return await _begin(Act(ledger, connection, about.cause), about, patient=recover is None)

    attempt = await record(ledger.pool, begin, subject=about.person_id)
    if attempt is None:
        return
    outcome: Event
    try:
        provider_id = await recover(attempt) if recover and attempt.number > 1 else None
        provider_id = provider_id or await send(attempt)
        outcome = EffectSent(
            effect_id=about.effect_id, kind=about.kind, provider_id=provider_id, at=clock.now()
        )
    except ProviderError as problem:
        outcome = _after(ledger, attempt, problem, patient=recover is None)

    async def end(connection: Connection) -> None:
        await _end(Act(ledger, connection, about.cause), attempt, outcome)

    await record(ledger.pool, end, subject=about.person_id)


async def _begin(act: Act, about: Destination, *, patient: bool) -> Attempt | None:
    effect = await act.connection.fetchrow(SQL["effect"], about.effect_id)
    content = content_of(effect) if effect is not None else None
    if effect is None or content is None or effect["status"] not in OPEN:
        return None
    if await _must_wait(act, effect, patient=patient):
        return None
    now = clock.now()
    if _interrupted(effect):
        await act.connection.execute(
            SQL["end_attempt"], effect["id"], effect["attempt"], now, "unknown", "interrupted"
        )
    standing = await effects.standing(act.connection, conversation_id=effect["conversation_id"])
    if not await _still_allowed(act, effect, standing, content):
        return None
    number = effect["attempt"] + 1
    await act.connection.execute(SQL["begin_attempt"], effect["id"], number, now)
    return Attempt(number, effect, standing, content)


async def _must_wait(act: Act, effect: Row, *, patient: bool) -> bool:
    """Whether it is too early: for another try, or to know that an earlier one did not arrive."""
    now = clock.now()
    if effect["hold_until"] is not None and now < effect["hold_until"] - CLOCKS_DIFFER:
        return True  # a run for then has been started already
    if not _fate_unknown(effect):
        return False
    pause = await _too_early_by(act, effect, now) if patient else _search_lags(act, effect, now)
    if pause <= timedelta():
        return False
    await _wait(act, effect, now + pause)
    return True


def content_of(effect: Row) -> Content | None:
    """What it says; None once it is erased."""
    return CONTENT.validate_python(effect["content"]) if effect["content"] is not None else None


def _interrupted(effect: Row) -> bool:
    """The provider was asked and nobody wrote down what it said."""
    return effect["started_at"] is not None and effect["ended_at"] is None


def _fate_unknown(effect: Row) -> bool:
    return _interrupted(effect) or effect["outcome"] == "unknown"


async def _still_allowed(act: Act, effect: Row, about: Row, content: Content) -> bool:
    """The policy is asked again: things may have changed since it was planned."""
    intent = effects.Intent(
        key="",
        content=content,
        purpose=effect["purpose"],
        author=effect["author"],
        cause_id=effect["cause_id"],
        useless_after=effect["useless_after"],
        asked_at=effect["asked_at"],
    )
    decision = await effects.judged(act, about, intent, effect_id=effect["id"])
    if decision.verdict == "refuse":
        await _append(
            act, effect, EffectRefused(effect_id=effect["id"], kind=effect["kind"], decision=decision)
        )
    elif decision.hold_until is not None:
        await _append(act, effect, EffectHeld(effect_id=effect["id"], kind=effect["kind"], decision=decision))
        await _again(act.connection, effect, decision.hold_until)
    return decision.verdict == "send"


async def _too_early_by(act: Act, effect: Row, now: datetime) -> timedelta:
    """How much longer until silence means that it never arrived.

    Silence counts only while a gateway is known to have listened. After it was away it counts for as long as it
    was away: a provider that finds nobody comes back at ever longer intervals.
    """
    wait = _patience(act.ledger)
    asked: datetime = effect["started_at"]
    if effect["attempt_reason"] == "server_error":
        wait = min(wait, SERVER_ERROR_WAIT)
    heard = await act.connection.fetchrow(SQL["gateway_heard"], asked)
    if heard is None or heard["since"] is None:
        return max(wait, (now - asked) / 2)
    since = max(asked, heard["since"])
    wait = min(max(wait, since - asked), LONGEST_SILENCE)
    missing: timedelta = wait - (heard["until"] - since)
    return max(missing, (now - asked) / 2) if missing > timedelta() else missing


def _search_lags(act: Act, effect: Row, now: datetime) -> timedelta:
    """How much longer until a CRM surely finds what it was given."""
    asked: datetime = effect["started_at"]
    return asked + _patience(act.ledger) - now


def _patience(ledger: Ledger) -> timedelta:
    return timedelta(seconds=ledger.settings.unknown_outcome_wait_seconds)


async def _wait(act: Act, effect: Row, due: datetime) -> None:
    reason = effect["attempt_reason"] or "interrupted"
    event = EffectUnknown(effect_id=effect["id"], kind=effect["kind"], reason=reason, again_at=due)
    await _append(act, effect, event)
    await _again(act.connection, effect, due)


def _after(ledger: Ledger, attempt: Attempt, problem: ProviderError, *, patient: bool) -> Event:
    """What a failed attempt leads to."""
    effect_id, kind, now = attempt.effect["id"], attempt.effect["kind"], clock.now()
    reason = problem.reason or problem.code
    pauses = pauses_after(problem, patient=patient)
    if attempt.number > len(pauses):
        return EffectFailed(effect_id=effect_id, kind=kind, reason=reason)
    pause = timedelta(seconds=max(pauses[attempt.number - 1], problem.retry_after or 0))
    if isinstance(problem, OutcomeUnknown):
        wait = _patience(ledger)
        if patient and reason == "server_error":
            wait = min(SERVER_ERROR_WAIT, wait)
        return EffectUnknown(effect_id=effect_id, kind=kind, reason=reason, again_at=now + wait)
    return EffectDelayed(effect_id=effect_id, kind=kind, reason=reason, again_at=now + pause)


def pauses_after(problem: ProviderError, *, patient: bool) -> tuple[float, ...]:
    """Seconds to wait after each attempt; none for what will not pass. What is permanent only until somebody mends
    the account fails nothing for good.
    """
    if problem.reason in ACCOUNT:
        return MENDING_PAUSES if patient else CRM_MENDING_PAUSES
    if problem.permanent:
        return ()
    if problem.reason == "daily_limit":
        return DAILY_PAUSES
    return PAUSES if patient else CRM_PAUSES


async def _end(act: Act, attempt: Attempt, outcome: Event) -> None:
    effect = await act.connection.fetchrow(SQL["effect"], attempt.effect["id"])
    if effect is None:
        return
    await act.connection.execute(
        SQL["end_attempt"],
        effect["id"],
        attempt.number,
        clock.now(),
        _outcome_of(outcome),
        getattr(outcome, "reason", None),
    )
    if effect["status"] not in OPEN:
        return  # the provider's status was faster than its answer
    await _append(act, effect, outcome)
    if isinstance(outcome, EffectUnknown | EffectDelayed):
        await _again(act.connection, effect, outcome.again_at)
    if isinstance(outcome, EffectFailed):
        await templates.learn_from_refusal(act, attempt.content, outcome.reason)
    refused = isinstance(outcome, EffectDelayed) and outcome.reason in ACCOUNT
    if refused or isinstance(outcome, EffectFailed):
        await not_delivered(act, effect, getattr(outcome, "reason", None))


async def resume(ledger: Ledger, *, effect_id: UUID) -> bool:
    """Do not wait any longer: what kept it back was mended. The policy is asked again before it goes.

    False when it does not wait.
    """
    about = await effects.destination(ledger, effect_id=effect_id)

    async def decide(connection: Connection) -> bool:
        act = Act(ledger, connection, about.cause)
        effect = await connection.fetchrow(SQL["effect"], effect_id)
        if effect is None or effect["status"] not in ("delayed", "held"):
            return False
        now = clock.now()
        reason = effect["attempt_reason"] or "released"
        event = EffectDelayed(effect_id=effect_id, kind=about.kind, reason=reason, again_at=now)
        await _append(act, effect, event)
        await _again(connection, effect, now)
        return True

    return await record(ledger.pool, decide, subject=about.person_id)


def _outcome_of(event: Event) -> str:
    return {
        EffectSent.type: "sent",
        EffectUnknown.type: "unknown",
        EffectDelayed.type: "not_done",
    }.get(event.type, "rejected")


async def not_delivered(act: Act, effect: Row, reason: str | None) -> None:
    """A message that did not reach its patient: said in another way where there is one, else somebody's to look at."""
    if reason == NOT_ON_WHATSAPP and (
        await forms.answer_by_mail(act, effect)
        or await reminders.say_by_mail(act, effect)
        or await openings.say_by_mail(act, effect)
        or await visit_news.say_by_mail(act, effect, content_of(effect))
    ):
        return
    await tell_staff(act, effect)


async def tell_staff(act: Act, effect: Row) -> None:
    """A colleague is to look at it."""
    if not to_patient(effect["kind"]) or effect["conversation_id"] is None:
        return
    alert = effects.Intent(
        key=f"failed-alert:{effect['id']}",
        content=StaffAlert(code="delivery_failed"),
        purpose="staff_alert",
        cause_id=effect["id"],
    )
    await effects.plan(act, conversation_id=effect["conversation_id"], intents=[alert])


async def _again(connection: Connection, effect: Row, at: datetime) -> None:
    job = jobs.delivery_of(effect["kind"])
    await jobs.start(
        connection,
        job,
        id=f"{job.name}:{effect['id']}:{effect['attempt']}:{at.isoformat()}",
        args=([str(effect["id"])],),
        partition=effects.partition_of(
            kind=effect["kind"], conversation_id=effect["conversation_id"], person_id=effect["person_id"]
        ),
        not_before=at,
    )


async def _append(act: Act, effect: Row, event: Event) -> None:
    await act.append(Append(effects.stream(effect["id"]), (event,), effect["person_id"]))
