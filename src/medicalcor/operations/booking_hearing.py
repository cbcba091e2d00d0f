"""Hearing with AI's help, when it is on and the rules made nothing of it. What it says is checked like anything else."""

from contextlib import suppress
from dataclasses import replace
from datetime import date, time, timedelta
from typing import Final, Literal

from medicalcor.core.errors import ProviderError
from medicalcor.domain.identity.anonymous import anonymous
from medicalcor.domain.scheduling.understanding.hearing import Heard, Topic, hear
from medicalcor.integrations.openai.client import AiClient
from medicalcor.operations.booking_desk import Desk
from medicalcor.operations.ledger import Ledger
from medicalcor.schemas.appointments import LONGEST_SEARCH, PartOfDay
from medicalcor.schemas.base import Shape
from medicalcor.schemas.bookings import When
from medicalcor.schemas.common import Procedure

_MOST_DAYS = 7
_TASK: Final = (
    "A dental patient and a clinic arrange a visit by messages. Say what the patient's last message means; guess nothing."
    " `unclear` when you cannot tell. Dates as YYYY-MM-DD, times as HH:MM by the clinic's clock. `option` is the number"
    " of an offered time that the patient takes, null when none. Today is {today}, {weekday}.\nOffered times:\n{offered}"
)


class AiHeard(Shape):
    """What AI makes of a message about a visit."""

    says: Literal[
        "unclear", "wish", "takes_an_option", "none_fits", "later", "earlier", "move", "cancel", "gives_up",
        "wants_a_person", "yes", "no",
    ]  # fmt: skip
    procedure: Procedure | None
    days: list[str]
    not_before: str | None
    not_after: str | None
    part_of_day: PartOfDay
    as_soon_as_possible: bool
    option: int | None
    question: Topic | None


async def hear_with(ledger: Ledger, ai: AiClient | None, desk: Desk, words: str) -> Heard:
    """By rules; where these find nothing, by AI within its time. An option that AI read is asked about, never booked."""
    scene = desk.scene(words)
    heard = hear(words, scene)
    if ai is None or heard.means_something or heard.wants_visit:
        return heard
    try:
        guess = await ai.judge(
            _messages(desk, words), shape=AiHeard, timeout=ledger.settings.ai_timeout_seconds
        )
    except (ProviderError, ValueError):
        return heard
    return heard if guess.says == "unclear" else checked(guess, desk)


def _messages(desk: Desk, words: str) -> list[dict[str, str]]:
    today = desk.now.astimezone(desk.zone)
    listed = "\n".join(f"{n}. {at:%A %Y-%m-%d %H:%M}" for n, (at, _) in enumerate(desk.state.offered, 1))
    task = _TASK.format(today=today.date().isoformat(), weekday=f"{today:%A}", offered=listed or "none yet")
    return [{"role": "system", "content": task}, {"role": "user", "content": anonymous(words, name="")}]


def checked(guess: AiHeard, desk: Desk) -> Heard:
    """As the rules would have said it; what lies in the past, too far ahead or outside the list is left out."""
    heard = Heard(
        procedures=(guess.procedure,) if guess.procedure else (),
        when=_when(guess, desk.now.astimezone(desk.zone).date()),
        questions=(guess.question,) if guess.question else (),
    )
    heard = replace(
        heard,
        none=guess.says == "none_fits",
        later=guess.says == "later",
        earlier=guess.says == "earlier",
        move=guess.says == "move",
        cancel=guess.says == "cancel",
        stop=guess.says == "gives_up",
        human=guess.says == "wants_a_person",
        yes=guess.says == "yes",
        no=guess.says == "no",
    )
    if guess.option is not None and 1 <= guess.option <= len(desk.state.offered):
        at, who = desk.state.offered[guess.option - 1]
        exactly = When(days=(at.date(),), at=at.time().replace(tzinfo=None))
        heard = replace(heard, when=exactly, practitioner=who)
    return heard


def _when(guess: AiHeard, today: date) -> When:
    days: list[date] = []
    for said in guess.days[:_MOST_DAYS]:
        with suppress(ValueError):
            day = date.fromisoformat(said)
            if today <= day <= today + LONGEST_SEARCH - timedelta(days=1):
                days.append(day)
    return When(
        days=tuple(sorted(set(days))),
        not_before=_time(guess.not_before),
        not_after=_time(guess.not_after),
        part=guess.part_of_day,
        soonest=guess.as_soon_as_possible,
    )


def _time(said: str | None) -> time | None:
    if said is None:
        return None
    with suppress(ValueError):
        return time.fromisoformat(said).replace(tzinfo=None)
    return None
