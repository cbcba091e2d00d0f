"""What `medicalcor doctor` knows: what each setting is for, and how to see that it is right."""

import asyncio
import base64
import binascii
import enum
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from pydantic import SecretStr, ValidationError

from medicalcor.cli import environment, values
from medicalcor.core import ports
from medicalcor.core.errors import ProductError
from medicalcor.core.filelock import FileLock
from medicalcor.core.settings import Settings, load_settings

# When OpenAI shuts a model down, by its page of deprecations; dated snapshots go with their family.
RETIRED_MODELS = {
    "gpt-5": date(2026, 12, 11),
    "gpt-5-mini": date(2026, 12, 11),
    "gpt-5-nano": date(2026, 12, 11),
    "o3": date(2026, 12, 11),
    "gpt-4o": date(2027, 1, 14),
    "gpt-4o-mini": date(2027, 1, 14),
    "gpt-4.1": date(2027, 1, 14),
    "gpt-4.1-mini": date(2027, 1, 14),
    "gpt-4.1-nano": date(2027, 1, 14),
    "gpt-5.1": date(2027, 4, 1),
    "gpt-5.4-nano": date(2027, 4, 1),
}
OLDEST_POSTGRES, MASTER_KEY_BYTES = 15, 32


class Level(enum.StrEnum):
    WRONG = "wrong"
    NEEDED = "missing"
    OFF = "off"
    FINE = "ok"


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at. `says` is for a person and holds no secret."""

    name: str
    level: Level
    says: str
    usual: bool = False
    """A default that is right for most: nothing to speak of."""

    def as_dict(self) -> dict[str, str]:
        return {"name": self.name, "level": self.level.value, "says": self.says}


@dataclass(frozen=True)
class Setting:
    """What a setting is for: `without` it, that is what does not work."""

    without: str
    needed: bool = False
    optional: bool = False
    """Its default is right for most; being unset is nothing to speak of."""
    wrong: Callable[[str], str | None] | None = None
    """What is wrong with a value that is set, if anything."""


def _not_a_url(*schemes: str) -> Callable[[str], str | None]:
    def look(value: str) -> str | None:
        address = urlsplit(value)
        if address.scheme in schemes and address.hostname:
            return None
        return f"is no address that begins with {' or '.join(f'{scheme}://' for scheme in schemes)}"

    return look


def _no_master_key(value: str) -> str | None:
    try:
        raw = base64.b64decode(value, validate=True)
    except binascii.Error:
        raw = b""
    return (
        None
        if len(raw) == MASTER_KEY_BYTES
        else "must be 32 bytes in base64; `medicalcor keys new` makes one"
    )


def _too_short(value: str) -> str | None:
    return None if len(value) >= 16 else "is too short to be a secret; `medicalcor keys new` makes one"


def _retired(value: str) -> str | None:
    family = re.sub(r"-\d{4}-\d{2}-\d{2}$", "", value)
    if family not in RETIRED_MODELS:
        return None
    current = Settings.model_fields["openai_model"].default
    return (
        f"{value} is retired by OpenAI (shut down on {RETIRED_MODELS[family]:%d %B %Y}): from then on rules score "
        f"and fixed texts answer; {current} is current"
    )


def _no_zone(value: str) -> str | None:
    return None if value in available_timezones() else "is no time zone; write it as Europe/Bucharest"


def _no_port(value: str) -> str | None:
    return None if 0 < int(value) < 65536 else "is no port number"


def _not_on_or_off(value: str) -> str | None:
    return None if value.lower() in ("on", "off") else "must be on or off"


def _no_account_sid(value: str) -> str | None:
    return None if re.fullmatch(r"AC[0-9a-fA-F]{32}", value) else "is no account SID (AC and 32 hex digits)"


_HTTP = _not_a_url("http", "https")
SETTINGS: dict[str, Setting] = {
    "database_url": Setting(
        "PostgreSQL of our own runs in the data folder: right for one machine",
        wrong=_not_a_url("postgresql", "postgres"),
    ),
    "redis_url": Setting(
        "limits and live updates are shared through PostgreSQL or kept in memory: right for one gateway process",
        wrong=_not_a_url("redis", "rediss", "unix"),
    ),
    "public_url": Setting("providers cannot be told where to send webhooks", wrong=_HTTP),
    "dashboard_url": Setting("tasks in HubSpot carry no link to the lead", wrong=_HTTP),
    "medicalcor_data_dir": Setting("the data folder is .medicalcor", optional=True),
    "bind_host": Setting("serves this machine alone", optional=True),
    "api_port": Setting("the gateway's port", optional=True, wrong=_no_port),
    "web_port": Setting("the dashboard's port", optional=True, wrong=_no_port),
    "sandbox_port": Setting("the sandbox's port", optional=True, wrong=_no_port),
    "sandbox_smtp_port": Setting("the port on which the sandbox takes mail", optional=True, wrong=_no_port),
    "postgres_port": Setting("the embedded PostgreSQL's port", optional=True, wrong=_no_port),
    "medicalcor_master_key": Setting(
        "nothing personal can be stored: the system does not start", needed=True, wrong=_no_master_key
    ),
    "api_secret_key": Setting(
        "other systems cannot be let in: the system does not start", needed=True, wrong=_too_short
    ),
    "clinic_name": Setting("the name patients read", optional=True),
    "clinic_timezone": Setting("the clinic's clock", optional=True, wrong=_no_zone),
    "clinic_country": Setting("how phones without a country code are read", optional=True),
    "emergency_number": Setting("the number given in an emergency", optional=True),
    "clinic_phone": Setting("the voice agent cannot put callers through to a person"),
    "clinic_facts": Setting("the voice agent tells neither hours nor prices: it offers a call-back"),
    "quiet_hours": Setting(
        "when nobody is written to unasked, by the patient's clock; or `off`", optional=True
    ),
    "unasked_per_day": Setting("unasked messages to one person a day", optional=True),
    "marketing_per_week": Setting("offers to one person a week", optional=True),
    "whatsapp_api_key": Setting("no WhatsApp message can be sent; leads are kept and scored all the same"),
    "whatsapp_base_url": Setting("where 360dialog is", optional=True, wrong=_HTTP),
    "whatsapp_webhook_secret": Setting("WhatsApp webhooks signed by Meta or 360dialog are refused"),
    "whatsapp_webhook_header": Setting("WhatsApp webhooks are known by their signature alone", optional=True),
    "whatsapp_verify_token": Setting("Meta's subscription handshake is refused"),
    "hubspot_access_token": Setting("contacts, notes and tasks do not reach HubSpot"),
    "hubspot_base_url": Setting("where HubSpot is", optional=True, wrong=_HTTP),
    "hubspot_share_health": Setting("health details stay out of HubSpot", optional=True),
    "openai_api_key": Setting("rules score and fixed texts answer, without AI"),
    "openai_base_url": Setting("OpenAI itself is asked", optional=True, wrong=_HTTP),
    "openai_model": Setting("the current default", optional=True, wrong=_retired),
    "openai_transcription_model": Setting(
        "the model that writes down recordings", optional=True, wrong=values.retired_ear
    ),
    "ai_timeout_seconds": Setting("how long the AI may take", optional=True),
    "stripe_api_key": Setting("no payment link can be made, and payments cannot be looked up"),
    "stripe_base_url": Setting("where Stripe is", optional=True, wrong=_HTTP),
    "stripe_webhook_secret": Setting("Stripe's webhooks are refused: payments do not reach the record"),
    "twilio_account_sid": Setting(
        "recordings cannot be fetched and nobody can be called", wrong=_no_account_sid
    ),
    "twilio_auth_token": Setting("Twilio's webhooks are refused: calls are neither answered nor logged"),
    "twilio_base_url": Setting("where Twilio is", optional=True, wrong=_HTTP),
    "vapi_sip_uri": Setting(
        "no voice agent answers: callers reach the voicemail", wrong=_not_a_url("sip", "sips")
    ),
    "call_recording": Setting("whether calls with the voice agent are recorded", optional=True),
    "recordings": Setting("what becomes of a recording once it is written down", optional=True),
    "call_settle_seconds": Setting("how long an ended call waits for word of what came of it", optional=True),
    "vapi_api_key": Setting("the clinic cannot call through Vapi, and lost reports are not looked up"),
    "vapi_base_url": Setting("where Vapi is", optional=True, wrong=_HTTP),
    "vapi_webhook_secret": Setting("Vapi's messages are refused: no voice agent answers"),
    "vapi_webhook_plan": Setting("HMAC signatures are read with Vapi's defaults", optional=True),
    "vapi_assistant_id": Setting("an assistant is described anew for each call", optional=True),
    "vapi_credential_id": Setting(
        "assistants described by us use the server and credential of the phone number", optional=True
    ),
    "vapi_phone_number_id": Setting("the clinic has no number to call from through Vapi", optional=True),
    "smtp_url": Setting("no e-mail can be sent", wrong=values.no_mail_server),
    "email_from": Setting("no e-mail can be sent: it would have no sender", wrong=values.no_sender),
    "email_webhook_secret": Setting("inbound e-mail is refused", wrong=values.not_standard),
    "cors_origins": Setting("forms on other sites cannot post leads from the browser", optional=True),
    "rate_limits": Setting("limits are on", optional=True, wrong=_not_on_or_off),
    "body_limit_bytes": Setting("how long a webhook's body may be", optional=True),
    "request_timeout_seconds": Setting("how long a request may take", optional=True),
    "worker_concurrency": Setting("how much a worker does at a time", optional=True),
    "worker_metrics_port": Setting("Prometheus does not see workers, nor their breakers", optional=True),
    "trusted_proxies": Setting("behind a proxy all visitors count as one client", optional=True),
    "unknown_outcome_wait_seconds": Setting("how long a lost answer is waited for", optional=True),
    "answer_settle_seconds": Setting("how long a patient may pause while writing", optional=True),
    "visit_news_seconds": Setting("how long what staff do with a visit can be undone unheard", optional=True),
    "log_level": Setting("how much is logged", optional=True),
    "otel_exporter_otlp_endpoint": Setting("traces go nowhere", wrong=_HTTP),
}


def everything() -> list[Finding]:
    """All there is to say, whatever else is wrong. What cannot be used is named and then left out."""
    found = [*_unreadable_files(), *_unusable_values()]
    settings = load_settings()
    named = {finding.name.removesuffix("_FILE") for finding in found}
    found += [finding for finding in of_settings(settings) if finding.name not in named]
    found.append(_database(settings))
    if settings.redis_url:
        found.append(_redis(settings.redis_url))
    return [*found, *_ports(settings)]


def of_settings(settings: Settings) -> list[Finding]:
    return [_of_setting(name, setting, settings) for name, setting in SETTINGS.items()]


def _of_setting(name: str, setting: Setting, settings: Settings) -> Finding:
    value = _text(getattr(settings, name))
    label = name.upper()
    if not value:
        if setting.needed:
            return Finding(label, Level.NEEDED, setting.without)
        level = Level.FINE if setting.optional else Level.OFF
        return Finding(label, level, f"not set: {setting.without}", usual=setting.optional)
    problem = setting.wrong(value) if setting.wrong else None
    if problem:
        return Finding(label, Level.WRONG, problem)
    by_default = name not in settings.model_fields_set
    return Finding(
        label, Level.FINE, f"by default: {setting.without}" if by_default else "set", usual=by_default
    )


def _text(value: Any) -> str:
    if isinstance(value, tuple):
        return ",".join(_text(one) for one in value)
    return value.get_secret_value() if isinstance(value, SecretStr) else "" if value is None else str(value)


def _unreadable_files() -> Iterator[Finding]:
    for name in SETTINGS:
        variable = f"{name.upper()}_FILE"
        path = os.environ.get(variable)
        if path and not os.access(path, os.R_OK):
            yield Finding(variable, Level.WRONG, f"{path} cannot be read")
            del os.environ[variable]


def _unusable_values() -> Iterator[Finding]:
    """Values of the wrong kind, e.g. a port that is no number."""
    try:
        Settings(_env_ignore_empty=True)
    except ValidationError as problem:
        for error in problem.errors():
            variable = str(error["loc"][0]).upper()
            yield Finding(variable, Level.WRONG, error["msg"])
            os.environ.pop(variable, None)


def _database(settings: Settings) -> Finding:
    from medicalcor.core.database.embedded import running_url

    url = settings.database_url or running_url(environment.data_dir())
    if url is None:
        return Finding("database", Level.FINE, "made and started by `medicalcor up` and `medicalcor demo`")
    return asyncio.run(_ask_database(url))


async def _ask_database(url: str) -> Finding:
    from medicalcor.core.database.migrate import pending
    from medicalcor.core.database.pool import CONNECTION_LOST, connect

    try:
        connection = await connect(url)
    except CONNECTION_LOST:
        return Finding("database", Level.WRONG, "does not answer: nothing works without it")
    except Exception as problem:  # noqa: BLE001 - whatever the driver says of the address, the sign-in or the server
        return Finding("database", Level.WRONG, f"refuses us: {type(problem).__name__}")
    try:
        version = int(await connection.fetchval("show server_version_num")) // 10000
        if version < OLDEST_POSTGRES:
            return Finding(
                "database", Level.WRONG, f"is PostgreSQL {version}; {OLDEST_POSTGRES} or newer is needed"
            )
        lacking = await pending(connection)
    except ProductError as problem:
        return Finding("database", Level.WRONG, problem.message)
    finally:
        await connection.close()
    if lacking:
        return Finding("database", Level.WRONG, f"lacks {len(lacking)} migrations; run `medicalcor migrate`")
    return Finding("database", Level.FINE, f"PostgreSQL {version}, up to date")


def _redis(url: str) -> Finding:
    from redis import Redis, RedisError

    try:
        with Redis.from_url(url, socket_connect_timeout=3, socket_timeout=3) as client:
            client.ping()
    except (RedisError, ValueError):
        return Finding("redis", Level.WRONG, "does not answer: limits fall back to each process's memory")
    return Finding("redis", Level.FINE, "answers")


def _ports(settings: Settings) -> Iterator[Finding]:
    wanted = {"API_PORT": settings.api_port, "WEB_PORT": settings.web_port}
    if settings.database_url is None:
        wanted["POSTGRES_PORT"] = settings.postgres_port
    ours = _is_running(environment.data_dir())
    for name, port in wanted.items():
        if ports.is_free(port, host=settings.bind_host):
            yield Finding(f"port {port}", Level.FINE, "free")
        elif ours:
            yield Finding(f"port {port}", Level.FINE, "taken, as MedicalCor runs on this data folder")
        else:
            yield Finding(
                f"port {port}", Level.WRONG, f"is taken by another program; set {name} to a free one"
            )


def _is_running(data_dir: Path) -> bool:
    path = data_dir / "supervisor.lock"
    if not path.exists():
        return False
    lock = FileLock(path)
    note = lock.note()
    if lock.acquire(note=note):
        lock.release()
        return False
    return True
