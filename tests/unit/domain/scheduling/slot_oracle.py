"""Availability the slow way: every moment is looked at, with the standard library's own idea of local time."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

TICK = timedelta(minutes=5)
Between = tuple[datetime, datetime]


class Clinic:
    """One procedure at a clinic: everything is a multiple of five minutes."""

    def __init__(
        self,
        *,
        zone: ZoneInfo,
        minutes: int,
        around: tuple[int, int],
        weekly: Sequence[Mapping[int, Sequence[tuple[time, time]]]],
        days: Sequence[Mapping[date, Sequence[tuple[time, time]]]],
        off: Sequence[Sequence[Between]],
        visits: Sequence[Sequence[Between]],
        rooms: Sequence[Sequence[Between]] | None,
        room_around: tuple[int, int],
        holidays: set[date],
        part: tuple[time, time],
    ) -> None:
        self.zone, self.minutes, self.around = zone, minutes, around
        self.weekly, self.days, self.off, self.visits = weekly, days, off, visits
        self.rooms, self.room_around, self.holidays, self.part = rooms, room_around, holidays, part

    def slots(self, start: datetime, end: datetime) -> Iterator[tuple[datetime, set[int]]]:
        """Each time on the quarter hours, and who could do it then."""
        at = start
        while at < end:
            local = at.astimezone(self.zone)
            if local.minute % 15 == 0 and local.second == 0 and inside(local.time(), self.part):
                who = {n for n in range(len(self.weekly)) if self.can(n, at)}
                if who and self.has_room(at):
                    yield at, who
            at += TICK

    def can(self, who: int, at: datetime) -> bool:
        moment = at
        while moment < at + timedelta(minutes=self.minutes):
            local = moment.astimezone(self.zone)
            day = local.date()
            hours = self.days[who].get(day, self.weekly[who].get(day.weekday(), ()))
            if day in self.holidays or not any(inside(local.time(), h) for h in hours):
                return False
            if any(a <= moment < b for a, b in self.off[who]):
                return False
            moment += TICK
        return self.is_clear(self.visits[who], at, self.around)

    def has_room(self, at: datetime) -> bool:
        return self.rooms is None or any(self.is_clear(taken, at, self.room_around) for taken in self.rooms)

    def is_clear(self, taken: Sequence[Between], at: datetime, around: tuple[int, int]) -> bool:
        moment = at - timedelta(minutes=around[0])
        while moment < at + timedelta(minutes=self.minutes + around[1]):
            if any(a <= moment < b for a, b in taken):
                return False
            moment += TICK
        return True


def inside(shown: time, hours: tuple[time, time]) -> bool:
    opens, closes = hours
    return opens <= shown and (closes == time(0) or shown < closes)


def utc(day: date, minute: int) -> datetime:
    return datetime.combine(day, time(0), UTC) + timedelta(minutes=minute)
