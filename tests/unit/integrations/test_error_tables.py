"""What each provider's refusals mean, as their contracts list them: to be repeated, to be waited for, or final."""

import json
from typing import Any

import httpx
import pytest
from openai import APIStatusError, AuthenticationError, NotFoundError, RateLimitError

from medicalcor.core.errors import (
    OutcomeUnknown,
    ProviderBusy,
    ProviderError,
    ProviderRejected,
    ProviderUnavailable,
)
from medicalcor.core.http import Response
from medicalcor.integrations.hubspot import mapping as hubspot
from medicalcor.integrations.openai import mapping as openai
from medicalcor.integrations.stripe import mapping as stripe
from medicalcor.integrations.twilio import mapping as twilio
from medicalcor.integrations.vapi import mapping as vapi
from medicalcor.integrations.whatsapp import mapping as whatsapp

B, R, U, X = ProviderBusy, ProviderRejected, ProviderUnavailable, OutcomeUnknown
Line = tuple[int, Any, type[ProviderError], str]


def answer(status: int, body: Any, headers: dict[str, str] | None = None) -> Response:
    raw = body.encode() if isinstance(body, str) else json.dumps(body).encode()
    return Response(status, headers or {}, raw)


def check(problem: ProviderError, kind: type[ProviderError], reason: str) -> None:
    assert (type(problem), problem.reason) == (kind, reason)


def meta(code: int) -> dict[str, Any]:
    return {
        "error": {"message": "(#1) words that quote +40722000001", "type": "OAuthException", "code": code}
    }


WHATSAPP: list[Line] = [
    (400, "You have exceeded the endpoint rate limit", B, "rate_limited"),
    (400, {"meta": {"developer_message": "You have exceeded the endpoint rate limit"}}, B, "rate_limited"),
    (400, {"meta": {"developer_message": "Number disabled due to lack of payment"}}, R, "account"),
    (401, "Invalid api_key", R, "account"),
    (403, {"meta": {"developer_message": "endpoint blocked"}}, R, "account"),
    (500, "", X, "server_error"),
    (502, "<html>", X, "server_error"),
    (408, "", U, "provider_trouble"),
    (429, "", B, "rate_limited"),
    *((400, meta(code), B, "rate_limited") for code in (130429, 80007, 4)),
    (400, meta(131056), B, "pair_rate_limited"),
    *((400, meta(code), B, "messaging_limit") for code in (131048, 131064)),
    (400, meta(131057), B, "maintenance"),
    (400, meta(131047), R, "window_closed"),
    (400, meta(131026), R, "undeliverable"),
    *((400, meta(code), R, "not_delivered_by_meta") for code in (131049, 130472)),
    (400, meta(131050), R, "opted_out_at_meta"),
    (400, meta(131051), R, "unsupported_type"),
    *((400, meta(code), R, "media") for code in (131052, 131053)),
    *((400, meta(code), U, "provider_trouble") for code in (131000, 131016, 2, 1)),
    *((500, meta(code), X, "server_error") for code in (131000, 131016, 2, 1)),
    *((400, meta(code), R, "invalid_request") for code in (131008, 131009, 100, 131021)),
    *((400, meta(code), R, "template_parameters") for code in (132000, 132008, 132012)),
    (400, meta(132001), R, "template_unknown"),
    (400, meta(132005), R, "template_too_long"),
    (400, meta(132007), R, "template_policy"),
    (400, meta(132015), R, "template_paused"),
    (400, meta(132016), R, "template_disabled"),
    *(
        (400, meta(code), R, "account")
        for code in (131031, 368, 131042, 131037, 190, 0, 3, 10, 200, 299, 131005)
    ),
    (400, meta(131062), R, "phone_number_needed"),
    (400, meta(130497), R, "country_restricted"),
    (400, meta(137000), R, "identity_changed"),
    (400, meta(999_999), R, "invalid_request"),
    (401, meta(999_999), R, "account"),
]


@pytest.mark.parametrize(("status", "body", "kind", "reason"), WHATSAPP)
def test_whatsapp(status: int, body: Any, kind: type[ProviderError], reason: str) -> None:
    check(whatsapp.error_of(answer(status, body)), kind, reason)


def limit(policy: str | None) -> dict[str, Any]:
    body = {"status": "error", "errorType": "RATE_LIMIT", "policyName": policy}
    return {name: value for name, value in body.items() if value}


def problem(category: str, **more: Any) -> dict[str, Any]:
    return {"status": "error", "message": "quotes +40722000001", "category": category, **more}


HUBSPOT: list[Line] = [
    (429, limit("TEN_SECONDLY_ROLLING"), B, "rate_limited"),
    (429, limit("SECONDLY"), B, "rate_limited"),
    (429, limit(None), B, "rate_limited"),
    (429, limit("DAILY"), B, "daily_limit"),
    (423, "", B, "locked"),
    (477, "", B, "locked"),
    (408, "", B, "locked"),
    (400, problem("VALIDATION_ERROR"), R, "validation"),
    (404, problem("OBJECT_NOT_FOUND"), R, "gone"),
    (409, problem("CONFLICT"), R, "conflict"),
    (403, problem("MISSING_SCOPES"), R, "account"),
    (401, problem("INVALID_AUTHENTICATION"), R, "account"),
    (401, problem("EXPIRED_AUTHENTICATION"), R, "account"),
    (401, "", R, "account"),
    (400, problem("VALIDATION_ERROR", errors=[{"code": "INVALID_OBJECT_IDS"}]), R, "gone"),
]


@pytest.mark.parametrize(("status", "body", "kind", "reason"), HUBSPOT)
@pytest.mark.parametrize("repeatable", [True, False])
def test_hubspot(*, status: int, body: Any, kind: type[ProviderError], reason: str, repeatable: bool) -> None:
    check(hubspot.error_of(answer(status, body), repeatable=repeatable), kind, reason)


@pytest.mark.parametrize(
    ("policy", "headers", "seconds"),
    [
        ("TEN_SECONDLY_ROLLING", {}, 10),
        ("SECONDLY", {}, 1),
        ("DAILY", {}, 3600),
        (None, {}, 10),
        ("SECONDLY", {"retry-after": "7"}, 7),
    ],
)
def test_hubspots_pause_goes_by_its_policy(policy: str | None, headers: dict[str, str], seconds: int) -> None:
    busy = hubspot.error_of(answer(429, limit(policy), headers), repeatable=True)
    assert busy.retry_after == seconds


@pytest.mark.parametrize("status", [500, 502, 504, 521, 522, 523, 524, 525])
def test_after_a_fault_of_hubspots_only_what_may_be_repeated_is(status: int) -> None:
    check(hubspot.error_of(answer(status, ""), repeatable=True), U, "server_error")
    check(hubspot.error_of(answer(status, ""), repeatable=False), X, "server_error")


TWILIO: list[Line] = [
    (429, {"code": 20429}, B, "rate_limited"),
    (400, {"code": 20429}, B, "rate_limited"),
    (429, "", B, "rate_limited"),
    (401, {"code": 20003}, R, "account"),
    (403, "", R, "account"),
    (404, {"code": 20404}, R, "not_found"),
    (400, {"code": 21211}, R, "number_invalid"),
    (400, {"code": 21215}, R, "country_not_allowed"),
    (400, {"code": 21212}, R, "caller_number"),
    (400, {"code": 21220}, R, "call_over"),
    (400, {"code": 99999}, R, "invalid_request"),
    (408, "", U, "provider_trouble"),
    (500, "", U, "server_error"),
    (503, "", U, "server_error"),
]


@pytest.mark.parametrize(("status", "body", "kind", "reason"), TWILIO)
def test_twilio(status: int, body: Any, kind: type[ProviderError], reason: str) -> None:
    check(twilio.error_of(answer(status, body)), kind, reason)


VAPI: list[Line] = [
    (429, "", B, "rate_limited"),
    (400, {"message": ["customer.number must be E.164"]}, R, "invalid_request"),
    (401, {"message": "Invalid Key"}, R, "account"),
    (402, {"message": "credit"}, R, "account"),
    (404, "", R, "gone"),
    (500, "", U, "server_error"),
    (409, "", U, "server_error"),
]


@pytest.mark.parametrize(("status", "body", "kind", "reason"), VAPI)
def test_vapi(status: int, body: Any, kind: type[ProviderError], reason: str) -> None:
    check(vapi.error_of(answer(status, body)), kind, reason)


def of_stripe(**detail: str) -> dict[str, Any]:
    return {"error": {"message": "quotes ana@clinic.example", **detail}}


STRIPE: list[tuple[int, Any, dict[str, str], type[ProviderError], str]] = [
    (409, of_stripe(type="idempotency_error"), {}, B, "in_progress"),
    (429, of_stripe(code="rate_limit"), {}, B, "rate_limited"),
    (429, of_stripe(code="lock_timeout"), {}, B, "locked"),
    (400, of_stripe(code="lock_timeout"), {}, B, "locked"),
    (500, of_stripe(type="api_error"), {}, U, "server_error"),
    (500, of_stripe(type="api_error"), {"idempotent-replayed": "true"}, R, "key_spent"),
    (400, of_stripe(type="api_error"), {"stripe-should-retry": "true"}, U, "server_error"),
    (400, of_stripe(type="idempotency_error"), {}, R, "key_reused"),
    (401, of_stripe(type="authentication_error"), {}, R, "account"),
    (403, of_stripe(type="permission_error"), {}, R, "account"),
    (404, of_stripe(code="resource_missing"), {}, R, "not_found"),
    (400, of_stripe(code="parameter_invalid_integer", param="amount"), {}, R, "invalid_request"),
]


@pytest.mark.parametrize(("status", "body", "headers", "kind", "reason"), STRIPE)
def test_stripe(
    *, status: int, body: Any, headers: dict[str, str], kind: type[ProviderError], reason: str
) -> None:
    check(stripe.error_of(answer(status, body, headers)), kind, reason)


def test_a_card_that_is_declined_is_no_trouble_of_ours() -> None:
    declined = stripe.error_of(
        answer(402, of_stripe(code="card_declined", decline_code="insufficient_funds"))
    )
    assert isinstance(declined, ProviderRejected)
    assert declined.reason != "invalid_request"


def of_openai(
    kind: type[APIStatusError], status: int, code: str | None, headers: dict[str, str] | None = None
) -> APIStatusError:
    request = httpx.Request("POST", "https://api.openai.com/v1/chat/completions")
    body = {"message": "quotes a prompt", "code": code, "type": code}
    response: Any = httpx.Response(status, request=request, headers=headers)
    return kind("quotes a prompt", response=response, body=body)


@pytest.mark.parametrize(
    ("raised", "kind", "reason"),
    [
        (of_openai(RateLimitError, 429, "rate_limit_exceeded"), B, "ai_error"),
        (of_openai(RateLimitError, 429, "insufficient_quota"), R, "ai_quota"),
        (of_openai(AuthenticationError, 401, "invalid_api_key"), R, "ai_account"),
        (of_openai(NotFoundError, 404, "model_not_found"), R, "ai_model_not_found"),
        (of_openai(APIStatusError, 500, None), U, "ai_error"),
        (of_openai(APIStatusError, 409, None), U, "ai_error"),
        (of_openai(APIStatusError, 400, "content_filter"), R, "ai_refused"),
    ],
)
def test_openai(raised: APIStatusError, kind: type[ProviderError], reason: str) -> None:
    check(openai.error_of(raised), kind, reason)


def test_openais_pause_is_kept() -> None:
    busy = openai.error_of(of_openai(RateLimitError, 429, "rate_limit_exceeded", {"retry-after": "12"}))
    assert busy.retry_after == 12


@pytest.mark.parametrize(
    "error",
    [
        whatsapp.error_of(answer(400, meta(100))),
        hubspot.error_of(answer(400, problem("VALIDATION_ERROR")), repeatable=True),
        twilio.error_of(answer(400, {"code": 21211, "message": "+40722000001"})),
        vapi.error_of(answer(400, {"message": "+40722000001"})),
        stripe.error_of(answer(400, of_stripe(code="email_invalid"))),
    ],
    ids=lambda error: error.provider,
)
def test_no_error_repeats_what_a_provider_quoted(error: ProviderError) -> None:
    assert "40722000001" not in str(error)
    assert "ana@" not in str(error)
