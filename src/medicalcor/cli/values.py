"""What is wrong with the value of a setting, for `checks`: None, or words that follow the setting's name."""

import base64
import binascii
import re
from datetime import date
from email.utils import parseaddr
from urllib.parse import urlsplit

from medicalcor.core.settings import Settings

_RETIRED_EARS = {
    "whisper-1": date(2027, 2, 26),
    "gpt-4o-transcribe": date(2027, 2, 26),
    "gpt-4o-mini-transcribe": date(2027, 2, 26),
}
"""Models for recordings → the day OpenAI switches them off."""
_SHORTEST_KEY = 16


def no_mail_server(value: str) -> str | None:
    address = urlsplit(value)
    if address.scheme in ("smtp", "starttls", "smtps") and address.hostname:
        return None
    return "is no address that begins with smtps://, starttls:// or smtp://"


def no_sender(value: str) -> str | None:
    return None if "@" in parseaddr(value)[1] else "is no address; write it as Clinic <office@clinic.example>"


def not_standard(value: str) -> str | None:
    """Standard Webhooks: each secret is base64 after its prefix."""
    try:
        keys = [base64.b64decode(one.removeprefix("whsec_"), validate=True) for one in value.split(",")]
    except binascii.Error:
        keys = []
    if keys and all(len(key) >= _SHORTEST_KEY for key in keys):
        return None
    return f"must be whsec_ and at least {_SHORTEST_KEY} bytes in base64"


def retired_ear(value: str) -> str | None:
    gone = _RETIRED_EARS.get(re.sub(r"-\d{4}-\d{2}-\d{2}$", "", value))
    current = Settings.model_fields["openai_transcription_model"].default
    return (
        f"{value} is retired by OpenAI (shut down on {gone:%d %B %Y}); {current} is current" if gone else None
    )
