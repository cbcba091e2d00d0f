"""Signatures over raw bytes, compared in constant time."""

import hashlib
import hmac
from collections.abc import Iterable


def sign(secret: bytes, body: bytes) -> str:
    """HMAC-SHA256 in lower-case hex."""
    return hmac.new(secret, body, hashlib.sha256).hexdigest()


def matches(given: str, expected: Iterable[str]) -> bool:
    """Whether `given` is one of `expected`; takes as long whichever it is, or none."""
    found = False
    for candidate in expected:
        found |= hmac.compare_digest(given.encode(), candidate.encode())
    return found
