"""Who is writing and what for: asked before any score, as the rubric does."""

from medicalcor.domain.scoring.facts import Facts
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
    if not known.book and all(_is_small(said) for said in known.said) and not _only_greets(known.last):
        return "smalltalk"
    if known.has("complaint") and not known.procedures and not known.book:
        return "complaint"
    return "prospect"


def _is_not_a_patient(known: Facts) -> bool:
    """Somebody in pain is a patient, whatever single word says otherwise."""
    return known.count("not_patient") > (1 if known.acute else 0)


def _is_withdrawn(known: Facts) -> bool:
    """The last word on the matter is a refusal: nothing is wished for after it."""
    last = known.last
    place = max((match.last for match in last.of("withdrawn")), default=None)
    if place is None:
        return False
    return not any(
        match.first >= place for family in ("procedure", "budget", "book") for match in last.of(family)
    )


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


def _is_small(said: Said) -> bool:
    """Thanks, ok, an emoji: nothing but such words."""
    if not any(word.isalnum() for word in said.words.folded):
        return True
    return _covered(said, "small", "greeting")


def _only_greets(said: Said) -> bool:
    """A greeting alone waits for an answer; with thanks or an ok beside it, it closes."""
    return said.has("greeting") and _covered(said, "greeting")


def _covered(said: Said, *families: str) -> bool:
    """Whether every word of the turn belongs to one of the headings; emojis go with anything."""
    places = {
        place for family in families for match in said.of(family) for place in range(match.first, match.last)
    }
    return all(place in places or not word.isalnum() for place, word in enumerate(said.words.folded))
