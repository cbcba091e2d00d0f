"""A lead's conversation as it is shown: messages, what was sent, what was not, in the order of time."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from medicalcor.domain.language.detect import detect, votes
from medicalcor.domain.language.phrases import TEMPLATES, filled
from medicalcor.domain.language.text import read
from medicalcor.readmodels.calls.queries import Call
from medicalcor.readmodels.conversations.queries import Message, Translation
from medicalcor.readmodels.effects.queries import Effect
from medicalcor.readmodels.leads.queries import Score
from medicalcor.readmodels.timeline.queries import Happened
from medicalcor.schemas.common import Language
from medicalcor.schemas.effects import to_patient
from medicalcor.web.components.lines import Entry, Piece, Spoken

_IN_TALK = ("conversation.taken_over", "conversation.released", "person.opted_out")
_NEVER_SENT = ("refused", "void")
_COUNTED = frozenset({"veneers", "crown"})
"""Treatments for which it matters how many teeth; for others a lone number is an hour or a day."""


@dataclass(frozen=True)
class Day:
    """A day's entries."""

    date: date
    at: datetime
    entries: Sequence[Entry]


@dataclass(frozen=True)
class Reading:
    """Who reads, and what the patient is known to write."""

    reader: str
    spoken: Language | None
    translations: Mapping[UUID, Translation]


def days(
    messages: Iterable[Message],
    calls: Iterable[Call],
    effects: Iterable[Effect],
    happened: Iterable[Happened],
    score: Score | None,
    *,
    zone: str,
    clinic: str,
    reading: Reading,
) -> list[Day]:
    """Everything said, by day in the clinic's zone."""
    evidence = evidence_by_message(score)
    entries = [
        *(_incoming(m, evidence.get(m.id, ()), reading) for m in messages if m.kind != "call"),
        *(_called(call, evidence.get(call.message_id, ()) if call.message_id else ()) for call in calls),
        *(_outgoing(effect, clinic) for effect in effects if to_patient(effect.kind)),
        *(Entry("line", f"line-{h.position}", h.at, happened=h) for h in happened if h.type in _IN_TALK),
    ]
    entries.sort(key=lambda entry: (entry.at, entry.kind not in ("in", "call"), entry.id))
    clinic_zone = ZoneInfo(zone)
    grouped = groupby(entries, key=lambda entry: entry.at.astimezone(clinic_zone).date())
    listed = ((day, list(found)) for day, found in grouped)
    return [Day(day, found[0].at, found) for day, found in listed]


def evidence_by_message(score: Score | None) -> Mapping[UUID, Sequence[Mapping[str, Any]]]:
    """Which passages of which message the latest score rests on."""
    found: dict[UUID, list[Mapping[str, Any]]] = {}
    for item in evidence_of(score):
        if score is not None and 0 <= item["turn"] < len(score.turns):
            found.setdefault(score.turns[item["turn"]], []).append(item)
    return found


def evidence_of(score: Score | None) -> Sequence[Mapping[str, Any]]:
    """What the latest score rests on, without what only repeats part of an emergency."""
    output = (score.output or {}) if score else {}
    listed: Sequence[Mapping[str, Any]] = output.get("evidence", ())
    counts = not _COUNTED.isdisjoint(output.get("procedures", ()))
    alarms = [item for item in listed if item["means"].startswith("emergency:")]
    return [
        item
        for item in listed
        if (counts or item["means"] != "many:bare")
        and not (item["means"].startswith("acute:") and any(_holds(alarm, item) for alarm in alarms))
    ]


def _holds(outer: Mapping[str, Any], inner: Mapping[str, Any]) -> bool:
    return bool(
        outer["turn"] == inner["turn"] and outer["start"] <= inner["start"] and inner["end"] <= outer["end"]
    )


def marked(text: str, evidence: Iterable[Mapping[str, Any]]) -> list[Piece]:
    """The text cut where passages counted. Overlapping ones: the first wins."""
    pieces: list[Piece] = []
    at = 0
    for item in sorted(evidence, key=lambda found: (found["start"], -found["end"])):
        start, end = item["start"], item["end"]
        if start < at or end <= start or end > len(text):
            continue
        pieces += [Piece(text[at:start]), Piece(text[start:end], item["means"])]
        at = end
    return [piece for piece in (*pieces, Piece(text[at:])) if piece.text]


def text_of(effect: Effect, clinic: str) -> str | None:
    """What the patient reads; None when it was erased."""
    content = effect.content
    if content is None:
        return None
    if "body" in content:
        return str(content["body"])
    template = TEMPLATES.get(content["name"], {}).get(content["language"])
    return filled(template, content["parameters"] or (clinic,)) if template else str(content["name"])


def _incoming(message: Message, evidence: Iterable[Mapping[str, Any]], reading: Reading) -> Entry:
    pieces = marked(message.body, evidence) if message.body else []
    return Entry(
        "in",
        f"message-{message.id}",
        message.received_at,
        message=message,
        pieces=pieces,
        translation=reading.translations.get(message.id),
        is_foreign=bool(message.body) and _written_in(message.body or "", reading) != reading.reader,
    )


def _written_in(body: str, reading: Reading) -> str:
    """Its own language; "ok" and numbers are everybody's."""
    own = votes(read(body))
    return detect(body, known=reading.spoken) if own.clear else reading.reader


def _called(call: Call, evidence: Iterable[Mapping[str, Any]]) -> Entry:
    """What counted is marked in the caller's turns, which are the lines of the message that was judged."""
    turns, at = [], 0
    for turn in call.transcript:
        text, ends = turn["text"], at + len(turn["text"])
        if turn["role"] != "user" or not text:
            turns.append(Spoken(turn["role"], [Piece(text)]))
            continue
        here = [
            {**item, "start": item["start"] - at, "end": item["end"] - at}
            for item in evidence
            if at <= item["start"] and item["end"] <= ends
        ]
        turns.append(Spoken("user", marked(text, here)))
        at = ends + 1
    return Entry("call", f"call-{call.id}", call.started_at, call=call, turns=turns)


def _outgoing(effect: Effect, clinic: str) -> Entry:
    kind: Literal["out", "unsent"] = "unsent" if effect.status in _NEVER_SENT else "out"
    return Entry(kind, f"effect-{effect.id}", effect.planned_at, effect=effect, text=text_of(effect, clinic))
