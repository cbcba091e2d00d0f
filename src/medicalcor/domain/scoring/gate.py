"""Who is writing and what for: asked before any score, as the rubric does."""

from typing import Final

from medicalcor.domain.scoring.facts import Facts, is_small, uncovered
from medicalcor.domain.scoring.places import overlaps
from medicalcor.domain.scoring.reading import Said
from medicalcor.domain.scoring.settling import OLD_VISIT

_OTHERWISE: Final = ("not_now", "someday", "looking", "vague", "plan", "complaint", "budget", "book")
"""A turn that says one of these says more than no."""

_A_QUESTION: Final = 4
"""Words from which on a question about a treatment is one: "Implants? No, thanks" asks nothing."""


def intent_of(known: Facts) -> str:
    """One of the intents of `ScoringOutput.intent`."""
    if known.emergency and not known.opt_out:
        return "emergency"
    if known.opt_out:
        return "opt_out"
    if _is_not_a_patient(known):
        return "not_a_patient"
    if known.acute:
        return "prospect"
    if _is_logistics(known):
        return "existing_patient"
    if _is_withdrawn(known):
        return "withdrawn"
    if not known.book and all(is_small(said) for said in known.said) and not _only_greets(known.last):
        return "smalltalk"
    if _is_complaint(known):
        return "complaint"
    return "prospect"


def _is_not_a_patient(known: Facts) -> bool:
    """Somebody in pain is a patient, whatever one word says otherwise; somebody with a treatment to
    pay for or to book has not mistaken the number or the trade."""
    if known.has("not_patient:animal") or _is_told_where_it_is(known):
        return True
    mistaken = known.places("not_patient:wrong_number") + known.places("not_patient:other_trade")
    if known.has("logistics:move", "logistics:cancel") and known.has("logistics:own", "appointment"):
        mistaken += known.places("not_patient:job")  # whose visit is in the way of their own work
        likely = True
    else:
        likely = bool(known.acute or (known.procedures and (known.budget or known.book)))
    places = known.places("not_patient")
    return places > (1 if known.acute else 0) and not (likely and places == mistaken == 1)


def _is_told_where_it_is(known: Facts) -> bool:
    """ "This is a dental clinic." — "Oh, sorry": whoever is sorry then, meant somebody else."""
    last, asked = known.last, known.asked[-1]
    told = asked is not None and asked.has("ctx:clinic_only") and last.has("sorry")
    return told and not (known.procedures or known.acute or last.words.asked)


def _is_complaint(known: Facts) -> bool:
    """Discontent, with work that was done here too: the treatment it names is not asked for. Of work
    that was done elsewhere, or beside a question or a wish, it is a reason to come."""
    done_here = known.has("patient")
    if not (known.has("complaint") or (done_here and known.has("flaw"))) or known.book:
        return False
    if not known.procedures:
        return True
    if known.has("elsewhere"):
        return False
    return not known.last.words.asked or (done_here and not known.has("budget"))


def _is_withdrawn(known: Facts) -> bool:
    """The last word on the matter is a refusal: nothing is wished for after it."""
    last = known.closing
    place = max((match.last for match in last.of("withdrawn")), default=None)
    if place is None:
        return (
            _walks_away(last)
            or _rules_everything_out(known, last)
            or _says_only_no(known)
            or _declines(known)
        )
    asked_after = any(last.words.sentences[place - 1] < sentence for sentence in last.words.asked)
    asked_after = asked_after or _still_asks(last, place)
    return not asked_after and not any(
        match.first >= place
        for family in ("procedure", "budget", "book", "logistics:confirm")
        for match in last.of(family)
    )


def _still_asks(last: Said, place: int) -> bool:
    """ "I had it seen to, now I only wanted to know your hours"; "can I … at home? I don't want the lamp"."""
    wants = any(match.first >= place for match in last.of("want"))
    if wants and any(match.first >= place for match in last.of("vague")):
        return True
    questions = last.words.asked & {last.words.sentences[match.first] for match in last.of("procedure")}
    return any(last.words.sentences.count(question) >= _A_QUESTION for question in questions)


def _walks_away(last: Said) -> bool:
    """ "That is a lot, thanks anyway": too dear, and no question or wish with it."""
    return (
        last.has("dear")
        and last.has("small", "bye")
        and not last.words.asked
        and not last.has_any("book", "budget", "not_now", "someday", "procedure", "complaint")
    )


def _rules_everything_out(known: Facts, last: Said) -> bool:
    """Every treatment the turn names is refused, and nothing is asked for."""
    refused = any(why == "ruled out" for _, why in last.struck)
    happy = not known.has("complaint")
    return (
        refused
        and happy
        and not known.procedures
        and not last.words.asked
        and not last.has_any("book", "budget")
    )


def _says_only_no(known: Facts) -> bool:
    return known.last.has("no") and not uncovered(known.last, "no", "small") and not known.procedures


def _declines(known: Facts) -> bool:
    """ "No, I had them done in Leeds": what the clinic asked about is not wanted, and nothing else is."""
    last, asked = known.last, known.asked[-1]
    if asked is None or not asked.words.asked or not any(no.first == 0 for no in last.of("no")):
        return False
    else_wanted = last.words.asked or last.has_any(*_OTHERWISE)
    return not (else_wanted or known.procedures or known.budget or known.book or known.call_me)


def _is_logistics(known: Facts) -> bool:
    if known.has("logistics:invoice") and not (known.procedures and known.budget):
        return True
    own = known.has("logistics:own") or _excuses_itself(known)
    visit = own or known.has("appointment")
    reminded = any(asked is not None and asked.has("ctx:reminder") for asked in known.asked)
    gives_up = bool(known.procedures) and known.last.has("withdrawn")
    if (
        reminded
        and not gives_up
        and (
            known.last.has(
                "logistics:confirm", "logistics:cancel", "logistics:move", "thumb", "yes", "no", "book"
            )
        )
    ):
        return True
    if (
        known.has("logistics:move", "logistics:cancel")
        and not gives_up
        and (visit or reminded or known.has("patient"))
    ):
        return True
    return own or (known.has("logistics:confirm") and visit and not known.procedures)


def _excuses_itself(known: Facts) -> bool:
    """ "I can't make it today", out of the blue: there is a visit that it is about."""
    first = known.said[0]
    dated = first.has("day", "soon", "clock") or any(why == OLD_VISIT for _, why in first.struck)
    return known.asked[0] is None and first.has("logistics:cancel") and dated


def _only_greets(said: Said) -> bool:
    """A greeting alone waits for an answer; with thanks or an ok beside it, it closes."""
    return said.has("greeting") and not uncovered(said, "greeting")


def asks_for_another_day(said: Said) -> bool:
    """ "I can't make it on Tuesday. Have you anything on Thursday?": the day is in the question, away from what is given up."""
    clauses, sentences, asked = said.words.clauses, said.words.sentences, said.words.asked
    gone = {clauses[match.first] for match in said.of("logistics:cancel")}
    parted = {sentences[match.first] for match in said.of("logistics:cancel")}
    own = said.of("logistics:own")
    days = [
        day for day in (*said.of("day"), *said.of("soon")) if not any(overlaps(day, visit) for visit in own)
    ]
    return any(sentences[match.first] in asked and clauses[match.first] not in gone for match in days) or any(
        sentences[match.first] in asked and sentences[match.first] not in parted for match in said.of("book")
    )
