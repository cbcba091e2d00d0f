"""What a message asks us to stop: everything, offers, or nothing."""

from medicalcor.domain.consent import grammar, withdrawal
from medicalcor.operations.arrivals.base import Arrival
from medicalcor.operations.places import Place
from medicalcor.schemas.events.conversations import SILENT
from medicalcor.schemas.scoring import ScoringOutput


def silences(look: ScoringOutput | None, text: str | None) -> bool:
    """Whether a message asks for silence, and not only for an end of offers."""
    if look is None or not text or grammar.plain_no(text):
        return False
    return heard(look, text).scope == "everything"


def heard(look: ScoringOutput, text: str) -> withdrawal.Wish:
    """What is to end. Whoever needs something of us in the same message is silenced only where the scoring rules hear the
    wish too: a tooth "bothers" as messages do. A short wish says nothing else, whatever its words remind of.
    """
    wished = withdrawal.wish(text, silence=look.opt_out)
    needs = look.procedures or look.intent_to_book or look.urgency in ("high", "high_priority")
    if wished.scope == "everything" and needs and not (wished.alone or look.opt_out):
        return withdrawal.Wish("none", alone=False)
    return wished


def only_silence(arrival: Arrival, place: Place, look: ScoringOutput | None) -> bool:
    """Whether somebody whom nobody knows wants silence and nothing else: no lead is made of them."""
    return (
        place.newcomer
        and look is not None
        and silences(look, arrival.said)
        and not look.emergency
        and not (look.procedures or look.budget or look.intent_to_book)
        and arrival.party.channel in ("whatsapp", "email")
        and arrival.kind not in SILENT
    )
