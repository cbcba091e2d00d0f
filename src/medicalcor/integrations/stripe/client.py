"""Stripe over its form-encoded API: payment links for deposits."""

import re
from collections.abc import Mapping

from pydantic import ValidationError

from medicalcor.core.errors import (
    OutcomeUnknown,
    ProviderOff,
    ProviderRejected,
    ProviderUnavailable,
)
from medicalcor.core.http import Outbound, Response
from medicalcor.integrations.stripe.mapping import PROVIDER, error_of, garbled
from medicalcor.schemas.wire.stripe import PaymentLink

VERSION = "2026-10-28.endive"
"""The webhook endpoint is to be made with the same `api_version`: it decides the form of what events carry."""
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
