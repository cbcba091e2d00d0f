"""Errors as RFC 9457 problem details: what to do about it and the correlation id, nothing of our inside."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, TypedDict

from pydantic_core import from_json, to_json

from medicalcor.core.errors import InvalidInput, ProductError, ProviderOff
from medicalcor.core.ratelimit import Exceeded
from medicalcor.schemas.api import Fault

MEDIA_TYPE = "application/problem+json"


class Wrong(TypedDict):
    """What is wrong with one field, in words for whoever filled it in."""

    field: str
    code: str
    message: str


class Refused(ProductError):
    """A request that is answered with a problem."""

    def __init__(
        self,
        status: int,
        detail: str,
        *,
        code: str,
        headers: Mapping[str, str] | None = None,
        errors: Sequence[Wrong] = (),
    ) -> None:
        super().__init__(detail)
        self.http_status = status
        self.code = code
        self.headers = dict(headers or {})
        self.errors = list(errors)


class InvalidRequest(InvalidInput):
    """The request does not have the form that the API's description gives; `errors` says where."""

    def __init__(self, errors: tuple[Fault, ...]) -> None:
        super().__init__()
        self.errors = errors


class Over(Refused):
    """What a worker answered: it was tried and did not succeed. Of any other failure nobody knows."""

    def __init__(self, status: int, said: Mapping[str, Any], *, headers: Mapping[str, str]) -> None:
        super().__init__(status, said["detail"], code=said["code"], headers=headers)
        self._more = dict(said.get("more") or {})

    @property
    def more(self) -> Mapping[str, Any]:
        return self._more


def unknown_route() -> Refused:
    return Refused(404, "There is nothing at this address.", code="not_found")


def of_status(status: int, detail: str) -> Refused:
    """A refusal that the framework put into words."""
    if status == 404:
        return unknown_route()
    if status == 413:
        return Refused(413, "The body is too large.", code="body_too_large")
    return Refused(status, detail, code=HTTPStatus(status).name.lower())


def of_outcome(status: int, body: bytes) -> Over:
    """A refusal that a worker gave as its answer."""
    said = from_json(body)
    # what is switched off does not come on by waiting
    headers = {"retry-after": "5"} if status == 503 and said["code"] != ProviderOff.code else {}
    return Over(status, said, headers=headers)


def method_not_allowed(allowed: str) -> Refused:
    return Refused(
        405, f"This address takes {allowed}.", code="method_not_allowed", headers={"allow": allowed}
    )


def too_large(limit: int) -> Refused:
    return Refused(
        413, f"The body may have {limit} bytes.", code="body_too_large", headers={"connection": "close"}
    )


def too_slow() -> Refused:
    return Refused(
        408, "The body did not arrive in time.", code="body_too_slow", headers={"connection": "close"}
    )


def not_json() -> Refused:
    return Refused(400, "The body is not JSON.", code="not_json")


def too_deep() -> Refused:
    return Refused(400, "The JSON is nested too deeply.", code="json_too_deep")


def wrong_fields(errors: Sequence[Wrong]) -> Refused:
    return Refused(
        422, "Some fields cannot be used; `errors` says which, and why.", code="invalid_fields", errors=errors
    )


def key_reused() -> Refused:
    return Refused(
        422,
        "This Idempotency-Key came with another body before. Use a new key for a new request.",
        code="idempotency_key_reused",
    )


def bad_key(longest: int) -> Refused:
    return Refused(
        400, f"The Idempotency-Key has 1 to {longest} printable characters.", code="idempotency_key_invalid"
    )


def try_later(detail: str, *, code: str, seconds: int = 2) -> Refused:
    return Refused(503, detail, code=code, headers={"retry-after": str(seconds)})


def too_many(exceeded: Exceeded) -> Refused:
    wait = str(exceeded.retry_after)
    headers = {
        "retry-after": wait,
        "ratelimit-limit": str(exceeded.limit.amount),
        "ratelimit-remaining": "0",
        "ratelimit-reset": wait,
    }
    return Refused(429, f"Too many requests. Try again in {wait} s.", code="rate_limited", headers=headers)


def render(error: ProductError, *, correlation_id: str) -> bytes:
    """The body for `error`. What we did not foresee (500) says no more than that."""
    status = error.http_status
    internal = status == HTTPStatus.INTERNAL_SERVER_ERROR
    errors = getattr(error, "errors", None)
    return to_json(
        {
            "type": "about:blank",
            "title": HTTPStatus(status).phrase,
            "status": status,
            "detail": "Something went wrong on our side. It has been recorded."
            if internal
            else error.message,
            "code": "internal" if internal else error.code,
            "correlation_id": correlation_id,
            **({"errors": errors} if errors else {}),
            **({} if internal else error.more),
        }
    )
