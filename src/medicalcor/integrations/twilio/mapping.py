"""What Twilio's errors mean for us. Its messages quote numbers, so only codes are told."""

from collections.abc import Mapping

from pydantic import ValidationError

from medicalcor.core.errors import (
    ProviderBusy,
    ProviderError,
    ProviderRejected,
    ProviderUnavailable,
)
from medicalcor.core.http import Response
from medicalcor.schemas.wire.twilio import Problem

PROVIDER = "twilio"

_REASONS: Mapping[str, tuple[int, ...]] = {
    "account": (10001, 20003, 20005, 20006, 20008, 20403, 21219),
    "number_invalid": (13223, 13224, 21201, 21211, 21214, 21217, 21401, 21421),
    "country_not_allowed": (13225, 13227, 21215, 21216),
    "caller_number": (13221, 13222, 21210, 21212, 21213, 21262),
    "call_over": (21220,),
    "not_found": (20404,),
}
_CODES = {code: reason for reason, codes in _REASONS.items() for code in codes}
_SAYS = {
    "account": "Twilio refuses the account: check TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN and its balance.",
    "number_invalid": "Twilio cannot call this number.",
    "country_not_allowed": "The Twilio account may not call this country: allow it in its geographic permissions.",
    "caller_number": "Twilio does not accept the number that is called from as the account's own.",
    "call_over": "The call is over: nothing can be done to it any more.",
    "not_found": "Twilio has no such call or recording.",
}


def error_of(answer: Response) -> ProviderError:
    """The error for an answer that is not a success."""
    if answer.status >= 500:
        return ProviderUnavailable(
            f"Twilio answered {answer.status}.",
            provider=PROVIDER,
            reason="server_error",
            status=answer.status,
            retry_after=answer.retry_after,
        )
    code = _code(answer)
    if answer.status == 429 or code == 20429:
        return ProviderBusy(
            "Twilio takes no more requests at the moment.",
            provider=PROVIDER,
            reason="rate_limited",
            status=answer.status,
            retry_after=answer.retry_after or 1.0,
        )
    if answer.status in (408, 409, 425):
        return ProviderUnavailable(
            f"Twilio answered {answer.status}.",
            provider=PROVIDER,
            reason="provider_trouble",
            status=answer.status,
        )
    by_status = {401: "account", 403: "account", 404: "not_found"}
    reason = _CODES.get(code or 0) or by_status.get(answer.status, "invalid_request")
    said = f"Twilio answered {answer.status}" + (f", code {code}." if code else ".")
    return ProviderRejected(_SAYS.get(reason) or said, provider=PROVIDER, reason=reason, status=answer.status)


def _code(answer: Response) -> int | None:
    try:
        return Problem.model_validate_json(answer.body).code
    except ValidationError:
        return None
