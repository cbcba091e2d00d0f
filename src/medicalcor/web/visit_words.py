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
    "part_of_day": {
        "any": _("At any hour"),
        "morning": _("In the morning, until 12:00"),
        "afternoon": _("In the afternoon, 12:00 to 17:00"),
        "evening": _("In the evening, from 17:00"),
    },
    "hindrance": {
        "procedure": _("this practitioner does not do what they wait for"),
        "practitioner": _("they wait for somebody else"),
        "too_short": _("it is too short for what they wait for"),
        "not_earlier": _("it is not earlier than the visit that they have"),
        "notice": _("they need to know longer ahead"),
        "hour": _("it does not suit them at that time of day"),
        "weekday": _("it does not suit them on that weekday"),
        "not_free": _("a room or device that it needs is taken, or it is no longer free"),
    },
    "offer_end": {
        "accepted": _("Said yes"),
        "declined": _("Said no"),
        "taken": _("Somebody else was faster"),
        "past": _("Did not answer in time"),
        "left": _("Waits no longer"),
    },
    "relation": {
        "son": _("son"),
        "daughter": _("daughter"),
        "child": _("child"),
        "wife": _("wife"),
        "husband": _("husband"),
        "mother": _("mother"),
        "father": _("father"),
        "grandmother": _("grandmother"),
        "grandfather": _("grandfather"),
        "grandson": _("grandson"),
        "granddaughter": _("granddaughter"),
        "brother": _("brother"),
        "sister": _("sister"),
        "other": _("somebody else"),
    },
    "left_waitlist": {
        "got_earlier": _("They have an earlier time now."),
        "asked": _("They wished it, or a colleague did for them."),
        "visit_over": _("Their visit is over or off."),
    },
}
