"""What a judgement asks of the clinic."""

from typing import Literal

from medicalcor.schemas.base import Shape
from medicalcor.schemas.common import Urgency

Post = Literal["doctor", "receptionist", "manager", "nobody"]
"""Who does it; the clinic's administrator is its manager."""


class Mention(Shape):
    """Something the patient said of their health, and in which words."""

    code: str
    text: str


class TriageResult(Shape):
    urgency: Urgency
    routing: Literal["emergency", "call_now", "reception", "automatic", "none"]
    """Who takes it: a person at once, a call-back today, the desk, the automatic answers, nobody."""
    medical_flags: tuple[str, ...] = ()
    """Codes: signs such as `swelling` or `breathing`, and what the patient said of themselves: `anticoagulants`, `pregnancy`."""
    suggested_owner: Post
    escalation_required: bool = False
    """Whether it is urgent enough that somebody is alerted at once."""
    required_actions: tuple[str, ...] = ()
    """Codes: `give_emergency_number`, `alert_staff`, `call_back`, `create_task`, `answer`, `stop_messages`."""
    rule: str = ""
    """The rule that decided, by its name in the rules; empty in what was triaged before rules had names."""
    also: tuple[str, ...] = ()
    """Rules that added something: a photo to look at, a health condition that the doctor should know of."""
    escalate_after_minutes: int | None = None
    """If nobody has acted by then, `escalate_to` is alerted."""
    escalate_to: Post | None = None
    version: str = ""
    """Of the rules that it was decided by; empty in what was triaged before they had one."""
