"""The API's own description, and a page to read it."""

from html import escape
from typing import Any

from litestar import MediaType, Request, Response, get
from litestar.datastructures import State

_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1c2733}"
    "h2{margin:2rem 0 .25rem;font-size:1.05rem}code{font:inherit;font-family:ui-monospace,monospace}"
    "b{display:inline-block;min-width:4rem}li{margin:.1rem 0}p{margin:.25rem 0}"
)
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"


def description(request: Request[Any, Any, State]) -> dict[str, Any]:
    """OpenAPI of the framework's routes and of the doors beside it."""
    schema = request.app.openapi_schema.to_schema()
    paths = {**schema.get("paths", {}), **request.app.state.doors}
    return {**schema, "paths": dict(sorted(paths.items()))}


@get("/openapi.json", include_in_schema=False, sync_to_thread=False)
def openapi(request: Request[Any, Any, State]) -> dict[str, Any]:
    return description(request)


@get("/docs", include_in_schema=False, media_type=MediaType.HTML, sync_to_thread=False)
def docs(request: Request[Any, Any, State]) -> Response[str]:
    schema = description(request)
    title = escape(f"{schema['info']['title']} {schema['info']['version']}")
    sections = "".join(
        _operation(path, method, operation)
        for path, item in schema["paths"].items()
        for method, operation in item.items()
        if isinstance(operation, dict)
    )
    page = (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>{title}</title><style>{_STYLE}</style><h1>{title}</h1>"
        f'<p>The whole description: <a href="/openapi.json">openapi.json</a></p>{sections}</html>'
    )
    return Response(page, media_type=MediaType.HTML, headers={"content-security-policy": _POLICY})


def _operation(path: str, method: str, operation: dict[str, Any]) -> str:
    parameters = ", ".join(escape(parameter["name"]) for parameter in operation.get("parameters", []))
    answers = "".join(
        f"<li><code>{escape(status)}</code> {escape(answer.get('description', ''))}</li>"
        for status, answer in operation.get("responses", {}).items()
    )
    takes = f"<p>Takes <code>{parameters}</code></p>" if parameters else ""
    return (
        f"<h2><b>{escape(method.upper())}</b> <code>{escape(path)}</code></h2>"
        f"<p>{escape(operation.get('summary', ''))}</p>{takes}<ul>{answers}</ul>"
    )
