"""From a judgement to who does what. The rules are data, in `rules.toml`."""

import hashlib
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Literal

from medicalcor.schemas.common import Procedure, Urgency
from medicalcor.schemas.effects import AlertCode
from medicalcor.schemas.scoring import ScoringOutput
from medicalcor.schemas.triage import Mention, Post, TriageResult


@dataclass(frozen=True, slots=True)
class Duty:
    """What one rule asks of whom, until when."""

    name: str
    owner: Post
    actions: tuple[str, ...]
    alert: AlertCode | None
    task: str | None
    """What the CRM calls the work; nothing of health."""
    priority: Literal["LOW", "MEDIUM", "HIGH"]
    due_minutes: int
    escalate_after_minutes: int | None
    escalate_to: Post | None
    even_when_taken: bool

    @property
    def is_work(self) -> bool:
        """Whether a colleague has something to do."""
        return not {"create_task", "call_back"}.isdisjoint(self.actions)


def triage(
    scored: ScoringOutput | None, *, kind: str = "text", mentions: Sequence[Mention] = ()
) -> TriageResult:
    """`scored` is None for a message without words; `kind` is the message's; `mentions` is what the patient said of
    their health, from `mentions.found_in`."""
    rules, said = _rules(), frozenset(mention.code for mention in mentions)
    rule = next(rule for rule in rules["rule"] if _holds(rule, scored, kind, said))
    added = [
        more for more in rules["also"] if more["name"] != rule["name"] and _holds(more, scored, kind, said)
    ]
    actions = dict.fromkeys(action for one in (rule, *added) for action in one["actions"])
    return TriageResult(
        urgency=_urgency(scored),
        routing=rule["routing"],
        medical_flags=tuple(sorted(_signs(rules["flags"], scored) | said - {"aftercare"})),
        suggested_owner=rule["owner"],
        escalation_required=rule["escalate"],
        required_actions=tuple(actions),
        rule=rule["name"],
        also=tuple(more["name"] for more in added),
        escalate_after_minutes=rule.get("escalate_after_minutes"),
        escalate_to=rule.get("escalate_to"),
        version=version(),
    )


@cache
def version() -> str:
    """Of the rules as they stand: what is decided by the same can be decided again."""
    folder = resources.files("medicalcor.domain.triage")
    data = b"".join(folder.joinpath(f"{name}.toml").read_bytes() for name in ("rules", "mentions"))
    return hashlib.sha256(data).hexdigest()[:8]


def duties(result: TriageResult) -> list[Duty]:
    """What the rule that decided asks, then what those ask that added something."""
    rules = _rules()
    decided = [rule for rule in rules["rule"] if rule["name"] == result.rule]
    added = [more for more in rules["also"] if more["name"] in result.also]
    return [_duty(rule, result) for rule in (*decided, *added)]


def names() -> frozenset[str]:
    """Of all rules, for those who put them into words."""
    rules = _rules()
    return frozenset(rule["name"] for rule in (*rules["rule"], *rules["also"]))


def _duty(rule: Mapping[str, Any], result: TriageResult) -> Duty:
    return Duty(
        name=rule["name"],
        owner=rule.get("owner", result.suggested_owner),
        actions=tuple(rule["actions"]),
        alert=rule.get("alert"),
        task=rule.get("task"),
        priority=rule.get("priority", "MEDIUM"),
        due_minutes=rule.get("due_minutes", 60),
        escalate_after_minutes=rule.get("escalate_after_minutes"),
        escalate_to=rule.get("escalate_to"),
        even_when_taken=rule.get("even_when_taken", False),
    )


def _urgency(scored: ScoringOutput | None) -> Urgency:
    if scored is None:
        return Urgency.NORMAL
    return Urgency.HIGH_PRIORITY if scored.emergency else scored.urgency


def _signs(flags: Mapping[str, str], scored: ScoringOutput | None) -> frozenset[str]:
    if scored is None:
        return frozenset()
    found = {flags[item.means] for item in scored.evidence if item.means in flags}
    return frozenset(found | ({"child"} if Procedure.PEDIATRIC in scored.procedures else set()))


def _holds(rule: Mapping[str, Any], scored: ScoringOutput | None, kind: str, said: frozenset[str]) -> bool:
    return (
        kind in rule.get("kind", [kind])
        and ("mentions" not in rule or not said.isdisjoint(rule["mentions"]))
        and _fits(rule, scored)
    )


_OF_JUDGEMENT = (
    "emergency", "opt_out", "intent_to_book", "intent", "classification", "urgency", "procedures",
)  # fmt: skip


def _fits(rule: Mapping[str, Any], scored: ScoringOutput | None) -> bool:
    if scored is None:
        return not any(name in rule for name in _OF_JUDGEMENT)
    return all(
        (
            rule.get("emergency", scored.emergency) == scored.emergency,
            rule.get("opt_out", scored.opt_out) == scored.opt_out,
            rule.get("intent_to_book", scored.intent_to_book) == scored.intent_to_book,
            scored.intent in rule.get("intent", [scored.intent]),
            scored.classification.value in rule.get("classification", [scored.classification.value]),
            scored.urgency.value in rule.get("urgency", [scored.urgency.value]),
            "procedures" not in rule or not {*rule["procedures"]}.isdisjoint(scored.procedures),
        )
    )


@cache
def _rules() -> Mapping[str, Any]:
    return tomllib.loads(
        resources.files("medicalcor.domain.triage").joinpath("rules.toml").read_text("utf-8")
    )
