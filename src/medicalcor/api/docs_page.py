"""The description as a page: each operation with a form that sends it. Without its script it can still be read."""

import json
from html import escape
from typing import Any

from medicalcor.api.description import operations

Json = dict[str, Any]


def render(description: Json) -> str:
    title = escape(f"{description['info']['title']} {description['info']['version']}")
    parts: list[str] = []
    tag = ""
    words = {one["name"]: one["description"] for one in description["tags"]}
    for number, (path, method, operation) in enumerate(operations(description)):
        if operation["tags"][0] != tag:
            tag = operation["tags"][0]
            parts.append(f'<h2 id="{escape(tag)}">{escape(tag)}</h2><p>{escape(words[tag])}</p>')
        parts.append(_operation(number, path, method, operation))
    links = "".join(f'<a href="#{escape(name)}">{escape(name)}</a>' for name in words)
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width"><title>{title}</title>'
        '<link rel="stylesheet" href="/docs.css"><script src="/docs.js" defer></script></head><body>'
        f"<header><h1>{title}</h1><p>{_marked(description['info']['description'])}</p>"
        '<p>For programs: <a href="/openapi.json">openapi.json</a></p>'
        '<label for="key">API key</label><input id="key" type="password" autocomplete="off" spellcheck="false">'
        '<p class="hint">Sent as <code>Authorization: Bearer</code>; it stays in this page.</p>'
        f"<nav>{links}</nav></header><main>{''.join(parts)}</main></body></html>"
    )


def _operation(number: int, path: str, method: str, operation: Json) -> str:
    name = f"o{number}"
    fields = "".join(
        _field(f"{name}-{place}", parameter)
        for place, parameter in enumerate(operation.get("parameters", []))
    )
    body = _body(name, operation["requestBody"]) if "requestBody" in operation else ""
    answers = "".join(
        f"<li><code>{escape(status)}</code> {_marked(answer.get('description', ''))}</li>"
        for status, answer in operation["responses"].items()
    )
    return (
        f"<details><summary><b>{escape(method.upper())}</b> <code>{escape(path)}</code> "
        f"<span>{_marked(operation.get('summary', ''))}</span></summary>"
        f"<p>{_marked(operation.get('description', ''))}</p><ul>{answers}</ul>"
        f'<form data-method="{escape(method.upper())}" data-path="{escape(path)}">{fields}{body}'
        '<button type="submit">Send</button><div class="answer" role="status" aria-live="polite" tabindex="-1" hidden>'
        "<p><b></b></p><pre></pre></div></form></details>"
    )


def _field(name: str, parameter: Json) -> str:
    needed = " required" if parameter.get("required") else ""
    value = escape(str(parameter.get("example", ""))) if parameter["in"] == "path" else ""
    hint = escape(str(parameter.get("example", ""))) if parameter["in"] != "path" else ""
    return (
        f'<label for="{name}">{escape(parameter["name"])} <span>{escape(parameter["in"])}</span></label>'
        f'<input id="{name}" data-in="{escape(parameter["in"])}" data-name="{escape(parameter["name"])}" value="{value}"'
        f' placeholder="{hint}" aria-describedby="{name}-words"{needed}>'
        f'<p class="hint" id="{name}-words">{_marked(parameter.get("description", ""))}</p>'
    )


def _body(name: str, body: Json) -> str:
    media_type, content = next(iter(body["content"].items()))
    example = content.get("example")
    text = json.dumps(example, indent=2, ensure_ascii=False) if example is not None else ""
    return (
        f'<label for="{name}-body">body <span>{escape(media_type)}</span></label>'
        f'<textarea id="{name}-body" data-type="{escape(media_type)}" rows="8" spellcheck="false">{escape(text)}</textarea>'
    )


def _marked(text: str) -> str:
    """Text with `code` in it."""
    parts = escape(text).split("`")
    return "".join(f"<code>{part}</code>" if place % 2 else part for place, part in enumerate(parts))
