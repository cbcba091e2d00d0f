"""Whether a webhook really comes from WhatsApp: what Meta sends, and what 360dialog sends instead.

Meta signs the raw body (`X-Hub-Signature-256`). 360dialog sends the header that was registered with it, word for
word, and may sign too (`x-360dialog-signature`). None of them has a timestamp: an item's own id is what keeps a
replay from counting twice.
"""

from collections.abc import Mapping, Sequence

from medicalcor.core.crypto import hmac

HUB = b"x-hub-signature-256"
DIALOG = b"x-360dialog-signature"
REGISTERED = b"authorization"


class Proof:
    """Accepts a request that carries at least one valid proof and no wrong one.

    `secrets` sign bodies, `headers` are whole values of the registered `Authorization` header; each may hold two
    while one is being replaced.
    """

    def __init__(self, *, secrets: Sequence[str], headers: Sequence[str]) -> None:
        self._secrets = tuple(secret.encode() for secret in secrets)
        self._headers = tuple(headers)

    @property
    def configured(self) -> bool:
        return bool(self._secrets or self._headers)

    def accepts(self, headers: Mapping[bytes, bytes], body: bytes) -> bool:
        """`headers` by lower-case name; `body` exactly as it arrived."""
        signatures = [headers[name] for name in (HUB, DIALOG) if name in headers] if self._secrets else []
        if not all(self._signed(given, body) for given in signatures):
            return False
        return bool(signatures) or self._registered(headers)

    def _signed(self, given: bytes, body: bytes) -> bool:
        text = given.decode("utf-8", "replace").removeprefix("sha256=").lower()
        return hmac.matches(text, [hmac.sign(secret, body) for secret in self._secrets])

    def _registered(self, headers: Mapping[bytes, bytes]) -> bool:
        given = headers.get(REGISTERED)
        return given is not None and hmac.matches(given.decode("utf-8", "replace"), self._headers)
