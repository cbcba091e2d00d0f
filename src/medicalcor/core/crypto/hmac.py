"""Signatures over raw bytes, compared in constant time."""

import hmac
from collections.abc import Iterable
from typing import Literal


def sign(secret: bytes, body: bytes) -> str:
    """HMAC-SHA256 in lower-case hex."""
    return hmac.digest(secret, body, "sha256").hex()


def digest(secret: bytes, body: bytes, *, algorithm: Literal["sha256", "sha512", "sha1"]) -> bytes:
    """The raw HMAC, for providers that write it in a form of their own."""
    return hmac.digest(secret, body, algorithm)


def matches(given: str, expected: Iterable[str]) -> bool:
    """Whether `given` is one of `expected`; takes as long whichever it is, or none."""
    found = False
    for candidate in expected:
        found |= hmac.compare_digest(given.encode(), candidate.encode())
    return found
