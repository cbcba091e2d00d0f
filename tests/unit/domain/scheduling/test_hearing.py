"""What patients write about visits, read by rules. The phrases were written before the rules were."""

from datetime import date, datetime
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from medicalcor.domain.scheduling.understanding.choosing import Offered
from medicalcor.domain.scheduling.understanding.hearing import Heard, Scene, hear
from medicalcor.schemas.bookings import When
from medicalcor.schemas.common import LANGUAGES

ZONE = ZoneInfo("Europe/Bucharest")
NOW = datetime(2026, 3, 11, 10, 0, tzinfo=ZONE)
ANA, MIHAI, RADU = (UUID(int=n) for n in (1, 2, 3))
NAMES = {ANA: "ana", MIHAI: "mihai", RADU: "radu"}
DOCTORS = {ANA: "Dr. Ana Popescu", MIHAI: "Dr. Mihai Ionescu", RADU: "Dr. Radu Stan"}
FOUR = [
    Offered(datetime(2026, 3, day, hour, minute, tzinfo=ZONE), who)
    for day, hour, minute, who in (
        (12, 10, 0, ANA),
        (12, 15, 30, MIHAI),
        (13, 9, 15, ANA),
        (17, 17, 0, MIHAI),
    )
]


def _cases(name: str) -> list[tuple[str, str, str]]:
    lines = Path(__file__).with_name(name).read_text("utf-8").splitlines()
    parts = [line.split(" | ") for line in lines if line and not line.startswith("#")]
    return [(language.strip(), text.strip(), meaning.strip()) for language, text, meaning in parts]


def _read(language: str, text: str) -> Heard:
    offered = {"*": FOUR, "1": FOUR[:1], "2": FOUR[:2], "3": FOUR[:3]}.get(language[2:], [])
    code = next(one for one in LANGUAGES if one == language[:2])
    return hear(text, Scene(now=NOW, languages=(code,), practitioners=DOCTORS, offered=offered))


def _day(one: date) -> str:
    return f"{one:%m-%d}"


def _said(heard: Heard) -> set[str]:
    when: When = heard.when
    said = {
        "d=" + ",".join(map(_day, when.days)) if when.days else "",
        f"w={_day(when.first_day) if when.first_day else ''}..{_day(when.last_day) if when.last_day else ''}"
        if when.first_day or when.last_day
        else "",
        "wd=" + "".join(map(str, when.weekdays)) if when.weekdays else "",
        f"nb={when.not_before:%H:%M}" if when.not_before else "",
        f"na={when.not_after:%H:%M}" if when.not_after else "",
        f"at={when.at:%H:%M}" if when.at else "",
        f"p={when.part}" if when.part != "any" else "",
        "asap" if when.soonest else "",
        *(f"proc={one}" for one in heard.procedures),
        f"doc={NAMES[heard.practitioner]}" if heard.practitioner else "",
        f"opt={heard.option}" if heard.option else "",
        *(f"q={one}" for one in heard.questions),
        f"by={heard.shift.total_seconds() / 3600:+.0f}h" if heard.shift else "",
        "otherdoc" if heard.other_practitioner else "",
        "anydoc" if heard.any_practitioner else "",
    }
    for flag in (
        "none",
        "later",
        "earlier",
        "yes",
        "no",
        "move",
        "cancel",
        "stop",
        "human",
        "past",
        "waits",
        "absent",
    ):
        if getattr(heard, flag):
            said.add(flag)
    return said - {""}


@pytest.mark.parametrize(("language", "text", "meaning"), _cases("booking_phrases.txt"))
def test_phrases_are_understood(language: str, text: str, meaning: str) -> None:
    assert _said(_read(language, text)) == set(meaning.split()) - {"nothing"}
