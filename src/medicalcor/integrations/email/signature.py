"""Standard Webhooks: an id, a time and the raw body, signed with a shared key (standardwebhooks.com, `v1`)."""

import base64
import binascii
from collections.abc import Mapping, Sequence
from datetime import datetime

from medicalcor.core.crypto import hmac

ID = b"webhook-id"
TIMESTAMP = b"webhook-timestamp"
SIGNATURE = b"webhook-signature"
TOLERANCE_SECONDS = 300.0
PREFIX = "whsec_"
_VERSION = "v1"


class Proof:
    """Accepts a request that any of `secrets` has signed within five minutes of now.

    A secret is `whsec_` and base64; two may be given while one is replaced. One that is no base64 signs nothing.
    """

    def __init__(self, *, secrets: Sequence[str]) -> None:
        self._keys = tuple(key for secret in secrets if (key := key_of(secret)))

    @property
    def configured(self) -> bool:
        return bool(self._keys)

    def accepts(self, headers: Mapping[bytes, bytes], body: bytes, *, now: datetime) -> bool:
        """`headers` by lower-case name; `body` exactly as it arrived."""
        stamp = headers.get(TIMESTAMP, b"")
        if not headers.get(ID) or not _is_fresh(stamp, now=now):
            return False
        expected = [signature(key, identifier=headers[ID], stamp=stamp, body=body) for key in self._keys]
        given = headers.get(SIGNATURE, b"").decode("utf-8", "replace").split(" ")
        return any(hmac.matches(one, expected) for one in given[:16])


def signature(key: bytes, *, identifier: bytes, stamp: bytes, body: bytes) -> str:
    raw = hmac.digest(key, identifier + b"." + stamp + b"." + body, algorithm="sha256")
    return f"{_VERSION},{base64.b64encode(raw).decode()}"


def key_of(secret: str) -> bytes | None:
    """The key in a secret; None when it is not base64, or empty."""
    try:
        return base64.b64decode(secret.removeprefix(PREFIX), validate=True) or None
    except (binascii.Error, ValueError):
        return None


def _is_fresh(stamp: bytes, *, now: datetime) -> bool:
    text = stamp.decode("latin-1")
    if not (text.isascii() and text.isdigit() and len(text) < 20):
        return False
    return abs(now.timestamp() - int(text)) <= TOLERANCE_SECONDS
