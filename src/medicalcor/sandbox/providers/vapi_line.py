"""One telephone call, played through: Vapi asks for an assistant, runs its tools, and reports at the end."""

import asyncio
import json
from collections.abc import Mapping
from typing import Any, ClassVar

from pydantic import Field

from medicalcor.core import clock, ids
from medicalcor.sandbox.providers import vapi_payloads as payloads
from medicalcor.sandbox.providers.vapi_payloads import PlayedCall, ToolShape
from medicalcor.sandbox.sender import Webhook
from medicalcor.sandbox.settings import newest
from medicalcor.sandbox.twin import Stage
from medicalcor.schemas.base import Shape

ASSISTANT_SECONDS = 7.5
"""Fixed at Vapi, whatever `timeoutSeconds` says."""
TOOL_SECONDS = 20.0
NEVER_SAID = "No result returned."
"""What the model reads when a tool answers nothing that can be used."""


class OrderedTool(Shape):
    """A tool that the assistant uses in the course of the call."""

    name: str = Field(min_length=1)
    arguments: dict[str, Any] = Field(default={})
    shape: ToolShape = "function"


class Ordered(Shape):
    """Who calls, and what happens in the call."""

    sender: str = Field(default="", alias="from")
    """A number, or empty for somebody who hides it."""
    id: str | None = None
    handed_over_by: str | None = None
    """Twilio's id of the call, when Twilio handed it over by SIP."""
    says: tuple[str, ...] = ("Bună ziua, aș dori o programare.",)
    tools: tuple[OrderedTool, ...] = ()
    ended_reason: str = "customer-ended-call"


class Line:
    """Posts the messages of a call in order. Vapi repeats only what the assistant's `backoffPlan` says."""

    name: ClassVar[str] = "vapi"

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._secret = newest(stage.settings.vapi_webhook_secret)
        self._url = f"{stage.settings.gateway_url}/webhooks/vapi"

    async def play(self, call: PlayedCall, *, ordered: Ordered) -> None:
        sender = self._stage.sender
        times = 2 if sender.ordered(self.name, kind="duplicate_webhooks") else 1
        report_first = sender.ordered(self.name, kind="reorder_webhooks")
        answer = await self._beginning(call, times=times)
        plan = _backoff(answer)
        refused = _why_not(answer) if call.inbound else None
        if refused is None:
            await self._talk(call, ordered=ordered, answer=answer, times=times, plan=plan)
        self._end(call, reason=refused or ordered.ended_reason)
        ending = call.message("status-update", at=clock.now(), status="ended", endedReason=call.ended_reason)
        last = [ending, call.report(at=clock.now())]
        for message in reversed(last) if report_first else last:
            await self._tell(message, times=times, plan=plan)

    async def _beginning(self, call: PlayedCall, *, times: int) -> Any:
        """What the gateway answered to the request for an assistant; for our own calls there is none."""
        if not call.inbound:
            for status in ("queued", "ringing"):
                await self._status(call, status, times=times, plan={})
            return None
        call.status = "ringing"
        return await self._ask(
            call.message("assistant-request", at=clock.now()), seconds=ASSISTANT_SECONDS, times=times
        )

    async def _talk(
        self, call: PlayedCall, *, ordered: Ordered, answer: Any, times: int, plan: Mapping[str, Any]
    ) -> None:
        await self._status(call, "in-progress", times=times, plan=plan)
        assistant = answer.get("assistant") if isinstance(answer, dict) else None
        greeting = assistant.get("firstMessage") if isinstance(assistant, dict) else None
        call.say("bot", greeting or "Bună ziua, cu ce vă putem ajuta?", at=clock.now())
        for words in ordered.says:
            call.say("user", words, at=clock.now())
        for tool in ordered.tools:
            await self._use(call, tool, times=times)

    async def _use(self, call: PlayedCall, tool: OrderedTool, *, times: int) -> None:
        tool_id = f"call_{ids.token(12)}"
        call.note_tool(tool_id, name=tool.name, arguments=tool.arguments, at=clock.now())
        asked = payloads.tool_calls(
            call, tool_id=tool_id, name=tool.name, arguments=tool.arguments, shape=tool.shape, at=clock.now()
        )
        answer = await self._ask(asked, seconds=TOOL_SECONDS, times=times)
        result = _result(answer, tool_id=tool_id, name=tool.name, legacy=tool.shape == "legacy")
        entry = {"role": "tool_call_result", "name": tool.name, "toolCallId": tool_id, "result": result}
        call.note(entry, at=clock.now())

    async def _status(self, call: PlayedCall, status: str, *, times: int, plan: Mapping[str, Any]) -> None:
        call.status, call.updated = status, clock.now()
        await self._tell(call.message("status-update", at=clock.now(), status=status), times=times, plan=plan)

    def _end(self, call: PlayedCall, *, reason: str) -> None:
        now = clock.now()
        call.status, call.ended_reason, call.ended, call.updated = "ended", reason, now, now

    async def _ask(self, message: dict[str, Any], *, seconds: float, times: int) -> Any:
        """The JSON answered with 200, else None. Asked twice, the last answer counts."""
        said = None
        for _ in range(times):
            said = await self._stage.sender.ask(self._webhook(message), timeout=seconds)
        if said is None or said[0] != 200:
            return None
        try:
            return json.loads(said[1])
        except ValueError:
            return None

    async def _tell(self, message: dict[str, Any], *, times: int, plan: Mapping[str, Any]) -> None:
        for _ in range(times):
            pause = float(plan.get("baseDelaySeconds", 1))
            for _ in range(1 + int(plan.get("maxRetries", 0))):
                said = await self._stage.sender.ask(self._webhook(message), timeout=TOOL_SECONDS)
                if said is not None and 200 <= said[0] < 300:
                    break
                await asyncio.sleep(pause)
                pause *= 2 if plan.get("type") == "exponential" else 1

    def _webhook(self, message: dict[str, Any]) -> Webhook:
        body = payloads.body_of(message)
        proof = payloads.proof(
            self._stage.panel.now.vapi_proof, secret=self._secret, body=body, at=clock.now()
        )
        return Webhook(url=self._url, body=body, headers={"Content-Type": "application/json", **proof})


def _why_not(answer: Any) -> str | None:
    """Why the call ends at once, in Vapi's words; None when it goes on."""
    if not isinstance(answer, dict):
        return "assistant-request-failed"
    if answer.get("error"):
        return "assistant-request-returned-error"
    if answer.get("destination"):
        return "assistant-request-returned-forwarding-phone-number"
    if answer.get("assistantId"):
        return None
    assistant = answer.get("assistant")
    if assistant is None:
        return "assistant-request-returned-no-assistant"
    whole = isinstance(assistant, dict) and isinstance(assistant.get("model"), dict)
    return None if whole else "assistant-request-returned-invalid-assistant"


def _backoff(answer: Any) -> Mapping[str, Any]:
    assistant = answer.get("assistant") if isinstance(answer, dict) else None
    server = assistant.get("server") if isinstance(assistant, dict) else None
    plan = server.get("backoffPlan") if isinstance(server, dict) else None
    return plan if isinstance(plan, dict) else {}


def _result(answer: Any, *, tool_id: str, name: str, legacy: bool) -> str:
    """What the model gets to read. Vapi takes strings on one line, by the call's id and the tool's name."""
    if not isinstance(answer, dict):
        return NEVER_SAID
    if legacy:
        return _words(answer.get("result"))
    listed = answer.get("results")
    for one in listed if isinstance(listed, list) else []:
        if isinstance(one, dict) and one.get("toolCallId") == tool_id and one.get("name") == name:
            return _words(one.get("result", one.get("error")))
    return NEVER_SAID


def _words(said: Any) -> str:
    return said if isinstance(said, str) and "\n" not in said else NEVER_SAID
