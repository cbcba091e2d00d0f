"""The calendar file of one visit, for a patient: attached to a mail, or behind a link that only we can make.

The link carries the visit itself, sealed: whoever serves it looks nothing up, and learns of no person.
"""

import struct
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parseaddr
from typing import Final
from uuid import UUID

from medicalcor.core.errors import InvalidInput
from medicalcor.domain.language.phrases import booking_words
from medicalcor.domain.scheduling.calendar_file import CalendarVisit, appointment_ics
from medicalcor.schemas.common import LANGUAGES, Language

PURPOSE: Final = "visit-file"
REMIND: Final = timedelta(hours=2)
"""The patient's own calendar rings so long before."""
_FORM: Final = struct.Struct(">16sIHHI2s")
_LONGEST_NAME: Final = 60
"""Bytes of a name that a link carries."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Booked:
    """What a file says of a visit: no procedure, and no name but that of who comes in somebody else's place."""

    id: UUID
    starts_at: datetime
    minutes: int
    version: int
    changed_at: datetime
    language: Language
    who: str = ""
    """Who comes, as it is said to the patient, where a family shares a phone."""


@dataclass(frozen=True, slots=True)
class Place:
    """The clinic. Without its mail address a calendar is not told who arranges the visit."""

    name: str
    address: str | None
    mail: str | None = None

    @classmethod
    def of(cls, name: str, address: str | None, *, sender: str | None) -> "Place":
        """`sender` as mails name it: `Clinica <office@clinic.example>`."""
        return cls(name, address, parseaddr(sender or "")[1] or None)


def packed(booked: Booked) -> bytes:
    """To be sealed."""
    return (
        _FORM.pack(
            booked.id.bytes,
            int(booked.starts_at.timestamp()),
            booked.minutes,
            booked.version,
            int(booked.changed_at.timestamp()),
            booked.language.encode(),
        )
        + booked.who.encode()[:_LONGEST_NAME].decode(errors="ignore").encode()
    )


def unpacked(content: bytes) -> Booked:
    """Raises InvalidInput for what `packed` never made."""
    if not _FORM.size <= len(content) <= _FORM.size + _LONGEST_NAME:
        raise InvalidInput("The link is damaged.")
    visit, starts, minutes, version, changed, written = _FORM.unpack(content[: _FORM.size])
    language = next((one for one in LANGUAGES if one.encode() == written), None)
    if language is None:
        raise InvalidInput("The link is damaged.")
    return Booked(
        id=UUID(bytes=visit),
        starts_at=datetime.fromtimestamp(starts, UTC),
        minutes=minutes,
        version=version,
        changed_at=datetime.fromtimestamp(changed, UTC),
        language=language,
        who=content[_FORM.size :].decode(),
    )


def file_of(booked: Booked, place: Place, *, off: bool = False, preparation: str | None = None) -> bytes:
    """As calendars read it; the same visit makes the same file. `off` takes it out of the calendar again;
    `preparation` is what the procedure asks for, in place of what holds for every visit."""
    words = booking_words(booked.language)
    title = words["calendar_title"].format(clinic=place.name)
    visit = CalendarVisit(
        id=booked.id,
        version=booked.version,
        status="cancelled" if off else "booked",
        starts_at=booked.starts_at,
        ends_at=booked.starts_at + timedelta(minutes=booked.minutes),
        changed_at=booked.changed_at,
        title=f"{title} – {booked.who}" if booked.who else title,
        place=place.address,
        details=None if off else preparation or words["preparation"],
    )
    return appointment_ics(visit, clinic=place.name, organizer=place.mail, remind=REMIND)
