"""Whether a visit is the one of somebody who is spoken of."""

import re
from typing import Final

from medicalcor.domain.language.text import fold
from medicalcor.schemas.appointments import Relation, Whose

_PARTS: Final = re.compile(r"[a-z]{2,}")


def fits(said: Whose, visit: Whose | None) -> bool:
    """Whether the visit may be that person's; a name decides where both have one."""
    if visit is None:
        return False
    if said.name and visit.name:
        first, second = set(_PARTS.findall(fold(said.name))), set(_PARTS.findall(fold(visit.name)))
        return bool(first and second) and (first <= second or second <= first)
    return said.relation is not None and _alike(said.relation, visit.relation)


def may_be(said: Whose, visit: Whose) -> bool:
    """Whether nothing speaks against it: one is known by name, the other as a son."""
    by_name = bool(said.name and visit.name)
    by_relation = said.relation is not None and visit.relation is not None
    return not (by_name or by_relation)


def _alike(one: Relation, other: Relation | None) -> bool:
    children = {"son", "daughter", "child"}
    return one == other or ("child" in (one, other) and one in children and other in children)
