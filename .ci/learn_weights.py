"""`make weights`: learn `weights.tsv` anew from the labelled conversations of the tests.

`cases_held_out*.jsonl` are left out, so that they can tell what the weights are worth. The same cases give the same file.
"""

import math
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from medicalcor.cli.bench_consent import load
from medicalcor.domain.language.text import read
from medicalcor.domain.scoring.labelled import Labels, parse_labelled
from medicalcor.domain.scoring.weights import FACTS, Fact, Messages, features, pieces, written
from medicalcor.schemas.common import Urgency

ROOT = Path(__file__).resolve().parent.parent
CASES = ROOT / "tests/unit/domain"
FILE = ROOT / "src/medicalcor/domain/scoring/lexicon/weights.tsv"
SEEN_AT_LEAST = 2
STRENGTH = 60.0
"""The inverse of how strongly weights are held small; chosen on cases that were not learnt from."""
NEGLIGIBLE = 4.0
"""A feature that adds less than this to any fact is left out; a conversation's length divides it by some hundred."""


@dataclass(frozen=True, slots=True)
class Example:
    features: list[str]
    facts: Mapping[Fact, bool]
    """What is known of it; a short reply tells nothing about most."""


def main() -> None:
    examples = [*conversations(), *phrases(), *replies()]
    seen = Counter(feature for example in examples for feature in set(example.features))
    known = sorted(feature for feature, times in seen.items() if times >= SEEN_AT_LEAST)
    telling = {feature: math.log((1 + len(examples)) / (1 + seen[feature])) + 1 for feature in known}
    _, adds = learnt(examples, telling)
    telling = {feature: telling[feature] for feature in known if max(map(abs, adds[feature])) >= NEGLIGIBLE}
    biases, adds = learnt(examples, telling)
    FILE.write_text(written(biases, {one: (telling[one] ** 2, *adds[one]) for one in telling}), "utf-8")
    sys.stdout.write(f"{len(examples)} examples, {len(telling)} of {len(known)} features\n")


def conversations() -> Iterator[Example]:
    for file in sorted((CASES / "scoring").glob("cases*.jsonl")):
        if not file.stem.startswith("cases_held_out"):
            for line in file.read_text("utf-8").splitlines():
                case = parse_labelled(line)
                turns = [(turn.role, read(turn.content).folded) for turn in case.facts.messages]
                yield Example(features_of(turns), facts_of(case.labels))


def facts_of(labels: Labels) -> dict[Fact, bool]:
    return {
        "emergency": labels.emergency,
        "opt_out": labels.opt_out,
        "no_lead": labels.score == 1,
        "book": labels.intent_to_book,
        "acute": labels.urgency is Urgency.HIGH_PRIORITY,
    }


def phrases() -> Iterator[Example]:
    lists = tomllib.loads((CASES / "scoring/phrases.toml").read_text("utf-8"))
    told: list[tuple[Fact, str, bool]] = [
        *(("opt_out", text, True) for text in lists["opt_out"]),
        *(("opt_out", text, False) for text in lists["no_opt_out"]),
        *(("emergency", text, True) for text in lists["emergency"]),
        *(("emergency", text, False) for text in lists["no_emergency"]),
        *(("acute", text, True) for text in lists["urgency"]["acute"]),
        *(("acute", text, False) for text in lists["urgency"]["not_acute"]),
    ]
    for label, texts in lists["class"].items():
        told += (("no_lead", text, label == "UNQUALIFIED") for text in texts if " // " not in text)
    for fact, text, holds in told:
        yield Example(features_of([("user", read(text).folded)]), {fact: holds})


def replies() -> Iterator[Example]:
    """Answers to a question about consent: a wish for silence is an opt-out, the others are none."""
    for file in sorted((CASES / "consent").glob("replies_*.toml")):
        for _, label, text in load(file):
            yield Example(features_of([("user", read(text).folded)]), {"opt_out": label == "stop"})


def features_of(turns: Messages) -> list[str]:
    return [feature for piece in pieces(turns) for feature in features(piece)]


def learnt(
    examples: Sequence[Example], telling: Mapping[str, float]
) -> tuple[list[float], dict[str, list[float]]]:
    """For each fact its bias, and what each feature adds."""
    told = matrix([example.features for example in examples], telling)
    models = []
    for fact in FACTS:
        rows = [row for row, example in enumerate(examples) if fact in example.facts]
        model = LogisticRegression(C=STRENGTH, solver="liblinear", max_iter=3000)
        models.append(model.fit(told[rows], [examples[row].facts[fact] for row in rows]))
    return [model.intercept_[0] for model in models], {
        feature: [telling[feature] * model.coef_[0][at] for model in models]
        for at, feature in enumerate(telling)
    }


def matrix(found: Sequence[list[str]], telling: Mapping[str, float]) -> csr_matrix:
    """Each conversation as a vector of length 1."""
    columns = {feature: at for at, feature in enumerate(telling)}
    rows, places, values = [], [], []
    for row, each in enumerate(found):
        known = [feature for feature in each if feature in columns]
        length = math.sqrt(sum(telling[feature] ** 2 for feature in known)) or 1.0
        rows += [row] * len(known)
        places += [columns[feature] for feature in known]
        values += [telling[feature] / length for feature in known]
    return csr_matrix((values, (rows, places)), shape=(len(found), len(columns)))


if __name__ == "__main__":
    main()
