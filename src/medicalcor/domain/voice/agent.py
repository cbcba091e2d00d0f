"""How the voice agent introduces itself, and what it is told to do, in each of the seven languages.

The texts are in `texts/<language>.toml`. Nothing about the caller goes into them: they leave the house.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources

from medicalcor.domain.language.moments import day_in_words
from medicalcor.schemas.common import Language


@dataclass(frozen=True, slots=True)
class Clinic:
    """What the agent may know of the clinic from the first second on."""

    name: str
    emergency_number: str
    facts: Mapping[str, str]
    """By topic: what `clinic_info` answers with."""
    records: bool = True
    """Whether calls are recorded, which is said."""


def greeting(clinic: Clinic, language: Language) -> str:
    """The first sentence of a call; says that it is a machine and, where it is, that the call is recorded."""
    return _texts(language)["greeting" if clinic.records else "greeting_unrecorded"].format(
        clinic=clinic.name
    )


def instructions(clinic: Clinic, language: Language, *, today: date) -> str:
    """`today` by the clinic's calendar: what "tomorrow" means, a model cannot know by itself."""
    texts = _texts(language)
    unknown = texts["not_told"]
    return texts["instructions"].format(
        clinic=clinic.name,
        today=f"{day_in_words(today, language=language)} ({today.isoformat()})",
        emergency=clinic.emergency_number,
        hours=" ".join(clinic.facts.get("hours", unknown).split()),
        address=" ".join(clinic.facts.get("address", unknown).split()),
        topics=", ".join(sorted(clinic.facts)) or "-",
    )


def handing_over(language: Language) -> str:
    """Said while the call is put through to a person."""
    return _texts(language)["handing_over"]


def nobody_there(language: Language) -> str:
    """Said when the call cannot be put through; a colleague is told."""
    return _texts(language)["nobody_there"]


@cache
def _texts(language: Language) -> Mapping[str, str]:
    file = resources.files("medicalcor.domain.voice").joinpath(f"texts/{language}.toml")
    return tomllib.loads(file.read_text("utf-8"))
