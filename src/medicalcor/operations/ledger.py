"""What every use case records with."""

from dataclasses import dataclass

from medicalcor.core.crypto.vault import Vault
from medicalcor.core.database.pool import Pool
from medicalcor.core.eventstore.store import EventStore
from medicalcor.core.settings import Settings
from medicalcor.readmodels.projections import PROJECTIONS


@dataclass(frozen=True, slots=True)
class Ledger:
    settings: Settings
    pool: Pool
    vault: Vault
    store: EventStore

    @property
    def crm_on(self) -> bool:
        return self.settings.hubspot_access_token is not None

    @property
    def whatsapp_on(self) -> bool:
        return self.settings.whatsapp_api_key is not None


def open_ledger(settings: Settings, pool: Pool) -> Ledger:
    """A ledger on this database, with the vault that the master key opens."""
    vault = Vault(settings.require("medicalcor_master_key"))
    return Ledger(settings, pool, vault, EventStore(vault, PROJECTIONS))
