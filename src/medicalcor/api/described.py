"""What a route says of itself: read by the guard at its door, and by whoever reads `/openapi.json`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from litestar.handlers import BaseRouteHandler
from pydantic import BaseModel

from medicalcor.core.auth.apikeys import Scope


@dataclass(frozen=True)
class Gives:
    """An answer that is no refusal."""

    description: str
    shape: type[BaseModel] | None = None
    media_type: str = "application/json"
    example: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    """Name → what it says."""


@dataclass(frozen=True)
class Takes:
    """A JSON body."""

    shape: type[BaseModel]
    example: Any = None
    required: bool = True
    one_of: Mapping[str, type[BaseModel]] = field(default_factory=dict)
    """The shapes that it may have, by what decides which; `shape` is what they have in common."""
    by: tuple[str, str] | None = None
    """The field whose value decides, and the field that then has the shape; None: all of the body has it."""


@dataclass(frozen=True)
class Described:
    summary: str
    gives: Mapping[int, Gives]
    scope: Scope | None = None
    """The scope that a caller's key must have; None: everybody may."""
    takes: Takes | None = None
    query: type[BaseModel] | None = None
    path: Mapping[str, str] = field(default_factory=dict)
    """Name of a part of the path → what it is, with an example after a `|`."""
    refuses: Mapping[int, str] = field(default_factory=dict)
    """Refusals of its own, beyond those that follow from the rest."""
    tag: str = "health"
    more: str = ""
    """What the summary has no room for."""


def described(route: Described) -> dict[str, Any]:
    """Route option."""
    return {"described": route}


def described_by(handler: BaseRouteHandler) -> Described | None:
    found: Described | None = handler.opt.get("described")
    return found
