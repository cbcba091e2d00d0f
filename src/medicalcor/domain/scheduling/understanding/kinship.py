"""One language's patterns of who somebody is to the writer, and of what is said about them."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from importlib import resources
from typing import Any, Final

from medicalcor.schemas.appointments import Relation
from medicalcor.schemas.common import Language

_NEVER: Final = "(?!)"
_FEW: Final = r"(?:\w+ ){0,%d}?"
_LISTS: Final = (
    "for",
    "of",
    "visit",
    "called",
    "of_name",
    "me",
    "and",
    "needs",
    "has",
    "ill",
    "can",
    "comes",
    "helps",
)
_MORE_LISTS: Final = ("no", "errands", "too", "stirs", "events", "suits")


class Tongue:
    """One language's patterns."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        lists = {key: "|".join(data.get(key, ())) or _NEVER for key in (*_LISTS, *_MORE_LISTS)}
        self.me = _whole(lists["me"])
        self.too = _whole(lists["too"])
        self.needs = _whole(f"(?:, )?(?:{_wishes(lists)})")
        self.asks = re.compile(rf"(?<!\w)(?:{lists['can']})(?: (?:{lists['comes']}))? $")
        self.called = re.compile(f"(?:(?:,|{lists['called']}) )*")
        self.told = _whole(f"(?:{lists['called']})")
        self.for_name = _whole(f"(?:{lists['for']}|{lists['of_name']})")
        # Where a case says it, as in Hungarian, anything may be `for` somebody.
        self.by_for = _whole(lists["for"] if data["for"] else r"\w+")
        self.events = _whole(lists["events"])
        self.denied = _before(
            rf"(?:{lists['no']})(?: (?:e|este|is|es|ist|an?|the|ein\w*|o|un|una|une|az|it|its))?"
        )
        self.errand = _before(rf"(?:{lists['errands']})(?: \w+){{0,4}}")
        self.suits = _before(lists["suits"])
        self.joins = frozenset(data.get("and", ()))
        self.datives: tuple[str, ...] = tuple(data.get("datives", ()))
        self._no_more = rf"(?!(?:{lists['and']}) )\w+ "
        self.strong: dict[Relation, list[re.Pattern[str]]] = {}
        self.weak: dict[Relation, re.Pattern[str]] = {}
        self.joined: dict[Relation, re.Pattern[str]] = {}
        self.bare: dict[Relation, re.Pattern[str]] = {}
        own: Mapping[Relation, str] = data.get("kin_of", {})
        alone: Mapping[Relation, str] = data.get("alone", {})
        kin: Mapping[Relation, str] = data.get("kin", {})
        for relation, named in kin.items():
            of = own.get(relation, _NEVER)
            any_form = self._narrow(f"(?:{named}|{of}|{alone.get(relation, _NEVER)})")
            self.bare[relation] = _whole(any_form)
            self.weak[relation] = _whole(self._narrow(f"(?:{named}|{of})"))
            self.joined[relation] = _whole(f"(?:{lists['and']}) (?:(?:{lists['for']}) )?{any_form}")
            self.strong[relation] = self._asked(lists, named, of, alone.get(relation))

    def _asked(
        self, lists: Mapping[str, str], named: str, of: str, alone: str | None
    ) -> list[re.Pattern[str]]:
        visit = lists["visit"]
        before = rf"(?:{visit})(?: \w+){{0,3}}? (?:(?:{lists['of']}) (?:{named})|(?:{of}))"
        after = rf"(?:{of if alone is None else named}) (?:\w+ ){{0,2}}?(?:{visit})"
        forms = [f"(?:{lists['for']}) (?:{named})", before, after, *([alone] if alone else [])]
        return [_whole(self._narrow(form)) for form in forms]

    def _narrow(self, form: str) -> str:
        """Words between `my` and `son` do not reach over an `and`."""
        return form.replace(r"\w+ ", self._no_more)


def _wishes(lists: Mapping[str, str]) -> str:
    """What makes somebody who is spoken of the one who comes: not that they can drive, nor that they have school."""
    helps = rf"(?:{lists['helps']})(?!\w)"
    needs = rf"(?:{lists['needs']})(?!\w)(?! {_FEW % 1}{helps})"
    has = rf"(?:{lists['has']})(?: {_FEW % 3}(?:{lists['ill']}))(?!\w)(?! {helps})"
    can = rf"(?:{lists['can']})(?! {_FEW % 4}{helps})(?: (?:{lists['comes']})| ,|$)(?! {_FEW % 4}{helps})"
    # `has an appointment` is theirs only where that one is to be moved.
    has_visit = rf"(?:{lists['has']}) {_FEW % 2}(?:{lists['visit']})(?=.*(?<!\w)(?:{lists['stirs']})(?!\w))"
    return f"{needs}|{has}|{can}|{has_visit}"


def _whole(form: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{form})(?!\w)")


def _before(form: str) -> re.Pattern[str]:
    """Of what stands right before something, in the same clause."""
    return re.compile(rf"(?<!\w)(?:{form}) $")


@cache
def tongue_of(language: Language) -> Tongue:
    return Tongue(_file()[language])


def words_of_visits() -> Iterable[str]:
    """Entries of every language's names for a visit, as patterns."""
    return (entry for data in _file().values() for entry in data["visit"])


@cache
def _file() -> Mapping[str, Any]:
    source = resources.files("medicalcor.domain.scheduling.understanding").joinpath("whose.toml")
    return tomllib.loads(source.read_text("utf-8"))
