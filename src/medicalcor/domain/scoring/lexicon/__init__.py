"""The lexicon: one file of patterns a language, read once.

`VERSION` goes into every event that a judgement of the rules leads to: raise it with every change.
"""

import tomllib
from functools import cache
from importlib import resources
from typing import Any, Final

from medicalcor.domain.language.detect import names, ordinary_words
from medicalcor.domain.scoring.patterns import PatternBook
from medicalcor.schemas.common import LANGUAGES

VERSION: Final = "2026.7"
ANY: Final = "any"


@cache
def lexicon() -> PatternBook:
    tails = frozenset(_read("de")["sets"]["tails"].split())
    book = PatternBook(plain=ordinary_words() | names(), tails=tails)
    for language in (ANY, *LANGUAGES):
        data = _read(language)
        sets = data["sets"] | {"name": " ".join(sorted(names()))}
        for means, sources in data["patterns"].items():
            for source in sources:
                book.add(source, means=means, language=language, sets=sets)
        for word, spellings in data.get("aliases", {}).items():
            book.stand_for(word, *spellings.split())
    return book


def _read(language: str) -> dict[str, Any]:
    file = resources.files("medicalcor.domain.scoring.lexicon").joinpath(f"{language}.toml")
    return tomllib.loads(file.read_text("utf-8"))
