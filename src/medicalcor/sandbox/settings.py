"""What the sandbox reads from the environment: the keys it expects, and where the gateway listens."""

from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class SandboxSettings(BaseSettings):
    """Names as in the product's own settings. A key that is unset means: any non-empty key will do."""

    model_config = SettingsConfigDict(
        frozen=True, extra="ignore", case_sensitive=False, env_ignore_empty=True
    )

    sandbox_port: int = 3900
    api_port: int = 3000
    public_url: str | None = None
    clinic_name: str = "MedicalCor"

    whatsapp_api_key: SecretStr | None = None
    whatsapp_webhook_secret: SecretStr | None = None
    """Comma-separated while it is rotated; webhooks are signed with the first."""
    whatsapp_webhook_header: SecretStr | None = None
    """The whole `Authorization` value that 360dialog was told to send along, if any; the first of several."""
    hubspot_access_token: SecretStr | None = None
    openai_api_key: SecretStr | None = None
    stripe_api_key: SecretStr | None = None
    stripe_webhook_secret: SecretStr | None = None
    """Comma-separated while it is rolled; events are signed with the first."""
    twilio_account_sid: str | None = None
    twilio_auth_token: SecretStr | None = None
    """Comma-separated while it is rotated; the first signs."""
    vapi_api_key: SecretStr | None = None
    vapi_webhook_secret: SecretStr | None = None
    """Comma-separated while it is rotated; webhooks prove themselves with the first."""
    email_webhook_secret: SecretStr | None = None
    """As above; `whsec_` and base64."""
    sandbox_smtp_port: int | None = None
    """Where mail is taken; 0 for any free port, unset for nowhere."""

    @property
    def gateway_url(self) -> str:
        return (self.public_url or f"http://127.0.0.1:{self.api_port}").rstrip("/")

    @property
    def sandbox_url(self) -> str:
        return f"http://127.0.0.1:{self.sandbox_port}"


def newest(secret: SecretStr | None) -> str | None:
    """The value in force of a secret that may hold two, newest first."""
    if secret is None:
        return None
    return secret.get_secret_value().split(",")[0].strip() or None
