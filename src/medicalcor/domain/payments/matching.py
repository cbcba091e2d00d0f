"""Whose payment it is, by the people that its hints lead to. Hints that disagree are a colleague's to settle."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from medicalcor.schemas.payments import TiedBy, Unmatched

People = frozenset[UUID]
NOBODY: Final[People] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Leads:
    """Whom each kind of hint leads to."""

    asked: People = NOBODY
    """Whom we asked for this money, by our own link."""
    named: People = NOBODY
    """Named by our own ids that came along."""
    settled: People = NOBODY
    """Whose customer a colleague said this payer is."""
    customer: People = NOBODY
    """Whose customer this payer turned out to be before."""
    phone: People = NOBODY
    email: People = NOBODY


@dataclass(frozen=True, slots=True)
class Match:
    person_id: UUID
    by: TiedBy


@dataclass(frozen=True, slots=True)
class NoMatch:
    why: Unmatched
    candidates: tuple[UUID, ...]


def match(found: Leads) -> Match | NoMatch:
    """What we asked for and what a colleague has settled stands above the rest; within a rank nobody may disagree.

    A spouse's card pays what the patient was asked for; but a card alone, with the telephone of somebody else, may be
    anybody's.
    """
    ranks: tuple[tuple[tuple[TiedBy, People], ...], ...] = (
        (("request", found.asked),),
        (("metadata", found.named), ("customer", found.settled)) if found.settled else (),
        (
            ("metadata", found.named),
            ("customer", found.customer),
            ("phone", found.phone),
            ("email", found.email),
        ),
    )
    for hints in ranks:
        everybody = sorted({person for _, people in hints for person in people})
        if len(everybody) > 1:
            return NoMatch("conflict", tuple(everybody))
        if everybody:
            return Match(everybody[0], next(by for by, people in hints if people))
    return NoMatch("nobody", ())
