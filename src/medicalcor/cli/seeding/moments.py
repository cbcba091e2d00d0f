"""When something in a story happens, counted from now in the clinic's time.

w3 tue 14:05    the Tuesday three weeks before this week
d2 19:40        two days ago
1h40m ago       so long before now
+90s            so long after the line before
next 09:05      the next day after the line before
"""

import re
from datetime import UTC, datetime, time, timedelta, tzinfo
from typing import Final

_DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_LENGTH: Final = re.compile(r"(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?")


def moment(written: str, *, now: datetime, before: datetime | None, zone: tzinfo) -> datetime:
    """In UTC. `before` is the moment of the line before, for what is counted from it."""
    words = written.split()
    if words[-1] == "ago":
        return now - _length(words[0])
    if words[0].startswith("+"):
        return _known(before, written) + _length(words[0][1:])
    if words[0] == "next":
        return _at(_known(before, written).astimezone(zone) + timedelta(days=1), words[1])
    today = now.astimezone(zone)
    if words[0].startswith("d"):
        return _at(today - timedelta(days=int(words[0][1:])), words[1])
    monday = today - timedelta(days=today.weekday(), weeks=int(words[0][1:]))
    return _at(monday + timedelta(days=_DAYS.index(words[1])), words[2])


def _known(before: datetime | None, written: str) -> datetime:
    if before is None:
        raise ValueError(f"{written!r} is counted from the line before, and there is none")
    return before


def _length(written: str) -> timedelta:
    found = _LENGTH.fullmatch(written)
    if found is None or not written:
        raise ValueError(f"{written!r} is no length of time")
    days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)


def _at(day: datetime, clock: str) -> datetime:
    return datetime.combine(day.date(), time.fromisoformat(clock), day.tzinfo).astimezone(UTC)
