"""What may become of a visit: from which state to which, and when."""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from medicalcor.core.errors import ProductError
from medicalcor.schemas.appointments import Status

Act = Literal["keep", "confirm", "move", "cancel", "miss", "complete"]

_FROM: Mapping[Act, frozenset[Status]] = {
    "keep": frozenset({"held"}),
    "confirm": frozenset({"booked"}),
    "move": frozenset({"booked", "confirmed"}),
    "cancel": frozenset({"held", "booked", "confirmed"}),
    "miss": frozenset({"booked", "confirmed"}),
    "complete": frozenset({"booked", "confirmed", "missed"}),
}
_TO: Mapping[Act, Status] = {
    "keep": "booked",
    "confirm": "confirmed",
    "cancel": "cancelled",
    "miss": "missed",
    "complete": "completed",
}


class NotPossible(ProductError):
    """This visit cannot be changed that way any more."""

    code = "appointment_state"
    http_status = 409


class HoldLapsed(ProductError):
    """The time was kept for a while and is not any more. Choose a time anew."""

    code = "hold_lapsed"
    http_status = 409


def is_done(status: Status, act: Act) -> bool:
    """Whether it was done before: doing it again changes nothing."""
    return _TO.get(act) == status


def must_be_possible(
    act: Act, *, status: Status, starts_at: datetime, expires_at: datetime | None, now: datetime
) -> None:
    """`NotPossible` or `HoldLapsed`, in words, when it is too late or too early for it."""
    lapsed = status == "expired" or (status == "held" and expires_at is not None and expires_at <= now)
    if lapsed and act == "keep":
        raise HoldLapsed
    if lapsed or status not in _FROM[act]:
        raise NotPossible(f"This visit is {'expired' if lapsed else status}; it cannot be changed that way.")
    if act in {"miss", "complete"} and now < starts_at:
        raise NotPossible("This visit has not begun yet. It can be moved or cancelled.")
