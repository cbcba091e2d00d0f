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
    "through": {
        "text": _("in writing"),
        "tap": _("by a tap"),
        "voice": _("on the phone"),
        "dialog": _("in the calendar"),
        "drag": _("by dragging it in the calendar"),
        "api": _("through another system"),
        "waitlist": _("by a yes to an earlier time"),
        "system": _("by the system"),
    },
    "admission": {
        "free": _("All that it takes was free."),
        "practitioner_taken": _("The practitioner has another visit then."),
        "place_taken": _("The room or device has another visit then."),
        "place_closed": _("The room or device is not to be used then."),
        "nothing_free": _("No room or device that could serve was free."),
        "closed_day": _("The clinic is closed on that day."),
        "time_off": _("The practitioner is away then."),
        "outside_hours": _("It is outside the practitioner's hours."),
        "in_the_past": _("The time had passed."),
        "not_on_the_minute": _("It was not on a whole minute."),
        "not_offered": _("The clinic does not offer this."),
        "not_done_by": _("This practitioner does not do that."),
        "no_right": _("Leave was wanted to put it over others or outside hours; the role does not have it."),
        "no_reason": _("Leave was wanted to put it over others or outside hours, without a reason."),
    },
    "admission_event": {
        "appointment.held": _("Held"),
        "appointment.booked": _("Booked"),
        "appointment.kept": _("Booked as it was held"),
        "appointment.moved": _("Moved"),
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
    "left_waitlist": {
        "got_earlier": _("They have an earlier time now."),
        "asked": _("They wished it, or a colleague did for them."),
        "visit_over": _("Their visit is over or off."),
    },
}
