"""How urgent each kind of alert is: what harms a patient, what costs one, and the rest."""

from collections.abc import Collection, Mapping
from typing import Final, Literal

from medicalcor.schemas.effects import AlertCode

Urgency = Literal["now", "today", "soon"]
URGENCY: Final[Mapping[AlertCode, Urgency]] = {
    "emergency": "now",
    "acute_child": "now",
    "complication": "now",
    "acute": "now",
    "nobody_acted": "now",
    "hot_lead": "today",
    "wants_a_person": "today",
    "missed_call": "today",
    "complaint": "today",
    "visit_move": "today",
    "delivery_failed": "today",
    "payment_disputed": "soon",
    "refund_failed": "soon",
    "payment_failed": "soon",
    "payment_link_failed": "soon",
    "consent_unclear": "soon",
}
"""In the order in which they are shown."""
DANGER: Final[frozenset[AlertCode]] = frozenset({"emergency", "acute_child", "complication", "acute"})
BY_URGENCY: Final = tuple(URGENCY)


def of_urgency(urgency: Urgency) -> list[AlertCode]:
    return [code for code, one in URGENCY.items() if one == urgency]


def speaks_for_lead(code: AlertCode, others: Collection[AlertCode]) -> bool:
    """Whether who is done with an alert has dealt with its lead, about which `others` wait.

    A payment or a consent says nothing of what the patient wants; and whoever calls back about a price has not seen to pain.
    """
    if URGENCY[code] == "soon":
        return False
    return URGENCY[code] == "now" or DANGER.isdisjoint(others)
