"""What becomes known of a template, and how long it is believed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from medicalcor.schemas.effects import TemplateState

_EVENTS: Mapping[str, TemplateState] = {
    "APPROVED": "approved",
    "REINSTATED": "approved",
    "PAUSED": "paused",
    "DISABLED": "disabled",
    "REJECTED": "unknown",
    "PENDING_DELETION": "unknown",
    "DELETED": "unknown",
    "ARCHIVED": "unknown",
}
"""Meta, `message_template_status_update`. `FLAGGED`, `PENDING`, `IN_APPEAL` and the like change nothing about sending."""
_PAUSES = {"SECOND_PAUSE": timedelta(hours=6)}
_FIRST_PAUSE = timedelta(hours=3)
"""A template is paused for 3 hours, the second time for 6, the third time it is disabled (Meta, template pacing)."""
_REFUSALS: Mapping[str, tuple[TemplateState, timedelta]] = {
    "template_paused": ("paused", _FIRST_PAUSE),
    "template_disabled": ("disabled", timedelta(hours=24)),
    "template_unknown": ("unknown", timedelta(hours=1)),
}
"""What a refused message teaches (codes 132015, 132016, 132001). Somebody may mend it, and Meta may not tell us."""


@dataclass(frozen=True, slots=True)
class Learnt:
    state: TemplateState
    told_by: Literal["meta", "refusal"]
    reason: str | None
    until: datetime | None
    """When it is no longer believed; None: not before we are told otherwise."""


def told(event: str, *, title: str | None, reason: str | None, at: datetime) -> Learnt | None:
    """What Meta's notice means; None when it means nothing for sending. `title` is that of `other_info`."""
    state = _EVENTS.get(event.upper())
    if state is None:
        return None
    pause = _PAUSES.get((title or "").upper(), _FIRST_PAUSE)
    return Learnt(state, "meta", reason, at + pause if state == "paused" else None)


def taught(refusal: str, *, at: datetime) -> Learnt | None:
    """What a message's refusal says of its template; None when it says nothing."""
    known = _REFUSALS.get(refusal)
    return Learnt(known[0], "refusal", refusal, at + known[1]) if known else None
