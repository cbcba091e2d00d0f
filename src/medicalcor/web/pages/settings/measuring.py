"""The rules measured on the clinic's own labelled messages. Nothing of the file is kept."""

import asyncio
from typing import Any

from litestar import Response, get, post
from litestar.datastructures import UploadFile

from medicalcor.core.auth.roles import Right
from medicalcor.domain.scoring import figures, rules
from medicalcor.domain.scoring.labelled import Labelled, UnreadableCase, parse_labelled
from medicalcor.domain.scoring.own import OwnWords
from medicalcor.operations import lexicon as words
from medicalcor.web.request import Visitor, right
from medicalcor.web.site import visit

_PATH = "/settings/scoring/measure"
_MAY = right(Right.MANAGE_SCORING)
LARGEST = 2_000_000
MOST_CASES = 2_000
LONGEST_LINE = 20_000
_MOST_ERRORS = 20
_one_at_a_time = asyncio.Lock()


@get(_PATH, opt=_MAY)
async def show(request: Visitor) -> Response[str]:
    async with visit(request) as seen:
        return await seen.page("pages/settings/measuring.html", **_nothing())


@post(_PATH, opt=_MAY, status_code=200, request_max_body_size=LARGEST + 10_000)
async def measure(request: Visitor) -> Response[str]:
    """Bounded: so many bytes, so many cases, one file at a time, on a thread of its own."""
    form = await request.form()
    file = form.get("file")
    data = await file.read() if isinstance(file, UploadFile) else b""
    async with visit(request) as seen:
        known = await words.current(seen.connection)
    async with _one_at_a_time:
        found = await asyncio.to_thread(_measured, data, known)
    async with visit(request) as seen:
        return await seen.page("pages/settings/measuring.html", **found)


def _nothing(problem: str | None = None) -> dict[str, Any]:
    return {"measured": None, "problem": problem, "unreadable": [], "more": 0, "label": None}


def _measured(data: bytes, known: OwnWords) -> dict[str, Any]:
    numbered = enumerate(data.decode("utf-8", errors="replace").split("\n"), start=1)
    lines = [(number, line) for number, line in numbered if line.strip()]
    if not lines:
        return _nothing("no_file")
    if len(data) > LARGEST or len(lines) > MOST_CASES:
        return _nothing("too_large")
    cases, unreadable = _read(lines)
    shown = {"unreadable": unreadable[:_MOST_ERRORS], "more": max(len(unreadable) - _MOST_ERRORS, 0)}
    if not cases:
        return {**_nothing("no_case"), **shown}
    judged = [figures.Judged(case, rules.score(case.facts, known)) for case in cases]
    return {**_nothing(), **shown, "measured": figures.measured(judged), "label": known.label}


def _read(lines: list[tuple[int, str]]) -> tuple[list[Labelled], list[tuple[int, str]]]:
    cases: list[Labelled] = []
    unreadable: list[tuple[int, str]] = []
    for number, line in lines:
        try:
            cases.append(_case(line))
        except UnreadableCase as problem:
            unreadable.append((number, str(problem)))
    return cases, unreadable


def _case(line: str) -> Labelled:
    if len(line) > LONGEST_LINE:
        raise UnreadableCase("longer than 20,000 characters")
    return parse_labelled(line)


ROUTES = [show, measure]
