"""A visit is arranged in a conversation: on WhatsApp by taps and words, by mail by numbers."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from medicalcor.core.crypto.vault import new_master_key
from medicalcor.core.database.embedded import EmbeddedPostgres
from tests.journeys.conftest import make_database
from tests.open_clinic import open_clinic
from tests.stack import Stack
from tests.webhooks import envelope, other

FACTS = 'address = "Str. Florilor 5, Cluj"\nparking = "Parcare gratuită în curte."'


@pytest.fixture(scope="module")
def clinic(postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    asyncio.run(make_database(postgres.url(), "booking_agent"))
    folder: Path = tmp_path_factory.mktemp("booking-agent")
    settings = {"CLINIC_FACTS": FACTS}
    stack = Stack(postgres.url(database="booking_agent"), folder, new_master_key(), settings=settings)
    try:
        stack.start()
        stack.turn(delays=[0.05, 0.1, 0.2])
        open_clinic(stack)
        yield stack
    finally:
        stack.stop()


def tap(stack: Stack, phone: str, row: dict[str, Any], *, list_: bool = True) -> None:
    kind = "list_reply" if list_ else "button_reply"
    reply = {"type": kind, kind: {"id": row["id"], "title": row["title"]}}
    answer = stack.post_json(envelope([other(phone, "interactive", reply)]))
    assert answer.status_code == 200, answer.text


def rows_of(message: dict[str, Any]) -> list[dict[str, Any]]:
    action = message["interactive"]["action"]
    if "sections" in action:
        return [row for section in action["sections"] for row in section["rows"]]
    return [button["reply"] for button in action["buttons"]]


def lists_to(stack: Stack, phone: str) -> list[dict[str, Any]]:
    return [m for m in stack.messages_to(phone) if m["type"] == "interactive"]


def words_to(stack: Stack, phone: str) -> list[str]:
    return [m["text"]["body"] for m in stack.messages_to(phone) if m["type"] == "text"]


def visits_of(stack: Stack, phone: str) -> list[dict[str, Any]]:
    return stack.rows(
        "select v.* from appointments v join addresses a using (person_id) where a.value = $1 order by v.booked_at",
        phone,
    )


def the_list(stack: Stack, phone: str, count: int = 1) -> dict[str, Any]:
    stack.until(
        lambda: len(lists_to(stack, phone)) >= count,
        what=f"{count} list(s) of times",
    )
    return lists_to(stack, phone)[count - 1]


WISHES = {
    "ro": "Vreau o programare la implant mâine după 5",
    "en": "I would like an appointment for an implant tomorrow after 5",
    "de": "Ich möchte morgen nach 17 Uhr einen Termin für ein Implantat",
}
BOOKED = {"ro": "Programarea este făcută", "en": "Your appointment is booked", "de": "Ihr Termin ist gebucht"}


@pytest.mark.parametrize("language", WISHES)
def test_a_wish_a_list_a_tap_and_the_visit_is_booked(clinic: Stack, phone: str, language: str) -> None:
    clinic.say(phone, WISHES[language], name="Ana Ionescu")
    offered = the_list(clinic, phone)
    rows = rows_of(offered)
    assert 1 <= len(rows) <= 10
    assert all(row["title"].split()[-1] >= "17:00" for row in rows)
    tap(clinic, phone, rows[1])
    [said] = clinic.until(lambda: words_to(clinic, phone), what="the confirmation")
    assert said.startswith(BOOKED[language])
    assert "Florilor 5" in said
    [visit] = visits_of(clinic, phone)
    assert visit["status"] == "booked"
    booking = clinic.rows("select * from bookings where person_id = $1", visit["person_id"])
    assert [(b["closed_because"], b["appointment_id"]) for b in booking] == [("done", visit["id"])]
