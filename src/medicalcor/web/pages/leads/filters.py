"""The list's filters: from addresses, into addresses, with counts."""

from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from medicalcor.readmodels.leads.queries import PAGE, Facets, Filters
from medicalcor.schemas.common import LANGUAGES, Classification

LONGEST = 500
"""Lines that a list shows at most; filters and search find the rest."""
_CHANNELS = ("whatsapp", "voice", "web", "email")


@dataclass(frozen=True)
class Choice:
    """A filter as a link: `code` is put into words by its table."""

    code: str
    count: int
    href: str
    current: bool


def parsed(
    *, classification: str = "", channel: str = "", language: str = "", needs: str = "", archived: str = ""
) -> Filters:
    """Only what is known counts; anything else is no filter."""
    return Filters(
        classification=classification if classification in tuple(Classification) else None,
        channel=channel if channel in _CHANNELS else None,
        language=language if language in LANGUAGES else None,
        needs=needs == "1",
        archived=archived == "1",
    )


def fields(filters: Filters) -> dict[str, str]:
    """Names and values, as an address or hidden fields hold them."""
    found = {
        "class": filters.classification or "",
        "channel": filters.channel or "",
        "language": filters.language or "",
        "needs": "1" if filters.needs else "",
        "archived": "1" if filters.archived else "",
    }
    return {name: value for name, value in found.items() if value}


def href(filters: Filters) -> str:
    asked = urlencode(fields(filters))
    return f"/leads?{asked}" if asked else "/leads"


def shown_lines(text: str) -> int:
    wanted = int(text) if text.isdecimal() and len(text) < 6 else PAGE
    return min(max(wanted, PAGE), LONGEST)


def choices(filters: Filters, facets: Facets) -> dict[str, list[Choice]]:
    """The links of every group; choosing what is chosen takes it off."""
    groups: dict[str, list[str]] = {
        "classification": [c.value for c in Classification],
        "channel": [c for c in _CHANNELS if facets.channel.get(c) or filters.channel == c],
        "language": [c for c in LANGUAGES if facets.language.get(c) or filters.language == c],
    }
    return {name: [_choice(filters, facets, name, code) for code in codes] for name, codes in groups.items()}


def _choice(filters: Filters, facets: Facets, group: str, code: str) -> Choice:
    current = getattr(filters, group) == code
    chosen: dict[str, Any] = {group: None if current else code}
    changed = replace(filters, **chosen)
    return Choice(code, getattr(facets, group).get(code, 0), href(changed), current)
