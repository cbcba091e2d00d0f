"""What the voice agent may ask us to do in the course of a call: name, description, and the shape of the arguments.

A tool is one entry here; what it does is the function of the same name in `operations/functions.py`. The texts are
for the model, which speaks the caller's language by itself.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

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
)

BY_NAME: Final[Mapping[str, VoiceTool]] = {tool.name: tool for tool in TOOLS}
