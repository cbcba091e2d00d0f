"""What Vapi's errors mean for us. Its messages quote what was sent, so none of their text is told."""

from medicalcor.core.errors import (
    ProviderBusy,
    ProviderError,
    ProviderRejected,
    ProviderUnavailable,
)
from medicalcor.core.http import Response

PROVIDER = "vapi"

_REASONS = {400: "invalid_request", 401: "account", 402: "account", 403: "account", 404: "gone"}
_SAYS = {
    "account": "Vapi refuses the key, or its account has no credit: check VAPI_API_KEY and billing.",
    "gone": "Vapi has no such call.",
    "invalid_request": "Vapi takes no such call: check the assistant, the phone number and its limits.",
}


def error_of(answer: Response) -> ProviderError:
    """The error for an answer that is not a success."""
    status = answer.status
    if status >= 500 or status in (408, 409, 425):
        return ProviderUnavailable(
            f"Vapi answered {status}.",
            provider=PROVIDER,
            reason="server_error",
            status=status,
            retry_after=answer.retry_after,
        )
    if status == 429:
        return ProviderBusy(
            "Vapi's limit of calls is reached.",
            provider=PROVIDER,
            reason="rate_limited",
            status=status,
            retry_after=answer.retry_after,
        )
    reason = _REASONS.get(status, "invalid_request")
    return ProviderRejected(_SAYS[reason], provider=PROVIDER, reason=reason, status=status)
