"""Text as the rules read it: folded words that still know where they stood in the original."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

_INVISIBLE: Final = "\u00ad\u200b\u200c\u200d\u2060\ufe0f\ufeff"
_MARKS: Final = "\u0300-\u036f"
_LETTER: Final = rf"(?:[^\W\d_]|[{_MARKS}{_INVISIBLE}])"
_TOKEN: Final = re.compile(
    r"\d+(?:[.,:]\d+)*"
    rf"|{_LETTER}+(?:['’](?i:t|s|m|re|ve|ll|d)(?![^\W_]))?"
    r"|[€$£%+]"
    r"|[.!?\n;,…:()¿¡]+"
    r"|[\u2190-\u21ff\u2600-\u27bf\U0001f000-\U0001faff]"
)
_LONG_RUN: Final = re.compile(r"([^\W\d_])\1{2,}")
_APART: Final = str.maketrans({"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "ı": "i"})
_DROPPED: Final = re.compile(rf"[{_MARKS}{_INVISIBLE}'’]")
_ABBREVIATED: Final = frozenset(
    [
        "dvs",
        "dvoastra",
        "dr",
        "nr",
        "pt",
        "str",
        "dna",
        "dl",
        "mr",
        "mrs",
        "ms",
        "prof",
        "st",
        "z",
        "b",
        "ca",
        "usw",
        "bzw",
        "tel",
        "sg",
        "sig",
        "sra",
        "sr",
        "mme",
        "cca",
        "aprox",
        "art",
    ]
)
_TURNS: Final = frozenset(
    ["dar", "insa", "but", "however", "aber", "sondern", "jedoch", "mais", "pero", "hanem", "viszont"]
)
"""Words that turn against what came before: a clause begins with them, comma or not."""
_SENTENCE_ENDS: Final = frozenset(".!?\n;…")


@lru_cache(maxsize=65_536)
def fold(word: str) -> str:
    """Lower case, no diacritics, no apostrophes, `muuult` as `mult`: how words are compared."""
    plain = unicodedata.normalize("NFKD", word.casefold().translate(_APART))
    return _LONG_RUN.sub(r"\1", _DROPPED.sub("", plain))


@dataclass(frozen=True, slots=True)
class Words:
    """A text's words in order. The lists run in parallel, one item a word."""

    text: str
    folded: list[str]
    starts: list[int]
    ends: list[int]
    sentences: list[int]
    """Number of the sentence a word stands in; patterns do not reach over its end."""
    clauses: list[int]
    """Number of the clause (commas count too); denials do not reach over its end."""
    asked: frozenset[int]
    """Sentences that end in a question mark."""

    def quote(self, first: int, last: int) -> tuple[int, int, str]:
        """Offsets and exact text of words `first` up to and without `last`."""
        start, end = self.starts[first], self.ends[last - 1]
        return start, end, self.text[start:end]


def read(text: str) -> Words:
    folded: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    sentences: list[int] = []
    clauses: list[int] = []
    asked: set[int] = set()
    sentence = clause = 0
    for found in _TOKEN.finditer(text):
        raw = found.group()
        if raw[0] in ".!?\n;,…:()¿¡":
            if "?" in raw:
                asked.add(sentence)
            if _ends_sentence(raw, folded[-1] if folded else ""):
                sentence += 1
            clause += 1
            continue
        word = fold(raw)
        if not word:
            continue
        if word in _TURNS:
            clause += 1
        folded.append(word)
        starts.append(found.start())
        ends.append(found.end())
        sentences.append(sentence)
        clauses.append(clause)
    return Words(text, folded, starts, ends, sentences, clauses, frozenset(asked))


def _ends_sentence(mark: str, before: str) -> bool:
    if mark == ".":
        return before not in _ABBREVIATED and not before.isdigit()
    return not _SENTENCE_ENDS.isdisjoint(mark)
