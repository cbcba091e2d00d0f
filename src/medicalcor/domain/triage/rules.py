"""From a judgement to who does what. The rules are data, in `rules.toml`."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

from medicalcor.schemas.common import Urgency
from medicalcor.schemas.scoring import ScoringOutput
from medicalcor.schemas.triage import TriageResult


def triage(scored: ScoringOutput) -> TriageResult:
    rules = _rules()
    rule = next(rule for rule in rules["rule"] if _holds(rule, scored))
    flags: Mapping[str, str] = rules["flags"]
    raised = {flags[found.means] for found in scored.evidence if found.means in flags}
    return TriageResult(
        urgency=Urgency.HIGH_PRIORITY if scored.emergency else scored.urgency,
        routing=rule["routing"],
        medical_flags=tuple(sorted(raised)),
        suggested_owner=rule["owner"],
        escalation_required=rule["escalate"],
        required_actions=_actions(rule["actions"], scored),
    )


def _actions(wanted: list[str], scored: ScoringOutput) -> tuple[str, ...]:
    """An opt-out in the same breath as an emergency is still obeyed afterwards."""
    if scored.opt_out and "stop_messages" not in wanted:
        return (*wanted, "stop_messages")
    return tuple(wanted)


def _holds(rule: Mapping[str, Any], scored: ScoringOutput) -> bool:
    return all(
        (
            rule.get("emergency", scored.emergency) == scored.emergency,
            rule.get("opt_out", scored.opt_out) == scored.opt_out,
            rule.get("intent_to_book", scored.intent_to_book) == scored.intent_to_book,
            scored.intent in rule.get("intent", [scored.intent]),
            scored.classification.value in rule.get("classification", [scored.classification.value]),
            scored.urgency.value in rule.get("urgency", [scored.urgency.value]),
        )
    )


@cache
def _rules() -> Mapping[str, Any]:
    return tomllib.loads(
        resources.files("medicalcor.domain.triage").joinpath("rules.toml").read_text("utf-8")
    )
