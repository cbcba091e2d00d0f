"""Conversations as the patient's phone shows them."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from medicalcor.core import clock

RANK = {"pending": 0, "sent": 1, "delivered": 2, "read": 3, "failed": 4}
Tick = Literal["pending", "sent", "delivered", "read", "failed"]
KEPT = 20_000
"""Bubbles remembered at most, over all phones."""
TYPING_SECONDS = 25
"""How long WhatsApp shows that somebody is typing."""


@dataclass(eq=False)
class Bubble:
    id: str
    mine: bool
    """Written by the patient."""
    at: datetime
    text: str
    kind: str = "text"
    footer: str = ""
    choices: list[dict[str, str]] = field(default_factory=list)
    """What can be tapped: `{"type": "button" | "list" | "template", "id", "title", "description"}`."""
    opener: str = ""
    """The label of the button that opens a list of choices."""
    tick: Tick = "pending"
    reason: str = ""
    """Why it failed."""

    def shown(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "mine": self.mine,
            "at": self.at.isoformat(),
            "kind": self.kind,
            "text": self.text,
            "footer": self.footer,
            "choices": self.choices,
            "opener": self.opener,
            "tick": self.tick,
            "reason": self.reason,
        }


@dataclass
class Thread:
    bubbles: list[Bubble] = field(default_factory=list)
    last_inbound: datetime | None = None
    """When the patient last wrote through the sandbox; opens WhatsApp's 24-hour window."""
    typing_since: datetime | None = None
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    def touch(self) -> None:
        self.changed.set()
        self.changed = asyncio.Event()

    def shown(self) -> dict[str, Any]:
        typing = (
            self.typing_since is not None
            and (clock.now() - self.typing_since).total_seconds() < TYPING_SECONDS
        )
        return {"messages": [bubble.shown() for bubble in self.bubbles], "typing": typing}


class Threads:
    """By address: the digits of a phone number, or a business-scoped user id."""

    def __init__(self) -> None:
        self._threads: dict[str, Thread] = {}
        self._where: dict[str, tuple[Thread, Bubble]] = {}
        self.closing = asyncio.Event()

    def get(self, address: str) -> Thread | None:
        return self._threads.get(address)

    def open(self, address: str) -> Thread:
        return self._threads.setdefault(address, Thread())

    def add(self, address: str, *, bubble: Bubble) -> None:
        thread = self.open(address)
        thread.bubbles.append(bubble)
        self._where[bubble.id] = (thread, bubble)
        if len(self._where) > KEPT:
            older, oldest = self._where.pop(next(iter(self._where)))
            older.bubbles.remove(oldest)
        if bubble.mine:
            thread.last_inbound = max(bubble.at, thread.last_inbound or bubble.at)
        else:
            thread.typing_since = None
        thread.touch()

    def mark(self, message_id: str, *, tick: Tick, reason: str = "") -> None:
        """Ticks only go forward, whatever order the news arrives in."""
        if message_id not in self._where:
            return
        thread, bubble = self._where[message_id]
        if RANK[tick] > RANK[bubble.tick]:
            bubble.tick = tick
            bubble.reason = reason
            thread.touch()

    def typing(self, message_id: str) -> None:
        """The clinic is writing an answer to this message."""
        if message_id in self._where:
            thread, _ = self._where[message_id]
            thread.typing_since = clock.now()
            thread.touch()

    async def follow(
        self, address: str, *, gone: Coroutine[Any, Any, None], heartbeat: float = 15.0
    ) -> AsyncIterator[dict[str, Any] | None]:
        """The thread now and after every change, until `gone` returns or the sandbox stops.

        None when nothing has happened for `heartbeat` seconds.
        """
        ends = {asyncio.ensure_future(self.closing.wait()), asyncio.ensure_future(gone)}
        try:
            while not any(end.done() for end in ends):
                changed = asyncio.ensure_future(self.open(address).changed.wait())
                yield self.open(address).shown()
                done: set[asyncio.Future[Any]] = set()
                while not done:
                    done, _ = await asyncio.wait(
                        {changed, *ends}, timeout=heartbeat, return_when=asyncio.FIRST_COMPLETED
                    )
                    if not done:
                        yield None
                changed.cancel()
        finally:
            for end in ends:
                end.cancel()

    def clear(self) -> None:
        for thread in self._threads.values():
            thread.touch()
        self._threads.clear()
        self._where.clear()
