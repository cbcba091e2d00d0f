"""The composition root: the only place that wires clients to their settings."""

from dataclasses import dataclass
from typing import TypedDict

from medicalcor.core.breaker import Breaker
from medicalcor.core.database.pool import open_pool
from medicalcor.core.errors import MissingSetting
from medicalcor.core.settings import Settings
from medicalcor.domain.scoring import rules
from medicalcor.integrations.email.client import EmailClient
from medicalcor.integrations.hubspot.client import HubSpotClient
from medicalcor.integrations.openai.client import AiClient
from medicalcor.integrations.stripe.client import StripeClient
from medicalcor.integrations.twilio.client import TwilioClient
from medicalcor.integrations.vapi.client import VapiClient
from medicalcor.integrations.whatsapp.client import WhatsAppClient
from medicalcor.operations.ledger import Ledger, open_ledger
from medicalcor.schemas.scoring import ScoringInput, Turn

POOL = 20
_A_GREETING = ScoringInput(channel="whatsapp", messages=(Turn(role="user", content="Bună ziua"),))


class Integration(TypedDict):
    """How one provider stands, as this process sees it."""

    configured: bool
    breaker: str | None
    """`closed`, `half_open`, `open`; None when it is off."""
    since: str | None
    """When the breaker opened or closed last."""
    refusal: str | None
    """Why the provider refuses the account, while it does."""


@dataclass(frozen=True, slots=True)
class Runtime:
    """What the worker works with. A client is None when its integration is off."""

    settings: Settings
    ledger: Ledger
    whatsapp: WhatsAppClient | None
    hubspot: HubSpotClient | None
    ai: AiClient | None
    email: EmailClient | None
    twilio: TwilioClient | None
    vapi: VapiClient | None
    stripe: StripeClient | None

    def integrations(self) -> dict[str, Integration]:
        """Every provider by name. Asked from other threads too: it only looks."""
        doors = {
            "whatsapp": self.whatsapp,
            "hubspot": self.hubspot,
            "twilio": self.twilio,
            "vapi": self.vapi,
            "stripe": self.stripe,
        }
        breakers = {name: client.door.breaker if client else None for name, client in doors.items()}
        breakers["openai"] = self.ai.breaker if self.ai else None
        breakers["email"] = self.email.breaker if self.email else None
        return {name: _standing(breaker) for name, breaker in sorted(breakers.items())}

    async def aclose(self) -> None:
        clients = (self.whatsapp, self.hubspot, self.ai, self.email, self.twilio, self.vapi, self.stripe)
        for client in clients:
            if client is not None:
                await client.aclose()
        await self.ledger.pool.close()


def _standing(breaker: Breaker | None) -> Integration:
    if breaker is None:
        return Integration(configured=False, breaker=None, since=None, refusal=None)
    return Integration(
        configured=True,
        breaker=breaker.state,
        since=breaker.since.isoformat(timespec="seconds"),
        refusal=breaker.refusal,
    )


async def build(settings: Settings) -> Runtime:
    """Connect everything that is configured."""
    if settings.database_url is None:
        raise MissingSetting("DATABASE_URL is not set. `medicalcor up` brings a database of its own.")
    pool = await open_pool(
        settings.database_url, role="medicalcor_app", minimum=4, maximum=POOL, name="medicalcor-worker"
    )
    rules.score(_A_GREETING)  # reads the lexicon now rather than for the first patient
    return Runtime(
        settings=settings,
        ledger=open_ledger(settings, pool),
        whatsapp=_whatsapp(settings),
        hubspot=_hubspot(settings),
        ai=_ai(settings),
        email=_email(settings),
        twilio=_twilio(settings),
        vapi=_vapi(settings),
        stripe=_stripe(settings),
    )


def _whatsapp(settings: Settings) -> WhatsAppClient | None:
    key = settings.whatsapp_api_key
    return WhatsAppClient(settings.whatsapp_base_url, key.get_secret_value()) if key else None


def _hubspot(settings: Settings) -> HubSpotClient | None:
    key = settings.hubspot_access_token
    return HubSpotClient(settings.hubspot_base_url, key.get_secret_value()) if key else None


def _ai(settings: Settings) -> AiClient | None:
    key = settings.openai_api_key
    if key is None:
        return None
    return AiClient(
        api_key=key.get_secret_value(),
        base_url=settings.openai_base_url,
        model=settings.openai_model,
        transcription_model=settings.openai_transcription_model,
    )


def _email(settings: Settings) -> EmailClient | None:
    url = settings.smtp_url
    return (
        EmailClient(url.get_secret_value(), sender=settings.email_from)
        if url and settings.email_from
        else None
    )


def _twilio(settings: Settings) -> TwilioClient | None:
    account, tokens = settings.twilio_account_sid, settings.twilio_auth_token
    if not account or not tokens:
        return None
    return TwilioClient(
        settings.twilio_base_url, account_sid=account, auth_token=tokens[0].get_secret_value()
    )


def _vapi(settings: Settings) -> VapiClient | None:
    key = settings.vapi_api_key
    return VapiClient(settings.vapi_base_url, key.get_secret_value()) if key else None


def _stripe(settings: Settings) -> StripeClient | None:
    key = settings.stripe_api_key
    return StripeClient(settings.stripe_base_url, key.get_secret_value()) if key else None
