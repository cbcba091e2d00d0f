"""The API's own description (OpenAPI 3.1), made of what each route says of itself. What is not in it does not happen."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from litestar import Litestar
from litestar.handlers import HTTPRouteHandler
from litestar.routes import HTTPRoute
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from medicalcor.api.described import Described, Gives, Takes, described_by
from medicalcor.api.problems import MEDIA_TYPE
from medicalcor.api.version import VERSION
from medicalcor.core.auth.apikeys import Scope
from medicalcor.schemas.api import Problem

Json = dict[str, Any]
_CHANGING = frozenset({"POST", "PATCH", "DELETE"})
"""What they do is done once for each Idempotency-Key."""
_REFERENCE = "#/components/schemas/{model}"
_PARAMETER = re.compile(r"{(\w+):\w+}")
_WORDS = {
    400: "Not JSON, or an Idempotency-Key that cannot be one",
    401: "No API key, or one that is unknown or revoked",
    403: "The API key lacks the scope that is needed",
    409: "The first request with this Idempotency-Key is still being answered",
    413: "The body is too large",
    415: "The body is not said to be JSON",
    422: "Not of the form that is described; `errors` says where. Or an Idempotency-Key that came with another body",
    429: "Too many requests, or too many wrong keys",
    503: "Not at the moment: send it again",
}
_TEXT = {"type": "string"}
_HEADERS = {
    401: {"WWW-Authenticate": {"schema": _TEXT}},
    403: {"WWW-Authenticate": {"schema": _TEXT}},
    429: {"Retry-After": {"schema": _TEXT, "description": "Seconds"}},
    503: {"Retry-After": {"schema": _TEXT, "description": "Seconds"}},
}
_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "Sent again with the same key within 48 hours, the request is done once and answered as it was.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]{1,255}$"},
    "example": "8f14e45f-ceea-467f-9575-2c9a0d9f6b1e",
}
_REPLAYED = {"Idempotent-Replayed": {"schema": _TEXT, "description": "`true` on an answer that was kept"}}
_TAGS = {
    "workflows": "Start durable work and look at it.",
    "ai": "Judge, answer, translate, summarize.",
    "booking": "Free times and visits.",
    "health": "Whether the gateway is there and can work.",
    "doors": "Webhooks and forms: each is proved in its provider's own way.",
}


def describe(app: Litestar, *, doors: Mapping[str, Any]) -> Json:
    """`doors`: path → path item of the routes beside the framework's."""
    found = [(route.path, method, handler) for route, method, handler in _handlers(app)]
    shapes = _shapes(described for _, _, handler in found if (described := described_by(handler)))
    paths: dict[str, Json] = {path: _door(item) for path, item in doors.items()}
    for path, method, handler in found:
        described = described_by(handler)
        if described is not None:
            name = _PARAMETER.sub(r"{\1}", path)
            paths.setdefault(name, {})[method.lower()] = _operation(name, method, described)
    return {
        "openapi": "3.1.0",
        "info": {"title": "MedicalCor", "version": VERSION, "description": _ABOUT},
        "servers": [{"url": "/"}],
        "tags": [{"name": name, "description": words} for name, words in _TAGS.items()],
        "paths": dict(sorted(paths.items())),
        "components": {"schemas": shapes, "securitySchemes": _SECURITY},
    }


_ABOUT = (
    "Errors are problem details (RFC 9457): `code` is stable, `detail` says what to do. Every answer has an"
    " `X-Correlation-ID`; one that is sent is kept. Any route may answer 429 with `Retry-After`."
)
_SECURITY: Json = {
    "bearer": {
        "type": "http",
        "scheme": "bearer",
        "description": "An API key, `mc_…`. Scopes: " + ", ".join(f"`{scope}`" for scope in Scope),
    },
    "header": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
}


def _handlers(app: Litestar) -> Iterable[tuple[HTTPRoute, str, HTTPRouteHandler]]:
    for route in app.routes:
        if isinstance(route, HTTPRoute):
            for handler in route.route_handlers:
                for method in handler.http_methods:
                    if method != "OPTIONS":
                        yield route, str(method), handler


def _shapes(routes: Iterable[Described]) -> Json:
    used: dict[type[BaseModel], None] = {Problem: None}
    for route in routes:
        for given in route.gives.values():
            if given.shape is not None:
                used[given.shape] = None
        if route.takes is not None:
            used |= dict.fromkeys((route.takes.shape, *route.takes.one_of.values()))
    # as they are validated, so that a field with a default need not be there
    _, schema = models_json_schema([(shape, "validation") for shape in used], ref_template=_REFERENCE)
    definitions: Json = schema["$defs"]
    return definitions


def _operation(path: str, method: str, route: Described) -> Json:
    operation: Json = {
        "operationId": _name_of(path, method),
        "summary": route.summary,
        "tags": [route.tag],
        "responses": _answers(route, method),
    }
    if route.more:
        operation["description"] = route.more
    if parameters := _parameters(route, method):
        operation["parameters"] = parameters
    if route.takes is not None:
        content: Json = {"schema": _taken(route.takes)}
        if route.takes.example is not None:
            content["example"] = route.takes.example
        operation["requestBody"] = {
            "required": route.takes.required,
            "content": {"application/json": content},
        }
    if route.scope is not None:
        operation["security"] = [{"bearer": []}, {"header": []}]
        operation["description"] = f"Scope `{route.scope}`. {route.more}".strip()
    return operation


def _taken(takes: Takes) -> Json:
    if not takes.one_of:
        return _reference(takes.shape)
    if takes.by is None:
        return {"anyOf": [_reference(shape) for shape in takes.one_of.values()]}
    decides, depends = takes.by
    return {
        "oneOf": [
            {
                "type": "object",
                "title": name,
                "properties": {decides: {"const": name}, depends: _reference(shape)},
                "required": [decides, depends],
                "additionalProperties": False,
            }
            for name, shape in takes.one_of.items()
        ]
    }


def _name_of(path: str, method: str) -> str:
    return "_".join([method.lower(), *re.findall(r"\w+", path)])


def _parameters(route: Described, method: str) -> list[Json]:
    found: list[Json] = []
    for name, words in route.path.items():
        told, _, example = words.partition("|")
        found.append(
            {
                "name": name,
                "in": "path",
                "required": True,
                "description": told,
                "schema": _TEXT,
                "example": example,
            }
        )
    if route.query is not None:
        found += [
            _query_parameter(name, schema)
            for name, schema in route.query.model_json_schema()["properties"].items()
        ]
    return [*found, _KEY] if method in _CHANGING and route.scope is not None else found


def _query_parameter(name: str, schema: Json) -> Json:
    kinds = schema.pop("anyOf", None)
    kind = next(one for one in kinds if one.get("type") != "null") if kinds else schema
    words = schema.pop("description", "")
    schema = {key: value for key, value in {**schema, **kind}.items() if value is not None and key != "title"}
    return {"name": name, "in": "query", "required": False, "description": words, "schema": schema}


def _answers(route: Described, method: str) -> Json:
    refusals = {429: _WORDS[429], 503: _WORDS[503]}
    if route.scope is not None:
        refusals |= {status: _WORDS[status] for status in (401, 403)}
        if method in _CHANGING:
            refusals |= {status: _WORDS[status] for status in (400, 409, 422)}
        if route.takes is not None:
            refusals |= {status: _WORDS[status] for status in (413, 415)}
    if route.query is not None:
        refusals[422] = _WORDS[422]
    refusals |= route.refuses
    answers = {status: _refusal(status, words) for status, words in refusals.items()}
    for status, given in route.gives.items():
        told = _given(given, replayed=method in _CHANGING and route.scope is not None)
        if status in answers:
            told["content"] |= answers[status]["content"]
        answers[status] = told
    return {str(status): answers[status] for status in sorted(answers)}


def _given(given: Gives, *, replayed: bool) -> Json:
    headers: Json = {name: {"schema": _TEXT, "description": words} for name, words in given.headers.items()}
    answer: Json = {"description": given.description, "headers": headers | (_REPLAYED if replayed else {})}
    schema = _reference(given.shape) if given.media_type == "application/json" else _TEXT
    content: Json = {"schema": schema}
    if given.example is not None:
        content["example"] = given.example
    return {**answer, "content": {given.media_type: content}}


def _refusal(status: int, words: str) -> Json:
    content = {MEDIA_TYPE: {"schema": _reference(Problem)}}
    return {"description": words, "content": content, "headers": _HEADERS.get(status, {})}


def _reference(shape: type[BaseModel] | None) -> Json:
    return {"type": "object"} if shape is None else {"$ref": _REFERENCE.format(model=shape.__name__)}


def _door(item: Mapping[str, Any]) -> Json:
    """A door's own words; its refusals are problems like everybody's."""
    door: Json = {}
    for method, operation in item.items():
        answers: Json = {
            status: {**_refusal(int(status), ""), **answer} if int(status) >= 400 else answer
            for status, answer in operation["responses"].items()
        }
        for status in (429, 503):
            answers.setdefault(str(status), _refusal(status, _WORDS[status]))
        door[method] = {"tags": ["doors"], **operation, "responses": dict(sorted(answers.items()))}
    return door


def operations(description: Json) -> Sequence[tuple[str, str, Json]]:
    """Path, method and operation, in the order of the tags and paths."""
    order = list(_TAGS)
    found = [
        (path, method, operation)
        for path, item in description["paths"].items()
        for method, operation in item.items()
        if isinstance(operation, dict)
    ]
    return sorted(found, key=lambda one: (order.index(one[2]["tags"][0]), one[0]))
