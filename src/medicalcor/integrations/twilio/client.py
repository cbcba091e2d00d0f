"""Twilio's REST API: recordings, and calls that we make or steer."""

import base64
import re
from dataclasses import dataclass, field
from typing import Literal

from medicalcor.core.errors import OutcomeUnknown, ProviderOff, ProviderRejected, ProviderUnavailable
from medicalcor.core.http import Outbound, Response
from medicalcor.integrations.twilio.mapping import PROVIDER, error_of

API = "2010-04-01"
MEDIA_SECONDS = 60.0
"""A long call in two channels is some megabytes."""
_SID = re.compile(r"(CA|RE)[0-9a-fA-F]{32}")
_TYPES = {"wav": "audio/x-wav", "mp3": "audio/mpeg"}


@dataclass(frozen=True)
class Recording:
    content: bytes = field(repr=False)
    media_type: str


class TwilioClient:
    """On with an account and its token. Addresses are made of SIDs only, never taken from a webhook."""

    def __init__(
        self, base_url: str, *, account_sid: str | None, auth_token: str | None, timeout: float = 10.0
    ) -> None:
        self.on = bool(account_sid and auth_token)
        self._account = f"/{API}/Accounts/{account_sid}"
        key = base64.b64encode(f"{account_sid}:{auth_token}".encode()).decode()
        headers = {"Authorization": f"Basic {key}"} if self.on else {}
        self.door = Outbound(PROVIDER, base_url=base_url, headers=headers, timeout=timeout)

    async def aclose(self) -> None:
        await self.door.aclose()

    async def fetch_recording(self, recording_sid: str, *, form: Literal["wav", "mp3"]) -> Recording:
        """The sound itself. MP3 is an eighth of the size.

        Raises ProviderUnavailable `recording_not_ready` while there is nothing at its address: just after the
        callback, and for good after it was deleted, so the caller bounds its patience.
        """
        path = f"{self._account}/Recordings/{_sid(recording_sid)}.{form}"
        try:
            answer = await self._ask("GET", path, operation="fetch_recording", timeout=MEDIA_SECONDS)
        except ProviderRejected as refused:
            if refused.reason != "not_found":
                raise
            raise ProviderUnavailable(
                "Twilio does not have the recording yet, or not any more.",
                provider=PROVIDER,
                reason="recording_not_ready",
                status=refused.status,
            ) from None
        said = answer.headers.get("content-type", "").split(";")[0].strip().lower()
        if not answer.body or not said.startswith("audio/"):
            raise ProviderUnavailable(
                "Twilio answered with something that is no recording.",
                provider=PROVIDER,
                reason="malformed_answer",
                status=answer.status,
            )
        return Recording(content=answer.body, media_type=_TYPES[form])

    async def delete_recording(self, recording_sid: str) -> None:
        """Erase it at Twilio; that it is already gone is fine."""
        path = f"{self._account}/Recordings/{_sid(recording_sid)}.json"
        try:
            await self._ask("DELETE", path, operation="delete_recording")
        except ProviderRejected as refused:
            if refused.reason != "not_found":
                raise

    async def _ask(
        self,
        method: str,
        path: str,
        *,
        operation: str,
        form: dict[str, str | list[str]] | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 - of each attempt, as the door takes it
    ) -> Response:
        if not self.on:
            raise ProviderOff(
                "Telephony is off: set TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN.",
                provider=PROVIDER,
                reason="not_configured",
            )
        try:
            answer = await self.door.request(
                method, path, operation=operation, form=form, idempotent=True, timeout=timeout
            )
        except OutcomeUnknown as unknown:
            raise ProviderUnavailable(
                "Twilio gave no answer; it can be asked again.", provider=PROVIDER, reason=unknown.reason
            ) from None
        if not answer.ok:
            raise self.door.refused(error_of(answer))
        return answer


def _sid(sid: str) -> str:
    """Goes into a path."""
    if not _SID.fullmatch(sid):
        raise ProviderRejected("This is no SID of Twilio's.", provider=PROVIDER, reason="not_found")
    return sid
