"""Plays the stories through the real use cases, each act at its moment in the past."""

import zlib
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from heapq import heappop, heappush
from itertools import count
from typing import Any
from uuid import UUID

from medicalcor.cli.seeding import arrivals
from medicalcor.cli.seeding.arrivals import SQL, Value
from medicalcor.cli.seeding.stand_ins import Ai, HubSpot, WhatsApp
from medicalcor.cli.seeding.stories import PATIENT, Line, Story
from medicalcor.core import clock, jobs
from medicalcor.core.database.pool import Connection
from medicalcor.core.errors import NotFound
from medicalcor.operations import answers, conversations, crm, effects, leads, messaging, receiving
from medicalcor.operations.ledger import Ledger

Act = Callable[[], Awaitable[None]]
Progress = Callable[[int, int], None]
"""Told how many lines are played, and of how many."""

_BEING_HANDLED = timedelta(seconds=30)
"""A line that is younger than this would be left half done."""
_SOON_READ = 1200.0
_READ_AT_ALL = 0.85


@dataclass(frozen=True, slots=True)
class Cue:
    """A line in its story."""

    story: Story
    line: Line
    number: int

    def some(self, what: str, low: float, high: float) -> timedelta:
        """Seconds between the two, the same each time for the same line and `what`."""
        return timedelta(seconds=low + (high - low) * self.chance(what))

    def chance(self, what: str) -> float:
        return zlib.crc32(f"{self.story.key}:{self.number}:{what}".encode()) / 2**32

    def written_next(self, after: datetime) -> datetime | None:
        """When the patient writes again: by then they have read what the clinic wrote."""
        return next((line.at for line in self.story.lines if line.who == PATIENT and line.at > after), None)


@dataclass
class Stage:
    """One thing after the other, in the order of time, for all stories together."""

    ledger: Ledger
    connection: Connection
    colleagues: Mapping[str, UUID]
    until: datetime
    whatsapp: Any = field(default_factory=WhatsApp)
    hubspot: Any = field(default_factory=HubSpot)
    _acts: list[tuple[datetime, int, Act]] = field(default_factory=list)
    _numbers: "count[int]" = field(default_factory=count)
    _on_their_way: set[UUID] = field(default_factory=set)
    _places: dict[str, tuple[UUID, UUID]] = field(default_factory=dict)
    _runs: list[str] = field(default_factory=list)

    async def play(
        self, stories: Sequence[Story], *, also: Iterable[tuple[datetime, Act]] = (), progress: Progress
    ) -> None:
        """`also`: what happens besides, each at its moment."""
        cues = [Cue(story, line, n) for story in stories for n, line in enumerate(story.lines, 1)]
        cues = [cue for cue in cues if cue.line.at < self.until - _BEING_HANDLED]
        for cue in cues:
            self._at(cue.line.at, partial(self._line, cue))
        for at, act in also:
            self._at(at, act)
        still = clock.Still(self.until)
        played = 0
        with clock.using(still):
            while self._acts:
                still.at, number, act = heappop(self._acts)
                await act()
                if number < len(cues):
                    played += 1
                    progress(played, len(cues))
        await self.connection.execute(SQL["remove_runs"], self._runs)

    def _at(self, at: datetime, act: Act) -> None:
        """What lies ahead has not happened yet."""
        if at <= self.until:
            heappush(self._acts, (at, next(self._numbers), act))

    def _after(self, delay: timedelta, act: Act) -> None:
        self._at(clock.now() + delay, act)

    async def _line(self, cue: Cue) -> None:
        if cue.line.who == PATIENT:
            await self._patient(cue)
        else:
            await self._colleague(cue)

    async def _patient(self, cue: Cue) -> None:
        value = arrivals.message(cue.story, cue.line, number=cue.number)
        arrived = await self._store(value)
        if arrived.kind != "message":
            return
        received = await receiving.receive(self.ledger, inbox_id=arrived.inbox_id)
        self._places[cue.story.key] = await self._place(received.message_id)
        await self._send(cue)
        message = received.message_id, arrived.correlation_id
        if received.next == "score":
            self._after(cue.some("judge", 0.8, 2.2), partial(self._judge, cue, *message))
        elif received.next == "answer":
            self._after(cue.some("answer", 0.2, 0.6), partial(self._answer, cue, *message, ai=True))

    async def _place(self, message_id: UUID) -> tuple[UUID, UUID]:
        row = await self.connection.fetchrow(SQL["place"], message_id)
        if row is None:
            raise NotFound("The message has not been taken in.")
        return row["lead_id"], row["conversation_id"]

    async def _judge(self, cue: Cue, message_id: UUID, correlation_id: str) -> None:
        scored = await leads.score(
            self.ledger, ai=self._ai(cue), message_id=message_id, correlation_id=correlation_id
        )
        if scored.superseded:
            return
        await self._send(cue)
        answer = partial(self._answer, cue, message_id, correlation_id, ai=scored.ai_usable)
        self._after(cue.some("write", 0.9, 2.6), answer)

    async def _answer(
        self, cue: Cue, message_id: UUID, correlation_id: str, *, ai: bool, settled: bool = False
    ) -> None:
        answered = await answers.answer(
            self.ledger,
            ai=self._ai(cue) if ai else None,
            message_id=message_id,
            settled=settled,
            correlation_id=correlation_id,
        )
        if answered.outcome == "settling":
            self._runs.append(f"{jobs.ANSWER.name}:{message_id}")
            again = partial(self._answer, cue, message_id, correlation_id, ai=True, settled=True)
            self._after(timedelta(seconds=self.ledger.settings.answer_settle_seconds), again)
        await self._send(cue)

    def _ai(self, cue: Cue) -> Any:
        settings = self.ledger.settings
        return Ai(cue.line, clinic=settings.clinic_name, emergency_number=settings.emergency_number)

    async def _colleague(self, cue: Cue) -> None:
        lead_id, conversation_id = self._places[cue.story.key]
        by = self.colleagues[cue.line.who]
        match cue.line.what:
            case "takes over":
                await conversations.take_over(self.ledger, conversation_id=conversation_id, by=by)
            case "releases":
                await conversations.release(self.ledger, conversation_id=conversation_id, by=by)
            case "has seen it":
                await leads.mark_seen(self.ledger, lead_id=lead_id, by=by)
            case words:
                await conversations.reply(
                    self.ledger,
                    conversation_id=conversation_id,
                    text=words.replace("{clinic}", self.ledger.settings.clinic_name),
                    by=by,
                    key=f"{cue.story.key}-{cue.number}",
                )
        await self._send(cue)

    async def _send(self, cue: Cue) -> None:
        """What has just been planned goes out in a moment: the runs that were started for it are not needed."""
        for row in await self.connection.fetch(SQL["open_effects"], list(self._on_their_way)):
            effect_id: UUID = row["id"]
            self._on_their_way.add(effect_id)
            self._runs.append(f"{jobs.DELIVER.name}:{effect_id}")
            self._after(cue.some(f"send {row['kind']}", 0.15, 0.7), partial(self._deliver, cue, effect_id))

    async def _deliver(self, cue: Cue, effect_id: UUID) -> None:
        self._on_their_way.remove(effect_id)
        about = await effects.destination(self.ledger, effect_id=effect_id)
        if about.kind.startswith("hubspot."):
            await crm.sync(self.ledger, hubspot=self.hubspot, about=about)
            return
        await messaging.send(self.ledger, whatsapp=self.whatsapp, about=about)
        provider_id = await self.connection.fetchval(SQL["provider_id"], effect_id)
        if provider_id is not None:
            self._report(cue, effect_id, provider_id)

    def _report(self, cue: Cue, effect_id: UUID, provider_id: str) -> None:
        """How far it gets: delivered at once, read when the patient next looks."""

        def reaches(reached: str, after: timedelta, code: int | None = None) -> None:
            at = clock.now() + after
            value = arrivals.status(
                provider_id=provider_id, effect_id=effect_id, reached=reached, at=at, code=code
            )
            self._at(at, partial(self._take_status, value))

        code = cue.line.more.get("failed")
        if code is not None:
            reaches("failed", cue.some("failed", 2, 9), code)
            return
        delivered = cue.some("delivered", 0.6, 3)
        reaches("delivered", delivered)
        reads = cue.some("read", 6, _SOON_READ)
        next_written = cue.written_next(clock.now())
        if next_written is not None:
            reads = min(reads, (next_written - clock.now()) * 0.8)
        elif not cue.line.more.get("read", cue.chance("reads") < _READ_AT_ALL):
            return
        reaches("read", max(reads, delivered))

    async def _take_status(self, value: Value) -> None:
        await self._store(value)
        await messaging.take_statuses(self.ledger)

    async def _store(self, value: Value) -> arrivals.Arrived:
        return await arrivals.store(self.connection, self.ledger.vault, value=value, at=clock.now())
