"""Who answers a call, and where it goes when a person is wanted: read from the settings, without asking anybody."""

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from medicalcor.core import clock
from medicalcor.core.settings import Settings
from medicalcor.domain.identity.phones import e164
from medicalcor.domain.language.countries import likely_language
from medicalcor.domain.voice import agent
from medicalcor.domain.voice.tools import TOOLS
from medicalcor.integrations.vapi import replies
from medicalcor.schemas.common import Language
from medicalcor.schemas.wire.vapi import ServerMessage

RECORD = False
"""We keep the words, which the report brings; a second copy of the voice at Vapi would be of use to nobody."""


def for_call(settings: Settings, message: ServerMessage, *, url: str) -> dict[str, Any]:
    """The clinic's assistant: the one that is kept at Vapi, else one that is described for this call."""
    language = _language(settings, message)
    today = clock.now().astimezone(ZoneInfo(settings.clinic_timezone)).date()
    clinic = agent.Clinic(
        settings.clinic_name,
        settings.emergency_number,
        settings.clinic_facts,
        records=settings.call_recording == "on",
    )
    if settings.vapi_assistant_id:
        return replies.assistant_by_id(
            settings.vapi_assistant_id, variables=_variables(clinic, language, today)
        )
    credential = settings.vapi_credential_id
    return replies.assistant_inline(
        clinic.name,
        language=language,
        greeting=agent.greeting(clinic, language),
        instructions=agent.instructions(clinic, language, today=today),
        tools=_tools(settings),
        # a server without a credential would be refused here: the number's own server has one
        server=replies.Server(url, credential) if credential else None,
        model=settings.openai_model,
        record=RECORD,
    )


def _tools(settings: Settings) -> list[replies.Tool | replies.Transfer]:
    ours = [replies.Tool(tool.name, tool.description, tool.parameters) for tool in TOOLS]
    return [*ours, *([replies.Transfer(settings.clinic_phone)] if settings.clinic_phone else [])]


def transfer(settings: Settings, message: ServerMessage) -> dict[str, Any]:
    """Where to put the call through to; without a number a sentence for the caller. A colleague is told either way."""
    language = _language(settings, message)
    if settings.clinic_phone is None:
        return replies.refusal(agent.nobody_there(language))
    return replies.destination(settings.clinic_phone, spoken=agent.handing_over(language))


def no_other(settings: Settings, message: ServerMessage) -> dict[str, Any]:
    """An assistant asks for another one to go on: there is none. A colleague is told."""
    return replies.refusal(agent.nobody_there(_language(settings, message)))


def _language(settings: Settings, message: ServerMessage) -> Language:
    country = settings.clinic_country
    return likely_language(e164(message.caller, country=country), hint=None, clinic_country=country)


def _variables(clinic: agent.Clinic, language: Language, today: date) -> dict[str, str]:
    """Fill the places in the prompt of an assistant that is kept at Vapi. Nothing about the caller."""
    return {
        "clinic_name": clinic.name,
        "language": language,
        "today": today.isoformat(),
        "opening_hours": clinic.facts.get("hours", ""),
        "emergency_number": clinic.emergency_number,
    }
