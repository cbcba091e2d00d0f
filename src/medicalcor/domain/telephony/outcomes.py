"""What came of a call, from whatever is known of it so far. Pure, and the same in whichever order it became known."""

from collections.abc import Sequence
from dataclasses import dataclass

from medicalcor.schemas.calls import OUTCOME_RANK, Outcome, RecordingOf


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """`status` is Twilio's last word for the call, `over` whether that word is an end."""

    outcome: Outcome | None = None
    """What was found before."""
    agent_answered: bool = False
    status: str | None = None
    over: bool = False
    recordings: Sequence[tuple[RecordingOf, bool]] = ()
    """What each is of, and whether there is anything to hear."""
    final: bool = False
    """Nothing more is to be expected."""


def outcome_of(known: Known) -> Outcome | None:
    """None while it cannot be told yet."""
    found = _found(known)
    if found is None or known.outcome is None:
        return found or known.outcome
    return max(found, known.outcome, key=OUTCOME_RANK.__getitem__)


def _found(known: Known) -> Outcome | None:
    audible = {of for of, is_there in known.recordings if is_there}
    if known.agent_answered or "call" in audible:
        return "answered_by_agent"
    if "voicemail" in audible:
        return "voicemail"
    if known.over and known.status != "completed":
        return "failed" if known.status == "failed" else "missed"
    said_nothing = known.over and any(of == "voicemail" for of, _ in known.recordings)
    # a call that Twilio answered is `completed` whoever it was that spoke: what was recorded may still be told
    return "missed" if said_nothing or known.final else None
