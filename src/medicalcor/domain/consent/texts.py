"""The words that people are asked with, by version and language. A version, once used, is never changed: a new wording is
a new file in `texts/`, and the old one stays, so that what was agreed to can be shown word for word for ever.
"""

import hashlib
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Final

from medicalcor.core.errors import NotFound
from medicalcor.schemas.common import Language
from medicalcor.schemas.events.consents import PURPOSES, ConsentPurpose, Occasion

CURRENT: Final = "2026-11"
"""The version that is asked with now."""


@dataclass(frozen=True, slots=True)
class Wording:
    """Words as they were or will be shown, with what names and proves them."""

    version: str
    language: Language
    occasion: Occasion
    clinic: str
    body: str

    @property
    def hash(self) -> str:
        """SHA-256 of the body in UTF-8, hex."""
        return hashlib.sha256(self.body.encode()).hexdigest()


def wording(
    occasion: Occasion,
    purposes: Iterable[ConsentPurpose],
    language: Language,
    *,
    clinic: str,
    version: str = CURRENT,
) -> Wording:
    """The text with clinic and purposes in their places. Raises NotFound for a version that is none of ours."""
    body: str = _texts(version)[language][occasion]
    filled = body.format(clinic=clinic, purposes=listed(purposes, language, version=version))
    return Wording(version, language, occasion, clinic, filled)


def listed(purposes: Iterable[ConsentPurpose], language: Language, *, version: str = CURRENT) -> str:
    """What is agreed to, in one line."""
    wanted = set(purposes)
    names = _texts(version)[language]["purposes"]
    return "; ".join(names[purpose] for purpose in PURPOSES if purpose in wanted)


def said(key: str, language: Language, **values: str) -> str:
    """What goes with a question and is no part of it: buttons, thanks, honest answers. Always of the current version."""
    text: str = _texts(CURRENT)[language]["said"][key]
    return text.format(**values)


def versions() -> list[str]:
    """Those that there are, the newest first."""
    folder = resources.files("medicalcor.domain.consent").joinpath("texts")
    return sorted((file.name.removesuffix(".toml") for file in folder.iterdir()), reverse=True)


@cache
def _texts(version: str) -> Mapping[str, Any]:
    if version not in versions():
        raise NotFound(f"There is no consent text of version {version} here.")
    file = resources.files("medicalcor.domain.consent").joinpath(f"texts/{version}.toml")
    return tomllib.loads(file.read_text("utf-8"))
