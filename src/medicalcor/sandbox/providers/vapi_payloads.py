"""Vapi's server messages, and how they prove themselves."""

import hashlib
import hmac
import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from medicalcor.core import ids

ORG = "5f1c1c1e-0000-4000-8000-000000000001"
NUMBER_ID = "5f1c1c1e-0000-4000-8000-000000000002"
NUMBER = "+40310000001"
COST = 0.11
Proof = Literal["bearer", "header", "hmac"]
ToolShape = Literal["function", "function_object", "flat_arguments", "flat_parameters", "legacy"]
_SAMPLE_TOKEN = "a-token-that-must-not-be-kept"  # noqa: S105 - what Vapi's number definitions really carry


def new_id() -> str:
    return str(ids.new_id())


@dataclass
class PlayedCall:
    """A call as it goes on."""

    id: str
    other: str
    """The number at the other end; empty when it is hidden."""
    began: datetime
    inbound: bool = True
    handed_over_by: str | None = None
    """Twilio's id of the call, when it was handed over by SIP instead of running over a number of Vapi's."""
    assistant_id: str | None = None
    name: str | None = None
    status: str = "queued"
    updated: datetime | None = None
    ended: datetime | None = None
    ended_reason: str | None = None
    said: list[dict[str, Any]] = field(default_factory=list)

    def say(self, role: str, words: str, *, at: datetime) -> None:
        lasted = 60 * len(words)
        self.note(
            {
                "role": role,
                "message": words,
                "endTime": int(at.timestamp() * 1000) + lasted,
                "duration": lasted,
            },
            at=at,
        )

    def note_tool(self, tool_id: str, *, name: str, arguments: dict[str, Any], at: datetime) -> None:
        function = {"name": name, "arguments": json.dumps(arguments)}
        one = {"id": tool_id, "type": "function", "function": function}
        self.note({"role": "tool_calls", "message": "", "toolCalls": [one]}, at=at)

    def note(self, entry: dict[str, Any], *, at: datetime) -> None:
        seconds = max((at - self.began).total_seconds(), 0.0)
        self.said.append({**entry, "time": int(at.timestamp() * 1000), "secondsFromStart": round(seconds, 3)})

    def shown(self) -> dict[str, Any]:
        """As `GET /call/{id}` answers it."""
        call = {
            **self._core(),
            "startedAt": _iso(self.began),
            "endedAt": _iso(self.ended) if self.ended else None,
            "endedReason": self.ended_reason,
            "name": self.name,
            "assistantId": self.assistant_id,
            "artifact": self.artifact(),
            **({"cost": COST, "analysis": self.analysis()} if self.ended else {}),
        }
        return {name: value for name, value in call.items() if value is not None}

    def _core(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "orgId": ORG,
            "type": "inboundPhoneCall" if self.inbound else "outboundPhoneCall",
            "status": self.status,
            "createdAt": _iso(self.began),
            "updatedAt": _iso(self.updated or self.began),
            "phoneNumberId": NUMBER_ID,
            "customer": self.customer(),
            **self._line(),
        }

    def _line(self) -> dict[str, Any]:
        """The telephone provider's side. A SIP header reaches the assistant as a variable."""
        own_id = hashlib.md5(self.id.encode(), usedforsecurity=False).hexdigest()
        if self.handed_over_by is None:
            return {"phoneCallProvider": "twilio", "phoneCallProviderId": f"CA{own_id}"}
        variables = {"X-Call-Sid": self.handed_over_by}
        return {
            "phoneCallProvider": "vapi",
            "phoneCallProviderId": own_id,
            "assistantOverrides": {"variableValues": variables},
        }

    def customer(self) -> dict[str, str]:
        return {"number": self.other} if self.other else {}

    def artifact(self) -> dict[str, Any]:
        speakers = {"bot": "AI", "user": "User"}
        spoken = [one for one in self.said if one["role"] in speakers]
        transcript = "\n".join(f"{speakers[one['role']]}: {one['message']}" for one in spoken)
        return {"messages": self.said, "transcript": transcript}

    def analysis(self) -> dict[str, str]:
        words = next((one["message"] for one in self.said if one["role"] == "user"), "")
        return {"summary": words, "successEvaluation": "true"}

    def message(self, kind: str, *, at: datetime, **fields: Any) -> dict[str, Any]:
        """A server message; it repeats the number's definition with its secrets, as Vapi's do."""
        number = {
            "id": NUMBER_ID,
            "provider": "twilio",
            "number": NUMBER,
            "twilioAccountSid": "AC" + "0" * 32,
        }
        common = {
            "timestamp": int(at.timestamp() * 1000),
            "call": self._core(),
            "phoneNumber": {**number, "twilioAuthToken": _SAMPLE_TOKEN},
            "customer": self.customer(),
        }
        return {"message": {**common, "type": kind, **fields}}

    def report(self, *, at: datetime) -> dict[str, Any]:
        signature = hashlib.sha256(f"{self.id}{at}".encode()).hexdigest()[:16]
        recording = f"https://recordings.example/{self.id}.wav"
        artifact = {
            **self.artifact(),
            "recordingUrl": recording,
            "presignedMonoUrl": f"{recording}?signature={signature}",
        }
        return self.message(
            "end-of-call-report",
            at=at,
            endedReason=self.ended_reason or "customer-ended-call",
            startedAt=_iso(self.began),
            endedAt=_iso(self.ended or at),
            cost=COST,
            analysis=self.analysis(),
            artifact=artifact,
        )


def tool_calls(
    call: PlayedCall, *, tool_id: str, name: str, arguments: dict[str, Any], shape: ToolShape, at: datetime
) -> dict[str, Any]:
    if shape == "legacy":
        return call.message("function-call", at=at, functionCall={"name": name, "parameters": arguments})
    inner: dict[str, Any] = {
        "function": {"type": "function", "function": {"name": name, "arguments": json.dumps(arguments)}},
        "function_object": {"type": "function", "function": {"name": name, "arguments": arguments}},
        "flat_arguments": {"name": name, "arguments": arguments},
        "flat_parameters": {"name": name, "parameters": arguments},
    }[shape]
    one = {"id": tool_id, **inner}
    wrapped = {"type": "function", "function": {"name": name}, "toolCall": one}
    return call.message("tool-calls", at=at, toolCallList=[one], toolWithToolCallList=[wrapped])


def body_of(payload: dict[str, Any]) -> bytes:
    return json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode()


def proof(kind: Proof, *, secret: str | None, body: bytes, at: datetime) -> dict[str, str]:
    """The headers of each kind of credential, with Vapi's defaults."""
    if not secret:
        return {}
    if kind == "bearer":
        return {"Authorization": f"Bearer {secret}"}
    if kind == "header":
        return {"X-Vapi-Secret": secret}
    stamp = str(int(at.timestamp() * 1000))
    signed = hmac.new(secret.encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    return {"X-Signature": signed, "X-Timestamp": stamp}


def _iso(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
