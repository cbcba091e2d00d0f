"""The only place that makes ids and draws randomness."""

import secrets
import time
from uuid import UUID


def new_id() -> UUID:
    """A UUIDv7 (RFC 9562): sorts by the time it was made, so that indexes grow at one end."""
    milliseconds = time.time_ns() // 1_000_000
    value = (milliseconds << 80) | (7 << 76) | (secrets.randbits(12) << 64) | (2 << 62) | secrets.randbits(62)
    return UUID(int=value)


def token(nbytes: int = 32) -> str:
    """A secret for URLs and cookies."""
    return secrets.token_urlsafe(nbytes)


def random_bytes(nbytes: int) -> bytes:
    return secrets.token_bytes(nbytes)


def jitter(upto: float) -> float:
    """Seconds between 0 and `upto`, to spread retries."""
    return secrets.SystemRandom().uniform(0, upto)
