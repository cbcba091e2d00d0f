"""Where signs of a turn stand to one another: over, inside, just before, near; and so denied, past or hearsay."""

from collections.abc import Iterable
from typing import Final

from medicalcor.domain.scoring.patterns import Match
from medicalcor.domain.scoring.reading import Said

NEAR: Final = 3
PAST_REACH: Final = 7


def overlaps(one: Match, other: Match) -> bool:
    return one.first < other.last and other.first < one.last


def within(inner: Match, outer: Match) -> bool:
    return outer.first <= inner.first and inner.last <= outer.last


def ends_before(marks: Iterable[Match], match: Match, clauses: list[int], *, reach: int) -> bool:
    return any(
        mark.first <= match.first
        and match.first - mark.last <= reach
        and clauses[mark.last - 1] == clauses[match.first]
        for mark in marks
    )


def nearest(said: Said, means: str, match: Match) -> int | None:
    """Words between `match` and the nearest `means` of its sentence."""
    sentences = said.words.sentences
    gaps = [
        max(other.first - match.last, match.first - other.last, 0)
        for other in said.found.get(means, ())
        if sentences[other.first] == sentences[match.first]
    ]
    return min(gaps, default=None)


def is_past(said: Said, match: Match, *, reach: int) -> bool:
    """Told as long ago, with nothing nearer that says it is so now."""
    past, now = nearest(said, "past", match), nearest(said, "now", match)
    if match.means.startswith("acute") and _ages_something_else(said, match):
        return False
    return past is not None and past <= reach and (now is None or past <= now)


def _ages_something_else(said: Said, match: Match) -> bool:
    """ "The implant placed last year is sore": the year belongs to what was done."""
    return any(
        mark.first < past.first < mark.last and mark.last <= match.first
        for past in said.of("past")
        for mark in said.of("done.after")
    )


def is_hearsay(said: Said, match: Match) -> bool:
    """Of somebody that nobody here knows: "I read that people faint"."""
    return ends_before(said.of("hearsay"), match, said.words.sentences, reach=PAST_REACH)


def is_denied(said: Said, match: Match) -> bool:
    clauses = said.words.clauses
    return any(
        denial.last <= match.first
        and match.first - denial.last < NEAR
        and clauses[denial.first] == clauses[match.first]
        for denial in said.of("neg")
    )
