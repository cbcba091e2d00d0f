"""Why a payment failed, in our words instead of the banks' many."""

from collections.abc import Mapping

from medicalcor.schemas.wire.stripe import FailureCode

_FAILURES: Mapping[FailureCode, tuple[str, ...]] = {
    "insufficient_funds": ("insufficient_funds",),
    "card_expired": ("expired_card",),
    "card_details_wrong": (
        "incorrect_number", "invalid_number", "incorrect_cvc", "invalid_cvc", "incorrect_zip", "incorrect_address",
        "invalid_expiry_month", "invalid_expiry_year", "incorrect_pin", "invalid_account",
    ),
    "authentication_needed": (
        "authentication_required", "payment_intent_authentication_failure", "offline_pin_required",
        "online_or_offline_pin_required", "authentication_not_handled",
    ),
    "limit_exceeded": ("card_velocity_exceeded", "withdrawal_count_limit_exceeded", "approve_with_id"),
    "card_not_supported": (
        "card_not_supported", "currency_not_supported", "transaction_not_allowed", "service_not_allowed",
        "not_permitted", "invalid_amount",
    ),
    "suspected_fraud": (
        "fraudulent", "lost_card", "stolen_card", "pickup_card", "merchant_blacklist", "security_violation",
        "restricted_card",
    ),
    "card_declined": (
        "card_declined", "generic_decline", "do_not_honor", "call_issuer", "no_action_taken", "do_not_try_again",
        "revocation_of_all_authorizations", "revocation_of_authorization", "stop_payment_order",
        "payment_method_customer_decline", "payment_intent_payment_attempt_failed",
    ),
    "processing_error": (
        "processing_error", "issuer_not_available", "try_again_later", "reenter_transaction",
        "payment_method_provider_timeout", "payment_method_provider_decline",
    ),
}  # fmt: skip
_CODES: dict[str, FailureCode] = {code: name for name, codes in _FAILURES.items() for code in codes}


def failure_of(code: str | None, *, decline_code: str | None = None) -> FailureCode:
    """In our words. The bank's own `decline_code` says more than Stripe's `code`."""
    return _CODES.get(decline_code or "") or _CODES.get(code or "") or "unknown"
