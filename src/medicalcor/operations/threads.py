"""Where a mail belongs that answers another, or that tells of one that did not arrive (docs/decisions/0013)."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, timedelta
from uuid import UUID

from medicalcor.core import clock
from medicalcor.core.database.pool import Connection, Row
from medicalcor.core.database.queries import statements
from medicalcor.core.errors import InvalidInput
from medicalcor.core.eventstore.store import Append
from medicalcor.domain.correspondence.reports import Report
from medicalcor.operations import effects
from medicalcor.operations.arrivals.base import Arrival
from medicalcor.operations.delivery import tell_staff
from medicalcor.operations.ledger import Act, Ledger
from medicalcor.schemas.base import Event
from medicalcor.schemas.effects import OPEN
from medicalcor.schemas.events.effects import EffectSent, EffectStatusChanged

SQL = statements("medicalcor.operations", "mailing.sql")
_EFFECT = statements("medicalcor.operations")["effect"]
MOST_AN_HOUR = 10
"""Automatic answers by mail in one conversation."""
BOUNCES_WITHIN = timedelta(days=6)
"""A mail server gives up after five days (RFC 5321); after that a report without an id is about something else."""


async def placed(ledger: Ledger, connection: Connection, arrival: Arrival) -> Arrival:
    """With the conversation that it goes on, where it names one. Raises InvalidInput for a report about no mail of ours."""
    if arrival.report is not None:
        mail = await _undelivered(ledger, connection, arrival.report)
        if mail is None:
            raise InvalidInput(
                "A mail system reports a mail that could not be delivered, and it is none of ours."
            )
        party = replace(arrival.party, conversation_id=mail["conversation_id"])
        return replace(arrival, party=party, undelivered=mail["id"] if arrival.report.final else None)
    if not arrival.thread:
        return arrival
    found = await connection.fetchval(
        SQL["conversation_of_thread"], list(arrival.thread), _trackers(arrival.thread)
    )
    return replace(arrival, party=replace(arrival.party, conversation_id=found)) if found else arrival


async def in_a_loop(connection: Connection, conversation_id: UUID) -> bool:
    """Whether so much has been answered lately that a machine must be at the other end, one that does not say so."""
    since = clock.now() - timedelta(hours=1)
    return int(await connection.fetchval(SQL["automatic_mails"], conversation_id, since)) >= MOST_AN_HOUR


async def came_back(act: Act, effect_id: UUID) -> None:
    """A server took the mail, and later it was returned: it failed after all, and staff are told."""
    effect = await act.connection.fetchrow(_EFFECT, effect_id)
    if effect is None or effect["status"] not in (*OPEN, "sent"):
        return
    now = clock.now().astimezone(UTC)
    events: list[Event] = []
    if effect["status"] in OPEN:
        events.append(EffectSent(effect_id=effect_id, kind=effect["kind"], at=now))
    events.append(
        EffectStatusChanged(
            effect_id=effect_id, kind=effect["kind"], status="failed", reason="bounced", at=now
        )
    )
    await act.append(Append(effects.stream(effect_id), events, effect["person_id"]))
    await tell_staff(act, effect)


async def _undelivered(ledger: Ledger, connection: Connection, report: Report) -> Row | None:
    """By the id that it names; else, since many name none, the last mail to whom it names."""
    found = await connection.fetchrow(SQL["undelivered_by_id"], list(report.ids), _trackers(report.ids))
    if found is not None or not report.recipients:
        return found
    keys = [ledger.vault.keyed_hash("email", recipient) for recipient in report.recipients]
    return await connection.fetchrow(SQL["undelivered_by_address"], keys, clock.now() - BOUNCES_WITHIN)


def _trackers(message_ids: Iterable[str]) -> list[UUID]:
    """Our mails' ids are made from their effects'."""
    found = []
    for message_id in message_ids:
        try:
            found.append(UUID(message_id.strip("<>").partition("@")[0]))
        except ValueError:
            continue
    return found
