"""Who thinks when the OpenAI twin is asked."""

from typing import Any, Protocol


class Brain(Protocol):
    """Handed in by whoever composes the sandbox: the sandbox itself knows nothing of clinics."""

    def judge(self, messages: list[dict[str, Any]]) -> dict[str, Any]:
        """Values for the JSON schema that was asked for; what is left out gets a plain default."""
        ...

    def reply(self, messages: list[dict[str, Any]]) -> str:
        """An answer in words."""
        ...


class PlainBrain:
    """Says the same to everybody."""

    def judge(self, messages: list[dict[str, Any]]) -> dict[str, Any]:
        del messages
        return {}

    def reply(self, messages: list[dict[str, Any]]) -> str:
        del messages
        return "Thank you for your message. We will get back to you shortly."
