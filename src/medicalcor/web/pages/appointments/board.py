"""The calendar as it is drawn: columns of a day or a week, cut into rows of five minutes. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta, tzinfo
from uuid import UUID

from medicalcor.readmodels.appointments.queries import Entry
from medicalcor.readmodels.practice.queries import Day, Holiday, Practitioner, TimeOff
from medicalcor.schemas.appointments import Slot

ROW = 5
"""Minutes."""
_DAY_ROWS = 24 * 60 // ROW
_HOUR = 60 // ROW
_USUAL = (8 * _HOUR, 18 * _HOUR)
"""What is shown of a day on which nobody works."""
_LANES = 3

Span = tuple[int, int]
"""First row and the row after the last, counted from midnight on the clinic's wall."""


@dataclass(frozen=True, slots=True)
class Block:
    """A visit where it stands."""

    entry: Entry
    rows: Span
    lane: int = 1
    lanes: int = 1


@dataclass(frozen=True, slots=True)
class Opening:
    """A time that can be booked."""

    slot: Slot
    rows: Span


@dataclass(frozen=True, slots=True)
class Column:
    """A practitioner's day."""

    day: date
    practitioner: Practitioner
    open: Sequence[Span]
    away: str | None
    """Why they do not work: `holiday`, or the kind of time off; None when it is just not a working day."""
    blocks: Sequence[Block]
    openings: Sequence[Opening]

    @property
    def key(self) -> str:
        return f"{self.day.isoformat()}-{self.practitioner.id}"


@dataclass(frozen=True, slots=True)
class Board:
    columns: Sequence[Column]
    rows: Span
    """What is shown of the day, in whole hours."""

    @property
    def hours(self) -> Sequence[int]:
        return range(self.rows[0] // _HOUR, self.rows[1] // _HOUR)


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the calendar is drawn from."""

    entries: Iterable[Entry]
    days: Iterable[Day]
    time_off: Iterable[TimeOff]
    holidays: Iterable[Holiday]
    openings: Iterable[Slot] = ()


def board(places: Sequence[tuple[date, Practitioner]], known: Known, *, zone: tzinfo) -> Board:
    """A column for each pair, in their order."""
    columns = [_column(day, practitioner, known, zone) for day, practitioner in places]
    spans = [
        *(span for column in columns for span in column.open),
        *(block.rows for column in columns for block in column.blocks),
    ]
    first = min((span[0] for span in spans), default=_USUAL[0])
    last = max((span[1] for span in spans), default=_USUAL[1])
    return Board(columns, (first - first % _HOUR, min(-(-last // _HOUR) * _HOUR, _DAY_ROWS)))


def _column(day: date, practitioner: Practitioner, known: Known, zone: tzinfo) -> Column:
    entries = [
        e for e in known.entries if e.practitioner_id == practitioner.id and _on(e.starts_at, day, zone)
    ]
    openings = [
        Opening(slot, _span(slot.starts_at, slot.ends_at, day, zone))
        for slot in known.openings
        if slot.practitioner_id == practitioner.id and _on(slot.starts_at, day, zone)
    ]
    hours, away = _hours(day, practitioner, known, zone)
    blocks = _side_by_side([Block(e, _span(e.starts_at, e.ends_at, day, zone)) for e in entries])
    return Column(day, practitioner, hours, away, blocks, openings)


def _hours(day: date, who: Practitioner, known: Known, zone: tzinfo) -> tuple[list[Span], str | None]:
    """When they work on that day, without what is off."""
    if any(holiday.day == day for holiday in known.holidays):
        return [], "holiday"
    own = [d.hours for d in known.days if d.practitioner_id == who.id and d.day == day]
    hours = own[0] if own else [h for h in who.weekly if h.weekday == day.weekday()]
    spans = [(_row(h.opens), _row(h.closes) or _DAY_ROWS) for h in hours]
    off = [t for t in known.time_off if t.resource_id == who.id and _reaches(t, day, zone)]
    for one in off:
        spans = [
            part for span in spans for part in _without(span, _span(one.starts_at, one.ends_at, day, zone))
        ]
    return spans, off[0].kind if off and not spans else None


def _without(span: Span, hole: Span) -> Iterator[Span]:
    before, after = (span[0], min(span[1], hole[0])), (max(span[0], hole[1]), span[1])
    yield from (part for part in (before, after) if part[0] < part[1])


def _side_by_side(blocks: Sequence[Block]) -> list[Block]:
    """Visits at the same time stand next to each other."""
    placed: list[Block] = []
    group: list[Block] = []
    for block in sorted(blocks, key=lambda b: (b.rows, b.entry.id)):
        if group and block.rows[0] >= max(b.rows[1] for b in group):
            placed += _lanes(group)
            group = []
        group.append(block)
    return placed + _lanes(group)


def _lanes(group: Sequence[Block]) -> list[Block]:
    ends: list[int] = []
    found: list[tuple[Block, int]] = []
    for block in group:
        free = next((n for n, end in enumerate(ends) if end <= block.rows[0]), len(ends))
        ends[free:] = [block.rows[1], *ends[free + 1 :]]
        found.append((block, free))
    lanes = min(len(ends), _LANES)
    return [replace(block, lane=min(free, lanes - 1) + 1, lanes=lanes) for block, free in found]


def _on(at: datetime, day: date, zone: tzinfo) -> bool:
    return at.astimezone(zone).date() == day


def _reaches(off: TimeOff, day: date, zone: tzinfo) -> bool:
    begins = datetime.combine(day, time(0), zone)
    return off.starts_at < begins + timedelta(days=1) and off.ends_at > begins


def _span(start: datetime, end: datetime, day: date, zone: tzinfo) -> Span:
    """The rows of that day which a stretch of time covers, one at least."""
    first, last = (_row_on(at, day, zone) for at in (start, end))
    return first, min(max(last, first + 1), _DAY_ROWS)


def _row_on(at: datetime, day: date, zone: tzinfo) -> int:
    local = at.astimezone(zone)
    if local.date() != day:
        return 0 if local.date() < day else _DAY_ROWS
    return _row(local.time())


def _row(shown: time) -> int:
    return (shown.hour * 60 + shown.minute) // ROW


def chosen(titles: Mapping[str, str], language: str) -> str:
    """A procedure's name in the reader's language, else in whichever there is."""
    return titles.get(language) or titles.get("en") or next(iter(titles.values()))


def week_of(day: date) -> list[date]:
    monday = day - timedelta(days=day.weekday())
    return [monday + timedelta(days=n) for n in range(7)]


def columns_of(
    *, view: str, day: date, who: UUID | None, practitioners: Sequence[Practitioner]
) -> list[tuple[date, Practitioner]]:
    """A day has all practitioners side by side, a week the seven days of one."""
    if view == "day":
        return [(day, one) for one in practitioners if who in (None, one.id)]
    one = next((p for p in practitioners if p.id == who), practitioners[0] if practitioners else None)
    return [(each, one) for each in week_of(day)] if one else []
