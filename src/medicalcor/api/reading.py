"""A request's body and query as shapes. What does not fit is named by its place, never with the value it had."""

from typing import Any, TypeVar

from litestar import Request
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from medicalcor.api import problems
from medicalcor.api.problems import InvalidRequest
from medicalcor.api.webhooks.items import parse
from medicalcor.schemas.api import Fault

S = TypeVar("S", bound=BaseModel)
_MOST_FAULTS = 20
_LONGEST_PART = 60
_SAID_WHOLE = frozenset(
    {"missing", "extra_forbidden", "literal_error", "enum", "string_too_long", "string_too_short", "too_long"}
)
"""Errors of Pydantic's whose words hold only what we said ourselves; of others the part up to a comma is told."""


def shape_of(body: bytes, shape: type[S], *, under: str = "") -> S:
    """`under` is the pointer that the shape stands at."""
    try:
        return shape.model_validate_json(body, strict=True)
    except ValidationError as problem:
        raise InvalidRequest(faults_of(problem, before=under)) from None


async def json_body(request: Request[Any, Any, Any], *, required: bool = True) -> bytes:
    """The body, sure to be JSON. An empty one counts as `{}` where none is `required`."""
    body = await request.body()
    if not body and not required:
        return b"{}"
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/json":
        raise problems.Refused(415, "Send JSON: Content-Type: application/json.", code="not_json_type")
    parse(body)
    return body


def query_of(request: Request[Any, Any, Any], shape: type[S]) -> S:
    """The query's parameters; a repeated one counts by its last value."""
    try:
        return shape.model_validate_strings(dict(request.query_params.items()))
    except ValidationError as problem:
        raise InvalidRequest(faults_of(problem, before="?")) from None


def faults_of(problem: ValidationError, *, before: str) -> tuple[Fault, ...]:
    found = problem.errors(include_url=False, include_context=False, include_input=False)
    return tuple(
        Fault(pointer=_pointer(error, before), detail=_words(error)) for error in found[:_MOST_FAULTS]
    )


def _pointer(error: ErrorDetails, before: str) -> str:
    parts = [str(part)[:_LONGEST_PART].replace("~", "~0").replace("/", "~1") for part in error["loc"]]
    if before == "?":
        return f"?{'/'.join(parts)}"
    return before + "".join(f"/{part}" for part in parts)


def _words(error: ErrorDetails) -> str:
    words = error["msg"].removeprefix("Value error, ")
    return words if error["type"] in _SAID_WHOLE else words.partition(", ")[0]
