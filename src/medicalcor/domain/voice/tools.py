"""What the voice agent may ask us to do in the course of a call: name, description, and the shape of the arguments.

A tool is one entry here; what it does is the function of the same name in `operations/functions.py`. The texts are
for the model, which speaks the caller's language by itself.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from pydantic import Field

from medicalcor.schemas.base import Wire

_TAKEN: Final = ("type", "items", "description", "pattern", "format", "enum")
"""Of JSON Schema, what Vapi takes for an argument."""
PREFIX: Final = "vapi."
"""Before a tool's name, among all that can be asked at the gateway."""


class ClinicInfo(Wire):
    topic: str = Field(
        max_length=200,
        description="One of the topics that you were told of; else one word in English, such as insurance.",
    )


class RequestCallback(Wire):
    phone: str = Field(
        default="",
        max_length=40,
        description="Only when the caller hides their number or wants another one to be called: that number, with "
        "country code.",
    )


class HandToPerson(Wire):
    """No argument: why the caller wants a person is in the transcript."""


_DATE = Field(
    default="",
    max_length=10,
    description="YYYY-MM-DD. You are told what day it is today; empty when the caller names no day.",
)
_TIME = Field(
    default="", max_length=5, description="HH:MM by the clinic's clock; empty when the caller does not say."
)
_SPOKEN: Any = Field(default="", description="The language that you and the caller are speaking.")
_VISIT = Field(
    default="", max_length=20, description="`visit` of my_visits; empty when the caller has only one."
)
_SLOT = Field(
    max_length=100, description="`slot` of the time that the caller chose, exactly as find_slots gave it."
)
Spoken = Literal["", "ro", "en", "de", "it", "fr", "es", "hu"]


class FindSlots(Wire):
    procedure: str = Field(
        default="",
        max_length=200,
        description="What the visit is for: the caller's own words, or a code that you were given. Empty: a consultation.",
    )
    practitioner: str = Field(
        default="",
        max_length=100,
        description="Name of the practitioner that the caller wants; empty for anybody.",
    )
    first_day: str = _DATE
    last_day: str = _DATE
    part_of_day: Literal["any", "morning", "afternoon", "evening"] = Field(
        default="any", description="Morning is until 12:00, afternoon until 17:00, evening after that."
    )
    not_before: str = _TIME
    not_after: str = _TIME
    soonest: bool = Field(
        default=False,
        description="True when the caller wants to come as soon as possible; else times over all the days.",
    )
    language: Spoken = _SPOKEN


class BookAppointment(Wire):
    slot: str = _SLOT
    name: str = Field(
        max_length=200, description="First and last name of whoever comes, as the caller said it."
    )
    phone: str = Field(
        default="",
        max_length=40,
        description="Only when the caller hides their number: a number to reach them on, with country code.",
    )
    language: Spoken = _SPOKEN


class MyVisits(Wire):
    language: Spoken = _SPOKEN


class MoveAppointment(Wire):
    slot: str = _SLOT
    visit: str = _VISIT
    language: Spoken = _SPOKEN


class CancelAppointment(Wire):
    visit: str = _VISIT
    language: Spoken = _SPOKEN


@dataclass(frozen=True, slots=True)
class VoiceTool:
    name: str
    description: str
    arguments: type[Wire]

    @property
    def parameters(self) -> dict[str, Any]:
        """JSON Schema of an object."""
        schema = self.arguments.model_json_schema()
        taken = {
            name: {word: field[word] for word in _TAKEN if word in field}
            for name, field in schema.get("properties", {}).items()
        }
        return {"type": "object", "properties": taken, "required": schema.get("required", [])}


TOOLS: Final[tuple[VoiceTool, ...]] = (
    VoiceTool(
        "clinic_info",
        "What the clinic says about a topic. Use it before you answer any question about the clinic; say nothing "
        "about prices, procedures or insurance that did not come from here.",
        ClinicInfo,
    ),
    VoiceTool(
        "request_callback",
        "Have a colleague of the clinic call the caller back. Use it when you cannot help, or the caller asks for it.",
        RequestCallback,
    ),
    VoiceTool(
        "hand_to_person",
        "Tell the clinic's people that this caller wants a person now, and learn whether the call can be put through. "
        "Use it when the caller asks for a person, complains, is upset, or is in an emergency.",
        HandToPerson,
    ),
    VoiceTool(
        "find_slots",
        "Free times for a visit, up to three. Use it before you name any time. Nothing is kept for the caller until they "
        "have chosen one and you have booked it.",
        FindSlots,
    ),
    VoiceTool(
        "book_appointment",
        "Book the time that the caller chose. Say the time back to them and let them agree before you use it.",
        BookAppointment,
    ),
    VoiceTool(
        "my_visits",
        "The visits to come of whoever calls, by their number. Use it before you move or cancel one.",
        MyVisits,
    ),
    VoiceTool(
        "move_appointment",
        "Move a visit of the caller's to another time of find_slots, once they have agreed to it.",
        MoveAppointment,
    ),
    VoiceTool(
        "cancel_appointment",
        "Cancel a visit of the caller's. Say which one, and let them agree, before you use it.",
        CancelAppointment,
    ),
)

BY_NAME: Final[Mapping[str, VoiceTool]] = {tool.name: tool for tool in TOOLS}
