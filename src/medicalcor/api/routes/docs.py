"""The API's own description, and a page to read it and to try it."""

from importlib import resources
from typing import Any

from litestar import MediaType, Request, Response, get
from litestar.datastructures import State
from pydantic_core import to_json

from medicalcor.api import docs_page
from medicalcor.api.described import Described, Gives, described
from medicalcor.api.description import describe

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; form-action 'none';"
    " frame-ancestors 'none'; base-uri 'none'"
)
_FILES = resources.files("medicalcor.api").joinpath("assets")


def description(request: Request[Any, Any, State]) -> dict[str, Any]:
    """Of the framework's routes and of the doors beside it; made once."""
    state = request.app.state
    if "description" not in state:
        state.description = describe(request.app, doors=state.doors)
    found: dict[str, Any] = state.description
    return found


def _shown(summary: str, media_type: str) -> dict[str, Any]:
    return described(Described(summary, {200: Gives(summary, media_type=media_type)}, tag="health"))


@get("/openapi.json", opt=_shown("This description", "application/json"), sync_to_thread=False)
def openapi(request: Request[Any, Any, State]) -> Response[bytes]:
    return Response(to_json(description(request)), media_type="application/json")


@get(
    "/docs",
    opt=_shown("A page to read the description and to try the API", "text/html"),
    media_type=MediaType.HTML,
    sync_to_thread=False,
)
def docs(request: Request[Any, Any, State]) -> Response[str]:
    page = docs_page.render(description(request))
    return Response(page, media_type=MediaType.HTML, headers={"content-security-policy": _POLICY})


@get("/docs.js", opt=_shown("The page's script", "text/javascript"), sync_to_thread=False)
def script() -> Response[bytes]:
    return Response(_FILES.joinpath("docs.js").read_bytes(), media_type="text/javascript")


@get("/docs.css", opt=_shown("The page's style", "text/css"), sync_to_thread=False)
def style() -> Response[bytes]:
    return Response(_FILES.joinpath("docs.css").read_bytes(), media_type="text/css")


ROUTES = [openapi, docs, script, style]
