"""What a patient's words say about a visit: rules over words in seven languages, without AI."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Literal
from uuid import UUID

from medicalcor.domain.language.detect import votes
from medicalcor.domain.language.text import fold, read
from medicalcor.domain.scheduling.understanding import choosing
from medicalcor.domain.scheduling.understanding.choosing import Offered
from medicalcor.domain.scheduling.understanding.days import read_days
from medicalcor.domain.scheduling.understanding.hours import Hours, digits, read_hours, read_parts
from medicalcor.domain.scheduling.understanding.lexis import Lexis, lexis, plain
from medicalcor.domain.scheduling.understanding.settling import settle
from medicalcor.domain.scheduling.understanding.whose import ForWhom, read_whose
from medicalcor.domain.scoring.facts import Facts, gather
from medicalcor.domain.scoring.lexicon import lexicon
from medicalcor.schemas.appointments import Whose
from medicalcor.schemas.bookings import When
from medicalcor.schemas.common import LANGUAGES, Language, Procedure
from medicalcor.schemas.scoring import ScoringInput, Turn

Topic = Literal["price", "address", "parking", "hours", "duration", "payment", "insurance", "other"]
"""`other`: asked, and nothing that we know the answer to."""
TOPICS: Final[tuple[Topic, ...]] = (
    "price", "address", "parking", "hours", "duration", "payment", "insurance",
)  # fmt: skip
ANY_TIME: Final = When()
_FEW: Final = 5
_FEW_WORDS: Final = 8
"""A yes or a no is said in so many words at most; a longer text is not tried for one."""
_AMOUNT: Final = 4
"""Groups of an amount of time."""
_LONGEST: Final = 1000
"""Characters; what stands further down a letter is not about the time."""
_COURTESY: Final = (
    r"va rog(?: frumos)?|te rog|multumesc(?: frumos| mult)?|mersi|multumim|please|thanks?(?: you| a lot)?|bitte|danke(?: schon)?|"
    r"merci|sil vous plait|gracias|por favor|grazie|per favore|kerem|koszonom|buna ziua|buna|hello|hi|hallo|guten tag"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What a message is read in: when, in which languages, and what was said before."""

    now: datetime
    """By the clock on the clinic's wall."""
    languages: tuple[Language, ...]
    practitioners: Mapping[UUID, str]
    offered: Sequence[Offered] = ()
    numbered: int = 0
    """How many other things were offered under a number: procedures, visits."""
    family: Sequence[Whose] = ()
    """Who else has visits to come from this address."""
    asked_whose: bool = False
    """Whether it was asked which visit is meant: a bare name answers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What a message says. Nothing of it is guessed: what may mean two things is both."""

    procedures: tuple[Procedure, ...] = ()
    whose: Whose | None = None
    """Who is to come, when it is not the person who writes."""
    own: bool = False
    """`my own visit`."""
    denied: bool = False
    """`not for my son`."""
    when: When = ANY_TIME
    visit: When = ANY_TIME
    """When the visit is that is spoken of."""
    visit_id: UUID | None = None
    """Which visit is spoken of, where a tap says it."""
    practitioner: UUID | None = None
    other_practitioner: bool = False
    but: UUID | None = None
    """Whom they would rather not see."""
    any_practitioner: bool = False
    option: int | None = None
    """The place of the offered time that was chosen, from 1."""
    none: bool = False
    later: bool = False
    earlier: bool = False
    yes: bool = False
    no: bool = False
    move: bool = False
    cancel: bool = False
    stop: bool = False
    human: bool = False
    absent: bool = False
    """They cannot come; to what is seen from what is being arranged."""
    shift: timedelta | None = None
    """So much later (or earlier, below nothing) than the visit that there is."""
    waits: bool = False
    """They will come back to it: `let me check`."""
    questions: tuple[Topic, ...] = ()
    past: bool = False
    acute: bool = False
    """In pain now."""
    wants_visit: bool = False
    """A visit is asked for in so many words."""

    @property
    def is_wish(self) -> bool:
        """Whether it says something about a visit that is wanted."""
        return bool(
            self.procedures
            or self.when.says
            or self.practitioner
            or self.other_practitioner
            or self.any_practitioner
            or self.past
        )

    @property
    def means_something(self) -> bool:
        """That something was asked, and nobody knows what, is nothing yet: other languages and AI may know."""
        return self.is_wish or bool(
            self.whose or self.option or self.none or self.later or self.earlier or self.yes or self.no or self.move
            or self.cancel or self.stop or self.human or self.waits or self.absent or self.shift
            or self.questions not in ((), ("other",))
        )  # fmt: skip


def hear(text: str, scene: Scene) -> Heard:
    """Read in the languages that are expected; when those say nothing, in what it is surely written in."""
    text = text[:_LONGEST]
    heard = _hear(text, scene, lexis(scene.languages))
    spoken = votes(read(text))
    if heard.means_something or not spoken.clear:
        return heard
    rest = tuple(
        one for one in LANGUAGES if one in spoken.plausible(within=0.6) and one not in scene.languages
    )
    return _hear(text, scene, lexis(rest)) if rest else heard


def _hear(text: str, scene: Scene, words: Lexis) -> Heard:
    said = plain(text, words)
    said, shift = _shift(said, words)
    hours = read_parts(said, words)
    scan = read_days(digits(hours.text, words), words, scene.now.date())
    hours.text = scan.text
    hours = read_hours(hours, words)
    scan.text = hours.text + (" ?" if "?" in text else "")
    practitioner, named = _practitioner(said, scene, words)
    but = practitioner if practitioner and _refused(said, scene, practitioner, words) else None
    settled = settle(scan)
    if settled.off.says and not settled.when.days:
        hours.at = None  # it was the hour of the day that is ruled out
    rest = scan.text
    when = _with_hours(settled.when, hours)
    when = when.model_copy(update={"soonest": _soonest(when, said, words)})
    spoken, people = _meant(text, words), _people(text, scene, words)
    heard = Heard(
        procedures=tuple(sorted(spoken.procedures)),
        whose=people.whose,
        own=people.own,
        denied=people.denied,
        human=people.several,
        when=when,
        visit=settled.visit,
        practitioner=None if but else practitioner,
        but=but,
        other_practitioner=bool(but) or (not named and words.says("other_practitioner", said)),
        any_practitioner=words.says("any_practitioner", said),
        past=settled.past,
        shift=shift,
        questions=_questions(said, words),
        acute=spoken.acute,
        wants_visit=spoken.book,
    )
    heard = _acts(heard, said, rest, words, off=settled.off)
    if settled.off.says and not (heard.when.at and heard.when.days):
        return _asked(heard, text)  # whoever rules days out is still looking
    return _asked(_chosen(heard, said, scene, words, asks="?" in text), text)


def _meant(text: str, words: Lexis) -> Facts:
    """What a message of these words says in general: treatments, pain, a wish for a visit."""
    turns = (Turn(role="user", content=text),)
    asked = ScoringInput(channel="whatsapp", messages=turns, language=words.languages[0])
    return gather(asked, lexicon())


def _people(text: str, scene: Scene, words: Lexis) -> ForWhom:
    return read_whose(
        text,
        words.languages,
        known=scene.family,
        strangers=tuple(scene.practitioners.values()),
        bare=scene.asked_whose,
    )


def _asked(heard: Heard, text: str) -> Heard:
    """A question of which nothing else was understood is for a colleague."""
    nothing = not (heard.means_something or heard.acute or heard.wants_visit)
    return replace(heard, questions=("other",)) if nothing and "?" in text else heard


def _shift(said: str, words: Lexis) -> tuple[str, timedelta | None]:
    """`an hour later`, `put off by a week`: read, and taken out of what was said."""
    amount = r"(\d{1,2}|<a_single>) (?:(<unit_hours>)|(<unit_days>)|(<unit_weeks>))"
    found = words.pattern(rf"(?:<by_so_much> )?{amount} (?:(<earlier>)|(<later>))").search(said)
    found = found or words.pattern(rf"<by_so_much> {amount}").search(said)
    if found is None:
        return said, None
    count = int(found[1]) if found[1].isdigit() else 1
    unit = timedelta(hours=1) if found[2] else timedelta(days=1) if found[3] else timedelta(weeks=1)
    earlier = len(found.groups()) > _AMOUNT and found[_AMOUNT + 1]
    return f"{said[: found.start()]} ¤ {said[found.end() :]}", -unit * count if earlier else unit * count


def _questions(said: str, words: Lexis) -> tuple[Topic, ...]:
    """Whether the insurance pays is no question about how one can pay."""
    asked = [topic for topic in TOPICS if words.says(f"q_{topic}", said)]
    return tuple(topic for topic in asked if topic != "payment" or "insurance" not in asked)


def _soonest(when: When, said: str, words: Lexis) -> bool:
    """`any time except Friday` is no hurry, nor is `at the earliest at 11`."""
    said = words.pattern(r"<not_before>(?= ?(?:<hour_word> )?[#\d])").sub(" ¤ ", said)
    return any(
        not (when.says_day and words.pattern("<every_day>").fullmatch(found.group()))
        for found in words.pattern("<soonest>").finditer(said)
    )


def _with_hours(when: When, hours: Hours) -> When:
    return when.model_copy(
        update={
            "part": hours.part,
            "at": hours.at,
            "not_before": hours.not_before,
            "not_after": hours.not_after,
        }
    )


def _practitioner(said: str, scene: Scene, words: Lexis) -> tuple[UUID | None, bool]:
    """By a part of the name, after a title or a word such as `with`; a name that several have says nobody."""
    found = set()
    for practitioner_id, name in scene.practitioners.items():
        for part in re.findall(r"[a-z]{3,}", fold(name)):
            if words.pattern("<title>").fullmatch(part):
                continue
            if words.pattern(rf"(?:(?:<with>|<title>) )+(?:\w+ )?{part}(?:\w{{0,3}})").search(said):
                found.add(practitioner_id)
    return (found.pop(), True) if len(found) == 1 else (None, bool(found))


def _refused(said: str, scene: Scene, practitioner: UUID, words: Lexis) -> bool:
    """`not with Dr Popescu`, where it is no question."""
    parts = "|".join(re.findall(r"[a-z]{3,}", fold(scene.practitioners[practitioner])))
    return not words.says("not_in_a_question", said) and bool(
        words.pattern(rf"(?:<not>|<except>) (?:(?:<with>|<title>) )+(?:\w+ )?(?:{parts})\w{{0,3}}").search(
            said
        )
    )


def _acts(heard: Heard, said: str, rest: str, words: Lexis, *, off: When) -> Heard:
    move, cancel = words.says("move", said), words.says("cancel", said)
    human = heard.human or any(words.says(key, said) for key in ("human", "several", "her_or_him"))
    nothing_else = not (heard.is_wish or move or cancel)
    heard = replace(
        heard,
        move=move and not cancel,
        cancel=cancel,
        human=human,
        stop=nothing_else and words.says("stop", said),
        waits=nothing_else and words.says("waits", said),
        absent=not (move or cancel) and words.says("cannot_come", said),
        none=words.says("none", said) and not heard.other_practitioner,
        later=words.says("later", rest),
        earlier=words.says("earlier", rest) and not heard.when.soonest,
    )
    if cancel or move or heard.absent:
        heard = replace(heard, visit=heard.visit if heard.visit.says else off)
    elif heard.visit.says and not heard.when.says_day:
        # `I need an appointment on Monday`: there is no other visit that is spoken of
        days = {name: getattr(heard.visit, name) for name in ("days", "first_day", "last_day", "weekdays")}
        heard = replace(heard, when=heard.when.model_copy(update=days), visit=When())
    if cancel:
        heard = replace(heard, when=When(), visit=heard.visit if heard.visit.says else heard.when)
    return _answered(heard, rest, words)


def _answered(heard: Heard, rest: str, words: Lexis) -> Heard:
    """Yes and no, where the message is little else."""
    if heard.cancel or heard.move or heard.stop or heard.human or heard.waits:
        return heard
    courtesy = rf"(?:{_COURTESY})"
    whole = words.pattern(rf"(?:(?:<yes>|<fits>|<filler>|{courtesy})[ ,]*)+")
    refused = words.pattern(rf"(?:(?:<filler>|{courtesy})[ ,]*)*<no>")
    only_courtesy = words.pattern(rf"(?:(?:<filler>|{courtesy})[ ,]*)+")
    text = rest.replace("?", "").replace("¤", "").strip(" ,")
    if len(text.split()) > _FEW_WORDS:
        return heard
    yes = not heard.is_wish and whole.fullmatch(text) is not None and only_courtesy.fullmatch(text) is None
    no = (
        not yes
        and not heard.is_wish
        and not heard.none
        and (refused.match(text) is not None or words.says("not_after_it", text))
    )
    return replace(heard, yes=yes, no=no)


def _chosen(heard: Heard, said: str, scene: Scene, words: Lexis, *, asks: bool) -> Heard:
    """An option chosen is no wish for another time."""
    offered, count = scene.offered, scene.numbered or len(scene.offered)
    if not count or heard.move or heard.cancel or heard.stop:
        return heard
    option = 1 if _first_of_all(heard, said, words) and not asks else None
    if not option and not asks and not heard.when.says:
        option = choosing.by_place(said, words, count)
    if not option and not (heard.none or heard.later or heard.earlier):
        option = choosing.by_number(said, words, count) if not heard.when.days else None
        option = option or choosing.by_time(said, words, offered, heard.when, heard.practitioner)
        option = option or (None if heard.when.says or asks else choosing.by_hour(said, words, offered))
        if option is None and len(offered) == count == 1 and heard.yes and not heard.is_wish:
            option = 1
    if option is None or (offered and not choosing.fits(offered[option - 1], heard.when, heard.practitioner)):
        return heard
    return replace(
        heard, option=option, when=When(), practitioner=None, yes=False, no=False, none=False,
        earlier=False, later=False,
    )  # fmt: skip


def _first_of_all(heard: Heard, said: str, words: Lexis) -> bool:
    """`the earliest one`: of those that were offered, where nothing else is said."""
    short = len(said.split()) <= _FEW
    return short and not heard.when.days and not heard.when.says_hour and words.says("earliest_one", said)
