"""What the policy looks at, in a form that is kept with each decision. Nothing personal, nothing of the words."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime, timedelta

from pydantic import JsonValue, TypeAdapter

from medicalcor.schemas.decisions import Reason
from medicalcor.schemas.effects import Author, Purpose, TemplateState

WINDOW = timedelta(hours=24)
"""WhatsApp: free text only this long after the patient's last message (Meta, customer service window)."""
FREE_TEXT = frozenset({"whatsapp.text", "whatsapp.choices"})
"""What WhatsApp takes inside the window only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """A template, and what we believe of it: None when nobody has told us anything against or for it.

    `until`: when the belief ends and WhatsApp is tried again; None for until we are told otherwise.
    """

    name: str
    language: str
    state: TemplateState | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """That the person agreed to this, when, and to which version of the text."""

    purpose: str
    text_version: str | None = None
    at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known when the question is asked. Times are zone-aware."""

    now: datetime
    kind: str
    purpose: Purpose
    author: Author
    template: Template | None = None
    declined: Reason | None = None
    """Why whoever planned it did not want it sent: considered, and kept."""
    channel_on: bool = True
    """Whether the provider is configured."""
    has_address: bool = True
    erased: bool = False
    opted_out_at: datetime | None = None
    suppressed: bool = False
    taken_over: bool = False
    last_inbound_at: datetime | None = None
    score: int | None = None
    consents: tuple[Consent, ...] = ()
    """What the person has agreed to and not taken back."""
    refused: tuple[str, ...] = ()
    """Purposes that the person has refused or taken back."""
    asked_at: datetime | None = None
    """When the person asked for this: to wait for a place, for example."""
    consent_asked_at: datetime | None = None
    """When they were last asked for a consent."""
    zone: str = "UTC"
    """The patient's time zone."""
    quiet_hours: str = "off"
    unasked_at: tuple[datetime, ...] = ()
    """When they were written to without having asked, lately; the latest first."""
    marketing_at: tuple[datetime, ...] = ()
    unasked_per_day: int = 3
    marketing_per_week: int = 2
    useless_after: datetime | None = None
    """From then on it is of no use to anybody."""

    @property
    def window_open(self) -> bool:
        return window_open(self.now, self.last_inbound_at)

    def agreed(self, purpose: str) -> Consent | None:
        return next((one for one in self.consents if one.purpose == purpose), None)


_FACTS = TypeAdapter(Facts)
_NAMES = frozenset(field.name for field in fields(Facts))


def window_open(now: datetime, last_inbound_at: datetime | None) -> bool:
    """Whether WhatsApp takes free text to this person now."""
    return last_inbound_at is not None and now < last_inbound_at + WINDOW


def kept(facts: Facts) -> dict[str, JsonValue]:
    """As JSON, for the receipt."""
    dumped: dict[str, JsonValue] = _FACTS.dump_python(facts, mode="json")
    return dumped


def read(evidence: Mapping[str, JsonValue]) -> Facts:
    """What `kept` wrote; what else stands beside it is passed over. Raises ValidationError when a fact is missing."""
    return _FACTS.validate_python({name: value for name, value in evidence.items() if name in _NAMES})
