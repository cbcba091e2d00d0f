"""The doors there are: one line a provider."""

from medicalcor.api.asks import Asks
from medicalcor.api.database import Database
from medicalcor.api.shell import Door
from medicalcor.api.webhooks import email, leads, stripe, twilio, vapi, whatsapp
from medicalcor.api.webhooks.desk import Desk
from medicalcor.api.webhooks.intake import Intake
from medicalcor.api.webhooks.vapi_tools import Tools
from medicalcor.core.crypto.vault import Vault
from medicalcor.core.ratelimit import Limit
from medicalcor.core.settings import Settings


def open_doors(
    settings: Settings, *, intake: Intake, asks: Asks, database: Database, vault: Vault, limit: Limit
) -> list[Door]:
    """What is not configured answers 404 at its door."""

    def desk(provider: str) -> Desk:
        return Desk(provider, intake=intake, vault=vault)

    return [
        whatsapp.WhatsApp(settings, desk(whatsapp.PROVIDER)).door(limit),
        vapi.Vapi(settings, desk(vapi.PROVIDER), Tools(asks, vault)).door(limit),
        *twilio.Twilio(settings, desk(twilio.PROVIDER)).doors(limit),
        stripe.Stripe(settings, desk(stripe.PROVIDER)).door(limit),
        email.Email(settings, desk(email.PROVIDER)).door(limit),
        leads.Leads(settings, desk(leads.PROVIDER), database=database, vault=vault).door(),
    ]
