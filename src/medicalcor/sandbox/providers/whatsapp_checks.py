"""What the Cloud API refuses, and with which code."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from medicalcor.core import ids
from medicalcor.sandbox.exchange import Reply, reply_json
from medicalcor.sandbox.twin import Labels, Templates

TYPES = (
    "text", "template", "interactive", "image", "audio", "document", "video", "sticker", "location",
    "contacts", "reaction",
)  # fmt: skip
PLACEHOLDER = re.compile(r"\{\{\s*(\w+)\s*\}\}")
USER_ID = re.compile(r"^[A-Z]{2}\.(ENT\.)?\w+$")
TITLES = {
    100: "Invalid parameter",
    4: "Application request limit reached",
    80007: "Rate limit issues",
    130429: "Rate limit hit",
    131008: "Required parameter is missing",
    131009: "Parameter value is not valid",
    131056: "(Business Account, Consumer Account) pair rate limit hit",
    132000: "Number of parameters does not match the expected number of params",
    132001: "Template name does not exist in the translation",
}
STATUS = {132001: 404, 130429: 429}
"""Codes that come with another status than 400."""


@dataclass(frozen=True)
class Refusal:
    code: int
    details: str

    def reply(self, *, status: int | None = None) -> Reply:
        """Meta's error, as 360dialog passes it on."""
        error = {
            "message": f"(#{self.code}) {TITLES[self.code]}",
            "type": "OAuthException",
            "code": self.code,
            "error_data": {"messaging_product": "whatsapp", "details": self.details},
            "fbtrace_id": ids.token(8),
        }
        return reply_json({"error": error}, status=status or STATUS.get(self.code, 400))


def refusal(message: Any, *, templates: Templates | None, labels: Labels) -> Refusal | None:
    """Why this message cannot be sent; None when it can."""
    if not isinstance(message, dict) or message.get("messaging_product") != "whatsapp":
        return Refusal(100, "messaging_product must be whatsapp")
    wrong = _recipient(message) or _frame(message)
    if wrong:
        return wrong
    kind = message.get("type", "text")
    if kind == "template":
        return _template(message["template"], templates=templates) or _quick_replies(
            message["template"], labels
        )
    check = _CHECKS.get(kind)
    return check(message[kind]) if check else None


def _frame(message: dict[str, Any]) -> Refusal | None:
    kind = message.get("type", "text")
    if kind not in TYPES:
        return Refusal(100, f"type must be one of {', '.join(TYPES)}")
    if not isinstance(message.get(kind), dict) and kind != "contacts":
        return Refusal(131008, f"{kind} is required")
    opaque = message.get("biz_opaque_callback_data", "")
    if not isinstance(opaque, str) or len(opaque) > 512:
        return Refusal(131009, "biz_opaque_callback_data is text of at most 512 characters")
    return None


def _recipient(message: dict[str, Any]) -> Refusal | None:
    to, recipient = message.get("to"), message.get("recipient")
    if not to and not recipient:
        return Refusal(100, "The parameter to is required")
    if to and not (isinstance(to, str) and re.fullmatch(r"\+?[0-9]{6,15}", to)):
        return Refusal(131009, "to is not a valid phone number")
    if not to and not (isinstance(recipient, str) and USER_ID.match(recipient)):
        return Refusal(131009, "recipient is not a valid business-scoped user id")
    return None


def _text(content: dict[str, Any]) -> Refusal | None:
    body = content.get("body")
    if not isinstance(body, str) or not body.strip():
        return Refusal(131008, "text.body is required")
    if len(body) > 4096:
        return Refusal(100, "text.body must be at most 4096 characters long")
    return None


def _interactive(content: dict[str, Any]) -> Refusal | None:
    body = content.get("body")
    action = content.get("action")
    if not isinstance(body, dict) or not body.get("text") or not isinstance(action, dict):
        return Refusal(131008, "interactive.body.text and interactive.action are required")
    if len(body["text"]) > 1024:
        return Refusal(131009, "interactive.body.text must be at most 1024 characters long")
    if content.get("type") == "button":
        return _buttons(action)
    if content.get("type") == "list":
        return _list(action)
    return None


def _buttons(action: dict[str, Any]) -> Refusal | None:
    buttons = action.get("buttons") or []
    if not 1 <= len(buttons) <= 3:
        return Refusal(131009, "A button message has one to three buttons")
    replies = [button.get("reply", {}) for button in buttons]
    if any(not 1 <= len(r.get("title", "")) <= 20 or not 1 <= len(r.get("id", "")) <= 256 for r in replies):
        return Refusal(131009, "A button has a title of at most 20 characters and an id of at most 256")
    if len({r["id"] for r in replies}) < len(replies):
        return Refusal(131009, "The ids of buttons must differ")
    return None


def _list(action: dict[str, Any]) -> Refusal | None:
    if not 1 <= len(action.get("button", "")) <= 20:
        return Refusal(131009, "A list is opened by a button of at most 20 characters")
    rows = [row for section in action.get("sections", ()) for row in section.get("rows", ())]
    if not 1 <= len(rows) <= 10:
        return Refusal(131009, "A list has one to ten rows in total")
    for row in rows:
        if not 1 <= len(row.get("title", "")) <= 24 or not 1 <= len(row.get("id", "")) <= 200:
            return Refusal(131009, "A row has a title of at most 24 characters and an id of at most 200")
        if len(row.get("description", "")) > 72:
            return Refusal(131009, "A row's description has at most 72 characters")
    return None


_CHECKS: Mapping[str, Callable[[dict[str, Any]], Refusal | None]] = {
    "text": _text,
    "interactive": _interactive,
}


def _template(content: dict[str, Any], *, templates: Templates | None) -> Refusal | None:
    name = content.get("name")
    language = (content.get("language") or {}).get("code")
    if not name or not language:
        return Refusal(131008, "template.name and template.language.code are required")
    if templates is None:
        return None
    body = templates.get(name, {}).get(language)
    if body is None:
        return Refusal(132001, f"template name ({name}) does not exist in {language}")
    expected = len(set(PLACEHOLDER.findall(body)))
    given = len(body_parameters(content))
    if expected != given:
        return Refusal(
            132000, f"body: number of localizable_params ({given}) does not match the expected ({expected})"
        )
    return None


def _quick_replies(content: dict[str, Any], labels: Labels) -> Refusal | None:
    """A payload for a button that the template does not have."""
    language = str((content.get("language") or {}).get("code"))
    buttons = [c for c in content.get("components") or () if c.get("type") == "button"]
    known = labels.get(content["name"], {}).get(language)
    if known is not None and len(buttons) > len(known):
        return Refusal(132000, f"buttons: {len(buttons)} given, the template has {len(known)}")
    return None


def body_parameters(template: dict[str, Any]) -> list[dict[str, Any]]:
    for component in template.get("components") or ():
        if component.get("type") == "body":
            return list(component.get("parameters") or ())
    return []
