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

from pydantic_core import from_json

from medicalcor.cli.seeding import arrivals, posts
from medicalcor.cli.seeding.arrivals import SQL, Value
from medicalcor.cli.seeding.posts import DOORS, Before, Posted, Spot
from medicalcor.cli.seeding.runs import WORK, Hands
from medicalcor.cli.seeding.stand_ins import Ai, HubSpot, Mail, WhatsApp
from medicalcor.cli.seeding.stories import PATIENT, Line, Story
from medicalcor.core import clock, jobs
from medicalcor.core.database.pool import Connection
from medicalcor.core.errors import NotFound
from medicalcor.operations import (
    agent_calls,
    answers,
    call_analysis,
    conversations,
    crm,
    deposits,
    effects,
    inbox,
    leads,
    mailing,
    messaging,
    payments,
    receiving,
    telephony,
    unsubscribing,
)
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
            value = arrivals.message(cue.story, cue.line, number=cue.number)
            await self._arrive(cue, Posted(0, "whatsapp", arrivals.item_of(value)))
        elif cue.line.who in DOORS:
            spot = Spot(cue.story, cue.line, cue.number, await self._before(cue))
            for posted in posts.posted(spot):
                self._after(timedelta(seconds=posted.after), partial(self._arrive, cue, posted))
        else:
            await self._colleague(cue)

    async def _before(self, cue: Cue) -> Before:
        """What the clinic did in this story before."""
        place = self._places.get(cue.story.whose)
        if place is None:
            return Before()
        row = await self.connection.fetchrow(SQL["before"], *place)
        if row is None:
            raise NotFound("There is no such lead.")
        asked = {name: str(row[name]) for name in ("payment_request_id", "person_id", "lead_id") if row[name]}
        return Before(mail=row["mail"], metadata=asked, person_id=str(row["person_id"]))

    async def _arrive(self, cue: Cue, posted: Posted) -> None:
        """It is stored, and taken in by what takes in its kind."""
        _, provider, item = posted
        arrived = await arrivals.store(
            self.connection, self.ledger.vault, item=item, provider=provider, at=clock.now()
        )
        where: dict[str, Any] = {"inbox_id": arrived.inbox_id}
        match provider, arrived.kind:
            case _, "message":
                await self._message(cue, arrived)
            case "twilio", _:
                await self._called(cue, await telephony.take_in(self.ledger, **where))
            case "vapi", _:
                call_id = await agent_calls.take_in(self.ledger, **where)
                if call_id is not None:
                    self._after(
                        cue.some("hear", 1, 3), partial(self._analyse, cue, call_id, arrived.correlation_id)
                    )
            case "stripe", _:
                await payments.take_in(self.ledger, **where)
            case "web", "unsubscribe":
                await unsubscribing.withdraw(self.ledger, await inbox.open_item(self.ledger, **where))
        await self._follow(cue)

    async def _called(self, cue: Cue, call_id: UUID | None) -> None:
        """Who has written before is written to where they wrote."""
        row = await self.connection.fetchrow(SQL["place_of_call"], call_id)
        if row is not None and cue.story.whose not in self._places:
            self._places[cue.story.whose] = row["lead_id"], row["conversation_id"]

    async def _analyse(self, cue: Cue, call_id: UUID, correlation_id: str) -> None:
        await call_analysis.analyse(
            self.ledger, ai=self._ai(cue), call_id=call_id, correlation_id=correlation_id
        )
        await self._send(cue)

    async def _message(self, cue: Cue, arrived: arrivals.Arrived) -> None:
        received = await receiving.receive(self.ledger, inbox_id=arrived.inbox_id)
        self._places[cue.story.whose] = await self._place(received.message_id)
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
        lead_id, conversation_id = self._places[cue.story.whose]
        by = self.colleagues[cue.line.who]
        match cue.line.what:
            case "takes over":
                await conversations.take_over(self.ledger, conversation_id=conversation_id, by=by)
            case "releases":
                await conversations.release(self.ledger, conversation_id=conversation_id, by=by)
            case "has seen it":
                await leads.mark_seen(self.ledger, lead_id=lead_id, by=by)
            case "asks for a deposit":
                ask = deposits.Ask(**cue.line.more)
                await deposits.request(self.ledger, lead_id=lead_id, ask=ask, by=by, key=cue.story.key)
            case words:
                await conversations.reply(
                    self.ledger,
                    conversation_id=conversation_id,
                    text=words.replace("{clinic}", self.ledger.settings.clinic_name),
                    by=by,
                    key=f"{cue.story.key}-{cue.number}",
                )
        await self._follow(cue)

    async def _follow(self, cue: Cue) -> None:
        """What it leads to: runs for later, and what goes out."""
        for row in await self.connection.fetch(SQL["started_runs"], list(WORK), self._runs):
            self._runs.append(row["id"])
            run = partial(WORK[row["name"]], Hands(self.ledger, self._ai(cue)))
            arguments = from_json(row["inputs"])["positionalArgs"]
            self._at(max(row["due"], clock.now()), partial(self._run, cue, partial(run, *arguments)))
        await self._send(cue)

    async def _run(self, cue: Cue, run: Act) -> None:
        await run()
        await self._follow(cue)

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
        if about.kind.startswith("email."):
            mail: Any = Mail(self.ledger.settings.email_from or "")
            await mailing.send(self.ledger, email=mail, about=about)
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
        item = arrivals.item_of(value)
        await arrivals.store(self.connection, self.ledger.vault, item=item, at=clock.now())
        await messaging.take_statuses(self.ledger)
