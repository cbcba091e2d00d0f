"""Made-up data for the pattern page: nobody's."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from medicalcor.core import clock
from medicalcor.readmodels.conversations.queries import Message
from medicalcor.readmodels.effects.queries import Effect
from medicalcor.readmodels.leads.queries import LeadRow, Need
from medicalcor.web.components.lines import Entry, Piece

_NAMES = (
    "Ana Popescu",
    "Ștefan Müller",
    "Ioana Dumitru",
    "Radu Ionescu",
    "Mihai Stan",
    "Elena Radu",
    "Carmen Ilie",
)


def samples() -> dict[str, Any]:
    """What the page shows: a line for every need, a bubble for every state."""
    return {
        "rows": [_row(number, need) for number, need in enumerate(Need)],
        "entries": [_incoming(), *(_outgoing(number, state) for number, state in enumerate(_STATES))],
    }


def _id(number: int) -> UUID:
    return UUID(int=number * 7919 + 1)


def _row(number: int, need: Need) -> LeadRow:
    now = clock.now()
    classification = "HOT" if need <= Need.NOT_DELIVERED else "WARM" if need <= Need.WARM else "COLD"
    score = {"HOT": 5, "WARM": 3, "COLD": 2}[classification]
    return LeadRow(
        id=_id(number),
        person_id=_id(number),
        name=_NAMES[number],
        phone="+40722000000",
        email=None,
        channel="whatsapp",
        language="ro",
        score=score,
        classification=classification,
        earlier_score=score - 1 if number % 2 else None,
        rules_score=2,
        scorer="ai",
        need=need,
        need_at=now - timedelta(minutes=6 + 11 * number),
        last_text="…",
        last_activity_at=now,
        last_inbound_at=now - timedelta(minutes=6),
        last_outbound_at=now,
        procedures=("implant",),
        medical_flags=("swelling",),
        budget=True,
        intent_to_book=need is Need.WARM,
        opt_out=False,
        erased=False,
        archived_at=None,
        taken_over_by=None,
        owner=None,
        status="new",
    )


_STATES = ("planned", "held", "sent", "delivered", "read", "unknown", "failed", "refused")


def _incoming() -> Entry:
    now = clock.now()
    message = Message(_id(90), "text", "", media=None, letter=None, guest=False, sent_at=now, received_at=now)
    pieces = (Piece("Bună ziua, cât costă un "), Piece("implant", "procedure:implant"), Piece("?"))
    return Entry("in", "sample-in", now, message=message, pieces=pieces)


def _outgoing(number: int, status: str) -> Entry:
    now = clock.now()
    decision = {
        "verdict": "refuse" if status == "refused" else "hold" if status == "held" else "send",
        "reasons": [
            "taken_over" if status == "refused" else "settling" if status == "held" else "answers_a_message"
        ],
        "hold_until": None,
        "evidence": {"window_open": True, "opted_out": False, "taken_over": status == "refused", "score": 3},
        "policy": "1",
    }
    author = "staff" if status == "read" else "automatic"
    content = {
        "kind": "whatsapp.text",
        "body": "",
        "language": "ro",
        "written_by": "staff" if author == "staff" else "ai",
    }
    effect = Effect(
        id=_id(number),
        kind="whatsapp.text",
        purpose="answer",
        author=author,
        content=content,
        decision=decision,
        status=status,
        planned_at=now,
        hold_until=now + timedelta(minutes=1) if status == "held" else None,
        ended_at=None,
        sent_at=now if status in ("sent", "delivered", "read") else None,
        delivered_at=None,
        read_at=now if status == "read" else None,
        reason="undeliverable" if status == "failed" else None,
        cause_id=None,
        by="Elena Radu" if author == "staff" else None,
    )
    text = "Bună ziua, un implant pornește de la o consultație. Vă putem suna astăzi?"
    return Entry(
        "unsent" if status == "refused" else "out", f"sample-{status}", now, effect=effect, text=text
    )
