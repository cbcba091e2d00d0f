"""Calls through Vapi: placing one, and looking up what became of it."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, TypeVar
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
    """`tracker` is the effect's id: the call is named by it, and found again by it after an unknown outcome."""

    def __init__(self, base_url: str, api_key: str | None, *, timeout: float = 10.0) -> None:
        self.on = bool(api_key)
        headers = {"Authorization": f"Bearer {api_key}"} if api_key else {}
        self.door = Outbound(PROVIDER, base_url=base_url, headers=headers, timeout=timeout)

    async def aclose(self) -> None:
        await self.door.aclose()

    async def create_call(
        self, *, to: str, assistant_id: str, phone_number_id: str, variables: Mapping[str, str], tracker: str
    ) -> str:
        """Ring `to` (E.164) from one of the clinic's numbers. Answers Vapi's id of the call.

        Asked once: there is no idempotency key, and a second try might ring the patient twice.
        """
        asked = {
            "name": tracker[:40],
            "assistantId": assistant_id,
            "phoneNumberId": phone_number_id,
            "customer": {"number": to},
            "assistantOverrides": {"variableValues": dict(variables)},
        }
        answer = await self._ask("POST", "/call", operation="create_call", json=asked)
        try:
            return _CALL.validate_json(answer.body).id
        except ValidationError:
            raise OutcomeUnknown(
                "Vapi answered yes, but without the call's id.",
                provider=PROVIDER,
                reason="malformed_answer",
                status=answer.status,
            ) from None  # not chained: what does not fit quotes the answer, and the answer quotes the number

    async def get_call(self, call_id: str) -> Call:
        """Raises ProviderRejected `gone` when Vapi knows no such call."""
        answer = await self._ask("GET", f"/call/{_id(call_id)}", operation="get_call")
        return _read(answer, _CALL)

    async def calls_since(self, moment: datetime, *, limit: int = 100) -> tuple[Call, ...]:
        """Calls that changed after `moment`, for finding reports that never arrived."""
        stamp = moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        asked = {"updatedAtGt": stamp, "limit": str(limit)}
        return _read(await self._ask("GET", "/call", operation="list_calls", params=asked), _CALLS)

    async def find_call(self, tracker: str, *, since: datetime) -> Call | None:
        """The call that was asked for under this tracker, if it was placed."""
        return next((call for call in await self.calls_since(since) if call.name == tracker[:40]), None)

    async def _ask(
        self,
        method: str,
        path: str,
        *,
        operation: str,
        json: Any = None,
        params: Mapping[str, str] | None = None,
    ) -> Response:
        if not self.on:
            raise ProviderOff("Vapi is off: set VAPI_API_KEY.", provider=PROVIDER, reason="not_configured")
        reading = method == "GET"
        try:
            answer = await self.door.request(
                method, path, operation=operation, idempotent=reading, json=json, params=params
            )
        except OutcomeUnknown as unknown:
            if not reading:
                raise
            raise ProviderUnavailable(
                "Vapi gave no answer; it can be asked again.", provider=PROVIDER, reason=unknown.reason
            ) from None
        if not answer.ok:
            raise self.door.refused(error_of(answer, repeatable=reading))
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
