"""Templates: one environment a language, autoescaped, strict about names, with hashed asset addresses."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any
from uuid import UUID

import phonenumbers
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from medicalcor.core.errors import ProductError
from medicalcor.domain.payments import money
from medicalcor.web import judged, unread, words
from medicalcor.web.dates import Dates
from medicalcor.web.translate import LANGUAGES, translator

TEMPLATES = Path(__file__).parent
_TINTS = 12


class AssetsMissing(ProductError):
    """The dashboard's front-end assets are not built. `npm ci && npm run build` makes them."""

    code = "assets_missing"


@dataclass(frozen=True)
class Assets:
    """Names in the source → addresses that change with the content."""

    names: Mapping[str, str]

    def url(self, name: str) -> str:
        return f"/static/{self.names[name]}"


@cache
def assets() -> Assets:
    manifest = resources.files("medicalcor.web").joinpath("static", "manifest.json")
    if not manifest.is_file():
        raise AssetsMissing
    return Assets(json.loads(manifest.read_text(encoding="utf-8")))


class Renderer:
    """Turns a template and plain data into a page."""

    def __init__(self, *, zone: str, clinic: str) -> None:
        self._environments = {language: _environment(language, zone, clinic) for language in LANGUAGES}

    def render(self, template: str, *, language: str, **data: Any) -> str:
        return self._environments[language].get_template(template).render(data)


@cache
def _environment(language: str, zone: str, clinic: str) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
    )
    environment.policies["ext.i18n.trimmed"] = True
    catalogue = translator(language)
    environment.install_gettext_callables(  # type: ignore[attr-defined]  # put there by the extension
        catalogue.find, catalogue.find_plural, newstyle=True
    )
    environment.globals |= {
        "asset": assets().url,
        "icon": _icon,
        "dates": Dates(language, zone),
        "clinic": clinic,
        "language": language,
        "tint": _tint,
    }
    environment.filters |= {
        "words": words.filter_for(catalogue),
        "told": lambda score: judged.told(score, catalogue),
        "would_change": lambda score: judged.changes(score, catalogue),
        "unread_reason": lambda reason: unread.in_words(reason, catalogue),
        "phone": _phone,
        "initials": _initials,
        "moment": _moment,
        "money": lambda amount, currency: money.written(amount, currency, language),
        "colleague": lambda data, names: _colleague(data, names) or catalogue.gettext("A colleague"),
    }
    return environment


def _icon(name: str, *, size: int = 16, label: str | None = None) -> Markup:
    """A Lucide icon; silent to screen readers unless it carries a label."""
    spoken = Markup('role="img" aria-label="{}"').format(label) if label else Markup('aria-hidden="true"')
    return Markup('<svg class="icon icon-{size}" {spoken}><use href="{url}#{name}"></use></svg>').format(
        size=size, spoken=spoken, url=assets().url("icons.svg"), name=name
    )


def _tint(owner: UUID | None) -> str:
    """A colour for an avatar that stays with the person."""
    return f"tint-{owner.int % _TINTS}" if owner else "tint-none"


def _initials(name: str | None) -> str:
    letters = [part[0] for part in (name or "").split() if part[0].isalpha()]
    return "".join(letters[:1] + letters[1:][-1:]).upper()


def _moment(text: str) -> datetime | None:
    """A moment that was stored as text in a decision."""
    return datetime.fromisoformat(text) if text else None


def _colleague(data: Mapping[str, Any], names: Mapping[UUID, str]) -> str | None:
    """The name behind an event's `by`."""
    by = data.get("by")
    return names.get(UUID(by)) if isinstance(by, str) else None


def _phone(number: str) -> str:
    """As people read it: "+40 722 000 001"."""
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return number
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
