"""Which of the offered times a message means."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from medicalcor.domain.scheduling.understanding.hours import PARTS
from medicalcor.domain.scheduling.understanding.lexis import Lexis
from medicalcor.schemas.bookings import When

_BOTH = 2
_STRETCH = "(?:<week>|<unit_weeks>|<unit_days>|<month>|<unit_months>|half|part|jumatate|parte|halfte|haelfte|meta|moitie|mitad)"
"""`the first week` is no option."""
_ALONE = 3
"""A number that stands among this many words at most is the option's."""


@dataclass(frozen=True, slots=True)
class Offered:
    """A time that was offered, by the clock on the wall."""

    starts_at: datetime
    practitioner_id: UUID


def by_place(text: str, words: Lexis, count: int) -> int | None:
    """`the later one` of two, `the middle one`."""
    if count == _BOTH and words.says("later_of_two", text):
        return count
    if count == _BOTH and words.says("earlier_of_two", text):
        return 1
    return count // 2 + 1 if count > 1 and count % 2 and words.says("middle", text) else None


def _without_refused(text: str, words: Lexis) -> str:
    """Without ordinals that name no option, or one that is not wanted: `not the first one`, `prima nu`."""
    place = f"(?:{'|'.join(words.each('ordinals'))}|<last>)"
    for template in (
        f"{place} {_STRETCH}",
        rf"<not>(?: \w+)? (?:{place}|(?:<option_word> )?\d{{1,2}})",
        rf"{place}(?: \w+)? (?:<not_alone>|<not_after_it>)",
    ):
        text = words.pattern(template).sub(" ¤ ", text)
    return text


def by_number(text: str, words: Lexis, count: int) -> int | None:
    """`a doua`, `option 3`, `2`: the option's place, from 1."""
    text = words.pattern("<not_ordinal>").sub(" ¤ ", text)
    text = _without_refused(text, words)
    if words.says("last", text):
        return count
    named = [n for n, form in enumerate(words.each("ordinals"), 1) if words.pattern(form).search(text)]
    counted = words.pattern(r"(?:<option_word>|#) ?(?:no |nr )?(\d{1,2})").search(text)
    said = re.sub(
        r"\b(?:va rog|te rog|please|bitte|multumesc|thanks|danke|por favor|per favore|sil vous plait)\b|,",
        " ",
        text,
    )
    alone = words.pattern(r"\s*(?:(?:<one>|<visit>|<link>) )?#?\s*(\d{1,2})\s*[.)]?\s*").fullmatch(said)
    if counted:
        named = [int(counted[1])]
    elif alone:
        named = [int(alone[1])]
    elif not named:
        named = _in_words(text, words)
    return named[0] if len(set(named)) == 1 and 1 <= named[0] <= count else None


def _in_words(text: str, words: Lexis) -> list[int]:
    found = words.pattern(r"<option_word> (\w+)").search(text)
    return [words.numbers[found[1]]] if found and found[1] in words.numbers else []


def by_hour(text: str, words: Lexis, offered: Sequence[Offered]) -> int | None:
    """`11 is fine`: the only one that begins in that hour, where no option has that number."""
    bare = words.pattern(r"(?:(?:<at>|<one>|<hour_word>) )?(\d{1,2})\b.*").fullmatch(text)
    if bare is None or int(bare[1]) <= len(offered) or not words.says("fits", text):
        return None
    fitting = [n for n, option in enumerate(offered, 1) if option.starts_at.hour == int(bare[1])]
    return fitting[0] if len(fitting) == 1 else None


def by_time(
    text: str, words: Lexis, offered: Sequence[Offered], when: When, practitioner: UUID | None
) -> int | None:
    """The only option that fits what was said, where it is said exactly or in words of choosing."""
    if not offered or not (when.days or when.at or practitioner):
        return None
    fitting = [n for n, option in enumerate(offered, 1) if _fits(option, when, practitioner, loosely=False)]
    chosen = words.says("fits", text) or words.says("one", text)
    if not fitting and chosen and not re.search(r"\d[:.h]\d\d", text):
        fitting = [
            n for n, option in enumerate(offered, 1) if _fits(option, when, practitioner, loosely=True)
        ]
    bounded = when.not_before is not None or when.not_after is not None
    if len(fitting) != 1 or not (when.at or (chosen and not bounded)):
        return None  # `Monday, but not before 10` is a wish, even where one option happens to fit it
    return fitting[0]


def fits(option: Offered, when: When, practitioner: UUID | None) -> bool:
    """Whether what was said besides agrees with it."""
    day = option.starts_at.date()
    if (when.first_day and day < when.first_day) or (when.last_day and day > when.last_day):
        return False
    return _fits(option, when, practitioner, loosely=True)


def _fits(option: Offered, when: When, practitioner: UUID | None, *, loosely: bool) -> bool:
    at = option.starts_at
    if when.days and at.date() not in when.days:
        return False
    if when.weekdays and at.weekday() not in when.weekdays:
        return False
    if when.at is not None and when.at not in (at.time(), at.time().replace(minute=0) if loosely else None):
        return False
    begins, ends = PARTS[when.part]
    if not begins <= at.time() < ends:
        return False
    if when.not_before is not None and at.time() < when.not_before:
        return False
    if when.not_after is not None and at.time() > when.not_after:
        return False
    return practitioner is None or option.practitioner_id == practitioner
