"""Strikes opt-outs and signs of an emergency that are meant otherwise, or only told of: past, heard, asked beforehand.

Missing one is dear, so each is struck only where the words around it leave little doubt.

* `ignore.opt_out` and `ignore.emergency` strike what they overlap; `opt_out:firm` means nothing else and always counts;
* `ignore.emergency.end` strikes what ends in it: the part of the body is named for something else;
* `supposed` ("I only ask", "I haven't had mine out yet") strikes what its turn asks about, wherever it stands;
* `over` ("he is fine now") ends a faint that is dated, `over:stopped` a bleeding unless it is there `again`;
* a blow or an injury that is past, or of long ago, counts for nothing, nor does an injury that is denied (`unhurt`);
* `condition` ("if you write once more"): the way to write that follows is no other way asked for.
"""

from typing import Final

from medicalcor.domain.scoring.patterns import Match
from medicalcor.domain.scoring.places import (
    NEAR,
    ends_before,
    is_denied,
    is_hearsay,
    is_past,
    nearest,
    overlaps,
    within,
)
from medicalcor.domain.scoring.reading import Said

_OTHER_WAY_REACH: Final = 5
_WAY_BEFORE_REACH: Final = 1
_CONDITION_REACH: Final = 2
_STATE_REACH: Final = 2
_BLOW_REACH: Final = 4
_EVENT_REACH: Final = 6
"""A faint is over where the year follows it; trouble breathing after last week's extraction is not."""


def settle_alarms(said: Said) -> Said:
    for match in list(said.of("opt_out")):
        if match.means != "opt_out:firm":
            _strike_for(said, match, _why_no_opt_out(said, match))
    for match in list(said.of("emergency")):
        _strike_for(said, match, _why_no_alarm(said, match))
    for match in [*said.of("blow"), *said.of("injury")]:
        gone = is_past(said, match, reach=_BLOW_REACH) or _is_over(said, match)
        _strike_for(said, match, "past" if gone else None)
    for match in list(said.of("injury")):
        if any(overlaps(match, mask) for mask in said.of("unhurt")):
            said.strike(match, "denied")
    return said


def _strike_for(said: Said, match: Match, why: str | None) -> None:
    if why:
        said.strike(match, why)


def _why_no_opt_out(said: Said, match: Match) -> str | None:
    if any(
        overlaps(match, mask) and not _is_denied_too(said, match, mask) for mask in said.of("ignore.opt_out")
    ):
        return "ignore.opt_out"
    return "another way" if _asks_for_another_way(said, match) else None


def _is_denied_too(said: Said, match: Match, mask: Match) -> bool:
    """ "Don't call me and don't write to me": what stands for another way is refused as well."""
    return any(match.last < no.first and 0 < mask.last - no.last <= NEAR for no in said.of("neg"))


def _asks_for_another_way(said: Said, match: Match) -> bool:
    """ "Don't call, write to me here", "write, don't call": another way is asked for, not silence."""
    conditions = said.of("condition")
    return any(
        (0 <= way.first - match.last <= _OTHER_WAY_REACH or 0 <= match.first - way.last <= _WAY_BEFORE_REACH)
        and not is_denied(said, way)
        and not any(within(no, way) for no in said.of("neg"))
        and not ends_before(conditions, way, said.words.clauses, reach=_CONDITION_REACH)
        for way in (*said.of("contact.instead"), *said.of("call_me"))
    )


def _why_no_alarm(said: Said, match: Match) -> str | None:
    """Words of somebody who may harm themselves count whatever time they speak of."""
    if match.means == "emergency:self_harm":
        return None
    if any(_masks(said, mask, match) for mask in said.found.get("ignore.emergency", ())):
        return "meant otherwise"
    if any(match.first < mask.first and match.last <= mask.last for mask in _endings(said, match)):
        return "meant otherwise"
    if is_past(said, match, reach=_STATE_REACH) or _is_over(said, match):
        return "past"
    if match.means == "emergency:bleeding" and has_stopped(said):
        return "past"
    if is_hearsay(said, match):
        return "hearsay"
    return "supposed" if _is_supposed(said, match) else None


def _endings(said: Said, match: Match) -> list[Match]:
    """ "My cheek is swollen and my throat hurts": where `match` ends, something else is told."""
    return [mask for mask in said.of("ignore.emergency.end") if overlaps(match, mask)]


def _masks(said: Said, mask: Match, match: Match) -> bool:
    """ "No trouble breathing" denies what it begins before or ends with, and nothing beyond its clause;
    "the bleeding has not stopped" ends nothing."""
    clauses = said.words.clauses
    denials = {no.first for no in said.of("neg")}
    stays = match.means == "emergency:bleeding" and any(mask.first < no < mask.last for no in denials)
    if stays or not overlaps(match, mask):
        return False
    if mask.first in denials:
        whole = clauses[mask.first] == clauses[mask.last - 1]
        return whole and (mask.first <= match.first or match.last <= mask.last)
    return mask.first <= match.first


def _is_over(said: Said, match: Match) -> bool:
    """ "He fainted at your place last year", "… last week, he is fine now": what happened, and then when it was."""
    dated = ("past", "past:event")
    if said.has("over"):
        return said.has(*dated)
    if match.means != "emergency:consciousness":
        return False
    now = nearest(said, "now", match)
    gaps = [nearest(said, means, match) for means in dated]
    return any(gap is not None and gap <= _EVENT_REACH and (now is None or gap < now) for gap in gaps)


def has_stopped(said: Said) -> bool:
    """ "It bled for hours but has stopped", and nothing of its coming back."""
    return not said.has("again") and any(not is_denied(said, end) for end in said.of("over:stopped"))


def _is_supposed(said: Said, match: Match) -> bool:
    """ "What if it doesn't stop bleeding? I only ask": a question, and nothing that is so now."""
    sentences = said.words.sentences
    asked = not said.words.asked.isdisjoint({sentences[match.first], sentences[match.last - 1]})
    return asked and said.has("supposed") and not said.has("now")
