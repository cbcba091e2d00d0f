"""The voice agent's tools: a worker runs them while the caller waits on the line."""

import asyncio
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from pydantic_core import from_json, to_json

from medicalcor.api import metrics
from medicalcor.api.asks import Asks
from medicalcor.api.webhooks.items import canonical
from medicalcor.core.crypto.vault import Vault
from medicalcor.core.errors import ProductError
from medicalcor.core.log import get_logger
from medicalcor.domain.voice.tools import BY_NAME, PREFIX
from medicalcor.integrations.vapi import replies
from medicalcor.schemas.wire.vapi import ToolCall, ToolCalls

PATIENCE_SECONDS = 8.0
"""The caller hears nothing meanwhile; Vapi itself would wait for 20."""
SLACK_SECONDS = 1.0
"""Beyond it nothing is waited for, whatever the database does."""
MOST = 16
"""Tools of one message that are run; no model asks for more in one breath."""

LATE = (
    "The clinic's system does not answer at the moment. Tell the caller so honestly and apologise: you can neither "
    "look this up nor arrange it right now. Invent nothing. Ask them to call again a little later; in an emergency "
    "they must call the emergency number at once."
)
UNREADABLE = "The arguments are not a JSON object. Call the function once more, with arguments that are one."
UNKNOWN = "There is no such function. Tell the caller that you cannot do this, and offer a call-back by a colleague."
TOO_MANY = "Too many functions at once. Call this one again by itself."

log = get_logger(__name__)


class Tools:
    def __init__(self, asks: Asks, vault: Vault) -> None:
        self._asks = asks
        self._vault = vault

    async def run(self, message: ToolCalls) -> dict[str, Any]:
        """The answer to all tool calls of a message, whatever became of each."""
        entries = await asyncio.gather(*(self._run(call, message) for call in message.calls[:MOST]))
        beyond = [replies.failed(call, error=TOO_MANY) for call in message.calls[MOST:]]
        return replies.results([*entries, *beyond], legacy=message.legacy)

    async def _run(self, call: ToolCall, message: ToolCalls) -> dict[str, Any]:
        if call.name not in BY_NAME:
            metrics.agent_tool("other", "unknown")
            return replies.failed(call, error=UNKNOWN)
        if call.unreadable:
            metrics.agent_tool(call.name, "unreadable")
            return replies.failed(call, error=UNREADABLE)
        outcome, entry = await self._asked(call, message)
        metrics.agent_tool(call.name, outcome)
        return entry

    async def _asked(self, call: ToolCall, message: ToolCalls) -> tuple[str, dict[str, Any]]:
        question = to_json({"call": _of_call(message), "arguments": call.arguments})
        try:
            async with asyncio.timeout(PATIENCE_SECONDS + SLACK_SECONDS):
                answer = await self._asks.ask(
                    PREFIX + call.name, question, ask_id=self._id(call, message), within=PATIENCE_SECONDS
                )
        except (ProductError, TimeoutError) as reason:
            log.warning("tool_not_asked", tool=call.name, reason=type(reason).__name__)
            return "late", replies.failed(call, error=LATE)
        except Exception:  # whatever it is, the caller must not hear silence
            log.exception("tool_failed", tool=call.name)
            return "late", replies.failed(call, error=LATE)
        if answer is None:
            log.warning("tool_not_answered_in_time", tool=call.name)
            return "late", replies.failed(call, error=LATE)
        said = from_json(answer.body)
        if answer.status == 200:
            return "done", replies.done(call, result=said)
        return "refused", replies.failed(call, error=said["detail"])

    def _id(self, call: ToolCall, message: ToolCalls) -> UUID:
        """The same for the same tool call of the same call: a repeat is answered as it was the first time."""
        of_call = message.call.id if message.call else f"at {message.timestamp}"
        own = call.id or canonical([call.name, call.arguments])
        return UUID(hex=self._vault.keyed_hash("vapi-tool", f"{of_call}\x1f{own}"))


def _of_call(message: ToolCalls) -> Mapping[str, Any]:
    """What a tool may need to know of the call that it is used in."""
    call = message.call
    return {
        "id": call.id if call else None,
        "twilio_sid": call.twilio_sid if call else None,
        "handed_over": call is not None and call.handed_over,
        "caller": message.caller,
        "inbound": call is None or call.inbound,
    }
