"""What happens around visits: codes in words."""

from collections.abc import Mapping

from medicalcor.web.translate import marked as _

VISITS: Mapping[str, Mapping[str, str]] = {
    "reminder": {"day": _("Reminder a day before"), "hours": _("Reminder two hours before")},
    "visit_event": {
        "appointment.confirmed": _("Visit confirmed by the patient"),
        "appointment.cancelled": _("Visit cancelled"),
        "appointment.missed": _("Did not come to the visit"),
        "appointment.completed": _("Came to the visit"),
        "waitlist.joined": _("Would come earlier: put on the waitlist"),
        "waitlist.left": _("Off the waitlist"),
    },
    "left_waitlist": {
        "got_earlier": _("They have an earlier time now."),
        "asked": _("They wished it, or a colleague did for them."),
        "visit_over": _("Their visit is over or off."),
    },
}
