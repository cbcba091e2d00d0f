"""Stripe over its form-encoded API: payment links for deposits, and how an object stands now."""

import re
from collections.abc import Mapping

from pydantic import ValidationError

from medicalcor.core.errors import (
    InvalidInput,
    OutcomeUnknown,
    ProviderOff,
    ProviderRejected,
    ProviderUnavailable,
)
from medicalcor.core.http import Outbound, Response
from medicalcor.integrations.stripe.facts import fact_of_object
from medicalcor.integrations.stripe.mapping import PROVIDER, error_of, garbled
from medicalcor.schemas.wire.stripe import Fact, PaymentLink

VERSION = "2026-10-28.endive"
"""The webhook endpoint is to be made with the same `api_version`: it decides the form of what events carry."""
_PATHS = {
    "pi": "payment_intents",
    "ch": "charges",
    "py": "charges",
    "in": "invoices",
    "sub": "subscriptions",
    "cs": "checkout/sessions",
    "dp": "disputes",
    "du": "disputes",
}
_ID = re.compile(r"([a-z]{2,3})_[A-Za-z0-9_]{1,200}")
_CURRENCY = re.compile(r"[A-Za-z]{3}")
_LONGEST_KEY = 255


class StripeClient:
    """Every call may be repeated: it reads, or it carries an idempotency key."""

    def __init__(self, base_url: str, api_key: str | None, *, timeout: float = 15.0) -> None:
        self.on = bool(api_key)
        headers = {"Stripe-Version": VERSION}
        if api_key:
            headers["Authorization"] = f"Bearer {api_key}"
        self.door = Outbound(PROVIDER, base_url=base_url, headers=headers, timeout=timeout)

    async def aclose(self) -> None:
        await self.door.aclose()

    async def create_payment_link(
        self,
        *,
        amount: int,
        currency: str,
        title: str,
        metadata: Mapping[str, str],
        idempotency_key: str,
    ) -> PaymentLink:
        """A page where `amount` (smallest unit of `currency`) can be paid, once.

        `title` is what the payer reads, on receipts too: no medical detail. `metadata` comes back on the checkout and
        the payment: ids of ours, nothing personal. The same key gives the same link for at least a day, so it is to be
        derived from what the link is for. Raises ProviderError.
        """
        if amount <= 0 or not _CURRENCY.fullmatch(currency) or not 0 < len(idempotency_key) <= _LONGEST_KEY:
            raise ProviderRejected(
                "A payment link needs a positive amount, a currency of three letters, and a key of 1 to 255 characters.",
                provider=PROVIDER,
                reason="invalid_request",
            )
        price = "line_items[0][price_data]"
        asked = {
            f"{price}[currency]": currency.lower(),
            f"{price}[unit_amount]": str(amount),
            f"{price}[product_data][name]": title,
            "line_items[0][quantity]": "1",
            "restrictions[completed_sessions][limit]": "1",
            **{f"metadata[{name}]": value for name, value in metadata.items()},
            **{f"payment_intent_data[metadata][{name}]": value for name, value in metadata.items()},
        }
        answer = await self._ask(
            "POST", "/v1/payment_links", operation="create_payment_link", form=asked, key=idempotency_key
        )
        try:
            return PaymentLink.model_validate_json(answer.body)
        except ValidationError:
            raise garbled(answer) from None  # not chained: it quotes what was answered

    async def fetch(self, object_id: str) -> Fact:
        """How a payment, charge, invoice, subscription, checkout or dispute stands now, by its id.

        Events come in any order; this is the truth. Raises ProviderRejected `not_found`.
        """
        found = _ID.fullmatch(object_id)
        path = _PATHS.get(found[1]) if found else None
        if path is None:
            raise ProviderRejected(
                "This is no id of an object that is read from Stripe.", provider=PROVIDER, reason="not_found"
            )
        answer = await self._ask("GET", f"/v1/{path}/{object_id}", operation=f"fetch_{found and found[1]}")
        try:
            raw = answer.json()
            return fact_of_object(raw if isinstance(raw, dict) else {})
        except (ValueError, InvalidInput):
            raise garbled(answer) from None

    async def _ask(
        self,
        method: str,
        path: str,
        *,
        operation: str,
        form: Mapping[str, str | list[str]] | None = None,
        key: str | None = None,
    ) -> Response:
        if not self.on:
            raise ProviderOff(
                "Stripe is off: set STRIPE_API_KEY.", provider=PROVIDER, reason="not_configured"
            )
        try:
            answer = await self.door.request(
                method,
                path,
                operation=operation,
                form=form,
                headers={"Idempotency-Key": key} if key else None,
                idempotent=True,
            )
        except OutcomeUnknown as unknown:
            # under its key the same request does nothing twice: there is nothing to find out first
            raise ProviderUnavailable(
                "Stripe gave no answer; it can be asked again.", provider=PROVIDER, reason=unknown.reason
            ) from None
        if not answer.ok:
            raise self.door.refused(error_of(answer))
        return answer
