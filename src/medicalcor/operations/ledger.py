"""What every use case records with."""

from dataclasses import dataclass, field
from uuid import UUID

from medicalcor.core.crypto.vault import Vault
from medicalcor.core.database.pool import Connection, Pool
from medicalcor.core.eventstore.store import Append, Cause, EventStore, Recorded
from medicalcor.core.settings import Settings
from medicalcor.operations.set_up import Remembered
from medicalcor.readmodels.projections import PROJECTIONS

__all__ = ["Act", "Cause", "Ledger", "by_patient", "by_system", "by_user", "open_ledger"]


@dataclass(frozen=True, slots=True)
class Ledger:
    settings: Settings
    pool: Pool
    vault: Vault
    store: EventStore
    set_up: Remembered = field(default_factory=Remembered)

    @property
    def crm_on(self) -> bool:
        return self.settings.hubspot_access_token is not None

    def is_on(self, kind: str) -> bool:
        """Whether the provider that carries effects of this kind is configured."""
        settings = self.settings
        match kind.partition(".")[0]:
            case "whatsapp":
                return settings.whatsapp_api_key is not None
            case "email":
                return settings.smtp_url is not None and settings.email_from is not None
            case "hubspot":
                return self.crm_on
            case _:
                return True


@dataclass(frozen=True, slots=True)
class Act:
    """What one transaction records: where, and what it follows from."""

    ledger: Ledger
    connection: Connection
    cause: Cause

    async def append(self, *entries: Append) -> list[Recorded]:
        return await self.ledger.store.append(self.connection, *entries, cause=self.cause)


def by_system(correlation_id: str) -> Cause:
    """What the machine does of itself, following from a request."""
    return Cause(correlation_id=correlation_id, actor="system")


def by_patient(correlation_id: str) -> Cause:
    """What a patient decided, through whichever channel."""
    return Cause(correlation_id=correlation_id, actor="patient")


def by_user(user_id: UUID, *, correlation_id: str) -> Cause:
    """What a colleague decided."""
    return Cause(correlation_id=correlation_id, actor=f"user:{user_id}")


def open_ledger(settings: Settings, pool: Pool) -> Ledger:
    """A ledger on this database, with the vault that the master key opens."""
    vault = Vault(settings.require("medicalcor_master_key"))
    return Ledger(settings, pool, vault, EventStore(vault, PROJECTIONS))
