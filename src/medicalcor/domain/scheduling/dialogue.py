"""What the booking agent does next: what is known and what was just said in, one move out. Never books of itself.

It asks only for what is missing. What for must be known; when need not be: times are offered at once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from medicalcor.domain.scheduling.understanding.family import fits, may_be
from medicalcor.domain.scheduling.understanding.hearing import Heard, Topic
from medicalcor.schemas.appointments import Whose
from medicalcor.schemas.bookings import Asked, Goal, Wanted, When
from medicalcor.schemas.common import Procedure

Move = Literal["find", "choose", "ask", "cancel", "keep", "stop", "person", "answer", "wait", "nothing"]
PATIENCE = 2
"""So many messages in a row that are not understood bring a person in."""
_FEW_DAYS = 2
"""Where times of so many days were offered, `later` means later in the day."""
_NO_HOURS: Mapping[str, object] = {"at": None, "not_before": None, "not_after": None, "part": "any"}


@dataclass(frozen=True, slots=True)
class Visit:
    """One that the person has."""

    id: UUID
    procedure_id: UUID
    practitioner_id: UUID
    starts_at: datetime
    """By the clock on the clinic's wall."""
    whose: Whose | None = None
    """Who comes, when it is not the person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What the clinic offers, and what it knows of the person."""

    procedures: Mapping[str, UUID]
    """Those that can be booked, by code."""
    visits: Sequence[Visit] = ()
    """To come, the next one first."""
    spoken_of: Sequence[Procedure] = ()
    """What the conversation was about before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """Where the dialogue stands."""

    goal: Goal = "book"
    wanted: Wanted = field(default_factory=Wanted)
    asked: Asked | None = None
    missed: int = 0
    visit_id: UUID | None = None
    offered: Sequence[tuple[datetime, UUID]] = ()
    """Begin and practitioner of each time of the last offer, by the clock on the wall."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """The next move, and where the dialogue stands after it."""

    move: Move
    state: State
    place: int | None = None
    """Of the option that was chosen."""
    questions: tuple[Topic, ...] = ()
    """Asked in between; they are answered first."""
    past: bool = False
    """The day that was wished for is over."""
    unclear: bool = False
    """What was said was not understood."""
    narrowed: tuple[UUID, ...] = ()
    """The procedures among which is asked."""
    consults: bool = False
    """What was named is not booked here: it begins with a consultation."""
    about: UUID | None = None
    """The procedure that a question is about, when it is not the one that is wanted."""


def decide(state: State, heard: Heard, facts: Facts) -> Decision:
    decision = _decide(state, heard, facts)
    understood = not decision.unclear
    missed = 0 if understood else state.missed + 1
    after = replace(decision.state, missed=missed)
    if missed >= PATIENCE:
        return replace(decision, move="person", state=after)
    return replace(decision, state=after, questions=heard.questions if decision.move != "person" else ())


def _decide(state: State, heard: Heard, facts: Facts) -> Decision:
    if heard.human:
        return Decision(move="person", state=state)
    heard = _of_the_visit(state, heard, facts)
    if heard.stop:
        return Decision(move="stop" if state.visit_id is None else "keep", state=state)
    state = _goal(state, heard)
    if state.goal == "book":
        state = replace(state, wanted=_for_whom(state.wanted, heard))
    else:
        state = _which(state, heard, facts)
        if state.visit_id is None:
            return _no_visit(state, heard, facts)
    if heard.waits and state.asked is not None:
        return Decision(move="wait", state=state)
    if state.goal == "cancel":
        return _cancelling(state, heard)
    return _arranging(state, heard, facts)


def _of_the_visit(state: State, heard: Heard, facts: Facts) -> Heard:
    """Who cannot come, or asks for an hour later, speaks of the visit that they have; else of what was offered."""
    if state.asked in ("choice", "day") or not facts.visits:
        return replace(heard, none=heard.none or heard.absent)
    another = heard.when.days or heard.when.first_day or heard.when.says_hour
    if heard.absent:
        return replace(heard, move=bool(another), cancel=not another)
    fresh = state.asked is None and not (heard.procedures or heard.when.says)
    return replace(heard, move=heard.move or bool(heard.shift or (fresh and (heard.earlier or heard.later))))


def _goal(state: State, heard: Heard) -> State:
    if heard.cancel and state.goal != "cancel":
        return replace(state, goal="cancel", asked=None)
    if heard.move and state.goal != "move":
        return replace(state, goal="move", asked=None, offered=())
    return state


def _for_whom(wanted: Wanted, heard: Heard) -> Wanted:
    """Who comes: what was told before stays, until somebody else is named."""
    said, before = heard.whose, wanted.whose
    if said is None:
        theirs = heard.own and (heard.wants_visit or heard.denied)
        return wanted.model_copy(update={"whose": None}) if theirs else wanted
    if before is not None and (before.name is None or fits(said, before)):
        name = max(said.name or "", before.name or "", key=len) or None
        said = Whose(name=name, relation=said.relation or before.relation)
    return wanted.model_copy(update={"whose": said})


def _theirs(visits: Sequence[Visit], heard: Heard) -> Sequence[Visit]:
    """Those of whom is spoken; where nothing says for certain whose a visit is, those that may be."""
    if heard.own:
        return [visit for visit in visits if visit.whose is None] or visits
    said = heard.whose
    if said is None:
        return visits
    surely = [visit for visit in visits if fits(said, visit.whose)]
    return surely or [visit for visit in visits if visit.whose and may_be(said, visit.whose)]


def _which(state: State, heard: Heard, facts: Facts) -> State:
    """The visit that is spoken of: the only one, the one chosen, or the only one of the person or day that was named."""
    found = _theirs([visit for visit in facts.visits if heard.visit_id in (None, visit.id)], heard)
    if state.visit_id is not None:
        if heard.visit_id in (None, state.visit_id) and (
            heard.whose is None or any(visit.id == state.visit_id for visit in found)
        ):
            return state
        state = replace(state, visit_id=None, asked=None)
    if len(found) > 1 and state.asked == "which_visit" and heard.option:
        found = found[heard.option - 1 : heard.option]
    elif len(found) > 1 and heard.visit.days:
        found = [visit for visit in found if visit.starts_at.date() in heard.visit.days]
    elif len(found) > 1 and state.asked == "which_visit" and heard.when.days:
        found = [visit for visit in found if visit.starts_at.date() in heard.when.days]
    if len(found) != 1:
        return state
    visit = found[0]
    wanted = state.wanted.model_copy(
        update={"procedure_id": visit.procedure_id, "practitioner_id": visit.practitioner_id}
    )
    return replace(state, visit_id=visit.id, wanted=wanted, asked=None)


def _no_visit(state: State, heard: Heard, facts: Facts) -> Decision:
    """None to speak of is for a colleague: it may stand in another calendar."""
    if not facts.visits:
        return Decision(move="person", state=state)
    unclear = state.asked == "which_visit" and not (heard.questions or heard.whose)
    return Decision(move="ask", state=replace(state, asked="which_visit"), unclear=unclear)


def _cancelling(state: State, heard: Heard) -> Decision:
    if state.asked != "sure":
        return Decision(move="ask", state=replace(state, asked="sure"))
    if heard.no:
        return Decision(move="keep", state=state)
    if heard.yes or heard.cancel or heard.option == 1:
        return Decision(move="cancel", state=state)
    if heard.when.says or heard.option == 2:
        state = replace(state, goal="move", asked=None)
        return _find(replace(state, wanted=_merged(state, heard)))
    if heard.option:
        return Decision(move="keep", state=state)
    return Decision(move="ask", state=state, unclear=not heard.questions)


def _arranging(state: State, heard: Heard, facts: Facts) -> Decision:
    if heard.option and state.asked in ("choice", "day"):
        return Decision(move="choose", state=state, place=heard.option)
    if _only_asks(state, heard):
        named = (facts.procedures.get(one) for one in heard.procedures)
        return Decision(move="answer", state=state, about=next((one for one in named if one), None))
    heard = _beside_the_visit(state, heard, facts)
    before = state.wanted
    choices = _procedures(state, heard, facts)
    if len(choices) == 1:
        state = replace(state, wanted=state.wanted.model_copy(update={"procedure_id": choices[0]}))
    state = replace(state, wanted=_merged(state, heard))
    if state.wanted.procedure_id is None or len(choices) > 1:
        unclear = state.asked == "procedure" and not (heard.is_wish or heard.questions or heard.whose)
        return Decision(
            move="ask", state=replace(state, asked="procedure"), unclear=unclear, narrowed=tuple(choices)
        )
    if heard.past and not heard.when.says:
        return Decision(move="ask", state=replace(state, asked="day"), past=True)
    if state.wanted != before or heard.is_wish or state.asked in (None, "procedure", "which_visit"):
        return replace(_find(state), consults=_begins_with_consultation(heard, facts))
    return _about_the_offer(state, heard)


def _beside_the_visit(state: State, heard: Heard, facts: Facts) -> Heard:
    """`a day earlier` by the visit that is to be moved; just `earlier` is any day until then."""
    visit = next((one for one in facts.visits if one.id == state.visit_id), None)
    if visit is None or state.offered or heard.when.says:
        return heard
    day = visit.starts_at.date()
    if heard.shift is not None:
        to = visit.starts_at.replace(tzinfo=None) + heard.shift
        within = heard.shift % timedelta(days=1)
        return replace(heard, when=When(days=(to.date(),), at=to.time() if within else None))
    if heard.earlier:
        return replace(heard, when=When(last_day=day, soonest=True))
    return replace(heard, when=When(first_day=day)) if heard.later else heard


def _begins_with_consultation(heard: Heard, facts: Facts) -> bool:
    named = [one for one in heard.procedures if one != Procedure.CONSULTATION]
    return bool(named) and not any(one in facts.procedures for one in named)


def _only_asks(state: State, heard: Heard) -> bool:
    """What does an implant cost, while a cleaning is being arranged: no other wish, only a question."""
    told = heard.when.says or heard.wants_visit
    return bool(heard.questions and heard.procedures and state.wanted.procedure_id) and not told


def _procedures(state: State, heard: Heard, facts: Facts) -> list[UUID]:
    """What may be meant: what was named, else what the conversation was about; a consultation where it is not done."""
    if state.goal == "move":
        return []
    if state.asked == "procedure" and heard.option and not heard.procedures:
        return list(state.wanted.among[heard.option - 1 : heard.option])
    named = heard.procedures or (() if state.wanted.procedure_id else tuple(facts.spoken_of))
    if not heard.procedures and (heard.own or _grown_up(state.wanted.whose)):
        named = tuple(one for one in named if one != Procedure.PEDIATRIC)  # it was spoken of for a child
    if Procedure.PEDIATRIC in named and Procedure.PEDIATRIC in facts.procedures:
        named = (Procedure.PEDIATRIC,)
    if heard.acute and not named and not state.wanted.procedure_id:
        named = (Procedure.CONSULTATION,)  # pain waits for no question
    specific = [one for one in named if one != Procedure.CONSULTATION]
    found = {facts.procedures.get(one) or facts.procedures.get("consultation") for one in specific or named}
    return sorted(one for one in found if one is not None)


def _grown_up(whose: Whose | None) -> bool:
    return whose is not None and whose.relation in {
        "wife",
        "husband",
        "mother",
        "father",
        "grandmother",
        "grandfather",
    }


def _merged(state: State, heard: Heard) -> Wanted:
    """The wish with what was just said: a new day replaces the old, hours that were said before go on counting."""
    wanted = state.wanted
    update: dict[str, object] = {}
    if heard.when.says:
        update |= {"when": _when(wanted.when, heard.when), "unseen": False}
    if heard.practitioner:
        update |= {"practitioner_id": heard.practitioner, "but": None}
    elif heard.any_practitioner:
        update |= {"practitioner_id": None, "but": None}
    elif heard.other_practitioner:
        seen = {who for _, who in state.offered} | ({wanted.practitioner_id} - {None})
        but = heard.but or (next(iter(seen)) if len(seen) == 1 else None)
        update |= {"practitioner_id": None, "but": but}
    return wanted.model_copy(update=update)


def _when(before: When, said: When) -> When:
    hours = ("at", "not_before", "not_after", "part")
    if said.says_day and said.says_hour:
        return said
    if said.says_day:
        # the very time belonged to the day; that mornings suit does not
        kept = {name: getattr(before, name) for name in hours if name != "at"}
        return said.model_copy(update=kept)
    return before.model_copy(update={name: getattr(said, name) for name in hours})


def _find(state: State) -> Decision:
    return Decision(move="find", state=replace(state, asked="choice"))


def _about_the_offer(state: State, heard: Heard) -> Decision:
    """Nothing new is wanted: what of the times that were offered?"""
    if heard.later or heard.earlier or heard.none:
        return _find(replace(state, wanted=_beyond(state, heard)))
    if heard.no:
        return Decision(move="ask", state=replace(state, asked="day"))
    if state.asked == "choice" and (heard.yes or heard.whose or heard.own):
        return Decision(move="ask", state=state)
    if heard.questions:
        return Decision(move="answer", state=state)
    return Decision(move="ask", state=state, unclear=True)


def _beyond(state: State, heard: Heard) -> Wanted:
    """Other times than those: after the last of them, before the first, or any that fit."""
    wanted = state.wanted.model_copy(update={"unseen": True})
    if not state.offered or not (heard.later or heard.earlier):
        return wanted
    first, last = state.offered[0][0], state.offered[-1][0]
    days = tuple(sorted({at.date() for at, _ in state.offered}))
    same_day = len(days) <= _FEW_DAYS
    update: dict[str, object] = {"days": (), "soonest": False, **_NO_HOURS}
    if heard.earlier:
        update |= {"first_day": None, "last_day": first.date()}
        update |= {"days": days, "not_after": min(at.time() for at, _ in state.offered)} if same_day else {}
    else:
        update |= {"first_day": last.date(), "last_day": None}
        update |= {"days": days, "not_before": max(at.time() for at, _ in state.offered)} if same_day else {}
    return wanted.model_copy(update={"when": wanted.when.model_copy(update=update)})
