"""What Vapi's messages say of a call, in our words."""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from medicalcor.domain.scoring import calls, rules
from medicalcor.schemas.calls import CallAnalysis, CallTurn, Outcome
from medicalcor.schemas.common import Procedure
from medicalcor.schemas.scoring import ScoringInput, Turn
from medicalcor.schemas.wire import vapi
from medicalcor.schemas.wire.twilio import Party, party_of

_LINE = re.compile(r"^(AI|Assistant|Bot|User|Customer):\s*(.*)$", re.IGNORECASE)
_OUTCOMES: dict[vapi.Outcome, Outcome] = {
    "completed": "answered_by_agent",
    "handed_over": "handed_over",
    "failed": "failed",
    "refused_by_us": "failed",
}
LONGEST_INTENT = 80
LONGEST_SUMMARY = 2000
LONGEST_SECONDS = 24 * 3600


def party(message: vapi.ServerMessage) -> Party:
    """The patient's end: a number, a SIP address, or nobody known."""
    customer = message.customer or (message.call.customer if message.call else None)
    return party_of(message.caller or (customer.sip_uri if customer else None))


def began(message: vapi.ServerMessage, *, received_at: datetime) -> datetime:
    """When the call began; a clock that is ahead of ours opens no call in the future."""
    call = message.call
    own = message.started_at if isinstance(message, vapi.EndOfCallReport) else None
    said = own or (call.started_at or call.created_at if call else None)
    return min(_aware(said, received_at), received_at)


def over(report: vapi.EndOfCallReport, *, received_at: datetime) -> datetime:
    return min(_aware(report.ended_at, received_at), received_at)


def _aware(moment: datetime | None, otherwise: datetime) -> datetime:
    return moment if moment is not None and moment.tzinfo is not None else otherwise


def seconds(report: vapi.EndOfCallReport) -> int | None:
    return None if report.seconds is None else min(int(report.seconds), LONGEST_SECONDS)


def outcome(reason: str | None, *, inbound: bool, talked: bool) -> Outcome:
    """What came of the call. Whoever the agent spoke with was answered, unless the line broke."""
    word = vapi.outcome_of(reason)
    if word in _OUTCOMES:
        return _OUTCOMES[word]
    if word == "no_answer" and not inbound:
        return "missed"
    return "answered_by_agent" if talked else "failed"


def turns(report: vapi.EndOfCallReport) -> tuple[CallTurn, ...]:
    """What was said by either side; from the one text when the single turns are missing."""
    said = tuple(
        CallTurn(role="user" if turn.role == "user" else "assistant", text=turn.message or "")
        for turn in report.turns
    )
    return said or tuple(_from_text(report.transcript or ""))


def _from_text(transcript: str) -> Iterator[CallTurn]:
    for line in transcript.splitlines():
        known = _LINE.match(line.strip())
        if known and known[2]:
            role = "user" if known[1].lower() in ("user", "customer") else "assistant"
            yield CallTurn(role=role, text=known[2])


def analysis(report: vapi.EndOfCallReport, said: tuple[CallTurn, ...]) -> CallAnalysis | None:
    """Vapi's own, where its plan made one; what that leaves out is read off the words by the rules. None without one."""
    given = report.analysis
    if given is None or not (given.summary or given.structured_data):
        return None
    by_rules = _by_rules(said)
    told = {_plain(name): value for name, value in (given.structured_data or {}).items()}
    sentiment = told.get("sentiment")
    return by_rules.model_copy(
        update={
            "intent": (_text(told.get("intent")) or by_rules.intent)[:LONGEST_INTENT],
            "sentiment": sentiment if sentiment in ("positive", "neutral", "negative") else None,
            "procedures": _procedures(told.get("procedures")) or by_rules.procedures,
            "objections": tuple(_list(told.get("objections"))),
            "next_action": _text(told.get("nextaction")) or by_rules.next_action,
            "summary": _text(given.summary),
        }
    )


def _by_rules(said: tuple[CallTurn, ...]) -> CallAnalysis:
    turns = tuple(Turn(role=turn.role, content=turn.text) for turn in said)
    if not any(turn.role == "user" for turn in turns):
        return CallAnalysis(intent="nothing_said")
    return calls.by_rules(rules.score(ScoringInput(channel="voice", messages=turns)))


def _procedures(value: Any) -> tuple[Procedure, ...]:
    named = _list(value)
    return tuple(sorted(procedure for procedure in Procedure if procedure.value in named))


def _plain(name: str) -> str:
    return name.replace("_", "").replace(" ", "").lower()


def _list(value: Any) -> list[str]:
    return [text for one in value if (text := _text(one))] if isinstance(value, list) else []


def _text(value: Any) -> str | None:
    return (value.replace("\x00", "").strip()[:LONGEST_SUMMARY] or None) if isinstance(value, str) else None
