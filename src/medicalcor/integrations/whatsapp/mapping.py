"""What WhatsApp's errors mean for us. Decided on Meta's code; 360dialog's own answers have none, so on words.

A reason is a stable code that the dashboard puts into words; the class says whether trying again makes sense.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from medicalcor.core.errors import (
    OutcomeUnknown,
    ProviderBusy,
    ProviderError,
    ProviderRejected,
    ProviderUnavailable,
)
from medicalcor.core.http import Response
from medicalcor.schemas.wire.whatsapp_out import Refused

PROVIDER = "whatsapp"

_REJECTED: Mapping[str, tuple[int, ...]] = {
    "window_closed": (131047,),
    "undeliverable": (131026,),
    "not_delivered_by_meta": (131049, 130472),
    "opted_out_at_meta": (131050,),
    "unsupported_type": (131051,),
    "media": (131052, 131053),
    "invalid_request": (100, 131008, 131009, 131021),
    "template_parameters": (132000, 132008, 132012),
    "template_unknown": (132001,),
    "template_too_long": (132005,),
    "template_policy": (132007,),
    "template_paused": (132015,),
    "template_disabled": (132016,),
    "account": (0, 3, 10, 190, 368, 131005, 131031, 131037, 131042, *range(200, 300)),
    "phone_number_needed": (131062,),
    "country_restricted": (130497,),
    "identity_changed": (137000,),
}
_BUSY: Mapping[str, tuple[int, ...]] = {
    "rate_limited": (130429, 80007, 4),
    "pair_rate_limited": (131056,),
    "messaging_limit": (131048, 131064),
    "maintenance": (131057,),
}
_PASSING = "provider_trouble"
_REASONS: dict[int, tuple[type[ProviderError], str]] = {
    **{code: (ProviderRejected, reason) for reason, codes in _REJECTED.items() for code in codes},
    **{code: (ProviderBusy, reason) for reason, codes in _BUSY.items() for code in codes},
    **dict.fromkeys((1, 2, 131000, 131016), (ProviderUnavailable, _PASSING)),
}
_WAITS = {"pair_rate_limited": 6.0, "messaging_limit": 3600.0, "maintenance": 600.0}
"""Seconds that make sense where WhatsApp names none; one message to the same person in six seconds is fine."""
_SAYS = {
    "account": "WhatsApp refuses the account: check WHATSAPP_API_KEY, payment and the number's standing.",
    "window_closed": "More than 24 hours since the patient's last message: only a template may be sent.",
    "template_unknown": "WhatsApp has no approved template of that name in that language.",
    "not_found": "WHATSAPP_BASE_URL does not lead to the messaging API.",
}


def error_of(answer: Response) -> ProviderError:
    """The error for an answer that is not a success."""
    code = _code(answer)
    known = _REASONS.get(code) if code is not None else None
    if answer.status >= 500 and (known is None or known[0] is ProviderUnavailable):
        return OutcomeUnknown(
            "WhatsApp's gateway failed while it had the message: it may or may not have been sent.",
            provider=PROVIDER,
            reason="server_error",
            status=answer.status,
        )
    kind, reason = known or _without_code(answer)
    return kind(
        _SAYS.get(reason) or f"WhatsApp answered {answer.status}: {reason}.",
        provider=PROVIDER,
        reason=reason,
        status=answer.status,
        retry_after=(answer.retry_after or _WAITS.get(reason)) if kind is ProviderBusy else None,
    )


def _code(answer: Response) -> int | None:
    try:
        refused = Refused.model_validate_json(answer.body)
    except ValidationError:
        return None
    return refused.error.code if refused.error else None


def _without_code(answer: Response) -> tuple[type[ProviderError], str]:
    """360dialog's own: its rate limit is a 400, told by its words only."""
    words = answer.body[:2000].decode("utf-8", errors="replace").lower()
    if answer.status == 429 or "rate limit" in words:
        return ProviderBusy, "rate_limited"
    if answer.status in (401, 402, 403) or "disabled" in words or "payment" in words:
        return ProviderRejected, "account"
    if answer.status == 404:
        return ProviderRejected, "not_found"
    if answer.status in (408, 409, 425):
        return ProviderUnavailable, _PASSING
    return ProviderRejected, "invalid_request"


def reason_of_status(errors: Sequence[Any]) -> str:
    """The reason for a `failed` status, from its `errors`; `unknown` when none of them is known."""
    for error in errors:
        code = error.get("code") if isinstance(error, Mapping) else None
        if isinstance(code, int) and code in _REASONS:
            return _REASONS[code][1]
    return "unknown"
