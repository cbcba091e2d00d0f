"""`medicalcor effects`: what waits, what was not sent, and why."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar
from uuid import UUID

import click
from pydantic_core import to_json

from medicalcor.core.database.pool import Pool, open_pool
from medicalcor.core.settings import load_settings
from medicalcor.operations import admissions, delivery, replaying
from medicalcor.operations.ledger import open_ledger
from medicalcor.operations.replaying import Replayed, Why
from medicalcor.schemas.effects import OPEN, EffectStatus
from medicalcor.web.reasons import REASONS

T = TypeVar("T")
STATES: dict[str, tuple[EffectStatus, ...]] = {
    "waiting": OPEN,
    "held": ("held",),
    "refused": ("refused",),
    "failed": ("failed",),
    "void": ("void",),
}


@click.group()
def effects() -> None:
    """What waits to go out, what did not go, and why. Shows ids and reasons, nothing of what is said."""


@effects.command("list")
@click.argument("state", type=click.Choice(list(STATES)), default="waiting")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1))
def list_(*, state: str, limit: int) -> None:
    """Effects that are STATE, the latest first. [default: waiting]"""

    async def read(pool: Pool) -> list[dict[str, Any]]:
        async with pool.acquire() as connection:
            rows = await connection.fetch(replaying.SQL["effects_by_status"], list(STATES[state]), limit)
        return [dict(row) for row in rows]

    for row in _with_pool(read):
        until = f" until {row['hold_until']:%Y-%m-%d %H:%M}" if row["hold_until"] else ""
        click.echo(
            f"{row['id']}  {row['planned_at']:%Y-%m-%d %H:%M}  {row['kind']:<18} {row['purpose']:<16} "
            f"{row['status']}{until}: {row['reason']}"
        )


@effects.command()
@click.argument("effect_id", type=click.UUID)
@click.option("--json", "as_json", is_flag=True, help="With all that was looked at, as JSON.")
@click.pass_context
def why(context: click.Context, *, effect_id: UUID, as_json: bool) -> None:
    """Why it was sent, held or refused; and whether what was looked at still gives the same. Exit 1 if not."""

    async def read(pool: Pool) -> Why:
        async with pool.acquire() as connection:
            return await replaying.why(connection, effect_id=effect_id)

    found = _with_pool(read)
    click.echo(to_json(_as_data(found), indent=2) if as_json else "\n".join(_in_words(found)))
    context.exit(1 if any(again.differs for *_, again in found.decisions) else 0)


@effects.command()
@click.pass_context
def replay(context: click.Context) -> None:
    """Decide everything once more from what was kept: messages, tasks, scores, triage, bookings. Exit 1 when anything differs."""

    async def read(pool: Pool) -> list[Replayed]:
        async with pool.acquire() as connection:
            found = [one async for one in replaying.everything(connection)]
            return found + [one async for one in admissions.everything(connection)]

    found = _with_pool(read)
    for one in found:
        if one.differs:
            click.echo(f"{one.noun} {one.id} of {one.at:%Y-%m-%d %H:%M}: was {one.then}; is {one.again}")
    unread = sum(one.again is None for one in found)
    differ = sum(one.differs for one in found)
    click.echo(
        f"{len(found) - unread - differ} decisions come out the same, {differ} differ, {unread} were made by other rules"
        " or have been erased."
    )
    context.exit(1 if differ else 0)


@effects.command()
@click.argument("effect_id", type=click.UUID)
def release(*, effect_id: UUID) -> None:
    """Ask now whether what is held may go, for example after QUIET_HOURS was changed. The policy still decides."""

    async def act(pool: Pool) -> bool:
        return await delivery.resume(open_ledger(load_settings(), pool), effect_id=effect_id)

    if _with_pool(act):
        click.echo("It is decided again now; `medicalcor effects why` tells what came of it.")
    else:
        raise click.ClickException("It does not wait: it has gone out, or it never will.")


def _in_words(found: Why) -> list[str]:
    effect = found.effect
    lines = [f"{effect['kind']} ({effect['purpose']}), {effect['author']}, now {effect['status']}"]
    lines += [
        f"asked for by the triage rule {rule}: {', '.join(actions)}" for rule, actions in found.asked_by
    ]
    for event, at, decision, again in found.decisions:
        until = f" until {decision.hold_until.isoformat()}" if decision.hold_until else ""
        lines.append(f"{at:%Y-%m-%d %H:%M:%S}  {event}: {decision.verdict}{until} (policy {decision.policy})")
        lines += [f"    {REASONS['decision'][reason]}" for reason in decision.reasons]
        looked_at = {
            name: value for name, value in decision.evidence.items() if value not in (None, [], False)
        }
        lines += [f"    {name} = {to_json(value).decode()}" for name, value in looked_at.items()]
        lines.append(f"    decided again: {again.again or again.because}")
    return lines


def _as_data(found: Why) -> dict[str, Any]:
    return {
        "effect": dict(found.effect),
        "asked_by": [{"rule": rule, "actions": actions} for rule, actions in found.asked_by],
        "decisions": [
            {"event": event, "at": at, "decision": decision, "again": again.again, "because": again.because}
            for event, at, decision, again in found.decisions
        ],
    }


def _with_pool(act: Callable[[Pool], Awaitable[T]]) -> T:
    async def run() -> T:
        pool = await open_pool(
            load_settings().require("database_url"), role="medicalcor_app", name="medicalcor-effects"
        )
        try:
            return await act(pool)
        finally:
            await pool.close()

    return asyncio.run(run())
