"""Word patterns, the notation the lexicon is written in, and finding them in a text.

A pattern is words in order, parted by spaces, written with or without diacritics:

* `masea` that word, `implant*` every word that begins so, `a|b` either, `a|b+c` either `a` or `b c`;
* `@tooth` any word of the set of that name;
* `_3` up to three other words may stand between; at the end: the next three belong to it; before a
  word that may be missing, they may stand before the next one;
* `word?` may be missing;
* `#` any number, `#4+` a whole number of four or more that can count teeth;
* `^` first and `$` last: the sentence begins or ends here.

A word of a text also counts as the words it is short for ("mn" for "maine": `aliases` of the
lexicon), and, in Romanian, as the one it drops its last letter of ("aparatu").
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from medicalcor.core.errors import InvalidInput
from medicalcor.domain.language.text import Words, fold

_UMLAUT: Final = {"ä": "ae", "ö": "oe", "ü": "ue"}
_FUZZY_FROM: Final = 6
"""Shorter words are compared exactly: one changed letter makes another real word of them."""
_FUZZY_FOR: Final = frozenset({"procedure", "acute", "emergency", "opt_out", "book"})
"""Meanings worth finding through a slip of the finger."""
_HEAD: Final = 4
"""Letters that must stand before a tail."""
_CACHE: Final = 50_000
_TEETH: Final = 32


@dataclass(frozen=True, slots=True)
class _Step:
    atoms: frozenset[int]
    gap: int
    optional: bool


@dataclass(frozen=True, slots=True, eq=False)
class Pattern:
    """One way of saying something. Compared by identity: a word begins each pattern once."""

    means: str
    language: str
    source: str
    steps: tuple[_Step, ...]
    takes: int
    at_start: bool
    at_end: bool
    family: str
    """The first part of `means`."""
    second: frozenset[int]
    """What the second word that must be there is; for a pattern of one word, that word. Most patterns fail on it at once."""
    ends: frozenset[int]
    """The same of the last word that must be there."""
    own: bool
    """The clinic added it."""


@dataclass(frozen=True, slots=True)
class Match:
    """Words `first` up to and without `last` of a text, and what they mean."""

    first: int
    last: int
    means: str
    language: str
    own: bool = False
    """By a phrase that the clinic added."""


@dataclass(frozen=True, slots=True)
class _Read:
    """What one word of a text can be, and the patterns that it can begin."""

    atoms: frozenset[int]
    starts: tuple[Pattern, ...]
    mistyped: bool

    def patterns_in(self, languages: frozenset[str], anywhere: frozenset[str]) -> tuple[Pattern, ...]:
        return tuple(
            pattern
            for pattern in self.starts
            if pattern.language in languages or (not self.mistyped and pattern.family in anywhere)
        )


@dataclass(slots=True)
class PatternBook:
    """All patterns, indexed by the words that can begin them."""

    plain: frozenset[str] = frozenset()
    """Ordinary words and names that are never taken for a mistyped pattern word."""
    tails: frozenset[str] = frozenset()
    """What German puts at the end of long words: "Implantatpreis" is a price too."""
    meanings: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """For each family, and each meaning by itself, the meanings that there are patterns for."""
    sources: dict[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)
    """For each meaning and language the patterns as they were written."""
    _aliases: dict[str, set[str]] = field(default_factory=dict)
    _exact: dict[str, int] = field(default_factory=dict)
    _prefix: dict[str, int] = field(default_factory=dict)
    _near: dict[str, tuple[tuple[str, int], ...]] = field(default_factory=dict)
    _near_prefix: dict[str, tuple[tuple[str, int], ...]] = field(default_factory=dict)
    _starts: dict[int, tuple[Pattern, ...]] = field(default_factory=dict)
    _known: dict[str, _Read] = field(default_factory=dict)
    _spoken: dict[tuple[frozenset[str], frozenset[str]], dict[str, tuple[Pattern, ...]]] = field(
        default_factory=dict
    )
    """For each choice of languages the patterns that a word can begin: worked out once."""

    def stand_for(self, word: str, *spellings: str) -> None:
        """From now on each of `spellings` is read as `word` too."""
        for spelling in spellings:
            self._aliases.setdefault(fold(spelling), set()).add(fold(word))
        self._forget()

    def copy(self) -> "PatternBook":
        """A book that can be added to and leaves this one as it is; their tables share what neither changes."""
        return replace(
            self,
            meanings=dict(self.meanings),
            sources=dict(self.sources),
            _exact=dict(self._exact),
            _prefix=dict(self._prefix),
            _near=dict(self._near),
            _near_prefix=dict(self._near_prefix),
            _starts=dict(self._starts),
            _known={},
            _spoken={},
        )

    def _forget(self) -> None:
        self._known.clear()
        self._spoken.clear()

    def add(
        self, source: str, *, means: str, language: str, sets: Mapping[str, str], own: bool = False
    ) -> None:
        self.sources[means, language] = (*self.sources.get((means, language), ()), source)
        for variant in _variants(source):
            self._add(variant, means=means, language=language, sets=sets, own=own)

    def _add(self, source: str, *, means: str, language: str, sets: Mapping[str, str], own: bool) -> None:
        words = source.split()
        steps: list[_Step] = []
        gap = 0
        for word in words:
            if word in {"^", "$"}:
                continue
            if re.fullmatch(r"_\d+", word):
                gap = int(word[1:])
                continue
            optional = word.endswith("?")
            fuzzy = means.partition(":")[0] in _FUZZY_FOR
            atoms = frozenset(self._atoms(word.removesuffix("?"), language, sets, fuzzy=fuzzy))
            steps.append(_Step(atoms, gap, optional))
            gap = 0
        if not steps or steps[0].optional:
            raise PatternError(f"The pattern {source!r} ({means}, {language}) needs a first word.")
        needed = [step.atoms for step in steps if not step.optional]
        pattern = Pattern(
            means,
            language,
            source,
            tuple(steps),
            gap,
            at_start=words[0] == "^",
            at_end=words[-1] == "$",
            family=means.partition(":")[0],
            second=needed[min(1, len(needed) - 1)],
            ends=needed[-1],
            own=own,
        )
        for name in {pattern.family, means}:
            if means not in self.meanings.get(name, ()):
                self.meanings[name] = (*self.meanings.get(name, ()), means)
        for atom in steps[0].atoms:
            self._starts[atom] = (*self._starts.get(atom, ()), pattern)
        self._forget()

    def _atoms(self, word: str, language: str, sets: Mapping[str, str], *, fuzzy: bool) -> Iterator[int]:
        for part in word.split("|"):
            if part.startswith("@"):
                if part[1:] not in sets:
                    raise PatternError(f"The set {part!r} is used but not defined ({language}).")
                for item in sets[part[1:]].split():
                    yield from self._atoms(item, language, sets, fuzzy=fuzzy)
                continue
            for spelling in _spellings(part, language):
                yield self._atom(spelling, fuzzy=fuzzy)

    def _atom(self, word: str, *, fuzzy: bool) -> int:
        stem = fold(word.removesuffix("*"))
        table = self._prefix if word.endswith("*") else self._exact
        number = table.setdefault(stem, len(self._prefix) + len(self._exact))
        if fuzzy and len(stem) >= _FUZZY_FROM:
            near = self._near_prefix if word.endswith("*") else self._near
            for slip in _slips(stem):
                if (stem, number) not in near.get(slip, ()):
                    near[slip] = (*near.get(slip, ()), (stem, number))
        return number

    def _look_up(self, word: str) -> _Read:
        atoms = self._as_written(word)
        for meant in self._aliases.get(word, ()):
            atoms |= self._as_written(meant)
        if word[-1] == "u":
            atoms |= self._as_written(f"{word}l")
        for tail in self.tails:
            if word.endswith(tail) and len(word) - len(tail) >= _HEAD:
                atoms |= self._as_written(tail)
        mistyped = not atoms and len(word) >= _FUZZY_FROM and word.isalpha() and word not in self.plain
        if mistyped:
            atoms = self._mistyped(word)
        starts = tuple(pattern for atom in sorted(atoms) for pattern in self._starts.get(atom, ()))
        if len(self._known) >= _CACHE:
            self._forget()
        known = _Read(frozenset(atoms), tuple(dict.fromkeys(starts)), mistyped)
        self._known[word] = known
        return known

    def _as_written(self, word: str) -> set[int]:
        atoms = {self._exact[word]} if word in self._exact else set()
        for length in range(2, len(word) + 1):
            number = self._prefix.get(word[:length])
            if number is not None:
                atoms.add(number)
        if word[0].isdigit():
            atoms.update(self._exact[kind] for kind in _kinds_of_number(word) if kind in self._exact)
        return atoms

    def _mistyped(self, word: str) -> set[int]:
        meant = {stem for slip in _slips(word) for stem, _ in self._near.get(slip, ()) if stem[0] == word[0]}
        if meant:
            return {number for stem in meant for number in self._as_written(stem)}
        atoms: set[int] = set()
        for length in range(_FUZZY_FROM - 1, len(word) + 1):
            for slip in _slips(word[:length]):
                for stem, number in self._near_prefix.get(slip, ()):
                    if stem[0] == word[0]:
                        atoms.add(number)
        return atoms

    def find(self, words: Words, *, languages: frozenset[str], anywhere: frozenset[str]) -> Iterator[Match]:
        """Every match of a pattern in one of `languages`, or of any language when its meaning's
        first part is in `anywhere` (a mistyped word is not guessed at in a foreign language).
        Matches of one pattern at one place: the shortest."""
        if (languages, anywhere) not in self._spoken:
            self._spoken[languages, anywhere] = {}
        spoken = self._spoken[languages, anywhere]
        known = [self._known.get(word) or self._look_up(word) for word in words.folded]
        atoms = [entry.atoms for entry in known]
        present = frozenset().union(*atoms)
        for first, entry in enumerate(known):
            word = words.folded[first]
            if word not in spoken:
                spoken[word] = entry.patterns_in(languages, anywhere)
            for pattern in spoken[word]:
                if pattern.second.isdisjoint(present) or pattern.ends.isdisjoint(present):
                    continue
                if pattern.at_start and first and words.sentences[first - 1] == words.sentences[first]:
                    continue
                last = _reach(pattern, 1, first + 1, atoms, words.sentences)
                if last is not None:
                    yield Match(first, last, pattern.means, pattern.language, pattern.own)


def _reach(
    pattern: Pattern, step: int, at: int, atoms: list[frozenset[int]], sentences: list[int], carried: int = 0
) -> int | None:
    """Where the pattern ends when its steps from `step` on are read from word `at`. `carried`: the
    words that may stand before a step which was left out may stand before the next."""
    if step == len(pattern.steps):
        return _close(pattern, at, sentences)
    wanted = pattern.steps[step]
    gap = max(wanted.gap, carried)
    for place in range(at, min(at + gap + 1, len(atoms))):
        if sentences[place] != sentences[at - 1]:
            break
        if not wanted.atoms.isdisjoint(atoms[place]):
            end = _reach(pattern, step + 1, place + 1, atoms, sentences)
            if end is not None:
                return end
    return _reach(pattern, step + 1, at, atoms, sentences, gap) if wanted.optional else None


def _variants(source: str) -> Iterable[str]:
    """`a|b+c d` is read as `a d` and `b c d`."""
    for word in source.split():
        parts = word.split("|")
        if len(parts) > 1 and any("+" in part for part in parts):
            single = [part for part in parts if "+" not in part]
            for choice in ["|".join(single)] * bool(single) + [
                part.replace("+", " ") for part in parts if "+" in part
            ]:
                yield from _variants(source.replace(word, choice, 1))
            return
    yield source


def _close(pattern: Pattern, at: int, sentences: list[int]) -> int | None:
    """Where the match ends, given where its last step ended."""
    goes_on = at < len(sentences) and sentences[at] == sentences[at - 1]
    if pattern.at_end and goes_on:
        return None
    last = at
    while last < len(sentences) and last < at + pattern.takes and sentences[last] == sentences[at - 1]:
        last += 1
    return last


def _kinds_of_number(word: str) -> Iterable[str]:
    yield "#"
    if word.isascii() and word.isdigit() and 4 <= int(word) <= _TEETH:
        yield "#4+"


def _slips(word: str) -> Iterable[str]:
    """The word and what is left of it with any one letter gone."""
    yield word
    for index in range(1, len(word)):
        yield word[:index] + word[index + 1 :]


def _spellings(word: str, language: str) -> Iterable[str]:
    yield word
    if language == "de":
        spelt = "".join(_UMLAUT.get(letter, letter) for letter in word)
        if spelt != word:
            yield spelt


class PatternError(InvalidInput):
    """A pattern of the lexicon cannot be read."""

    code = "lexicon_pattern"
