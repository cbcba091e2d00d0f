"""The fields of a form that a browser posts without a script, in either of the two ways that browsers have."""

from io import BytesIO
from typing import Any
from urllib.parse import parse_qsl

from multipart import MultipartError, MultipartParser, MultipartPart, parse_options_header  # type: ignore[import-untyped]  # it has none

from medicalcor.api import problems
from medicalcor.api.exchange import Request

MOST = 200
FILES = "\x00file"
"""Where the name of a field with a file stands; no form can name a field so."""
_URLENCODED, _MULTIPART = "application/x-www-form-urlencoded", "multipart/form-data"


def fields_of(request: Request, body: bytes) -> dict[str, Any] | None:
    """Of a field that comes twice the last counts, and of a file only that there is one (`FILES`). None for a body that
    is no form."""
    written = request.headers.get(b"content-type", b"").decode("latin-1")
    kind, options = parse_options_header(written)
    if kind == _URLENCODED:
        return _pairs(body)
    return _parts(body, options.get("boundary", "")) if kind == _MULTIPART else None


def _pairs(body: bytes) -> dict[str, Any]:
    try:
        return dict(parse_qsl(body.decode("utf-8", "replace"), max_num_fields=MOST))
    except ValueError:
        raise problems.of_status(400, f"A form has {MOST} fields at most.") from None


def _parts(body: bytes, boundary: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    try:
        for part in MultipartParser(BytesIO(body), boundary, len(body), part_limit=MOST):
            if part.filename is None:
                found[part.name or ""] = part.raw.decode("utf-8", "replace")
            elif _is_file(part):
                found[FILES] = part.name or "form"
    except MultipartError:
        raise problems.of_status(400, f"The form cannot be read, or has more than {MOST} fields.") from None
    # as the other way of posting leaves them out
    return {name: value for name, value in found.items() if value}


def _is_file(part: MultipartPart) -> bool:
    """A browser sends a file's field, nameless and empty, also when no file was chosen."""
    return bool(part.filename or part.size)
