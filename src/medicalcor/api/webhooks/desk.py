"""What every webhook's door does with a request: refuse what is not signed, keep what is, and only then say so."""

from collections.abc import Sequence
from typing import NoReturn

from medicalcor.api.exchange import Request
from medicalcor.api.webhooks.intake import Intake
from medicalcor.api.webhooks.items import Item, row_of
from medicalcor.core import clock, context
from medicalcor.core.crypto.vault import Vault
from medicalcor.core.errors import SignatureRejected
from medicalcor.core.log import get_logger
from medicalcor.core.observability import tracing
from medicalcor.core.ratelimit import Limit

LIMIT = Limit(20_000, essential=True)
"""A second and address: far more than one process takes in, so that only a flood meets it."""

log = get_logger(__name__)


class Desk:
    """One a provider."""

    def __init__(self, provider: str, *, intake: Intake, vault: Vault) -> None:
        self.provider = provider
        self._intake = intake
        self._vault = vault
        self._quiet_until = 0.0

    def refuse(self, *, size: int) -> NoReturn:
        """A bad signature. A line a second at most: a flood is counted, not written down."""
        if clock.monotonic() >= self._quiet_until:
            self._quiet_until = clock.monotonic() + 1.0
            log.warning("signature_rejected", provider=self.provider, bytes=size)
        raise SignatureRejected

    async def keep(self, request: Request, items: Sequence[Item]) -> None:
        """Return once all of it is committed."""
        with tracing.span(f"webhook.{self.provider}"):
            await self._intake.store(
                [row_of(item, provider=self.provider, vault=self._vault) for item in items],
                provider=self.provider,
                correlation_id=request.correlation_id,
                traceparent=context.traceparent(),
            )
