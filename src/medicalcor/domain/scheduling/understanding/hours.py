"""The hours that a message speaks of, by the clock on the wall."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import time
from functools import partial
from typing import Final

from medicalcor.domain.scheduling.understanding.lexis import Lexis
from medicalcor.schemas.appointments import PartOfDay

EARLIEST_SAID: Final = 8
"""Hours below it are said of the afternoon: nobody treats teeth at five in the morning."""
_HOUR: Final = 60
_HALF_DAY: Final = 12
_TIME: Final = r"(?:<hour_word> )?(#\d{4}!?|\d{1,2}(?![\d.,:/%]))(?:! )?(?! ?(?:<unit_days>|<unit_weeks>|<unit_months>|zile|persoan)\b)"
_PARTS: Final[tuple[PartOfDay, ...]] = ("morning", "afternoon", "evening")
LUNCH: Final = (time(12), time(14))
AFTER_LUNCH: Final = time(13)
AFTER_WORK: Final = time(17)
NOT_EARLY: Final = time(10)
NOT_LATE: Final = time(17)
_TENS: Final = (20, 30)
_MINUTES: Final = "(5|10|20|25)"
_NOON: Final = time(12)
_NOTHING: Final = "(?!)"
PARTS: Final = {
    "any": (time.min, time.max),
    "morning": (time.min, time(12)),
    "afternoon": (time(12), time(17)),
    "evening": (time(17), time.max),
}
_BEGINS: Final = {"morning": time(12), "afternoon": time(17)}
"""When the part that is ruled out is over."""


@dataclass(slots=True)
class Hours:
    """What was said, and the text without it."""

    text: str
    part: PartOfDay = "any"
    at: time | None = None
    not_before: time | None = None
    not_after: time | None = None

    def after(self, said: time) -> None:
        self.not_before = max(self.not_before or said, said)

    def before(self, said: time) -> None:
        self.not_after = min(self.not_after or said, said)


def read_parts(text: str, words: Lexis) -> Hours:
    """Parts of the day; before the days, since `dupa pranz` is no day to come after."""
    hours = Hours(text)
    _strip(hours, words, "<greetings>")
    for key, said in (("after_lunch", AFTER_LUNCH), ("after_work", AFTER_WORK)):
        if _strip(hours, words, f"<{key}>"):
            hours.not_before, hours.not_after = said, None
    if _strip(hours, words, "<not_early>"):
        hours.after(NOT_EARLY)
    if _strip(hours, words, "<not_late>"):
        hours.before(NOT_LATE)
    if _strip(hours, words, "<before_lunch>"):
        hours.not_before, hours.not_after = None, _NOON
    if _strip(hours, words, "<noon>"):
        hours.not_before, hours.not_after = LUNCH
    _tonight(hours, words)
    for part in _PARTS:
        denied = rf"(?:<not>|<except>)(?: \w+){{0,2}} (?:<link> )?<{part}>"
        behind = rf"<{part}>(?: (?!,)\w+)? <not_after_it>"
        if _strip(hours, words, denied) or ("?" not in text and _strip(hours, words, behind)):
            _but(hours, part)
        if _strip(hours, words, f"<{part}>"):
            hours.part = part if hours.part in ("any", part) else "any"
    return hours


def _tonight(hours: Hours, words: Lexis) -> None:
    found = words.pattern("<tonight>").search(hours.text)
    today = words.pattern("<today>")
    if found and not today.search(found.group()):
        # the evening is read here, the day with the other days
        hours.part = "evening"


def _but(hours: Hours, part: PartOfDay) -> None:
    if part == "evening":
        hours.before(AFTER_WORK)
    elif part == "morning":
        hours.after(_BEGINS[part])
    else:
        hours.before(_NOON)


def _strip(hours: Hours, words: Lexis, template: str) -> bool:
    pattern = words.pattern(template)
    if not pattern.search(hours.text):
        return False
    hours.text = " ".join(pattern.sub(" ¤ ", hours.text).split())
    return True


def read_hours(hours: Hours, words: Lexis) -> Hours:
    """The rest: clock times with what is said before them. `hours.text` has its days marked already."""
    hours.text = _clock(hours.text, words)
    for key, take in (
        ("<work_until> T", _not_before),
        ("<not_before> T", _not_before),
        ("<not_after> T", _not_after),
        ("<between> T (?:<range>|-|,) T", _between),
        ("T ?- ?T", _between),
        (r"(?:#\d{4}!?|\d{1,2}) <range> #\d{4}!?", _between),
        ("<around> T", _around),
        ("T ?-?ish", _around),
        ("<one_at> T", _at),
        ("T <after_suffix>", _not_before),
        ("T <before_suffix>", _not_after),
        ("<after> T", _not_before),
        ("<before> T", _not_after),
        (r"(?:(?:<at>|<hour_word>) )*(?:#\d{4}!?|\d{1,2}) <or> #\d{4}!?", _at),
        ("<at> T <or> T", _at),
        ("<at> T", _at),
        ("<hour_word> T", _at),
        ("#\\d{4}!?", _at),
    ):
        _take(hours, words, key, take)
    if hours.at is not None and hours.not_before is not None and hours.not_after is not None:
        hours.at = None
    if _beside(hours):
        hours.part = "any"
    return hours


def _beside(hours: Hours) -> bool:
    """`in the afternoon, after 5`: what is said exactly counts where the part of the day is over by then."""
    begins, ends = PARTS[hours.part]
    late = hours.not_before is not None and hours.not_before >= ends
    return late or (hours.not_after is not None and hours.not_after <= begins)


Use = Callable[["Hours", list[time]], None]
"""How a time with what stands before it is taken."""


def _take(hours: Hours, words: Lexis, template: str, use: Use) -> None:
    pattern = words.pattern(template.replace("T", _TIME))
    evening = hours.part

    def mark(match: re.Match[str]) -> str:
        said = re.findall(r"#\d{4}!?|(?<![\d#])\d{1,2}(?!\d)", match.group())
        times = [one for one in (_time(each, evening) for each in said) if one is not None]
        if len(times) != len(said) or not times:
            return match.group()
        use(hours, times)
        return " ¤ "

    hours.text = " ".join(pattern.sub(mark, hours.text).split())


def _time(said: str, part: PartOfDay) -> time | None:
    """`#1530` and bare hours; small ones are of the afternoon, unless the morning is spoken of or it was said exactly."""
    exact = said.endswith("!")
    digits = said.strip("#!")
    hour, minute = (int(digits[:2]), int(digits[2:])) if len(digits) == 4 else (int(digits), 0)
    late = part in ("afternoon", "evening") and hour < _HALF_DAY
    if not exact and (late or (0 < hour < EARLIEST_SAID and part != "morning")):
        hour += _HALF_DAY
    if hour == 24:
        hour = 0
    return time(hour, minute) if hour < 24 and minute < _HOUR else None


def _not_before(hours: Hours, times: list[time]) -> None:
    hours.after(times[0])


def _not_after(hours: Hours, times: list[time]) -> None:
    hours.before(times[0])


def _between(hours: Hours, times: list[time]) -> None:
    hours.after(times[0])
    hours.before(times[-1])


def _around(hours: Hours, times: list[time]) -> None:
    said = times[0]
    hours.after(said.replace(hour=max(said.hour - 1, 0)))
    hours.before(said.replace(hour=min(said.hour + 1, 23)))


def _at(hours: Hours, times: list[time]) -> None:
    """Two exact times, `at 3 or at 4`, are a stretch in which both lie."""
    for said in times:
        if hours.at not in (None, said):
            hours.after(min(hours.at or said, said))
            hours.before(max(hours.at or said, said))
        hours.at = hours.at or said


def digits(text: str, words: Lexis) -> str:
    """Numbers in words as digits, `one` only where a time must follow."""
    tens = "|".join(word for word, number in words.numbers.items() if number in _TENS)
    if tens:
        ones = "|".join(word for word, number in words.numbers.items() if number < _TENS[0] // 2)
        both = rf"\b({tens}) (?:si|y|e|et) ({ones})\b"
        text = re.sub(both, lambda m: str(words.numbers[m[1]] + words.numbers[m[2]]), text)
    before = "|".join(re.escape(word) for word in sorted(words.numbers, key=len, reverse=True))
    if before:
        text = re.sub(rf"\b(?:{before})(?:\b|(?=kor\b))", lambda m: str(words.numbers[m.group()]), text)
    late = "|".join(re.escape(word) for word in words.numbers_late)
    if late:
        where = words.pattern(rf"((?:<at>|<after>|<before>|<around>) )({late})")
        text = where.sub(lambda m: m[1] + str(words.numbers_late[m[2]]), text)
    return text


def _clock(text: str, words: Lexis) -> str:
    """Every way of writing a time as `#hhmm`, with `!` where the half of the day was said."""
    number = r"(\d{1,2})"
    for key, minutes in (("half_past", 30), ("half_to", -30), ("quarter_past", 15), ("quarter_to", -15)):
        if words.any_of(key) == _NOTHING:
            continue
        template = words.any_of(key).replace("X", number)
        text = words.pattern(template).sub(partial(_shifted, minutes=minutes), text)
    for key, sign in (("hour_less", -1), ("minutes_to", -1), ("minutes_past", 1)):
        if words.any_of(key) != _NOTHING:
            template = words.any_of(key).replace("X", number).replace("M", _MINUTES)
            use = partial(_minutes, sign=sign, hour_first=key == "hour_less")
            text = words.pattern(template).sub(use, text)
    apart = "" if "de" in words.languages else " ?"  # `12 am Montag` is noon on a Monday
    text = re.sub(
        rf"(?<![\d#])(\d{{1,2}})(?:[:.](\d{{2}}))?{apart}(am|pm)\b",
        lambda m: _stamp(int(m[1]) % _HALF_DAY + _HALF_DAY * (m[3] == "pm"), int(m[2] or 0), exact=True),
        text,
    )
    clock = words.pattern(
        r"(\d{1,2}) ?(?:<oclock>) ?(\d{2})|(\d{1,2})[:.](\d{2})(?: ?<oclock>)?|(\d{1,2}) ?<oclock>"
    )
    return clock.sub(_written, text)


def _written(match: re.Match[str]) -> str:
    hour, minute = int(match[1] or match[3] or match[5]), int(match[2] or match[4] or 0)
    if hour > 24 or minute >= _HOUR:
        return match.group()
    return _stamp(hour, minute, exact=match.group().startswith("0"))


def _shifted(match: re.Match[str], *, minutes: int) -> str:
    hour = int(next(group for group in match.groups() if group))
    total = hour * _HOUR + minutes
    return _stamp(total // _HOUR, total % _HOUR, exact=False) if hour <= 24 else match.group()


def _minutes(match: re.Match[str], *, sign: int, hour_first: bool) -> str:
    hour, minutes = (int(group) for group in match.groups() if group)
    if not hour_first:
        hour, minutes = minutes, hour
    total = hour * _HOUR + sign * minutes
    return _stamp(total // _HOUR, total % _HOUR, exact=False) if 0 < total < 24 * _HOUR else match.group()


def _stamp(hour: int, minute: int, *, exact: bool) -> str:
    return f"#{hour:02}{minute:02}{'!' if exact else ''}"
