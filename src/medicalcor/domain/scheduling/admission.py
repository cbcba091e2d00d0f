"""The one rule about who gets which time: the facts of a moment → placed or not, with the reasons.

Asked when a wish is looked at, and again when it is our turn with all that the visit takes; the first rule that holds decides.
What is asked of a search for free times (`slots.openings`) is the same: a time that it finds is placed here.
"""

from collections.abc import Iterator

from medicalcor.domain.scheduling import walltime
from medicalcor.domain.scheduling.intervals import merged, without
from medicalcor.schemas.admissions import Admission, Against, Candidate, Facts, Ground, Need, Outcome, Verdict
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
_Chosen = tuple[Candidate, int, int]
"""Whom or what is taken, with the seconds around the visit."""


class DecidedByOtherRules(ValueError):
    """The decision was made by another version of the rules."""


def admit(facts: Facts) -> Outcome:
    """Whether the visit is placed; when it is, what it takes and what it is put over."""
    practitioner = facts.practitioner
    barrier = _impossible(facts)
    if barrier is not None or practitioner is None:
        return _refused(barrier or "not_done_by", facts)
    chosen: list[_Chosen] = [(practitioner, facts.before, facts.after)]
    grounds = [*_away(facts), *_crowded(facts, *chosen[0])]
    if grounds and facts.leave is None:
        return _refused(grounds[0], facts)
    for need in facts.needs:
        room, ground = _room(facts, need, turn=practitioner.resource_no)
        if room is None:
            return _refused("nothing_free", facts)
        chosen.append((room, need.before, need.after))
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


def _away(facts: Facts) -> Iterator[Ground]:
    """Why the practitioner does not work then, if they do not."""
    begins, ends = _visit(facts)

    def inside(windows: list[tuple[int, int]]) -> bool:
        return any(opens <= begins and ends <= closes for opens, closes in windows)

    hours = merged(facts.hours)
    off = merged(facts.practitioner.off) if facts.practitioner else []
    if inside(without(hours, off)):
        return
    if inside(hours):
        yield "time_off"
    else:
        yield "closed_day" if facts.closed else "outside_hours"


def _crowded(facts: Facts, candidate: Candidate, before: int, after: int) -> Iterator[Ground]:
    if any(not one.lapsed for one in _in_the_way(facts, candidate, before, after)):
        yield "practitioner_taken"


def _room(facts: Facts, need: Need, *, turn: int) -> tuple[Candidate | None, Ground | None]:
    """The first that is free, or with leave one that is not; `turn` says with which to begin, so that all do not want one."""
    count = len(need.candidates)
    ordered = [need.candidates[(turn + nth) % count] for nth in range(count)]
    against = [(room, _against_room(facts, need, room)) for room in ordered]
    for room, ground in against:
        if ground is None:
            return room, None
    return against[0] if against and facts.leave is not None else (None, None)


def _against_room(facts: Facts, need: Need, room: Candidate) -> Ground | None:
    begins, ends = _visit(facts)
    if any(start < ends and begins < stop for start, stop in room.off):
        return "place_closed"
    taken = any(not one.lapsed for one in _in_the_way(facts, room, need.before, need.after))
    return "place_taken" if taken else None


def _visit(facts: Facts) -> tuple[int, int]:
    begins = walltime.seconds(facts.starts_at)
    return begins, begins + facts.duration


def _in_the_way(facts: Facts, candidate: Candidate, before: int, after: int) -> list[Against]:
    begins, ends = _visit(facts)
    return [one for one in candidate.against if one.begins < ends + after and begins - before < one.ends]


def _placed(facts: Facts, chosen: list[_Chosen], grounds: tuple[Ground, ...]) -> Outcome:
    begins, ends = _visit(facts)
    takes, over, lapsed = [], set[AppointmentId](), set[AppointmentId]()
    for candidate, before, after in chosen:
        found = _in_the_way(facts, candidate, before, after)
        standing = {one.appointment_id for one in found if not one.lapsed}
        over |= standing
        lapsed |= {one.appointment_id for one in found if one.lapsed}
        takes.append(
            Taken(
                resource_no=candidate.resource_no,
                starts_at=walltime.moment(begins - before),
                ends_at=walltime.moment(ends + after),
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
