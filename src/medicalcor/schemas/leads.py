"""What comes from a clinic's web page: the form, and the wish for no more advertising."""

import re
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from medicalcor.schemas.base import Wire
from medicalcor.schemas.common import LANGUAGES, Language
from medicalcor.schemas.events.consents import ConsentPurpose

TRAP = "website"
"""The field that people do not see and that programs fill in."""
ID = "submission_id"
"""An id made with the form, for pages that cannot send an `Idempotency-Key`."""
LONGEST_MESSAGE = 4000
_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_YES = frozenset(
    {
        "true",
        "on",
        "1",
        "yes",
        "y",
        "da",
        "ja",
        "si",
        "sì",
        "sí",
        "oui",
        "igen",
        "checked",
        "agree",
        "agreed",
        "accepted",
    }
)
"""What clinics write into `value` of a box that was ticked; browsers send nothing for one that was not."""
_ASKED: tuple[ConsentPurpose, ...] = (
    "marketing_email", "marketing_whatsapp", "marketing_sms", "appointment_reminders", "treatment_updates",
)  # fmt: skip


def _line(longest: int) -> BeforeValidator:
    def read(value: Any) -> str | None:
        if value is None:
            return None
        text = " ".join(_UNSEEN.sub("", _text(value).replace("\t", " ")).split())
        return _short(text, longest) or None

    return BeforeValidator(read)


def _prose(value: Any) -> str | None:
    if value is None:
        return None
    text = _UNSEEN.sub("", _text(value).replace("\r\n", "\n").replace("\r", "\n")).strip()
    return _short(text, LONGEST_MESSAGE) or None


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise PydanticCustomError("unreadable", "This field takes a text.")
    return value


def _short(text: str, longest: int) -> str:
    if len(text) > longest:
        raise PydanticCustomError("too_long", "At most {longest} characters.", {"longest": longest})
    return text


def _noted(longest: int) -> BeforeValidator:
    """What programs write into addresses: no reason to refuse a person, whatever it is."""

    def read(value: Any) -> str | None:
        text = _UNSEEN.sub("", value).strip() if isinstance(value, str) else ""
        return text[:longest] or None

    return BeforeValidator(read)


def language_of(value: Any) -> Language | None:
    """`de-AT` is German; one that we do not speak is found out from the words."""
    code = re.split("[-_]", value.strip().lower())[0] if isinstance(value, str) else ""
    return next((one for one in LANGUAGES if one == code), None)


def _is_yes(value: Any) -> bool:
    return value is True or value == 1 or (isinstance(value, str) and value.strip().lower() in _YES)


def _accepted(value: Any) -> Literal[True]:
    if not _is_yes(value):
        raise PydanticCustomError("consent_missing", "The consent must have been given.")
    return True


_VERSION = re.compile(r"[\w.,:;/()+#&' -]{1,64}")


def _version(value: Any) -> str:
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    if not isinstance(text, str) or not _VERSION.fullmatch(text.strip()):
        raise PydanticCustomError("consent_version_missing", "The version of the text that was agreed to.")
    return text.strip()


def _purposes(value: Any) -> tuple[ConsentPurpose, ...]:
    listed = value if isinstance(value, list | tuple) else ()
    return tuple(purpose for purpose in _ASKED if purpose in listed)


Noted = Annotated[str | None, _noted(300)]
Place = Annotated[str | None, _noted(500)]


class FormConsent(Wire):
    """What the person has agreed to, and in which words."""

    accepted: Annotated[Literal[True] | None, BeforeValidator(_accepted)] = Field(None, validate_default=True)
    """To be contacted about what they ask for."""
    text_version: Annotated[str, BeforeValidator(_version)] = Field("", validate_default=True)
    text_hash: Annotated[str | None, _noted(64)] = None
    """SHA-256 of the text as it was shown, in hex."""
    purposes: Annotated[tuple[ConsentPurpose, ...], BeforeValidator(_purposes)] = ()
    """What they have agreed to beyond that; each is asked for apart."""


class LeadForm(Wire):
    """A person who wants to be contacted."""

    name: Annotated[str | None, _line(200)] = Field(default=None, repr=False)
    phone: Annotated[str | None, _line(40)] = Field(default=None, repr=False)
    email: Annotated[str | None, _line(254)] = Field(default=None, repr=False)
    message: Annotated[str | None, BeforeValidator(_prose)] = Field(default=None, repr=False)
    language: Annotated[Language | None, BeforeValidator(language_of)] = None
    consent: FormConsent
    utm_source: Noted = None
    utm_medium: Noted = None
    utm_campaign: Noted = None
    utm_term: Noted = None
    utm_content: Noted = None
    gclid: Noted = None
    fbclid: Noted = None
    referrer: Place = None
    page: Place = None

    @model_validator(mode="before")
    @classmethod
    def _from_flat(cls, given: Any) -> Any:
        """A plain HTML form has no objects: `consent`, `consent_text_version`, `marketing_email`."""
        if not isinstance(given, dict) or isinstance(given.get("consent"), dict):
            return given
        agreed = [purpose for purpose in _ASKED if _is_yes(given.get(purpose))]
        consent = {
            "accepted": given.get("consent"),
            "text_version": given.get("consent_text_version"),
            "text_hash": given.get("consent_text_hash"),
            "purposes": agreed,
        }
        return {**given, "consent": consent}


class Unsubscribed(Wire):
    """Somebody followed the link below advertising."""

    person_id: UUID


class ConsentLinked(Wire):
    """Somebody answered a question about consent by the link in a mail."""

    question_id: UUID
    agrees: bool
