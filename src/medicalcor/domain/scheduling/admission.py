"""The one rule about who gets which time: the facts of a moment → placed or not, with the reasons.

Asked when a wish is looked at, and again when it is our turn with all that the visit takes; the first rule that holds decides.
What is asked of a search for free times (`slots.openings`) is the same: a time that it finds is placed here.
"""

from collections.abc import Container, Iterable, Iterator

from medicalcor.domain.scheduling import walltime
from medicalcor.domain.scheduling.intervals import merged, without
from medicalcor.schemas.admissions import (
    Admission,
    Against,
    Candidate,
    Facts,
    Ground,
    Need,
    Outcome,
    Stretch,
    Verdict,
)
from medicalcor.schemas.appointments import AppointmentId, Taken

VERSION = "1"

_VERDICTS: dict[Ground, Verdict] = {
    "practitioner_taken": "slot_taken",
    "nothing_free": "slot_taken",
    "closed_day": "not_working",
    "time_off": "not_working",
    "outside_hours": "not_working",
    "no_right": "no_leave",
    "no_reason": "no_leave",
}
"""What is not named here is not possible at all."""


class DecidedByOtherRules(ValueError):
    """The decision was made by another version of the rules."""


def admit(facts: Facts) -> Outcome:
    """Whether the visit is placed; when it is, what it takes and what it is put over."""
    practitioner = facts.practitioner
    barrier = _impossible(facts)
    if barrier is not None or practitioner is None:
        return _refused(barrier or "not_done_by", facts)
    begins = walltime.seconds(facts.starts_at)
    at = begins, begins + facts.duration
    grounds = [*_away(facts, practitioner, at)]
    if _standing(practitioner, _around(at, facts.before, facts.after)):
        grounds.append("practitioner_taken")
    if grounds and facts.leave is None:
        return _refused(grounds[0], facts)
    chosen = [(practitioner, _around(at, facts.before, facts.after))]
    for need in facts.needs:
        taken = {one.resource_no for one, _ in chosen}
        room, ground = _room(facts, need, at, turn=practitioner.resource_no, but=taken)
        if room is None:
            return _refused("nothing_free", facts)
        chosen.append((room, _around(at, need.before, need.after)))
        grounds += [ground] if ground else []
    return _placed(facts, chosen, tuple(dict.fromkeys(grounds)) or ("free",))


def replay(admission: Admission) -> Outcome:
    """The decision once more, from nothing but the facts that were kept with it.

    Raises `DecidedByOtherRules` when these are not the rules that it was made by.
    """
    if admission.rules != VERSION:
        raise DecidedByOtherRules(f"It was decided by rules {admission.rules}; these are rules {VERSION}.")
    return admit(admission.facts)


def _impossible(facts: Facts) -> Ground | None:
    """What no leave helps against; and leave that there is not."""
    if facts.leave is not None and not facts.leave.may:
        return "no_right"
    if facts.leave is not None and not facts.leave.reason_given:
        return "no_reason"
    if facts.starts_at.timestamp() < facts.now.timestamp() - facts.grace:
        return "in_the_past"
    if facts.starts_at.second or facts.starts_at.microsecond:
        return "not_on_the_minute"
    return None if facts.offered else "not_offered"


def _away(facts: Facts, practitioner: Candidate, at: Stretch) -> Iterator[Ground]:
    """Why the practitioner does not work then, if they do not."""
    hours = merged(facts.hours)
    if _inside(at, without(hours, merged(practitioner.off)) if practitioner.off else hours):
        return
    if _inside(at, hours):
        yield "time_off"
    else:
        yield "closed_day" if facts.closed else "outside_hours"


def _inside(at: Stretch, windows: Iterable[Stretch]) -> bool:
    return any(opens <= at[0] and at[1] <= closes for opens, closes in windows)


def _room(
    facts: Facts, need: Need, at: Stretch, *, turn: int, but: Container[int]
) -> tuple[Candidate | None, Ground | None]:
    """The first that is free, or with leave one that is not; never one that serves another need (`but`).

    `turn` says with which to begin, so that all do not want one.
    """
    count = len(need.candidates)
    ordered = [need.candidates[(turn + nth) % count] for nth in range(count)]
    left = [room for room in ordered if room.resource_no not in but]
    for room in left:
        if _against(need, room, at) is None:
            return room, None
    if facts.leave is None or not left:
        return None, None
    return left[0], _against(need, left[0], at)


def _against(need: Need, room: Candidate, at: Stretch) -> Ground | None:
    if any(start < at[1] and at[0] < stop for start, stop in room.off):
        return "place_closed"
    return "place_taken" if _standing(room, _around(at, need.before, need.after)) else None


def _around(at: Stretch, before: int, after: int) -> Stretch:
    return at[0] - before, at[1] + after


def _standing(candidate: Candidate, wanted: Stretch) -> set[AppointmentId]:
    """The visits that keep others out."""
    return {one.appointment_id for one in _there(candidate, wanted) if not one.lapsed}


def _there(candidate: Candidate, wanted: Stretch) -> Iterator[Against]:
    return (one for one in candidate.against if one.begins < wanted[1] and wanted[0] < one.ends)


def _placed(facts: Facts, chosen: list[tuple[Candidate, Stretch]], grounds: tuple[Ground, ...]) -> Outcome:
    over, lapsed, takes = set[AppointmentId](), set[AppointmentId](), []
    for candidate, wanted in chosen:
        standing = _standing(candidate, wanted)
        over |= standing
        lapsed |= {one.appointment_id for one in _there(candidate, wanted) if one.lapsed}
        takes.append(
            Taken(
                resource_no=candidate.resource_no,
                starts_at=walltime.moment(wanted[0]),
                ends_at=walltime.moment(wanted[1]),
                deliberate=bool(standing),
            )
        )
    return Outcome(
        admission=Admission(verdict="placed", reasons=grounds, facts=facts, rules=VERSION),
        takes=tuple(takes),
        overlaps=tuple(sorted(over - lapsed)),
        lapsed=tuple(sorted(lapsed)),
    )


def _refused(ground: Ground, facts: Facts) -> Outcome:
    verdict = _VERDICTS.get(ground, "not_possible")
    return Outcome(admission=Admission(verdict=verdict, reasons=(ground,), facts=facts, rules=VERSION))
