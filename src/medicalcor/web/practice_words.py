"""Words of the practice's pages, as `words.py` has them."""

from collections.abc import Mapping
from typing import Final

from medicalcor.web.translate import marked as _

PRACTICE: Final[Mapping[str, Mapping[str, str]]] = {
    "resource": {"room": _("room"), "device": _("device"), "practitioner": _("practitioner")},
    "time_off": {
        "holiday": _("leave"),
        "training": _("training"),
        "sick": _("sick leave"),
        "maintenance": _("maintenance"),
        "other": _("something else"),
    },
}

SENTENCES: Final = (
    _("Write hours as 09:00-13:00, several with commas between them."),
    _("Choose a day."),
    _("Write minutes and prices in figures."),
    _("This day is a holiday already."),
    _("Two stretches of the same day overlap."),
    _("Somebody else has changed this in the meantime. Look at it again, then decide."),
    _("Time off goes from an earlier to a later moment, each with its time zone."),
    _("A room belongs to one group or more, a device to exactly one."),
    _("A procedure has a title in one language or more."),
    _("The price goes from the lower to the higher."),
    _("A procedure takes one room at most, and each kind of device once."),
)
"""Of the layers below, shown translated."""
