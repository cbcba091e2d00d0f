"""A visit in a patient's words: what, when by the clinic's clock, and with whom."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from typing import Final

from babel.dates import format_datetime

from medicalcor.domain.language.phrases import kin
from medicalcor.schemas.appointments import Whose
from medicalcor.schemas.common import Language

_WHEN: Final[Mapping[Language, str]] = {
    "ro": "EEEE, d MMMM, 'ora' HH:mm",
    "en": "EEEE, d MMMM 'at' HH:mm",
    "de": "EEEE, d. MMMM, 'um' HH:mm 'Uhr'",
    "it": "EEEE d MMMM 'alle' HH:mm",
    "fr": "EEEE d MMMM 'à' HH:mm",
    "es": "EEEE, d 'de' MMMM, 'a las' HH:mm",
    "hu": "MMMM d., EEEE, HH:mm",
}
_SHORT: Final[Mapping[Language, str]] = {
    "ro": "EEE d MMM, HH:mm",
    "en": "EEE d MMM, HH:mm",
    "de": "EEE, d. MMM, HH:mm",
    "it": "EEE d MMM, HH:mm",
    "fr": "EEE d MMM, HH:mm",
    "es": "EEE d MMM, HH:mm",
    "hu": "MMM d., EEE, HH:mm",
}


@dataclass(frozen=True, slots=True)
class Told:
    """What is said of a visit."""

    starts_at: datetime
    titles: Mapping[str, str]
    """Of the procedure, by language."""
    practitioner: str | None
    whose: Whose | None
    """Who comes, when it is somebody else than the person who is written to."""
    preparation: Mapping[str, str] = field(default_factory=dict)
    """How to prepare for this procedure, by language; none: as for any visit."""


def when(at: datetime, *, zone: tzinfo, language: Language) -> str:
    """The weekday, the date and the time, in full: "marți, 5 mai, ora 10:00"."""
    return format_datetime(at.astimezone(zone), _WHEN[language], locale=language)


def short(at: datetime, *, zone: tzinfo, language: Language) -> str:
    """So short that it fits a line of a list."""
    return format_datetime(at.astimezone(zone), _SHORT[language], locale=language)


def who(whose: Whose, language: Language) -> str:
    """The name; where it was not told, what they are to the patient: "fiul dumneavoastră"."""
    return whose.name or kin(whose.relation or "other", language)


def of_whom(whose: Whose | None, words: str, language: Language) -> str:
    """With who comes first, where a family shares a phone: "Andrei: …"."""
    return f"{who(whose, language)}: {words}" if whose else words


def title(told: Told, language: Language) -> str | None:
    """The procedure's name in that language, or else as the clinic calls it."""
    return told.titles.get(language) or next(iter(told.titles.values()), None)


def visit(told: Told, *, zone: tzinfo, language: Language) -> str:
    """ "consultație, marți, 5 mai, ora 10:00, Dr. Ionescu"; with the name first where a family shares a phone."""
    parts = (title(told, language), when(told.starts_at, zone=zone, language=language), told.practitioner)
    words = ", ".join(part for part in parts if part)
    return of_whom(told.whose, words, language)


def visits(several: list[Told], *, zone: tzinfo, language: Language) -> str:
    """All in one line: WhatsApp takes no line breaks in what fills a template."""
    return "; ".join(" ".join(visit(one, zone=zone, language=language).split()) for one in several)
