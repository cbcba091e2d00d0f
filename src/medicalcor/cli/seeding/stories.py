"""The demo clinic's stories, as they are written in `stories/*.toml`.

A line of a story is `[when, who, what, {more}]`. `patient` writes on WhatsApp; `clinic` gives the words that the AI
finds for the message before; a word of `posts.DOORS` (`calls`, `mails`, `pays` …) is something that comes in by another
door; a colleague's name takes over, releases, has seen it, asks for a deposit, or else writes what stands there.
"""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, tzinfo
from importlib import resources
from typing import Any

from medicalcor.cli.seeding.moments import moment

PATIENT = "patient"
CLINIC = "clinic"
"""Its line has no time of its own: it says what the answer to the line before is."""


@dataclass(frozen=True, slots=True)
class Line:
    """Something that a patient or a colleague does."""

    at: datetime
    who: str
    what: str
    reply: str | None = None
    """What the AI answers; None when it is not in time with an answer."""
    more: Mapping[str, Any] = field(default_factory=dict)
    """`ai`: why the AI does not judge; `judged`: where it judges otherwise than the rules; `failed`: the provider's
    code when the clinic's message does not arrive; `read`: false when it stays unread; `message`: WhatsApp's own
    form of what is no text; `analysis`: what the AI says of a call. `posts` says what else each door takes."""


@dataclass(frozen=True, slots=True)
class Story:
    """What passed between one person and the clinic."""

    key: str
    lines: Sequence[Line]
    name: str | None = None
    phone: str | None = None
    """Digits with the country's code; None for somebody who hides the number."""
    email: str | None = None
    user_id: str | None = None
    advertisement: str | None = None

    @property
    def whose(self) -> str:
        """The same for all stories of one person."""
        return self.phone or self.user_id or self.email or self.key


def stories(*, now: datetime, zone: tzinfo) -> list[Story]:
    """All of them, in the order of their files, with their moments."""
    folder = resources.files("medicalcor.cli.seeding").joinpath("stories")
    files = sorted((f for f in folder.iterdir() if f.name.endswith(".toml")), key=lambda file: file.name)
    return [
        _story(f"{file.name.removesuffix('.toml')}-{number}", written, now=now, zone=zone)
        for file in files
        for number, written in enumerate(tomllib.loads(file.read_text("utf-8"))["story"], 1)
    ]


def _story(key: str, written: Mapping[str, Any], *, now: datetime, zone: tzinfo) -> Story:
    about = {name: value for name, value in written.items() if name != "lines"}
    return Story(key=key, lines=list(_lines(written["lines"], now=now, zone=zone)), **about)


def _lines(written: Sequence[Sequence[Any]], *, now: datetime, zone: tzinfo) -> Iterator[Line]:
    waiting: Line | None = None
    at: datetime | None = None
    for when, who, what, *more in written:
        if who == CLINIC:
            if waiting is None or waiting.reply is not None:
                raise ValueError(f"{what!r} answers nothing")
            waiting = replace(waiting, reply=what)
            continue
        if waiting is not None:
            yield waiting
        at = moment(when, now=now, before=at, zone=zone)
        waiting = Line(at, who, what, more=more[0] if more else {})
    if waiting is not None:
        yield waiting
