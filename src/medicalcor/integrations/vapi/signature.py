"""Whether a request really comes from Vapi, which signs nothing by itself: it proves what its credential says.

Three kinds of credential: a bearer token (in a header that the plan may name), a token in `X-Vapi-Secret`, and an HMAC
over the body by a plan. Without a secret of ours nothing is accepted.
"""

import base64
import binascii
import re
from collections.abc import Mapping, Sequence
from datetime import datetime

from medicalcor.core.crypto import hmac
from medicalcor.schemas.wire.vapi import AuthPlan

WINDOW_SECONDS = 300.0
_IN_MILLISECONDS = 1e11
"""Vapi does not say which unit its timestamps have; seconds are this large in the year 5138 only."""
_PARTS = re.compile(r"(\{(?:body|timestamp|method|url|svix-id)\})")


class Proof:
    """Accepts a request with a valid signature or, where it carries none, one of the secrets as its token.

    `secrets` may hold two while one is being replaced. A signature that is wrong refuses the request, whatever else
    it carries.
    """

    def __init__(self, *, secrets: Sequence[str], plan: AuthPlan | None = None) -> None:
        self._plan = plan or AuthPlan()
        self._static_headers = {b"authorization", b"x-vapi-secret", self._plan.header_name.lower().encode()}
        self._signature_header = self._plan.signature_header.lower().encode()
        self._timestamp_header = self._plan.timestamp_header.lower().encode()
        self._message_id_header = self._plan.message_id_header.lower().encode()
        self._parts = _PARTS.split(self._plan.payload_format)
        self._body_alone = (
            not self._plan.include_timestamp and self._plan.payload_format == AuthPlan().payload_format
        )
        self._tokens = tuple(secret for secret in secrets if secret)
        self._keys = tuple(key for secret in self._tokens if (key := self._key(secret)))

    @property
    def configured(self) -> bool:
        return bool(self._tokens)

    def accepts(
        self,
        headers: Mapping[bytes, bytes],
        body: bytes,
        *,
        now: datetime,
        method: str = "POST",
        url: str = "",
    ) -> bool:
        """`headers` by lower-case name; `body` exactly as it arrived; `url` only where the plan signs it."""
        given = headers.get(self._signature_header)
        if given is None:
            return self._static(headers)
        payload = self._payload(headers, body, now=now, method=method, url=url)
        return payload is not None and self._signed(given, payload)

    def _static(self, headers: Mapping[bytes, bytes]) -> bool:
        given = [headers[name].decode("utf-8", "replace") for name in self._static_headers if name in headers]
        return any(hmac.matches(_without_scheme(value), self._tokens) for value in given)

    def _signed(self, given: bytes, payload: bytes) -> bool:
        prefix = self._plan.signature_prefix
        text = given.decode("utf-8", "replace").strip()
        if not text.startswith(prefix):
            return False
        text = text[len(prefix) :]
        if self._plan.signature_encoding == "hex":
            text = text.lower()
        return hmac.matches(text, [self._signature(key, payload) for key in self._keys])

    def _signature(self, key: bytes, payload: bytes) -> str:
        raw = hmac.digest(key, payload, algorithm=self._plan.algorithm)
        return raw.hex() if self._plan.signature_encoding == "hex" else base64.b64encode(raw).decode()

    def _payload(
        self, headers: Mapping[bytes, bytes], body: bytes, *, now: datetime, method: str, url: str
    ) -> bytes | None:
        """What was signed; None when its time is missing or too far from `now`."""
        if self._body_alone:
            return body
        stamp = headers.get(self._timestamp_header, b"")
        if self._plan.include_timestamp and not _is_fresh(stamp, now=now):
            return None
        values = {
            "{body}": body,
            "{timestamp}": stamp,
            "{method}": method.encode(),
            "{url}": url.encode(),
            "{svix-id}": headers.get(self._message_id_header, b""),
        }
        return b"".join([values[part] if part in values else part.encode() for part in self._parts])

    def _key(self, secret: str) -> bytes | None:
        """None for a secret that is not the base64 it should be: it signs nothing."""
        if not self._plan.secret_is_base64:
            return secret.encode()
        try:
            return base64.b64decode(secret, validate=True)
        except binascii.Error:
            return None


def _without_scheme(value: str) -> str:
    scheme, _, token = value.partition(" ")
    return token.strip() if scheme.lower() == "bearer" else value


def _is_fresh(stamp: bytes, *, now: datetime) -> bool:
    text = stamp.decode("latin-1").strip()
    if not (text.isascii() and text.isdigit() and len(text) < 20):
        return False
    moment = float(text)
    seconds = moment / 1000 if moment > _IN_MILLISECONDS else moment
    return abs(now.timestamp() - seconds) <= WINDOW_SECONDS
