"""HubSpot's CRM over its dated API. Takes only what it is given: what may leave the house is decided above."""

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal, TypeVar
from uuid import UUID

from pydantic import BaseModel, ValidationError

from medicalcor.core.errors import OutcomeUnknown, ProviderOff, ProviderRejected, ProviderUnavailable
from medicalcor.core.http import Outbound, Response
from medicalcor.core.log import get_logger
from medicalcor.integrations.hubspot.batches import Batches, Contact, Outcome
from medicalcor.integrations.hubspot.mapping import PROVIDER, error_of, rejection
from medicalcor.integrations.hubspot.phones import spellings
from medicalcor.schemas.wire.hubspot import Found, Record, Upserted

VERSION = "2026-09"
"""HubSpot supports a version for 18 months."""
PERSON_PROPERTY = "medicalcor_person_id"
"""Our id on a contact: unique, so that writing a contact twice is writing it once."""
CALL_TO_CONTACT = 194
NOTE_TO_CONTACT = 202
TASK_TO_CONTACT = 204

M = TypeVar("M", bound=BaseModel)
log = get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedCall:
    """A call as HubSpot keeps it."""

    at: datetime
    title: str
    body: str = field(repr=False)
    direction: Literal["INBOUND", "OUTBOUND"]
    status: Literal["COMPLETED", "NO_ANSWER", "MISSED", "FAILED", "BUSY", "CANCELED"]
    seconds: int | None = None
    number: str | None = field(default=None, repr=False)
    """The patient's, E.164."""


class HubSpotClient:
    """`marker` is an id of ours that is written into notes, tasks and calls: their creation has no idempotency, so after
    an unknown outcome it is looked for before anything is created again (the index lags some seconds).
    """

    def __init__(self, base_url: str, access_token: str | None, *, timeout: float = 10.0) -> None:
        self.on = bool(access_token)
        headers = {"Authorization": f"Bearer {access_token}"} if access_token else {}
        self.door = Outbound(PROVIDER, base_url=base_url, headers=headers, timeout=timeout)
        self._batches = Batches(self._upsert)

    async def aclose(self) -> None:
        await self.door.aclose()

    async def find_contact_by_phone(self, phone: str) -> str | None:
        """The oldest contact with this number (E.164), in whichever spelling it was stored."""
        asked = {"operator": "IN", "values": list(spellings(phone))}
        names = ("phone", "mobilephone")
        groups = [{"filters": [{"propertyName": name, **asked}]} for name in names]
        found = await self._search("contacts", groups=groups, properties=(), operation="find_contact")
        return found[0].id if found else None

    async def find_contact_by_email(self, email: str) -> str | None:
        """The contact with this address; there is at most one, for HubSpot takes an address once."""
        groups = [{"filters": [{"propertyName": "email", "operator": "EQ", "value": email}]}]
        found = await self._search("contacts", groups=groups, properties=(), operation="find_contact")
        return found[0].id if found else None

    async def upsert_contact(self, *, person_id: UUID, properties: Mapping[str, str]) -> str:
        """Create the person's contact, or bring it up to date; those asked for together go together. Answers HubSpot's
        id.
        """
        return await self._batches.add(Contact(person_id, properties))

    async def _upsert(self, contacts: Sequence[Contact]) -> list[Outcome]:
        """In the contacts' order. What is refused as invalid is sent once more if our property was missing."""
        try:
            outcomes = await self._upserted(contacts)
        except ProviderRejected as refused:
            if refused.reason != "validation" or not await self._create_person_property():
                raise
            return await self._upserted(contacts)
        if any(_invalid(one) for one in outcomes) and await self._create_person_property():
            return await self._upserted(contacts)
        return outcomes

    async def _upserted(self, contacts: Sequence[Contact]) -> list[Outcome]:
        """Answers come in any order, and failures without a place: each is told by the id that it was sent with."""
        inputs = [
            {
                "idProperty": PERSON_PROPERTY,
                "id": str(one.person_id),
                "properties": dict(one.properties),
                "objectWriteTraceId": str(one.person_id),
            }
            for one in contacts
        ]
        path = f"/crm/objects/{VERSION}/contacts/batch/upsert"
        answer = await self._write("POST", path, operation="upsert_contact", json={"inputs": inputs})
        said = self._read(answer, Upserted)
        refused = [(problem, rejection(problem, status=answer.status)) for problem in said.errors]
        if len(contacts) == 1:  # there is nothing to confuse it with
            alone: list[Outcome] = [one.id for one in said.results]
            return [*alone, *(one for _, one in refused), _garbled(answer)][:1]
        told: dict[str, Outcome] = {one.trace: one.id for one in said.results if one.trace}
        told |= {trace: one for problem, one in refused for trace in problem.traces}
        return [told.get(str(one.person_id)) or _garbled(answer) for one in contacts]

    async def create_note(self, *, contact_id: str, text: str, at: datetime, marker: str) -> str:
        """A note on the contact's timeline. Answers its id."""
        properties = {"hs_timestamp": _moment(at), "hs_note_body": _marked(text, marker=marker)}
        return await self._create(
            "notes", properties=properties, contact_id=contact_id, association=NOTE_TO_CONTACT
        )

    async def create_task(
        self,
        *,
        contact_id: str,
        subject: str,
        body: str,
        priority: Literal["LOW", "MEDIUM", "HIGH"],
        due_at: datetime,
        marker: str,
    ) -> str:
        """Work for a person, due at `due_at`. Answers its id."""
        properties = {
            "hs_timestamp": _moment(due_at),
            "hs_task_subject": subject,
            "hs_task_body": _marked(body, marker=marker),
            "hs_task_status": "NOT_STARTED",
            "hs_task_priority": priority,
            "hs_task_type": "TODO",
        }
        return await self._create(
            "tasks", properties=properties, contact_id=contact_id, association=TASK_TO_CONTACT
        )

    async def create_call(self, *, contact_id: str, call: LoggedCall, marker: str) -> str:
        """A call on the contact's timeline. Answers its id."""
        properties = {
            "hs_timestamp": _moment(call.at),
            "hs_call_title": call.title,
            "hs_call_body": _marked(call.body, marker=marker),
            "hs_call_direction": call.direction,
            "hs_call_status": call.status,
        }
        if call.seconds is not None:
            properties["hs_call_duration"] = str(call.seconds * 1000)
        if call.number:
            properties["hs_call_from_number" if call.direction == "INBOUND" else "hs_call_to_number"] = (
                call.number
            )
        return await self._create(
            "calls", properties=properties, contact_id=contact_id, association=CALL_TO_CONTACT
        )

    async def find_call_by_marker(self, marker: str) -> str | None:
        return await self._marked("calls", body="hs_call_body", marker=marker)

    async def find_note_by_marker(self, marker: str) -> str | None:
        return await self._marked("notes", body="hs_note_body", marker=marker)

    async def find_task_by_marker(self, marker: str) -> str | None:
        return await self._marked("tasks", body="hs_task_body", marker=marker)

    async def _marked(self, kind: str, *, body: str, marker: str) -> str | None:
        word = _word(marker)
        groups = [{"filters": [{"propertyName": body, "operator": "CONTAINS_TOKEN", "value": word}]}]
        found = await self._search(kind, groups=groups, properties=(body,), operation=f"find_{kind}")
        return next((record.id for record in found if word in (record.properties.get(body) or "")), None)

    async def _search(
        self, kind: str, *, groups: list[dict[str, Any]], properties: tuple[str, ...], operation: str
    ) -> tuple[Record, ...]:
        """The first page, oldest first."""
        order = "createdate" if kind == "contacts" else "hs_createdate"
        asked = {
            "filterGroups": groups,
            "sorts": [{"propertyName": order, "direction": "ASCENDING"}],
            "properties": list(properties),
            "limit": 10,
        }
        answer = await self._write(
            "POST", f"/crm/objects/{VERSION}/{kind}/search", operation=operation, json=asked
        )
        return self._read(answer, Found).results

    async def _create(
        self, kind: str, *, properties: dict[str, str], contact_id: str, association: int
    ) -> str:
        link = {"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": association}
        asked = {
            "properties": properties,
            "associations": [{"to": {"id": _id(contact_id)}, "types": [link]}],
        }
        answer = await self._write(
            "POST", f"/crm/objects/{VERSION}/{kind}", operation=f"create_{kind}", json=asked, repeatable=False
        )
        return self._read(answer, Record).id

    async def _create_person_property(self) -> bool:
        """True when it was missing and is there now; False when it was there all along."""
        asked = {
            "name": PERSON_PROPERTY,
            "label": "MedicalCor person",
            "type": "string",
            "fieldType": "text",
            "groupName": "contactinformation",
            "hasUniqueValue": True,
        }
        path = f"/crm/properties/{VERSION}/contacts"
        try:
            await self._write("POST", path, operation="create_property", json=asked)
        except ProviderRejected as refused:
            if refused.reason == "conflict":
                return False
            raise
        log.info("hubspot_property_created", property=PERSON_PROPERTY)
        return True

    async def _write(
        self, method: str, path: str, *, operation: str, json: dict[str, Any], repeatable: bool = True
    ) -> Response:
        if not self.on:
            raise ProviderOff(
                "HubSpot is off: set HUBSPOT_ACCESS_TOKEN.", provider=PROVIDER, reason="not_configured"
            )
        try:
            answer = await self.door.request(
                method, path, operation=operation, json=json, idempotent=repeatable
            )
        except OutcomeUnknown as unknown:
            if not repeatable:
                raise
            # searching, or writing the same again, does no harm: there is nothing to find out first
            raise ProviderUnavailable(
                "HubSpot gave no answer; it can be asked again.", provider=PROVIDER, reason=unknown.reason
            ) from None
        if not answer.ok:
            raise self.door.refused(error_of(answer, repeatable=repeatable))
        return answer

    def _read(self, answer: Response, shape: type[M]) -> M:
        try:
            return shape.model_validate_json(answer.body)
        except ValidationError:
            raise _garbled(answer) from None  # not chained: it quotes what was answered


def _invalid(outcome: Outcome) -> bool:
    return isinstance(outcome, ProviderRejected) and outcome.reason == "validation"


def _garbled(answer: Response) -> OutcomeUnknown:
    return OutcomeUnknown(
        "HubSpot answered yes, but not what it promises.",
        provider=PROVIDER,
        reason="malformed_answer",
        status=answer.status,
    )


def _id(contact_id: str) -> str:
    """Goes into a path: digits only, as HubSpot's ids are."""
    if not contact_id.isdecimal():
        raise ProviderRejected("This is no id of HubSpot's.", provider=PROVIDER, reason="gone")
    return contact_id


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _word(marker: str) -> str:
    """One word for the index, which splits at hyphens."""
    return marker.replace("-", "")


def _marked(text: str, *, marker: str) -> str:
    """HubSpot shows these bodies as HTML."""
    shown = html.escape(text, quote=False).replace("\n", "<br>")
    return f"{shown}<br><br>ref {_word(marker)}"
