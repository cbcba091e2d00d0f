"""The pages there are, in the order of the rail. A page gets its line when it exists."""

from dataclasses import dataclass

from medicalcor.core.auth.roles import Right
from medicalcor.web.translate import marked as _


@dataclass(frozen=True)
class Page:
    """A line of the rail. `key` is what follows `g` on the keyboard."""

    path: str
    title: str
    icon: str
    key: str
    right: Right


PAGES: tuple[Page, ...] = (
    Page("/leads", _("Leads"), "users", "l", Right.SEE_LEADS),
    Page("/alerts", _("Alerts"), "bell", "n", Right.SEE_LEADS),
    Page("/appointments", _("Calendar"), "calendar-days", "a", Right.SEE_CALENDAR),
    Page("/waitlist", _("Waitlist"), "hourglass", "w", Right.SEE_CALENDAR),
    Page("/calls", _("Calls"), "phone", "c", Right.SEE_LEADS),
    Page("/payments", _("Payments"), "receipt", "p", Right.SEE_MONEY),
    Page("/settings/practice", _("Practice"), "stethoscope", "o", Right.MANAGE_PRACTICE),
    Page("/settings/api-keys", _("Settings"), "settings", "s", Right.MANAGE_API_KEYS),
)
