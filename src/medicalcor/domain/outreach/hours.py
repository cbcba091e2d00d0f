"""When nobody is written to who is not waiting for it: by the clock on the patient's wall."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import phonenumbers
from phonenumbers import timezone as zones

OFF = "off"
_A_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From `start` on and before `end`, wall time; over midnight when they begin later than they end."""

    start: time
    end: time

    def hold(self, wall: time) -> bool:
        if self.start <= self.end:
            return self.start <= wall < self.end
        return wall >= self.start or wall < self.end


def parse(written: str) -> QuietHours | None:
    """`21:00-08:00`; None for `off`. Raises ValueError for anything else."""
    if written == OFF:
        return None
    start, _, end = written.partition("-")
    return QuietHours(time.fromisoformat(start), time.fromisoformat(end))


def over_at(now: datetime, quiet: QuietHours | None, zone: str) -> datetime | None:
    """The moment at which the quiet hours that hold now are over; None when it is not quiet."""
    if quiet is None:
        return None
    local = now.astimezone(ZoneInfo(zone))
    if not quiet.hold(local.time()):
        return None
    return next(end for end in _ends(local.date(), quiet.end, zone) if end > now)


def _ends(day: date, end: time, zone: str) -> Iterator[datetime]:
    """When the wall clock shows `end`, from that day on. A clock that is put back shows it twice that day."""
    while True:
        for fold in (0, 1):
            yield datetime.combine(day, end.replace(fold=fold), ZoneInfo(zone)).astimezone(UTC)
        day += _A_DAY


def zone_of(phone: str | None, *, clinic_zone: str, at: datetime) -> str:
    """Where somebody with this number (E.164) probably is; the clinic's zone where the number does not tell.

    A number of a country with several zones counts as the clinic's where that is one of them, else as the middle one:
    nobody there is written to more than a few hours off.
    """
    try:
        number = phonenumbers.parse(phone or "")
    except phonenumbers.NumberParseException:
        return clinic_zone
    found = {*zones.time_zones_for_number(number), *zones.time_zones_for_geographical_number(number)}
    known = [zone for zone in found if zone != zones.UNKNOWN_TIMEZONE]
    if not known or clinic_zone in known:
        return clinic_zone
    known.sort(key=lambda zone: (at.astimezone(ZoneInfo(zone)).utcoffset(), zone))
    return known[len(known) // 2]
