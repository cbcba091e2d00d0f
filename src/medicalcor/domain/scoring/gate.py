"""Who is writing and what for: asked before any score, as the rubric does."""

from medicalcor.domain.scoring.facts import Facts, covered, is_small
from medicalcor.domain.scoring.reading import Said


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
    """Somebody in pain is a patient, whatever single word says otherwise."""
    return known.count("not_patient") > (1 if known.acute else 0)


def _is_complaint(known: Facts) -> bool:
    """Discontent, with work that was done here too: the treatment it names is not asked for."""
    done_here = known.has("patient")
    if not (known.has("complaint") or (done_here and known.has("flaw"))):
        return False
    return not known.book and (not known.procedures or (done_here and not known.has("budget")))


def _is_withdrawn(known: Facts) -> bool:
    """The last word on the matter is a refusal: nothing is wished for after it."""
    last = known.closing
    place = max((match.last for match in last.of("withdrawn")), default=None)
    if place is None:
        return _walks_away(last) or _rules_everything_out(known, last) or _says_only_no(known)
    return not any(
        match.first >= place for family in ("procedure", "budget", "book") for match in last.of(family)
    )


def _walks_away(last: Said) -> bool:
    """ "That is a lot, thanks anyway": too dear, and no question or wish with it."""
    return (
        last.has("dear")
        and last.has("small", "bye")
        and not last.words.asked
        and not last.has_any("book", "budget", "not_now", "procedure")
    )


def _rules_everything_out(known: Facts, last: Said) -> bool:
    """Every treatment the turn names is refused, and nothing is asked for."""
    refused = any(why == "ruled out" for _, why in last.struck)
    happy = not known.has("complaint")
    return refused and happy and not known.procedures and not last.words.asked and not last.has_any("book", "budget")


def _says_only_no(known: Facts) -> bool:
    return known.last.has("no") and covered(known.last, "no", "small") and not known.procedures


def _is_logistics(known: Facts) -> bool:
    if known.has("logistics:invoice"):
        return True
    own = known.has("logistics:own")
    visit = own or known.has("appointment")
    reminded = any(asked is not None and asked.has("ctx:reminder") for asked in known.asked)
    if reminded and (
        known.last.has("logistics:confirm", "logistics:cancel", "logistics:move", "thumb", "yes", "no")
    ):
        return True
    if known.has("logistics:move", "logistics:cancel") and (visit or reminded or known.has("patient")):
        return True
    return own or (known.has("logistics:confirm") and visit and not known.procedures)


def _only_greets(said: Said) -> bool:
    """A greeting alone waits for an answer; with thanks or an ok beside it, it closes."""
    return said.has("greeting") and covered(said, "greeting")
