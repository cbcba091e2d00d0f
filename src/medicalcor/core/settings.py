"""Settings: one frozen object, from the environment, secrets without defaults.

`X_FILE` reads the value of `X` from a file. A `*_SECRET` may hold two values separated by a comma, the newer
first, while it is being rotated. Sections have one job each; what is unset switches its integration off.
"""

import os
import re
import tomllib
from collections.abc import Mapping
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from medicalcor.core.errors import MissingSetting
from medicalcor.schemas.wire.vapi import AuthPlan

Secrets = Annotated[tuple[SecretStr, ...], NoDecode]
Words = Annotated[tuple[str, ...], NoDecode]


class Settings(BaseSettings):
    """Field names are the environment's names in lower case (DESIGN, "names for the outside")."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", case_sensitive=False)

    # where things are
    database_url: str | None = None
    redis_url: str | None = None
    public_url: str | None = None
    """The address patients' providers reach the gateway under, without a trailing slash."""
    dashboard_url: str | None = None
    """The address staff reach the dashboard under; goes into links in HubSpot."""
    medicalcor_data_dir: Path = Path(".medicalcor")
    bind_host: str = "127.0.0.1"
    api_port: int = 3000
    web_port: int = 3001
    sandbox_port: int = 3900
    sandbox_smtp_port: int = 3925
    postgres_port: int = 5433

    # keys of our own
    medicalcor_master_key: SecretStr | None = None
    api_secret_key: SecretStr | None = None

    # the clinic
    clinic_name: str = "MedicalCor"
    clinic_timezone: str = "Europe/Bucharest"
    clinic_country: str = "RO"
    """Phones written without a country code are read as this country's."""
    emergency_number: str = "112"
    clinic_phone: str | None = None
    """Where a person answers (E.164): the voice agent puts callers through to it."""
    clinic_facts: Annotated[Mapping[str, str], NoDecode] = {}
    """TOML, a text a topic: what may be told about hours, address, prices, insurance, parking …"""

    # writing to people who have not asked for it
    quiet_hours: str = "21:00-08:00"
    """Wall time where the patient is: reminders, offers and the like wait until it is over. `off`: at any hour."""
    unasked_per_day: int = Field(default=3, ge=1)
    """More than this many of those reach nobody within 24 hours; reminders count and are never held back by it."""
    marketing_per_week: int = Field(default=2, ge=1)
    """Offers to one person within seven days."""

    # WhatsApp through 360dialog
    whatsapp_api_key: SecretStr | None = None
    whatsapp_base_url: str = "https://waba-v2.360dialog.io"
    whatsapp_webhook_secret: Secrets = ()
    """Signs `X-Hub-Signature-256` (Meta) and `x-360dialog-signature` bodies."""
    whatsapp_webhook_header: Secrets = ()
    """The whole value of the `Authorization` header registered with 360dialog, e.g. `Bearer …`."""
    whatsapp_verify_token: SecretStr | None = None

    # HubSpot
    hubspot_access_token: SecretStr | None = None
    hubspot_base_url: str = "https://api.hubapi.com"
    hubspot_share_health: bool = False
    """Only for accounts with HubSpot's sensitive-data setting: what was asked about may leave the house."""

    # AI
    openai_api_key: SecretStr | None = None
    openai_base_url: str | None = None
    openai_model: str = "gpt-5.5"
    openai_transcription_model: str = "gpt-transcribe"
    ai_timeout_seconds: float = 6.0

    # Stripe
    stripe_api_key: SecretStr | None = None
    stripe_base_url: str = "https://api.stripe.com"
    stripe_webhook_secret: Secrets = ()
    """Of the webhook endpoint (`whsec_…`), not the API key."""

    # telephony by Twilio
    twilio_account_sid: str | None = None
    twilio_auth_token: Secrets = ()
    """Signs webhooks and signs us in; while it is rotated, the newer first."""
    twilio_base_url: str = "https://api.twilio.com"
    vapi_sip_uri: str | None = None
    """Where calls are handed to the voice agent: `sip:clinic@sip.vapi.ai`. Unset: callers reach the voicemail."""
    call_recording: Literal["on", "off"] = "on"
    """Whether calls with the voice agent are recorded; the caller is told before."""
    recordings: Literal["keep", "drop"] = "drop"
    """`drop` deletes a recording once it is written down; `keep` holds it here, sealed with the person's key."""
    call_settle_seconds: float = 10.0
    """A call that ended without a word of what came of it counts as missed after this long."""

    # voice agent: Vapi
    vapi_api_key: SecretStr | None = None
    vapi_base_url: str = "https://api.vapi.ai"
    """European accounts: `https://api.eu.vapi.ai`."""
    vapi_webhook_secret: Secrets = ()
    """The token or key of the credential at Vapi, whichever of its kinds."""
    vapi_webhook_plan: AuthPlan | None = None
    """How the credential proves itself, where it is not Vapi's default: the header of a token, how an HMAC is made; Vapi's
    JSON."""
    vapi_assistant_id: str | None = None
    """The assistant that answers; without it one is described anew for each call."""
    vapi_credential_id: str | None = None
    """Vapi's id of the credential with that secret, for the servers of assistants described by us."""
    vapi_phone_number_id: str | None = None
    """Vapi's id of the number that the clinic calls from."""

    # e-mail
    smtp_url: SecretStr | None = None
    """`smtps://user:password@host`, `starttls://…` or `smtp://…`."""
    email_from: str | None = None
    """What recipients see: `Clinica Zâmbet <office@clinic.example>`."""
    email_webhook_secret: Secrets = ()
    """Standard Webhooks: `whsec_` and base64."""

    # gateway
    rate_limits: str = "on"
    """`on` or `off` (load tests)."""
    body_limit_bytes: int = 3_145_728
    """Meta sends bodies of up to 3 MB."""
    request_timeout_seconds: float = 10.0
    trusted_proxies: Words = ()
    """Addresses or networks of our own proxies, e.g. `10.0.0.0/8`; only their `X-Forwarded-For` is believed."""
    cors_origins: Words = ()
    """Web pages that may call the API from a browser, e.g. `https://clinic.example`, separated by commas."""

    # worker
    worker_concurrency: int = 16
    worker_metrics_port: int | None = None
    """Where Prometheus reads a worker's figures, the breakers' among them, at `/metrics`; off when unset."""
    unknown_outcome_wait_seconds: float = 20.0
    """How long a message whose fate is unknown waits for the provider's status before it is sent again."""
    answer_settle_seconds: float = 4.0
    """After an automatic answer, further messages are answered together once the patient pauses this long."""
    visit_news_seconds: float = 60.0
    """A visit that staff or another system booked, moved or cancelled is told to the patient after this long: it may be undone."""

    # seeing what happens
    log_level: str = "info"
    otel_exporter_otlp_endpoint: str | None = None

    @field_validator(
        "whatsapp_webhook_secret",
        "whatsapp_webhook_header",
        "cors_origins",
        "trusted_proxies",
        "stripe_webhook_secret",
        "twilio_auth_token",
        "vapi_webhook_secret",
        "email_webhook_secret",
        mode="before",
    )
    @classmethod
    def _split(cls, value: Any) -> Any:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

    @field_validator("trusted_proxies")
    @classmethod
    def _networks(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for one in value:
            ip_network(one, strict=False)
        return value

    @field_validator("clinic_phone")
    @classmethod
    def _international(cls, value: str | None) -> str | None:
        if value and not re.fullmatch(r"\+[1-9][0-9]{6,14}", value):
            raise ValueError("write it with the country code, as +40310000001")
        return value

    @field_validator("quiet_hours")
    @classmethod
    def _hours(cls, value: str) -> str:
        if value != "off" and not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d", value):
            raise ValueError("write it as 21:00-08:00, or off")
        return value

    @field_validator("clinic_facts", mode="before")
    @classmethod
    def _facts(cls, value: Any) -> Any:
        try:
            given = tomllib.loads(value) if isinstance(value, str) else value
        except tomllib.TOMLDecodeError as fault:
            raise ValueError(f"not TOML: {fault}") from None
        return {str(topic).strip().lower(): text for topic, text in given.items()}

    @property
    def gateway_url(self) -> str:
        """Where providers call the gateway, without a trailing slash: this machine when nothing is said."""
        return (self.public_url or f"http://127.0.0.1:{self.api_port}").rstrip("/")

    @property
    def limits_on(self) -> bool:
        return self.rate_limits.lower() != "off"

    def require(self, name: str) -> str:
        """The text of a setting without which the caller cannot work."""
        value = getattr(self, name)
        if not value:
            raise MissingSetting(f"{name.upper()} is not set. `medicalcor doctor` lists what is missing.")
        return value.get_secret_value() if isinstance(value, SecretStr) else str(value)


def _from_files(environ: dict[str, str]) -> dict[str, str]:
    """`X_FILE=/run/secrets/x` gives `X`, unless `X` itself is set."""
    names = {name.upper() for name in Settings.model_fields}
    found: dict[str, str] = {}
    for name in names:
        path = environ.get(f"{name}_FILE")
        if path and name not in environ:
            found[name.lower()] = Path(path).read_text(encoding="utf-8").strip()
    return found


def load_settings(**overrides: Any) -> Settings:
    """From the environment; an empty variable counts as unset."""
    files = _from_files(dict(os.environ))
    try:
        return Settings(**{**files, **overrides}, _env_ignore_empty=True)
    except ValidationError as problem:
        lines = [f"{'.'.join(map(str, e['loc'])).upper()}: {e['msg']}" for e in problem.errors()]
        raise MissingSetting("Settings that cannot be used: " + "; ".join(lines)) from None
