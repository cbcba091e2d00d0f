"""What the clinic sent, as the patient sees it."""

from datetime import datetime
from typing import Any

from medicalcor.sandbox.providers.whatsapp_checks import PLACEHOLDER, body_parameters
from medicalcor.sandbox.threads import Bubble
from medicalcor.sandbox.twin import Labels, Templates


def bubble(
    message: dict[str, Any], *, message_id: str, at: datetime, templates: Templates | None, labels: Labels
) -> Bubble:
    kind = message.get("type", "text")
    made = Bubble(id=message_id, mine=False, at=at, text="", kind=kind)
    if kind == "text":
        made.text = message["text"]["body"]
    elif kind == "template":
        made.text = template_text(message["template"], templates=templates)
        made.choices = _template_buttons(message["template"], labels)
    elif kind == "interactive":
        _interactive(message["interactive"], into=made)
    else:
        content = message.get(kind)
        caption = content.get("caption") if isinstance(content, dict) else None
        made.text = caption or f"[{kind}]"
    return made


def template_text(template: dict[str, Any], *, templates: Templates | None) -> str:
    """The template's body with its parameters in place; by name where they have names, by position otherwise."""
    language = template["language"]["code"]
    body = (templates or {}).get(template["name"], {}).get(language)
    given = body_parameters(template)
    if body is None:
        values = ", ".join(_value(parameter) for parameter in given)
        return f"{template['name']} ({language}): {values}" if values else f"{template['name']} ({language})"
    named = {p["parameter_name"]: _value(p) for p in given if p.get("parameter_name")}
    positions = list(dict.fromkeys(PLACEHOLDER.findall(body)))
    if not named:
        ordered = sorted(positions, key=int) if all(p.isdigit() for p in positions) else positions
        named = dict(zip(ordered, map(_value, given), strict=False))
    return PLACEHOLDER.sub(lambda found: named.get(found[1], found[0]), body)


def _value(parameter: dict[str, Any]) -> str:
    kind = parameter.get("type", "text")
    content = parameter.get(kind, "")
    return str(content.get("fallback_value", kind)) if isinstance(content, dict) else str(content)


def _template_buttons(template: dict[str, Any], labels: Labels) -> list[dict[str, str]]:
    """Quick replies. The label lives in the approved template; where that is not known, the payload stands in for it."""
    known = dict(enumerate(labels.get(template["name"], {}).get(template["language"]["code"], ())))
    choices: list[dict[str, str]] = []
    for component in template.get("components") or ():
        if component.get("type") == "button" and component.get("sub_type") == "quick_reply":
            payload = str((component.get("parameters") or [{}])[0].get("payload", ""))
            place = int(component.get("index", len(choices)))
            title = known.get(place) or payload.replace("_", " ").strip().capitalize()
            choices.append({"type": "template", "id": payload, "title": title, "description": ""})
    return choices


def _interactive(content: dict[str, Any], *, into: Bubble) -> None:
    into.text = content["body"]["text"]
    into.footer = (content.get("footer") or {}).get("text", "")
    action = content["action"]
    if content.get("type") == "button":
        replies = [button["reply"] for button in action["buttons"]]
        into.choices = [
            {"type": "button", "id": r["id"], "title": r["title"], "description": ""} for r in replies
        ]
    elif content.get("type") == "list":
        into.opener = action["button"]
        rows = [row for section in action["sections"] for row in section["rows"]]
        into.choices = [
            {"type": "list", "id": r["id"], "title": r["title"], "description": r.get("description", "")}
            for r in rows
        ]
