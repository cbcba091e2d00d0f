"""What a conversation's words make likely, by weights learnt from labelled conversations.

A second pair of eyes for the rules, which know what they were taught to look for: a linear classifier a fact, over
words, pairs of words and pieces of words, so that a slip of the finger or an ending changes little. It is as
explainable as a word list: each word adds what its pieces add. `lexicon/weights.tsv` is written by `make weights`
from the labelled cases of the tests; what it decides together with the rules is in `opinion.py`.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from itertools import pairwise
from typing import Final, Literal, get_args

Fact = Literal["emergency", "opt_out", "no_lead", "book", "acute"]
FACTS: Final[tuple[Fact, ...]] = get_args(Fact)
Messages = Sequence[tuple[str, Sequence[str]]]
"""Who spoke (`user`, `assistant`) and what, as folded words; the oldest first."""
Piece = tuple[Literal["word", "pair", "answer", "question"], str]
"""A word or a pair of neighbours of what the patient said, a word of their answer, or one of the clinic's question before it."""
_SHORTEST, _LONGEST = 3, 5
"""Letters of a part of a word, its edges counted."""
_EDGE: Final = "^", "$"
_CACHE: Final = 50_000
_NOTHING: Final[tuple[float, ...]] = (0.0,) * (1 + len(FACTS))


def pieces(messages: Messages) -> list[Piece]:
    """What there is to weigh of a conversation, each once."""
    last = max((at for at, (role, _) in enumerate(messages) if role == "user"), default=-1)
    found: dict[Piece, None] = {}
    for at, (role, words) in enumerate(messages):
        if role == "user":
            found.update({("word", word): None for word in words})
            edged = (_EDGE[0], *words, _EDGE[1])
            found.update({("pair", f"{one} {two}"): None for one, two in pairwise(edged)})
            if at == last and at:
                found.update({("answer", word): None for word in words})
        elif at == last - 1:
            found.update({("question", word): None for word in words})
    return list(found)


def features(piece: Piece) -> Iterator[str]:
    """What is looked up for a piece: itself and, for a word, every part of it."""
    kind, text = piece
    yield f"{kind[0]}{text}"
    if kind == "word":
        edged = f"<{text}>"
        for length in range(_SHORTEST, _LONGEST + 1):
            for start in range(len(edged) - length + 1):
                yield f"-{edged[start : start + length]}"


@dataclass(slots=True)
class Weights:
    """For each feature the square of how telling it is, and what it adds for each of `FACTS`."""

    biases: tuple[float, ...]
    rows: Mapping[str, tuple[float, ...]]
    _known: dict[str, tuple[float, ...]] = field(default_factory=dict)

    def likelihoods(self, messages: Messages) -> Mapping[Fact, float]:
        """For each fact how likely it is, as the logarithm of its odds."""
        weighed = [row for piece in pieces(messages) if (row := self.of(piece)) is not _NOTHING]
        squares, *sums = map(sum, zip(*weighed, strict=True)) if weighed else _NOTHING
        length = math.sqrt(squares) or 1.0
        return {
            fact: bias + total / length for fact, bias, total in zip(FACTS, self.biases, sums, strict=True)
        }

    def of(self, piece: Piece) -> tuple[float, ...]:
        """A piece's sums over its features."""
        kind, text = piece
        if kind != "word":
            return self.rows.get(f"{kind[0]}{text}", _NOTHING)
        known = self._known.get(text)
        if known is None:
            rows = [row for feature in features(piece) if (row := self.rows.get(feature))]
            known = tuple(map(sum, zip(*rows, strict=True))) if rows else _NOTHING
            if len(self._known) >= _CACHE:
                self._known.clear()
            self._known[text] = known
        return known

    def telling(self, fact: Fact, words: Sequence[str]) -> Sequence[int]:
        """Places of the words that speak for a fact, the loudest first."""
        column = 1 + FACTS.index(fact)
        loud = [self.of(("word", word))[column] for word in words]
        for place, (one, two) in enumerate(pairwise(words)):
            both = self.of(("pair", f"{one} {two}"))[column]
            loud[place] += both
            loud[place + 1] += both
        return sorted((at for at, weight in enumerate(loud) if weight > 0), key=lambda at: -loud[at])


@cache
def weights() -> Weights:
    file = resources.files("medicalcor.domain.scoring.lexicon").joinpath("weights.tsv")
    return parsed(file.read_text("utf-8"))


def parsed(text: str) -> Weights:
    """The file: first the biases, then a line a feature: itself, its square, and a weight a fact, in whole numbers."""
    first, *lines = text.splitlines()
    rows: dict[str, tuple[float, ...]] = {}
    for line in lines:
        feature, *numbers = line.split("\t")
        rows[feature] = tuple(map(float, numbers))
    return Weights(tuple(map(float, first.split("\t"))), rows)


def written(biases: Sequence[float], rows: Mapping[str, Sequence[float]]) -> str:
    """The same as a file."""
    lines = ["\t".join(f"{bias:.3f}" for bias in biases)]
    lines += ("\t".join((feature, *map(str, map(round, rows[feature])))) for feature in sorted(rows))
    return "\n".join(lines) + "\n"
