"""Which properties HubSpot's objects have, and what may stand in them."""

import re
from datetime import UTC, datetime
from typing import Any

NUMERIC_TYPES = {
    "0-1": "contacts", "0-2": "companies", "0-3": "deals", "0-5": "tickets", "0-18": "communications",
    "0-27": "tasks", "0-46": "notes", "0-48": "calls",
}  # fmt: skip
TYPES = tuple(NUMERIC_TYPES.values())
_IRREGULAR = {"company": "companies"}

_EVERYWHERE = ("createdate", "hs_object_id", "hs_createdate", "hs_lastmodifieddate", "hubspot_owner_id")
_TEXTS: dict[str, tuple[str, ...]] = {
    "contacts": (
        "email", "firstname", "lastname", "phone", "mobilephone", "company", "jobtitle", "website", "address",
        "city", "state", "zip", "country", "date_of_birth", "gender", "hs_language", "hs_timezone", "message",
        "lastmodifieddate", "lifecyclestage", "hs_lead_status", "hs_whatsapp_phone_number", "hs_analytics_source",
        "hs_searchable_calculated_phone_number",
    ),
    "companies": ("name", "domain", "phone", "city", "country"),
    "deals": ("dealname", "dealstage", "pipeline", "amount", "closedate", "deal_currency_code", "dealtype"),
    "tickets": ("subject", "content", "hs_pipeline", "hs_pipeline_stage", "hs_ticket_priority"),
    "notes": ("hs_timestamp", "hs_note_body", "hs_attachment_ids"),
    "communications": (
        "hs_timestamp", "hs_communication_channel_type", "hs_communication_logged_from", "hs_communication_body",
    ),
    "calls": (
        "hs_timestamp", "hs_call_title", "hs_call_body", "hs_call_direction", "hs_call_duration", "hs_call_status",
        "hs_call_disposition", "hs_call_from_number", "hs_call_to_number", "hs_call_recording_url",
    ),
    "tasks": (
        "hs_timestamp", "hs_task_subject", "hs_task_body", "hs_task_status", "hs_task_priority", "hs_task_type",
        "hs_task_reminders",
    ),
}  # fmt: skip
_CHOICES: dict[str, tuple[str, ...]] = {
    "hs_communication_channel_type": ("WHATS_APP", "LINKEDIN_MESSAGE", "SMS"),
    "hs_communication_logged_from": ("CRM",),
    "hs_call_direction": ("INBOUND", "OUTBOUND"),
    "hs_call_status": (
        "BUSY", "CALLING_CRM_USER", "CANCELED", "COMPLETED", "CONNECTING", "FAILED", "IN_PROGRESS", "MISSED",
        "NO_ANSWER", "QUEUED", "RINGING",
    ),
    "hs_task_status": ("NOT_STARTED", "IN_PROGRESS", "WAITING", "DEFERRED", "COMPLETED"),
    "hs_task_priority": ("NONE", "LOW", "MEDIUM", "HIGH"),
    "hs_task_type": ("TODO", "CALL", "EMAIL"),
    "lifecyclestage": (
        "subscriber", "lead", "marketingqualifiedlead", "salesqualifiedlead", "opportunity", "customer",
        "evangelist", "other",
    ),
    "hs_lead_status": (
        "NEW", "OPEN", "IN_PROGRESS", "OPEN_DEAL", "UNQUALIFIED", "ATTEMPTED_TO_CONTACT", "CONNECTED",
        "BAD_TIMING",
    ),
}  # fmt: skip
REQUIRED = dict.fromkeys(("notes", "communications", "calls", "tasks"), ("hs_timestamp",))
TO_CONTACT = {"communications": 81, "notes": 202, "calls": 194, "tasks": 204}
"""Object → the association type from it to a contact."""
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


def type_named(name: str) -> str | None:
    """`contacts`, `contact` and `0-1` are the same."""
    plural = NUMERIC_TYPES.get(name) or _IRREGULAR.get(name) or (name if name.endswith("s") else f"{name}s")
    return plural if plural in TYPES else None


def definitions(kind: str) -> dict[str, dict[str, Any]]:
    """The properties that every account has."""
    names = (*_EVERYWHERE, *_TEXTS[kind])
    return {name: _definition(name, unique=(kind, name) == ("contacts", "email")) for name in names}


def _definition(name: str, *, unique: bool) -> dict[str, Any]:
    options = [{"label": choice, "value": choice} for choice in _CHOICES.get(name, ())]
    form = (
        {"type": "enumeration", "fieldType": "select"} if options else {"type": "string", "fieldType": "text"}
    )
    return {
        "name": name,
        "label": name.removeprefix("hs_").replace("_", " ").capitalize(),
        "groupName": "information",
        "hasUniqueValue": unique,
        "options": options,
        **form,
    }


def stored(name: str, value: Any) -> str:
    """Every value is text in the store; moments given in milliseconds come back in ISO form."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    text = str(value)
    if name == "hs_timestamp" and text.isdigit():
        return iso(datetime.fromtimestamp(int(text) / 1000, tz=UTC))
    return text


def iso(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def complaint(definition: dict[str, Any] | None, *, name: str, value: str) -> tuple[str, str] | None:
    """Code and words for a value that may not stand in this property."""
    if definition is None:
        return "PROPERTY_DOESNT_EXIST", f'Property "{name}" does not exist'
    options = {option["value"] for option in definition.get("options") or ()}
    if value and options and value not in options:
        return "INVALID_OPTION", f"{value} was not one of the allowed options: {sorted(options)}"
    if name == "email" and value and not EMAIL.fullmatch(value):
        return "INVALID_EMAIL", f"Email address {value} is invalid"
    return None
