"""Strikes what does not count of a turn: denied, past, feared, hearsay or meant otherwise.

Headings of the lexicon and what they do:

* `ignore` strikes what it overlaps, `ignore.X` strikes only `X`;
* `ruled_out.*`, `done.*`, `wearing`, `friend` weaken a procedure beside them;
* `neg`, `painless`, `fear`, `past`, `hearsay` strike an acute need beside them, `now` saves it from
  `past`; `past:event` ("last week") ages what broke then, not what has hurt since;
* `wound` (an extraction, stitches) keeps an acute bleeding or swelling that is told as `mild`;
* `slight` keeps a little blood from being an emergency, `mild` from being a need too;
* `need` before a procedure saves it from `past` ("I was told years ago that I need …");
* `dear`: a price is too high, which is no question for one; `ctx:*` are looked for in the clinic's turns, everything else in the patient's.
"""

from typing import Final

from medicalcor.domain.scoring.alarms import has_stopped, settle_alarms
from medicalcor.domain.scoring.patterns import Match
from medicalcor.domain.scoring.places import (
    NEAR,
    PAST_REACH,
    ends_before,
    is_denied,
    is_hearsay,
    is_past,
    nearest,
    overlaps,
    within,
)
from medicalcor.domain.scoring.reading import Said

_STRUCK_BY_IGNORE: Final = (
    "procedure", "budget", "book", "acute", "child", "soon", "soon.asap", "day", "call_me", "many", "plan",
    "complaint", "visiting",
)  # fmt: skip
OLD_VISIT: Final = "the visit that there was"
_WEARING_REACH: Final = 5
_PAIRS: Final = (
    ("blood", "unstopped", 20, "emergency:bleeding"),
    ("acute:swelling", "reach:eye", 14, "emergency:eye_swelling"),
    ("acute:swelling", "reach:neck", 14, "emergency:neck_swelling"),
    ("swollen", "part:eye", 5, "emergency:eye_swelling"),
    ("swollen", "part:neck", 5, "emergency:neck_swelling"),
    ("hard", "breath", 3, "emergency:breathing"),
    ("hard", "gulp", 3, "emergency:swallowing"),
    ("faint:unwell", "faint:fall", 10, "emergency:consciousness"),
    ("refuse", "send", 6, "opt_out"),
    ("procedure:implant", "full_arch", 14, "procedure:all_on_x"),
    ("pull", "mouth", 30, "procedure:extraction"),
)
"""Two headings, how many words apart they may stand, and what they mean together."""
_NEVER_WORN: Final = frozenset({"procedure:implant", "procedure:all_on_x"})
_EVENTS: Final = frozenset({"acute:trauma", "acute:failed"})


def settle(said: Said) -> Said:
    """Strike what does not count. The order matters: idioms first, then fears, denials and the past."""
    _pair_signs(said)
    _strike_ignored(said)
    for by in ("past", "ignore.now"):
        _strike_overlapped(said, "now", by=by)
    _strike_unmeant_pain(said)
    settle_alarms(said)
    _strike_procedures(said)
    _strike_overlapped(said, "day", by="ignore.day")
    _strike_overlapped(said, "want", by="ignore.want")
    _strike_overlapped(said, "clock", by="ignore.clock")
    for family in ("soon", "soon.asap"):
        _strike_overlapped(said, family, by="soon.reply")
        _strike_overlapped(said, family, by="past")
    _strike_overlapped(said, "budget", by="budget.offer")
    _strike_overlapped(said, "budget", by="dear")
    _strike_overlapped(said, "book", by="ignore.book")
    _strike_overlapped(said, "book", by="not_now")
    _strike_overlapped(said, "book", by="logistics:own")
    for match in list(said.of("book")):
        if not said.has("day", "soon") and _shares_clause(said, match, "someday"):
            said.strike(match, "someday")
    for match in [*said.of("soon"), *said.of("soon.asap")]:
        if _of_the_old_visit(said, match):
            said.strike(match, OLD_VISIT)
    for family, marks in (
        ("call_me", "neg"),
        ("book", "neg"),
        ("budget", "ruled_out.wide"),
        ("can", "neg"),
        ("soon", "neg"),
        ("soon.asap", "neg"),
    ):
        for match in list(said.of(family)):
            if ends_before(said.of(marks), match, said.words.clauses, reach=0):
                said.strike(match, "denied")
    return said


def near(said: Said, means: str, match: Match) -> bool:
    """Said within a few words of `match`, in its sentence, and not asked."""
    sentence = said.words.sentences[match.first]
    if sentence in said.words.asked:
        return False
    return any(
        said.words.sentences[other.first] == sentence
        and match.first - other.last <= NEAR
        and other.first - match.last <= NEAR
        for other in said.of(means)
    )


def _shares_clause(said: Said, match: Match, means: str) -> bool:
    clauses = said.words.clauses
    return any(clauses[other.first] == clauses[match.first] for other in said.of(means))


def _of_the_old_visit(said: Said, match: Match) -> bool:
    """ "I am booked for today": the day of the visit that is given up, not one asked for; but "from
    Friday to tomorrow" names the old day first."""
    clauses = said.words.clauses
    return any(
        clauses[visit.first] == clauses[match.first]
        and visit.first - (NEAR if means == "logistics:cancel" else 0) <= match.first <= visit.last + NEAR
        and not any(visit.last <= day.first < match.first for day in said.of("day"))
        for means in ("logistics:own", "logistics:cancel")
        for visit in said.of(means)
    )


def _pair_signs(said: Said) -> None:
    """Two signs that are an emergency together, told in any order and over sentence ends too."""
    for one, other, reach, means in _PAIRS:
        for first in said.found.get(one, []):
            for second in said.found.get(other, []):
                if (
                    abs(second.first - first.first) <= reach
                    and not _mild(said, first)
                    and not (one == "blood" and _is_slight(said, first))
                    and not is_denied(said, first)
                    and not _ruled_out(said, first)
                ):
                    start, end = min(first.first, second.first), max(first.last, second.last)
                    said.add(Match(start, end, means, first.language))


def _mild(said: Said, match: Match) -> bool:
    return any(overlaps(match, other) for other in said.of("mild"))


def _is_slight(said: Said, match: Match) -> bool:
    """A little blood: a need after an extraction, no emergency."""
    return any(overlaps(match, other) for other in said.of("slight"))


def _strike_ignored(said: Said) -> None:
    for mask in list(said.found.get("ignore", ())):
        for family in _STRUCK_BY_IGNORE:
            for match in list(said.of(family)):
                if overlaps(match, mask):
                    said.strike(match, "meant otherwise")
    _strike_overlapped(said, "withdrawn", by="ignore.withdrawn")
    _strike_overlapped(said, "injury", by="ignore.injury")
    for family in ("logistics:move", "logistics:cancel", "logistics:own", "logistics:confirm"):
        _strike_overlapped(said, family, by="ignore.logistics")
    for family in ("call_me", "clock"):
        _strike_overlapped(said, family, by=f"ignore.{family}")
    _strike_overlapped(said, "not_patient:job", by="ignore.job")
    _strike_overlapped(said, "ruled_out.after", by="ignore.ruled_out")
    _strike_overlapped(said, "blow", by="acute:failed")
    _strike_overlapped(said, "can", by="ignore.can")
    _strike_overlapped(said, "after", by="ignore.after")


def _strike_overlapped(said: Said, family: str, *, by: str) -> None:
    masks = said.found.get(by, ())
    for match in said.of(family) if masks else ():
        if any(overlaps(match, mask) for mask in masks):
            said.strike(match, by)


def _strike_unmeant_pain(said: Said) -> None:
    for match in sorted(said.of("acute"), key=lambda found: found.means in _EVENTS):
        why = _why_not_acute(said, match)
        if why:
            said.strike(match, why)


def _why_not_acute(said: Said, match: Match) -> str | None:
    if _is_feared(said, match) or _is_a_question(said, match):
        return "fear"
    if any(
        overlaps(match, other) and (_ends_in_denial(said, match, other) or not within(other, match))
        for other in said.of("painless")
    ):
        return "denied"
    if is_denied(said, match):
        return "denied"
    if is_past(said, match, reach=PAST_REACH) or (match.means in _EVENTS and _is_old(said)):
        return "past"
    if (match.means == "acute:bleeding" and has_stopped(said)) or _is_told_as_over(said, match):
        return "past"
    if is_hearsay(said, match):
        return "hearsay"
    cut = said.has("wound") or (said.has("after") and said.has("procedure:extraction"))
    if match.means in {"acute:bleeding", "acute:swelling"} and _mild(said, match) and not cut:
        return "mild"
    return None


def _is_told_as_over(said: Said, match: Match) -> bool:
    """ "Last year I had an abscess and my cheek swelled up. All is well now." """
    return (
        said.has("over") and nearest(said, "past", match) is not None and nearest(said, "now", match) is None
    )


def _is_feared(said: Said, match: Match) -> bool:
    """ "Will it hurt?"; but in "will you see me, it hurts" the need is a clause of its own."""
    clauses = said.words.clauses
    return any(
        overlaps(match, other) and clauses[other.first] == clauses[match.first] for other in said.of("fear")
    )


def _ends_in_denial(said: Said, match: Match, painless: Match) -> bool:
    """ "A molar, it doesn't hurt": the denial is the end of what was found; "for pain I can't" is none."""
    return painless.last == match.last and any(no.first == painless.first for no in said.of("neg"))


def _is_a_question(said: Said, match: Match) -> bool:
    """ "Tut ein Implantat weh?" and "es tut so weh" differ by a treatment or a question mark."""
    asked, sentences = said.words.asked, said.words.sentences
    return any(
        overlaps(match, other)
        and (sentences[other.first] in asked or any(within(found, other) for found in said.of("procedure")))
        for other in said.of("fear.asked")
    )


def _is_old(said: Said) -> bool:
    """Broken a while ago, or painless and not just now."""
    if said.has("acute:pain", "acute:swelling", "acute:sleep"):
        return False
    if said.has("now"):
        return said.has("past:event") and said.has("painless")
    return said.has("past:event", "painless")


def _strike_procedures(said: Said) -> None:
    _strike_overlapped(said, "done.before", by="ignore.done")
    for procedure in ("procedure:extraction", "procedure:root_canal"):
        _strike_overlapped(said, procedure, by=f"ignore.{procedure}")
    out: list[Match] = []
    for match in sorted(said.of("procedure"), key=lambda found: found.first):
        if _ruled_out(said, match) or _carried_on(said, match, out):
            out.append(match)
    for match in out:
        said.strike(match, "ruled out")
    for match in list(said.of("procedure")):
        if ends_before(said.of("ruled_out.without"), match, said.words.clauses, reach=1):
            said.strike(match, "without")
    for match in list(said.of("procedure")):
        why = _why_weak(said, match)
        if why:
            said.strike(match, why)


def _ruled_out(said: Said, match: Match) -> bool:
    clauses = said.words.clauses
    wide = [mark for mark in said.of("ruled_out.wide") if not _names_another(said, mark, match)]
    return (
        ends_before(wide, match, clauses, reach=NEAR)
        or ends_before(said.of("ruled_out.before"), match, clauses, reach=0)
        or any(
            0 <= after.first - match.last <= 1 and clauses[after.first] == clauses[match.first]
            for after in said.of("ruled_out.after")
        )
        or any(after.first == match.last and _ends_clause(said, after) for after in said.of("ruled_out.end"))
    )


def _names_another(said: Said, mark: Match, match: Match) -> bool:
    """ "Instead of veneers I prefer whitening": the mark is about the first of the two."""
    return any(
        mark.last <= other.first and other.last <= match.first and other.means != match.means
        for other in said.of("procedure")
    )


def _ends_clause(said: Said, match: Match) -> bool:
    """ "Implants no, but …": a bare no that closes its clause, and is no "…, no?"."""
    clauses, sentence = said.words.clauses, said.words.sentences[match.first]
    ends = match.last == len(clauses) or clauses[match.last] != clauses[match.first]
    return ends and clauses[match.first - 1] == clauses[match.first] and sentence not in said.words.asked


def _carried_on(said: Said, match: Match, out: list[Match]) -> bool:
    """ "No implants or bridges": the denial goes on over "or"."""
    joints = {mark.first for mark in said.of("or")}
    return any(before.last in joints and 1 <= match.first - before.last <= 2 for before in out)


def _why_weak(said: Said, match: Match) -> str | None:
    sentences, clauses = said.words.sentences, said.words.clauses
    if any(
        within(match, other) and other.means != match.means and not within(other, match)
        for other in said.of("procedure")
    ):
        return "part of another"
    if match.means == "procedure:extraction" and any(within(match, hurt) for hurt in said.of("acute:trauma")):
        return "part of another"
    if is_past(said, match, reach=1) and not ends_before(said.of("need"), match, clauses, reach=NEAR):
        return "done before"
    suffered = said.has_any("acute", "emergency") or nearest(said, "past", match) is not None
    if suffered and ends_before(said.of("after"), match, clauses, reach=NEAR):
        return "done before"
    if ends_before(said.of("done.before"), match, sentences, reach=NEAR) or any(
        0 <= mark.first - match.last <= 2 and sentences[mark.first] == sentences[match.first]
        for mark in said.of("done.after")
    ):
        return "done before"
    if any(overlaps(mark, match) for mark in said.of("wearing.own")):
        return "wearing"
    worn = match.means not in _NEVER_WORN and ends_before(
        said.of("wearing"), match, clauses, reach=_WEARING_REACH
    )
    if worn:
        return "wearing"
    if ends_before(said.of("friend"), match, clauses, reach=NEAR) or any(
        overlaps(mark, match) for mark in said.of("friend")
    ):
        return "friend"
    return None
