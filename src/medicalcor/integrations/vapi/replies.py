"""What Vapi is answered, in the body of the same exchange. Always with HTTP 200: another status is passed over."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from medicalcor.schemas.common import Language
from medicalcor.schemas.wire.vapi import ToolCall

SERVER_MESSAGES = (
    "end-of-call-report",
    "hang",
    "status-update",
    "tool-calls",
    "transfer-destination-request",
)
"""What we use. Each repeats the whole state of the call, so the rest is not asked for."""
_VOICES: Mapping[Language, tuple[str, str]] = {
    "ro": ("ro-RO", "ro-RO-AlinaNeural"),
    "en": ("en-GB", "en-GB-SoniaNeural"),
    "de": ("de-DE", "de-DE-KatjaNeural"),
    "it": ("it-IT", "it-IT-ElsaNeural"),
    "fr": ("fr-FR", "fr-FR-DeniseNeural"),
    "es": ("es-ES", "es-ES-ElviraNeural"),
    "hu": ("hu-HU", "hu-HU-NoemiNeural"),
}
"""One voice service that hears and speaks all our languages."""
_LONGEST = 10_000
"""Characters of a tool's result: the model reads it aloud, or at least reads it."""


@dataclass(frozen=True)
class Tool:
    """A function that the assistant may ask for."""

    name: str
    description: str
    parameters: Mapping[str, Any]
    """JSON Schema of an object."""


@dataclass(frozen=True)
class Transfer:
    """Vapi's own tool that puts the caller through to a number (E.164)."""

    number: str


@dataclass(frozen=True)
class Server:
    """Where Vapi posts, and the credential (an id at Vapi) that it proves itself with."""

    url: str
    credential_id: str | None = None
    timeout_seconds: int = 20

    def payload(self) -> dict[str, Any]:
        """With repeats after a failure: without them a report that is lost once is lost for good."""
        repeats = {"type": "exponential", "maxRetries": 5, "baseDelaySeconds": 1}
        server: dict[str, Any] = {
            "url": self.url,
            "timeoutSeconds": self.timeout_seconds,
            "backoffPlan": repeats,
        }
        return {**server, "credentialId": self.credential_id} if self.credential_id else server


def assistant_by_id(assistant_id: str, *, variables: Mapping[str, str]) -> dict[str, Any]:
    """Answer a call with an assistant that is kept at Vapi. `variables` fill the places in its prompt."""
    return {"assistantId": assistant_id, "assistantOverrides": {"variableValues": dict(variables)}}


def assistant_inline(
    name: str,
    *,
    language: Language,
    greeting: str,
    instructions: str,
    tools: Sequence[Tool | Transfer],
    server: Server | None,
    model: str,
    record: bool,
) -> dict[str, Any]:
    """Answer a call with an assistant that exists for this call only. Keep patients' data out of all of it.

    Without a `server` of its own everything goes to that of the phone number, with the credential that is set there.
    """
    locale, voice = _VOICES[language]
    assistant = {
        "name": name[:40],
        "firstMessage": greeting,
        "firstMessageMode": "assistant-speaks-first",
        "model": {
            "provider": "openai",
            "model": model,
            "messages": [{"role": "system", "content": instructions}],
            "tools": [_tool(tool, server=server) for tool in tools],
        },
        "transcriber": {"provider": "azure", "language": locale},
        "voice": {"provider": "azure", "voiceId": voice},
        "artifactPlan": {"recordingEnabled": record},
        "serverMessages": list(SERVER_MESSAGES),
        **_served_by(server),
    }
    return {"assistant": assistant}


def _tool(tool: Tool | Transfer, *, server: Server | None) -> dict[str, Any]:
    if isinstance(tool, Transfer):
        return {"type": "transferCall", "destinations": [{"type": "number", "number": tool.number}]}
    function = {"name": tool.name, "description": tool.description, "parameters": dict(tool.parameters)}
    return {"type": "function", "function": function, **_served_by(server)}


def _served_by(server: Server | None) -> dict[str, Any]:
    return {"server": server.payload()} if server else {}


def refusal(spoken: str) -> dict[str, Any]:
    """Answer a call with a sentence, and end it."""
    return {"error": one_line(spoken)}


def destination(number: str, *, spoken: str | None = None) -> dict[str, Any]:
    """Hand the call to a number (E.164), for an assistant request or a transfer request."""
    return {"destination": {"type": "number", "number": number, "message": one_line(spoken or "")}}


def done(call: ToolCall, *, result: object) -> dict[str, Any]:
    """What a tool found; anything that is not text is written as JSON."""
    return {**_named(call), "result": one_line(result)}


def failed(call: ToolCall, *, error: str) -> dict[str, Any]:
    """Why a tool could not; the assistant reads it and says it in its own words."""
    return {**_named(call), "error": one_line(error)}


def results(entries: Sequence[Mapping[str, Any]], *, legacy: bool = False) -> dict[str, Any]:
    """The answer to a message of tool calls: one entry a call, of `done` or `failed`."""
    if legacy:
        first = entries[0] if entries else {}
        return {"result": first.get("result") or first.get("error") or ""}
    return {"results": [dict(entry) for entry in entries]}


def nothing() -> dict[str, Any]:
    """The answer to everything that asks for none."""
    return {}


def _named(call: ToolCall) -> dict[str, Any]:
    return {"name": call.name, "toolCallId": call.id or ""}


def one_line(value: object) -> str:
    """Vapi takes strings without line breaks, and nothing else."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return " ".join(text.split())[:_LONGEST]
