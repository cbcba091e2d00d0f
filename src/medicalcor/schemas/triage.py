"""What a judgement asks of the clinic."""

from typing import Literal

from medicalcor.schemas.base import Shape
from medicalcor.schemas.common import Urgency


class TriageResult(Shape):
    urgency: Urgency
    routing: Literal["emergency", "call_now", "reception", "automatic", "none"]
    """Who takes it: a person at once, a call-back today, the desk, the automatic answers, nobody."""
    medical_flags: tuple[str, ...] = ()
    """Codes such as `swelling`, `bleeding`, `breathing`, `fever`, `trauma`, `pain`."""
    suggested_owner: Literal["doctor", "receptionist", "manager", "nobody"]
    escalation_required: bool = False
    required_actions: tuple[str, ...] = ()
    """Codes: `give_emergency_number`, `alert_staff`, `call_back`, `create_task`, `answer`, `stop_messages`."""
