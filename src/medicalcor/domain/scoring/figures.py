"""How right judgements are: figures over labelled conversations, and how far their confidence can be trusted."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

from medicalcor.domain.scoring.labelled import Labelled, Labels
from medicalcor.schemas.common import Classification
from medicalcor.schemas.scoring import ScoringOutput

_FOLDS: Final = 5
_PRIOR: Final = 10
"""How many cases the stated confidence is worth when a fold's cases speak against it."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A case and what was made of it."""

    case: Labelled
    got: ScoringOutput

    @property
    def right(self) -> bool:
        return self.case.labels.classification is self.got.classification


def measured(judged: Sequence[Judged]) -> dict[str, Any]:
    """All figures, of all cases and of each language."""
    languages = sorted({one.case.labels.language for one in judged})
    return figures(judged) | {
        "reliability": reliability([(one.got.confidence, one.right) for one in judged]),
        "reliability_cross_validated": reliability(cross_validated(judged)),
        "by_language": {
            language: figures([one for one in judged if one.case.labels.language == language])
            for language in languages
        },
    }


def figures(judged: Sequence[Judged]) -> dict[str, Any]:
    return {
        "cases": len(judged),
        "accuracy": _share(judged, lambda said: said.classification),
        "macro_f1": _macro_f1(judged),
        "score_accuracy": _share(judged, lambda said: said.score),
        "hot": _detection(judged, lambda said: said.classification is Classification.HOT),
        "procedures_f1": _procedures_f1(judged),
        "budget_f1": _detection(judged, lambda said: said.budget)["f1"],
        "intent_to_book_f1": _detection(judged, lambda said: said.intent_to_book)["f1"],
        "urgency_accuracy": _share(judged, lambda said: said.urgency),
        "emergency": _detection(judged, lambda said: said.emergency),
        "opt_out": _detection(judged, lambda said: said.opt_out),
        "language_accuracy": _share(judged, lambda said: said.language),
    }


Said = Labels | ScoringOutput


def _ratio(part: float, whole: float) -> float | None:
    return round(part / whole, 4) if whole else None


def _share(judged: Sequence[Judged], field: Callable[[Said], object]) -> float | None:
    return _ratio(sum(field(one.case.labels) == field(one.got) for one in judged), len(judged))


def _detection(judged: Iterable[Judged], holds: Callable[[Said], bool]) -> dict[str, float | None]:
    """Recall, precision and F1 of a yes-or-no question asked of labels and judgements alike."""
    counts = Counter((holds(one.case.labels), holds(one.got)) for one in judged)
    hits, missed, wrong = counts[True, True], counts[True, False], counts[False, True]
    return {
        "recall": _ratio(hits, hits + missed),
        "precision": _ratio(hits, hits + wrong),
        "f1": _ratio(2 * hits, 2 * hits + missed + wrong),
    }


def _macro_f1(judged: Sequence[Judged]) -> float | None:
    """The mean over the classes that there are cases of."""
    wanted = {one.case.labels.classification for one in judged}
    scores = [
        _detection(judged, lambda said, name=name: said.classification is name)["f1"] or 0.0  # type: ignore[misc]  # bound now, not later
        for name in wanted
    ]
    return _ratio(sum(scores), len(scores))


def _procedures_f1(judged: Iterable[Judged]) -> float | None:
    hits = wrong = missed = 0
    for one in judged:
        wanted, found = one.case.labels.procedures, set(one.got.procedures)
        hits += len(wanted & found)
        wrong += len(found - wanted)
        missed += len(wanted - found)
    return _ratio(2 * hits, 2 * hits + wrong + missed)


def reliability(rights: Sequence[tuple[float, bool]]) -> dict[str, Any]:
    """How often the class was right at each level of confidence; `error` is the mean gap between
    the two, weighted by how many judgements lie at the level."""
    levels: dict[float, list[tuple[float, bool]]] = defaultdict(list)
    for sure, right in rights:
        levels[min(int(sure * 10), 9) / 10].append((sure, right))
    table = [
        {
            "from": level,
            "cases": len(held),
            "confidence": round(sum(sure for sure, _ in held) / len(held), 4),
            "accuracy": round(sum(right for _, right in held) / len(held), 4),
        }
        for level, held in sorted(levels.items())
    ]
    gaps = sum(row["cases"] * abs(row["confidence"] - row["accuracy"]) for row in table)
    return {"levels": table, "error": _ratio(gaps, len(rights))}


def cross_validated(judged: Sequence[Judged]) -> list[tuple[float, bool]]:
    """Each case with the confidence that the other folds' cases give to judgements like its own.

    What a clinic's own file would make of the confidence; no case says anything about itself.
    """
    folds: dict[int, list[Judged]] = defaultdict(list)
    for one in judged:
        folds[sha256(one.case.id.encode()).digest()[0] % _FOLDS].append(one)
    rights: list[tuple[float, bool]] = []
    for held_out, cases in sorted(folds.items()):
        fitted = fit(one for fold, others in folds.items() if fold != held_out for one in others)
        rights += [(fitted.get(kind(one.got), one.got.confidence), one.right) for one in cases]
    return rights


Kind = tuple[str, int, float]


def kind(got: ScoringOutput) -> Kind:
    """Judgements that are equally sure for the same reason."""
    return got.intent, got.score, got.confidence


def fit(judged: Iterable[Judged]) -> Mapping[Kind, float]:
    """How often each kind was right, drawn towards the confidence it states where there are few."""
    seen: dict[Kind, list[bool]] = defaultdict(list)
    for one in judged:
        seen[kind(one.got)].append(one.right)
    return {key: (sum(rights) + _PRIOR * key[2]) / (len(rights) + _PRIOR) for key, rights in seen.items()}
