"""Calls through Vapi: looking up what became of them."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TypeVar
from uuid import UUID

from pydantic import TypeAdapter, ValidationError

from medicalcor.core.errors import OutcomeUnknown, ProviderOff, ProviderRejected, ProviderUnavailable
from medicalcor.core.http import Outbound, Response
from medicalcor.integrations.vapi.mapping import PROVIDER, error_of
from medicalcor.schemas.wire.vapi import Call

T = TypeVar("T")
_CALL: TypeAdapter[Call] = TypeAdapter(Call)
_CALLS: TypeAdapter[tuple[Call, ...]] = TypeAdapter(tuple[Call, ...])


class VapiClient:
    """It only reads: everything may be asked again."""

    def __init__(self, base_url: str, api_key: str | None, *, timeout: float = 10.0) -> None:
        self.on = bool(api_key)
        headers = {"Authorization": f"Bearer {api_key}"} if api_key else {}
        self.door = Outbound(PROVIDER, base_url=base_url, headers=headers, timeout=timeout)

    async def aclose(self) -> None:
        await self.door.aclose()

    async def get_call(self, call_id: str) -> Call:
        """Raises ProviderRejected `gone` when Vapi knows no such call."""
        answer = await self._ask(f"/call/{_id(call_id)}", operation="get_call")
        return _read(answer, _CALL)

    async def calls_since(self, moment: datetime, *, limit: int = 100) -> tuple[Call, ...]:
        """Calls that changed after `moment`, for finding reports that never arrived."""
        stamp = moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        asked = {"updatedAtGt": stamp, "limit": str(limit)}
        return _read(await self._ask("/call", operation="list_calls", params=asked), _CALLS)

    async def _ask(
        self,
        path: str,
        *,
        operation: str,
        params: Mapping[str, str] | None = None,
    ) -> Response:
        if not self.on:
            raise ProviderOff("Vapi is off: set VAPI_API_KEY.", provider=PROVIDER, reason="not_configured")
        try:
            answer = await self.door.request("GET", path, operation=operation, idempotent=True, params=params)
        except OutcomeUnknown as unknown:
            raise ProviderUnavailable(
                "Vapi gave no answer; it can be asked again.", provider=PROVIDER, reason=unknown.reason
            ) from None
        if not answer.ok:
            raise self.door.refused(error_of(answer))
        return answer


def _read(answer: Response, shape: TypeAdapter[T]) -> T:
    try:
        return shape.validate_json(answer.body)
    except ValidationError:
        raise ProviderUnavailable(
            "Vapi's answer is not what it promises; it can be asked again.",
            provider=PROVIDER,
            reason="malformed_answer",
            status=answer.status,
        ) from None


def _id(call_id: str) -> str:
    """Goes into a path: a UUID, as Vapi's ids are."""
    try:
        return str(UUID(call_id))
    except ValueError:
        raise ProviderRejected("This is no id of Vapi's.", provider=PROVIDER, reason="gone") from None
