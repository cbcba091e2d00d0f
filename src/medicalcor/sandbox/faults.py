"""Misbehaviour to order: what the next calls of a provider, or its next webhooks, will suffer."""

from dataclasses import dataclass, field
from typing import Any

from pydantic import Field

from medicalcor.core.errors import InvalidInput
from medicalcor.schemas.base import Shape

CALL_KINDS: dict[str, str] = {
    "delay": "answers after `seconds`",
    "status": "answers `status` with the provider's error body, or with `body`; nothing takes effect",
    "malformed": "takes effect, and answers a body that is not what was promised",
    "drop": "cuts the connection before anything takes effect",
    "drop_after": "takes effect, then cuts the connection without an answer",
    "rate_limit": "answers the provider's own rate limit; nothing takes effect",
    "hang": "takes the request and never answers; cuts the connection after `seconds`",
}


class Fault(Shape):
    """An order as it is posted to `/_sandbox/faults`."""

    provider: str
    kind: str
    count: int = Field(default=1, ge=1)
    """How many of the next matching calls (or webhooks)."""
    match: str | None = None
    """Only calls whose path contains this."""
    seconds: float | None = Field(default=None, ge=0)
    status: int | None = Field(default=None, ge=400, le=599)
    body: Any = None
    code: str | int | None = None
    """Which of the provider's rate limits, where it has several."""
    retry_after: int | None = Field(default=None, ge=0)
    """Seconds announced with a rate limit."""
    content: str | None = None
    """What `nonsense` and `refusal` say, instead of the usual."""


@dataclass
class _Order:
    fault: Fault
    left: int


@dataclass
class FaultBook:
    """Orders by provider, first come first served."""

    kinds: dict[str, dict[str, str]]
    """Provider → the kinds it knows beyond CALL_KINDS, with what they do."""
    limits: dict[str, tuple[str, ...]]
    """Provider → the codes of its rate limits, where it has several."""
    _orders: dict[str, list[_Order]] = field(default_factory=dict)

    def known(self) -> dict[str, dict[str, str]]:
        return {provider: {**CALL_KINDS, **own} for provider, own in self.kinds.items()}

    def add(self, fault: Fault) -> None:
        known = self.known()
        if fault.provider not in known:
            raise InvalidInput(
                f"There is no provider {fault.provider!r} here. There are: {', '.join(known)}."
            )
        if fault.kind not in known[fault.provider]:
            there = ", ".join(known[fault.provider])
            raise InvalidInput(f"{fault.provider} knows no fault {fault.kind!r}. It knows: {there}.")
        if fault.kind == "status" and fault.status is None:
            raise InvalidInput("A fault of kind 'status' says which: give `status`, 400 to 599.")
        limits = self.limits.get(fault.provider, ())
        if fault.kind == "rate_limit" and fault.code is not None and str(fault.code) not in limits:
            there = ", ".join(limits) or "none to choose from"
            raise InvalidInput(f"{fault.provider} knows no rate limit {fault.code!r}. It knows: {there}.")
        self._orders.setdefault(fault.provider, []).append(_Order(fault=fault, left=fault.count))

    def for_call(self, provider: str, *, path: str) -> Fault | None:
        """The fault that this call suffers, and one less to come."""
        if provider not in self._orders:
            return None
        for order in self._orders[provider]:
            webhook = order.fault.kind.endswith("_webhooks")
            if not webhook and (order.fault.match is None or order.fault.match in path):
                return self._spend(order)
        return None

    def for_webhook(self, provider: str, *, kind: str) -> bool:
        for order in self._orders.get(provider, ()):
            if order.fault.kind == kind:
                self._spend(order)
                return True
        return False

    def _spend(self, order: _Order) -> Fault:
        order.left -= 1
        if order.left <= 0:
            left = [o for o in self._orders[order.fault.provider] if o is not order]
            self._orders[order.fault.provider] = left
            if not left:
                del self._orders[order.fault.provider]
        return order.fault

    def waiting(self) -> list[dict[str, Any]]:
        return [
            {**order.fault.model_dump(exclude_none=True), "left": order.left}
            for orders in self._orders.values()
            for order in orders
        ]

    def clear(self) -> None:
        self._orders.clear()
