"""What can be agreed to, how long that holds, and what is asked for when. The periods are data, in `purposes.toml`."""

import tomllib
from calendar import monthrange
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from functools import cache
from importlib import resources
from typing import Any, Final

from medicalcor.schemas.common import AddressKind
from medicalcor.schemas.events.consents import PURPOSES, ConsentPurpose

MARKETING: Final[tuple[ConsentPurpose, ...]] = ("marketing_whatsapp", "marketing_email", "marketing_sms")
ANSWER_WITHIN: Final = timedelta(days=7)
"""Words count as the answer to a question only for so long; after that nobody knows what they answer."""
TAP_WITHIN: Final = timedelta(days=30)
"""A tap names its question, and may come later."""
RENEW_BEFORE: Final = timedelta(days=30)
"""So long before a consent ends the person is asked whether it may go on, once."""
ASK_AFTER: Final = timedelta(minutes=30)
"""A conversation is left in peace for so long before the machine asks about consent."""
ASK_WITHIN: Final = timedelta(hours=20)
"""Later than this it does not ask: WhatsApp's window is about to shut."""
ASK_AGAIN_AFTER: Final = timedelta(days=60)
"""Nobody is asked by the machine more often than this."""
BUNDLES: Final[tuple[tuple[ConsentPurpose, ...], ...]] = (
    ("appointment_reminders", "treatment_updates"),
    ("marketing_whatsapp", "marketing_email"),
)
"""What one question may ask for together. Advertising is always asked for apart (GDPR, Art. 7 and recital 43)."""


def bound(purpose: ConsentPurpose) -> bool:
    """Whether it is given for an address."""
    return bool(_data()[purpose].get("addresses"))


def fits(purpose: ConsentPurpose, kind: AddressKind) -> bool:
    """Whether an address of this kind can be agreed to for this purpose."""
    return not bound(purpose) or kind in _data()[purpose]["addresses"]


def expires(purposes: Iterable[ConsentPurpose], granted: datetime) -> datetime | None:
    """When what was granted together ends: with the first of them. None when it does not."""
    months = [_data()[purpose]["months"] for purpose in purposes if "months" in _data()[purpose]]
    return _later(granted, min(months)) if months else None


def by_period(purposes: Iterable[ConsentPurpose]) -> list[tuple[ConsentPurpose, ...]]:
    """Apart by how long they hold and whether they are bound to an address, so that each is granted for what it says."""
    groups: dict[tuple[int | None, bool], list[ConsentPurpose]] = {}
    for purpose in sorted(set(purposes), key=PURPOSES.index):
        groups.setdefault((_data()[purpose].get("months"), bound(purpose)), []).append(purpose)
    return [tuple(group) for group in groups.values()]


def _later(at: datetime, months: int) -> datetime:
    year, month = divmod(at.year * 12 + at.month - 1 + months, 12)
    return at.replace(year=year, month=month + 1, day=min(at.day, monthrange(year, month + 1)[1]))


@cache
def _data() -> Mapping[str, Mapping[str, Any]]:
    source = resources.files("medicalcor.domain.consent").joinpath("purposes.toml").read_text("utf-8")
    data: Mapping[str, Mapping[str, Any]] = tomllib.loads(source)
    return data
