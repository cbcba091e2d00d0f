"""Asking a worker for what only the AI can do, while a colleague waits."""

from typing import Any

from medicalcor.core.errors import ProductError
from medicalcor.operations import asks
from medicalcor.web.site import Site

_PATIENCE_SECONDS = 15.0
"""Less than the page waits (`htmx-config` in `layout/base.html`)."""
_DONE, _OFF = 200, 503


class AiOff(ProductError):
    """AI is switched off. An administrator can set OPENAI_API_KEY; `medicalcor doctor` says more."""

    code = "ai_off"
    http_status = 409


class AiSilent(ProductError):
    """The AI did not answer. Nothing was changed; try again in a minute."""

    code = "ai_silent"
    http_status = 503


async def asked(site: Site, name: str, question: dict[str, Any]) -> Any:
    """What the worker answers; `AiOff` or `AiSilent` in words for whoever waits."""
    heard = await asks.ask(site.ledger, name, question, within=_PATIENCE_SECONDS)
    if heard is not None and heard.status == _DONE:
        return heard.said
    if heard is not None and heard.status == _OFF and heard.said.get("code") == "provider_off":
        raise AiOff
    raise AiSilent
