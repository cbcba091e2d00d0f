"""Whether a webhook really comes from Stripe: `Stripe-Signature: t=<unix seconds>,v1=<hex>[,v1=…]`.

The HMAC covers the time and the raw body. While a secret is rolled Stripe signs with both, so there may be several
`v1`; any other scheme (`v0`) proves nothing.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from medicalcor.core.crypto import hmac

HEADER = b"stripe-signature"
TOLERANCE_SECONDS = 300
_MOST_SIGNATURES = 10


class Proof:
    """`secrets` are of the webhook endpoint; two while one is being replaced."""

    def __init__(self, *, secrets: Sequence[str]) -> None:
        self._secrets = tuple(secret.encode() for secret in secrets)

    @property
    def configured(self) -> bool:
        return bool(self._secrets)

    def accepts(self, headers: Mapping[bytes, bytes], body: bytes, *, now: datetime) -> bool:
        """`headers` by lower-case name; `body` exactly as it arrived.

        Refuses what was signed more than five minutes ago, and, as Stripe's own library does not, what claims to
        have been signed more than five minutes from now.
        """
        timestamp, signatures = _parts(headers.get(HEADER, b"").decode("latin-1"))
        if timestamp is None or abs(now.timestamp() - int(timestamp)) > TOLERANCE_SECONDS:
            return False
        signed = f"{timestamp}.".encode() + body
        expected = [hmac.sign(secret, signed) for secret in self._secrets]
        return any([hmac.matches(given, expected) for given in signatures])  # noqa: C419 - all are compared: equal time


def _parts(header: str) -> tuple[str | None, list[str]]:
    """The time as it is written, and the `v1` signatures; no time when there is not exactly one."""
    pairs = [part.strip().partition("=") for part in header.split(",")]
    times = [value for name, _, value in pairs if name == "t"]
    signatures = [value for name, _, value in pairs if name == "v1"]
    readable = len(times) == 1 and times[0].isascii() and times[0].isdigit() and len(times[0]) <= 12
    return (times[0] if readable else None), signatures[:_MOST_SIGNATURES]
