"""Keeping the CRM in step. Ours is the truth; HubSpot is told what happened, never what was said."""

from datetime import timedelta
from typing import Literal

from medicalcor.core import clock
from medicalcor.core.database.pool import Connection, Row
from medicalcor.core.database.queries import statements
from medicalcor.core.database.transaction import lock_subject, record
from medicalcor.core.errors import ProviderOff, ProviderRejected
from medicalcor.core.eventstore.store import Append
from medicalcor.integrations.hubspot.client import HubSpotClient
from medicalcor.operations import call_log
from medicalcor.operations.delivery import Attempt, deliver
from medicalcor.operations.effects import Destination
from medicalcor.operations.ledger import Act, Ledger
from medicalcor.schemas.effects import HubSpotCall, HubSpotContact, HubSpotNote, HubSpotTask
from medicalcor.schemas.events.people import CrmLinked

SQL = statements("medicalcor.operations")


async def sync(ledger: Ledger, *, hubspot: HubSpotClient | None, about: Destination) -> None:
    """One try at bringing one thing into the CRM."""

    async def ask(attempt: Attempt) -> str | None:
        if hubspot is None:
            raise ProviderOff(provider="hubspot", reason="channel_off")
        contact_id = await _contact(ledger, hubspot, about)
        try:
            return await _write(ledger, hubspot, attempt, contact_id)
        except ProviderRejected as refusal:
            if refusal.reason != "gone":
                raise
        contact_id = await _contact(ledger, hubspot, about, gone=contact_id)
        return await _write(ledger, hubspot, attempt, contact_id)

    async def look(attempt: Attempt) -> str | None:
        return await _find(hubspot, attempt) if hubspot is not None else None

    await deliver(ledger, about=about, send=ask, recover=look)


async def _contact(
    ledger: Ledger, hubspot: HubSpotClient, about: Destination, *, gone: str | None = None
) -> str:
    """The person's contact: the one we know unless it is `gone`, else the one with this number or address, else a new one."""
    async with ledger.pool.acquire() as connection:
        person = await connection.fetchrow(SQL["contact_facts"], about.person_id)
    if person is None:
        raise ProviderOff(provider="hubspot", reason="person_erased")
    known: str | None = person["crm_id"]
    if known is not None and known != gone:
        return known
    found = await hubspot.find_contact_by_phone(person["phone"]) if person["phone"] else None
    if found is None and person["email"]:
        found = await hubspot.find_contact_by_email(person["email"])
    if found is not None and found != gone:
        return await _link(ledger, about, _linked(about, found, "search"), gone=gone)
    made = await hubspot.upsert_contact(person_id=about.person_id, properties=_properties(person))
    return await _link(ledger, about, _linked(about, made, "created"), gone=gone)


def _linked(about: Destination, contact_id: str, found_by: Literal["search", "created"]) -> CrmLinked:
    return CrmLinked(person_id=about.person_id, provider="hubspot", external_id=contact_id, found_by=found_by)


def _properties(person: Row) -> dict[str, str]:
    first, _, last = (person["name"] or "").partition(" ")
    properties = {
        "firstname": first,
        "lastname": last,
        "phone": person["phone"] or "",
        "email": person["email"] or "",
        "lifecyclestage": "lead",
    }
    return {name: value for name, value in properties.items() if value}


async def _link(ledger: Ledger, about: Destination, event: CrmLinked, *, gone: str | None) -> str:
    """Remember the contact; answers the one that another run may have remembered first."""

    async def decide(connection: Connection) -> str:
        await lock_subject(connection, about.person_id)
        person = await connection.fetchrow(SQL["contact_facts"], about.person_id)
        if person is not None and person["crm_id"] not in (None, gone):
            return str(person["crm_id"])
        entry = Append(f"person-{about.person_id}", (event,), about.person_id)
        await Act(ledger, connection, about.cause).append(entry)
        return event.external_id

    return await record(ledger.pool, decide)


async def _write(ledger: Ledger, hubspot: HubSpotClient, attempt: Attempt, contact_id: str) -> str | None:
    marker = str(attempt.effect["id"])
    match attempt.content:
        case HubSpotContact():
            return contact_id
        case HubSpotNote() as note:
            return await hubspot.create_note(
                contact_id=contact_id, text=note.text, at=attempt.effect["planned_at"], marker=marker
            )
        case HubSpotTask() as task:
            return await hubspot.create_task(
                contact_id=contact_id,
                subject=task.subject,
                body=task.body,
                priority=task.priority,
                due_at=clock.now() + timedelta(minutes=task.due_minutes),
                marker=marker,
            )
        case HubSpotCall() as call:
            told = await call_log.for_crm(ledger, call_id=call.call_id)
            return await hubspot.create_call(contact_id=contact_id, call=told, marker=marker)
        case _:
            raise ProviderOff(provider="hubspot", reason="unknown_content")


async def _find(hubspot: HubSpotClient, attempt: Attempt) -> str | None:
    """Creates have no idempotency: after an attempt of unknown fate, look for its mark first."""
    marker = str(attempt.effect["id"])
    match attempt.content:
        case HubSpotNote():
            return await hubspot.find_note_by_marker(marker)
        case HubSpotTask():
            return await hubspot.find_task_by_marker(marker)
        case HubSpotCall():
            return await hubspot.find_call_by_marker(marker)
        case _:
            return None
