"""What a whole conversation comes to, before any score: wants, needs, denials, who is writing."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from medicalcor.domain.language.detect import Votes, detect, of_votes, votes
from medicalcor.domain.language.text import read
from medicalcor.domain.scoring.patterns import Match, PatternBook
from medicalcor.domain.scoring.reading import Said, read_turn, read_words
from medicalcor.domain.scoring.settling import near, settle
from medicalcor.domain.scoring.weights import Fact
from medicalcor.schemas.common import Language, Procedure
from medicalcor.schemas.scoring import Evidence, ScoringInput, Turn

_ADULT_FROM: Final = 14
_REPLY_STARTS: Final = 3
_FEW: Final = 5
"""Thanks of this many words may hold one that no list has."""
_MEANT: Final = ("procedure", "budget", "book", "acute", "call_me", "logistics", "not_patient", "withdrawn",
                 "opt_out", "complaint", "vague", "day", "clock", "plan", "not_now")  # fmt: skip


@dataclass(slots=True)
class Facts:
    language: Language
    said: list[Said]
    """The patient's turns."""
    asked: list[Said | None]
    """The clinic's turn right before each of them."""
    procedures: set[Procedure] = field(default_factory=set)
    many: bool = False
    budget: bool = False
    book: bool = False
    call_me: bool = False
    visiting: bool = False
    plan: bool = False
    soon: bool = False
    acute: bool = False
    emergency: bool = False
    opt_out: bool = False
    likely: list[Fact] = field(default_factory=list)
    """What no rule found and the weights are sure of."""
    evidence: list[Evidence] = field(default_factory=list)

    def has(self, *means: str) -> bool:
        return any(said.has(*means) for said in self.said)

    def places(self, family: str) -> int:
        """In how many places it is said: matches over the same words are one."""
        places = 0
        for said in self.said:
            end = 0
            for match in sorted(said.of(family), key=lambda found: found.first):
                places += match.first >= end
                end = max(end, match.last)
        return places

    @property
    def last(self) -> Said:
        return self.said[-1]

    @property
    def closing(self) -> Said:
        """The last turn that says more than thanks or ok."""
        return next((said for said in reversed(self.said) if not is_small(said)), self.said[-1])


def is_small(said: Said) -> bool:
    """Thanks, ok, an emoji: such words, and among many of them one that is unknown and asks nothing."""
    if said.has("vague:alone"):
        return False
    strange = uncovered(said, "small", "greeting")
    words = len(said.words.folded)
    meant = said.words.asked or said.has_any(*_MEANT)
    return not strange or (strange * _FEW <= words and not meant)


def uncovered(said: Said, *families: str) -> int:
    """How many words of the turn belong to none of the headings; emojis go with anything."""
    places = {
        place for family in families for match in said.of(family) for place in range(match.first, match.last)
    }
    return sum(place not in places and word.isalnum() for place, word in enumerate(said.words.folded))


def gather(facts: ScoringInput, book: PatternBook) -> Facts:
    words = [read(message.content) for message in facts.messages]
    spoken = [votes(each) for each in words]
    language = _language(facts.messages, spoken, facts.language)

    def turn(at: int) -> Said:
        return read_words(at, words[at], spoken[at], expected=language, book=book)

    own = [at for at, message in enumerate(facts.messages) if message.role == "user"]
    said = [settle(turn(at)) for at in own]
    asked = [turn(at - 1) if at and facts.messages[at - 1].role == "assistant" else None for at in own]
    for answer, question in zip(said, asked, strict=True):
        _keep_counts(answer, question)
    known = Facts(language, said or [read_turn(0, "", expected=language, book=book)], asked or [None])
    _needs(known)
    _wants(known)
    _booking(known)
    return known


def _keep_counts(said: Said, asked: Said | None) -> None:
    """A bare number counts teeth only in answer to "how many?", and never as an hour or a date."""
    answers = asked is not None and asked.has("ctx:count")
    for number in list(said.of("many:bare")):
        if not answers or any(
            number.first < hour.last and hour.first < number.last for hour in said.of("clock")
        ):
            said.strike(number, "no count of teeth")


def _language(messages: Sequence[Turn], spoken: Sequence[Votes], known: Language | None) -> Language:
    """Of the last thing the patient said; the clinic's turn before it is the context."""
    last = max((at for at, turn in enumerate(messages) if turn.role == "user"), default=None)
    if last is None:
        return detect("", known=known, context=messages[-1].content)
    context = max((at for at in range(last) if messages[at].role == "assistant"), default=None)
    return of_votes(spoken[last], known, None if context is None else spoken[context])


def _needs(known: Facts) -> None:
    for said, asked in zip(known.said, known.asked, strict=True):
        if asked and asked.has("ctx:pain"):
            _answer_about_pain(said)
    known.emergency = any(said.of("emergency") for said in known.said) or (
        known.has("blow") and known.has("injury")
    )
    known.acute = known.emergency or any(is_needy(said) for said in known.said)
    known.opt_out = any(said.of("opt_out") for said in known.said)
    known.soon = known.has("soon")
    known.budget = known.has("budget", "dear")
    known.plan = known.has("plan")
    known.visiting = known.has("visiting")
    known.call_me = known.has("call_me")


def is_needy(said: Said) -> bool:
    """An acute sign; fever is one only of something in the mouth."""
    return any(match.means != "acute:fever" or said.has("mouth") for match in said.of("acute"))


def _answer_about_pain(said: Said) -> None:
    """ "Does it hurt?" — "yes, next to it": the yes is the need."""
    for yes in said.found.get("yes", []):
        if yes.first == 0 and not said.has("no", "painless"):
            said.add(Match(yes.first, yes.last, "acute:pain", yes.language))
            return


def _wants(known: Facts) -> None:
    for said in known.said:
        known.procedures |= {Procedure(match.means.partition(":")[2]) for match in said.of("procedure")}
    known.procedures -= _left_behind(known)
    last_word = _last_word_on(known)
    known.procedures = {code for code in known.procedures if last_word[code]}
    if not known.procedures - {Procedure.CONSULTATION}:
        _restore(known)
    if not known.procedures:
        _take_up(known)
    if not known.procedures:
        _infer(known)
    _settle_procedures(known)
    known.many = known.has("many", "many:bare")


def _left_behind(known: Facts) -> set[Procedure]:
    """ "I was thinking of an implant … I think a bridge suits me better": what was meant before."""
    meant: set[Procedure] = set()
    for said in known.said:
        for match in sorted(said.of("procedure"), key=lambda found: found.first):
            code = Procedure(match.means.partition(":")[2])
            if near(said, "prefer", match):
                return meant - {code}
            if near(said, "was_meant", match) or said.has("versus"):
                meant.add(code)
    return set()


def _infer(known: Facts) -> None:
    """A material or a sign stands for its treatment when nothing else is named."""
    if known.has("hint:crown"):
        known.procedures.add(Procedure.CROWN)
    elif known.has("hint:orthodontics") and not known.acute:
        known.procedures.add(Procedure.ORTHODONTICS)
    elif known.has("symptom:gum") and not known.acute:
        known.procedures.add(Procedure.GUM_TREATMENT)
    elif known.has("look") and not known.acute:
        known.procedures.add(Procedure.CONSULTATION)


def _settle_procedures(known: Facts) -> None:
    """What the rubric lists together and what it does not."""
    if _is_child(known):
        known.procedures.add(Procedure.PEDIATRIC)
    elif _is_grown_up(known):
        known.procedures.discard(Procedure.PEDIATRIC)
    if known.emergency or (known.acute and known.has("blow")):
        known.procedures.discard(Procedure.EXTRACTION)
    if Procedure.ALL_ON_X in known.procedures:
        known.procedures -= {
            Procedure.IMPLANT,
            Procedure.GUM_TREATMENT,
            Procedure.DENTURE,
            Procedure.CROWN,
        }
    if known.procedures - {Procedure.CONSULTATION, Procedure.PEDIATRIC}:
        known.procedures.discard(Procedure.CONSULTATION)


def _last_word_on(known: Facts) -> dict[Procedure, bool]:
    """For each procedure, whether its last mention was a wish and not a refusal."""
    wish: dict[Procedure, bool] = {}
    for said in known.said:
        mentions = [(match, True) for match in said.of("procedure")]
        mentions += [(match, False) for match, why in said.struck if why == "ruled out"]
        for match, wanted in sorted(mentions, key=lambda mention: mention[0].first):
            wish[Procedure(match.means.partition(":")[2])] = wanted
    return wish


def _restore(known: Facts) -> None:
    """With nothing else wanted, a treatment had before counts when it is to be done again."""
    redo = known.has("redo", "acute:failed") and not known.emergency
    me_too = known.has("me_too")
    for said in known.said:
        for match, why in said.struck:
            if not match.means.startswith("procedure:"):
                continue
            if (
                why == "wearing"
                or (why == "done before" and redo)
                or (why in {"friend", "done before"} and me_too)
            ):
                known.procedures.add(Procedure(match.means.partition(":")[2]))


def _take_up(known: Facts) -> None:
    """The one treatment that the clinic asked about, when it is taken up without being named."""
    for said, asked in zip(known.said, known.asked, strict=True):
        if asked is None or asked.has("ctx:reminder") or not (asked.words.asked or asked.has("ctx:offer")):
            continue
        offered = {Procedure(match.means.partition(":")[2]) for match in asked.of("procedure")} - {
            Procedure.CONSULTATION
        }
        counts = asked.has("ctx:count") and not said.has("no", "withdrawn")
        if len(offered) == 1 and (counts or _accepts(said, asked) or said.has("budget")):
            known.procedures |= offered


def _is_child(known: Facts) -> bool:
    for said in known.said:
        ages = list(_ages(said))
        if said.has("child:sure") and not any(age >= _ADULT_FROM for age in ages):
            return True
        if said.has("child:maybe") and (said.has("age:child") or any(age < _ADULT_FROM for age in ages)):
            return True
    return False


def _is_grown_up(known: Facts) -> bool:
    return any(
        age >= _ADULT_FROM
        for said in known.said
        if said.has("child:sure", "child:maybe")
        for age in _ages(said)
    )


def _ages(said: Said) -> Iterator[int]:
    """Ages told near a child: not "two years ago"."""
    children = [*said.of("child:sure"), *said.of("child:maybe")]
    gone = said.found.get("past", [])
    for match in said.found.get("age", []):
        if any(match.first < other.last and other.first < match.last for other in gone):
            continue
        if any(-8 <= match.first - child.first <= 8 for child in children):
            for word in said.words.folded[match.first : match.last]:
                if word.isdigit() and word.isascii():
                    yield int(word)


def _booking(known: Facts) -> None:
    for said, asked in zip(known.said, known.asked, strict=True):
        place = max((match.first for match in said.of("book")), default=-1)
        if place < 0 and (known.acute or known.procedures) and _asks_for_a_day(said):
            place = 0
        if place < 0 and asked is not None and _accepts(said, asked):
            if asked.has("ctx:call") and not asked.has("ctx:slot"):
                known.call_me = True
            else:
                place = 0
        refused = max((match.first for match in said.of("not_now")), default=-1)
        if refused > place:
            known.book = False
        elif place >= 0:
            known.book = True
        if refused >= 0 and place < 0:
            known.call_me = known.call_me and said.has("call_me")


def _asks_for_a_day(said: Said) -> bool:
    """Today, on Friday, next week, in a question or a request."""
    sentences = said.words.sentences
    able = {sentences[match.first] for match in said.of("can")}
    wanted = {sentences[match.first] for match in said.of("want")}
    begged = {sentences[match.first] for match in said.of("please")}
    requests = said.words.asked | able | wanted | begged
    days = [*said.of("soon"), *said.of("day")]
    if any(sentences[match.first] in requests for match in days):
        return True
    return any(sentences[match.first] in able & said.words.asked for match in said.of("clock"))


def _accepts(said: Said, asked: Said) -> bool:
    """A yes, or a time, in answer to an offered visit."""
    if not asked.has("ctx:offer") or asked.has("ctx:reminder", "ctx:visited") or said.has("not_now"):
        return False
    if any(match.first == 0 for match in said.found.get("no", [])):
        return False
    agreed = any(match.first < _REPLY_STARTS for match in said.found.get("yes", []))
    return agreed or _names_a_time(said, asked)


def _names_a_time(said: Said, asked: Said) -> bool:
    """A bare number is no hour in answer to "how many?" or "how old?"."""
    if asked.has("ctx:count", "ctx:age"):
        return said.has_any("day", "soon", "clock")
    return said.has("time")
