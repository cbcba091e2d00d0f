"""Live updates: everything, in order, without gaps, and nothing while nobody looks."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from tests import web_clinic

from medicalcor.core.database.pool import Pool
from medicalcor.operations.ledger import Ledger
from medicalcor.readmodels import changes
from medicalcor.web.live import Changed, Stream


@pytest.fixture
async def stream(pool: Pool) -> AsyncIterator[Stream]:
    stream = Stream(pool)
    yield stream
    stream.close()


async def _next(watching: AsyncIterator[Changed | None]) -> Changed:
    change = await asyncio.wait_for(anext(watching), 10)
    assert change is not None
    return change


async def _end(pool: Pool) -> int:
    async with pool.acquire() as connection:
        return await changes.last_settled(connection)


async def test_what_happens_is_told_to_everybody_who_watches(
    stream: Stream, pool: Pool, ledger: Ledger
) -> None:
    start = await _end(pool)
    first, second = stream.watch(after=start), stream.watch(after=start)
    waiting = [asyncio.ensure_future(_next(watching)) for watching in (first, second)]
    story = await web_clinic.told(ledger, "Ana", "+40722000001", start=1).begin()
    for change in await asyncio.gather(*waiting):
        assert change.subjects == {story.person_id}
    await first.aclose()
    await second.aclose()


async def test_a_broken_line_goes_on_where_it_broke(stream: Stream, pool: Pool, ledger: Ledger) -> None:
    story = await web_clinic.told(ledger, "Ana", "+40722000001", start=1).begin()
    seen = await _end(pool)
    for number in range(7):
        await story.writes(f"mesajul {number}", ago=0)
    positions = [
        row["position"]
        for row in await pool.fetch("select position from domain_events where position > $1", seen)
    ]
    watching = stream.watch(after=seen)
    told = 0
    while told < positions[-1]:
        told = (await _next(watching)).position
    assert told == positions[-1]
    await watching.aclose()


async def test_who_missed_very_much_asks_for_everything(
    stream: Stream, pool: Pool, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("medicalcor.web.live._FAR_BEHIND", 2)
    await web_clinic.ana(ledger)
    watching = stream.watch(after=0)
    change = await _next(watching)
    assert (change.subjects, change.position) == (None, await _end(pool))
    await watching.aclose()


async def test_nobody_watching_means_nobody_reading(stream: Stream, pool: Pool, ledger: Ledger) -> None:
    watching = stream.watch(after=0)
    await web_clinic.told(ledger, "Ana", "+40722000001", start=1).begin()
    await _next(watching)
    assert stream._task is not None
    await watching.aclose()
    assert stream._task is None


async def test_a_late_second_watcher_costs_the_first_nothing(
    stream: Stream, pool: Pool, ledger: Ledger
) -> None:
    story = await web_clinic.told(ledger, "Ana", "+40722000001", start=1).begin()
    start = await _end(pool)
    first = stream.watch(after=start)
    waiting = asyncio.ensure_future(_next(first))
    await story.writes("unu", ago=0)
    second = stream.watch(after=start)
    assert (await _next(second)).subjects == {story.person_id}
    assert (await waiting).subjects == {story.person_id}
    await first.aclose()
    await second.aclose()
