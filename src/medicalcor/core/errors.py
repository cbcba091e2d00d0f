"""One tree for everything that can go wrong in a way we foresee.

    ProductError                       500  permanent
    ├── InvalidInput                   422  permanent   what came in cannot be used; the message says what to do
    ├── NotFound                       404  permanent
    ├── Forbidden                      403  permanent
    ├── SignatureRejected              401  permanent
    ├── Conflict                       409  transient   somebody else was first: load again, decide again
    │   └── StreamConflict
    ├── Settings problems
    │   └── MissingSetting             500  permanent
    ├── VaultError                     500  permanent
    │   ├── KeyDestroyed               410  permanent   the personal part was erased, for good
    │   └── SealBroken                 500  permanent   altered, or sealed under another key
    └── ProviderError                  502             something outside did not do what was asked
        ├── ProviderOff                503  permanent   no key configured
        ├── ProviderUnavailable        503  transient   down, breaker open, refused to connect: surely not done
        ├── ProviderRejected           502  permanent   it understood and said no
        ├── ProviderBusy               503  transient   rate limit; carries how long to wait
        └── OutcomeUnknown             504  transient   asked, no answer: it may or may not have happened

A class's docstring is its default message. Texts carry no personal data: they end up in logs.
"""

import inspect
from collections.abc import Mapping
from typing import Any


class ProductError(Exception):
    """Something went wrong."""

    code: str = "error"
    http_status: int = 500
    permanent: bool = True

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or inspect.getdoc(type(self)) or self.code)

    @property
    def message(self) -> str:
        return str(self.args[0])

    @property
    def more(self) -> Mapping[str, Any]:
        """What a caller may want to go on with, by name; goes into no log."""
        return {}


class InvalidInput(ProductError):
    """What was sent cannot be used."""

    code = "invalid_input"
    http_status = 422


class NotFound(ProductError):
    """There is no such thing."""

    code = "not_found"
    http_status = 404


class Gone(ProductError):
    """It was deleted, for good."""

    code = "gone"
    http_status = 410


class Forbidden(ProductError):
    """You may not do that."""

    code = "forbidden"
    http_status = 403


class SignatureRejected(ProductError):
    """The request's signature is missing or wrong."""

    code = "signature_rejected"
    http_status = 401


class Conflict(ProductError):
    """Somebody else changed this in the meantime. Load it again and repeat."""

    code = "conflict"
    http_status = 409
    permanent = False


class StreamConflict(Conflict):
    """The stream has moved on since it was read."""

    code = "stream_conflict"


class MissingSetting(ProductError):
    """A setting that has no default is not set."""

    code = "missing_setting"


class VaultError(ProductError):
    """The vault could not do that."""

    code = "vault"


class KeyDestroyed(VaultError):
    """The key of this subject was destroyed: its personal data is erased."""

    code = "key_destroyed"
    http_status = 410


class SealBroken(VaultError):
    """A sealed value does not open: it was altered, or sealed under another key."""

    code = "seal_broken"


class ProviderError(ProductError):
    """A provider did not do what was asked."""

    code = "provider"
    http_status = 502

    def __init__(
        self,
        message: str | None = None,
        *,
        provider: str,
        reason: str = "",
        status: int | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message)
        self.provider = provider
        self.reason = reason
        """A stable code, e.g. `window_closed`, `rate_limited`, `template_unknown`; shown to staff in words."""
        self.status = status
        self.retry_after = retry_after
        """Seconds the provider asked us to wait."""


class ProviderOff(ProviderError):
    """No key is configured for this provider."""

    code = "provider_off"
    http_status = 503


class ProviderUnavailable(ProviderError):
    """The provider cannot be reached. Nothing was done."""

    code = "provider_unavailable"
    http_status = 503
    permanent = False


class ProviderRejected(ProviderError):
    """The provider understood and refused."""

    code = "provider_rejected"


class ProviderBusy(ProviderError):
    """The provider asks to be left alone for a while. Nothing was done."""

    code = "provider_busy"
    http_status = 503
    permanent = False


class OutcomeUnknown(ProviderError):
    """No answer came: it may or may not have happened."""

    code = "outcome_unknown"
    http_status = 504
    permanent = False
