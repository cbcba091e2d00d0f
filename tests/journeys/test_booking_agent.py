"""A visit is arranged in a conversation: on WhatsApp by taps and words, by mail by numbers."""

import asyncio
import json
from collections.abc import Iterator
from datetime import UTC
from pathlib import Path
from typing import Any

import pytest

from medicalcor.core.crypto.vault import new_master_key
from medicalcor.core.database.embedded import EmbeddedPostgres
from tests import mail
from tests.colleague import Colleague
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
    assert f"{clinic.api_url}/visits/" in said
    link = said[said.index(f"{clinic.api_url}/visits/") :].split()[0]
    file = clinic.http.get(link)
    assert file.headers["content-type"].startswith("text/calendar")
    assert f"{visit['starts_at'].astimezone(UTC):%Y%m%dT%H%M%SZ}" in file.text
    assert clinic.http.get(link[:-3] + "abc").status_code == 404


def test_the_four_steps_are_seen_in_the_runs(clinic: Stack, phone: str) -> None:
    """A choice in words and one by a tap both book in a step of their own."""

    def steps() -> set[str]:
        ran = clinic.rows("select distinct workflow_uuid, function_name from dbos.operation_outputs")
        tapped = {row["workflow_uuid"] for row in ran if row["function_name"] == "conversations.choose"}
        return {r["function_name"] + "/tapped" * (r["workflow_uuid"] in tapped) for r in ran}

    clinic.say(phone, "Vreau o programare la detartraj mâine")
    the_list(clinic, phone)
    clinic.say(phone, "prima")
    clinic.until(lambda: words_to(clinic, phone), what="the confirmation")
    clinic.say(phone, "Mai vreau o programare la albire mâine")
    tap(clinic, phone, rows_of(the_list(clinic, phone, 2))[0])
    clinic.until(lambda: len(words_to(clinic, phone)) > 1, what="the second confirmation")
    clinic.settle()
    expected = {"booking.understand", "booking.find_slots", "booking.offer", "booking.book"}
    assert expected | {"booking.book/tapped"} <= steps()


def test_by_mail_times_are_numbered_and_a_number_books_with_a_calendar_file(clinic: Stack) -> None:
    ana = "ana.programare@canary-mail.example"
    sent = mail.write(clinic, ana, "Bună ziua, aș dori o programare la detartraj mâine după-amiază. Ana")
    [letter] = mail.answered(clinic, ana)
    assert "1. " in letter["text"]
    assert "2. " in letter["text"]
    mail.write(
        clinic,
        ana,
        "2",
        subject="Re: Implant",
        in_reply_to=letter["message_id"],
        references=[sent, letter["message_id"]],
    )
    [_, confirmed] = mail.answered(clinic, ana, 2)
    assert "Programarea este făcută" in confirmed["text"]
    [visit] = visits_of(clinic, ana)
    assert visit["status"] == "booked"
    files = [part for part in confirmed.get("attachments", []) if part["content_type"] == "text/calendar"]
    assert len(files) == 1


def test_a_question_in_between_and_then_a_choice_in_words(clinic: Stack, phone: str) -> None:
    clinic.say(phone, "Hello, I'd like an appointment for a cleaning tomorrow morning")
    the_list(clinic, phone)
    clinic.say(phone, "is there parking?")
    again = the_list(clinic, phone, 2)
    assert "Parcare gratuită" in again["interactive"]["body"]["text"]
    clinic.say(phone, "the second one please")
    [said] = clinic.until(lambda: words_to(clinic, phone), what="the confirmation")
    assert said.startswith(BOOKED["en"])
    assert len(visits_of(clinic, phone)) == 1


def test_a_visit_is_moved_and_then_cancelled(clinic: Stack, phone: str) -> None:
    clinic.say(phone, "Guten Tag, ich möchte morgen Vormittag einen Termin für eine Zahnreinigung")
    tap(clinic, phone, rows_of(the_list(clinic, phone))[0])
    clinic.until(lambda: words_to(clinic, phone), what="the confirmation")
    clinic.say(phone, "Ich muss den Termin leider verschieben, übermorgen nach 14 Uhr?")
    tap(clinic, phone, rows_of(the_list(clinic, phone, 2))[0])
    clinic.until(lambda: len(words_to(clinic, phone)) > 1, what="the new confirmation")
    [visit] = visits_of(clinic, phone)
    assert (visit["moves"], visit["status"]) == (1, "booked")
    clinic.say(phone, "Ich muss den Termin absagen")
    tap(clinic, phone, rows_of(the_list(clinic, phone, 3))[0], list_=False)
    clinic.until(lambda: len(words_to(clinic, phone)) > 2, what="that it is cancelled")
    [visit] = visits_of(clinic, phone)
    assert visit["status"] == "cancelled"


def test_killed_at_any_moment_the_visit_is_booked_once_and_told_once(clinic: Stack, phone: str) -> None:
    worker = clinic.processes["worker-0"]
    clinic.say(phone, "Vreau o programare la detartraj poimâine dimineață")
    row = rows_of(the_list(clinic, phone))[0]
    clinic.settle()
    for _ in range(3):
        tap(clinic, phone, row)
        worker.kill()
        worker.start()
    clinic.until(lambda: words_to(clinic, phone), what="the confirmation", seconds=60)
    clinic.settle(90)
    assert [visit["status"] for visit in visits_of(clinic, phone)] == ["booked"]
    booked = [one for one in words_to(clinic, phone) if one.startswith(BOOKED["ro"])]
    again = [one for one in words_to(clinic, phone) if one.startswith("Aveți deja")]
    assert (len(booked), len(again)) == (1, 2)


def test_another_system_has_times_offered_to_a_lead(clinic: Stack, phone: str) -> None:
    clinic.say(phone, "Bună, faceți și albire dentară?")
    clinic.until(lambda: words_to(clinic, phone), what="an answer")
    lead = clinic.person(phone)
    headers = {"Authorization": "Bearer journey-api-secret-key-of-32-characters"}
    payload = {"lead_id": str(lead["id"])}
    answer = clinic.http.post(f"{clinic.api_url}/workflows/booking-agent", json=payload, headers=headers)
    assert answer.status_code == 202, answer.text
    tap(clinic, phone, rows_of(the_list(clinic, phone))[0])
    clinic.until(lambda: visits_of(clinic, phone), what="the visit")


def test_what_was_said_stays_out_of_runs_and_logs(clinic: Stack, phone: str) -> None:
    clinic.say(phone, "Vreau o programare la detartraj mâine, Canaripescu mă cheamă", name="Ana Canaripescu")
    row = rows_of(the_list(clinic, phone))[0]
    tap(clinic, phone, row)
    clinic.until(lambda: words_to(clinic, phone), what="the confirmation")
    clinic.settle()
    kept = clinic.rows("select inputs::text || coalesce(output::text, '') as all from dbos.workflow_status")
    kept += clinic.rows("select coalesce(output::text, '') as all from dbos.operation_outputs")
    text = "".join(row["all"] or "" for row in kept) + clinic.logs(1_000_000)
    assert "Canaripescu" not in text
    assert phone.lstrip("+") not in text


def test_staff_see_what_is_being_arranged_and_have_times_offered(clinic: Stack, phone: str) -> None:
    clinic.say(phone, "Vreau o programare la detartraj mâine după 17")
    the_list(clinic, phone)
    elena = Colleague.hired(clinic, "Elena")
    lead = clinic.person(phone)["id"]
    page = elena.open(lead)
    assert 'id="booking-in-progress"' in page
    assert "Detartraj" in page or "Cleaning" in page
    assert elena.post(f"/leads/{lead}/offer-times", key="once-and-only-once").status_code == 303
    again = the_list(clinic, phone, 2)
    assert elena.post(f"/leads/{lead}/offer-times", key="once-and-only-once").status_code == 303
    tap(clinic, phone, rows_of(again)[0])
    clinic.until(lambda: visits_of(clinic, phone), what="the visit")
    clinic.settle()
    assert len(lists_to(clinic, phone)) == 2
    assert 'id="booking-in-progress"' not in elena.open(lead)
    elena.http.close()


def test_ai_reads_what_the_rules_do_not_and_its_choice_is_asked_about(clinic: Stack, phone: str) -> None:
    clinic.say(phone, "Vreau o programare la detartraj mâine")
    offered = rows_of(the_list(clinic, phone))
    guess: dict[str, Any] = {
        "says": "takes_an_option",
        "procedure": None,
        "days": [],
        "not_before": None,
        "not_after": None,
    }
    guess |= {"part_of_day": "any", "as_soon_as_possible": False, "option": 3, "question": None}
    clinic.fault(provider="openai", kind="nonsense", content=json.dumps(guess), count=2)
    clinic.say(phone, "treaba aceea dinaintea penultimei dintre dânsele")
    asked = the_list(clinic, phone, 2)
    assert offered[2]["title"].split()[-1] in asked["interactive"]["body"]["text"]
    assert visits_of(clinic, phone) == []
    tap(clinic, phone, rows_of(asked)[0], list_=False)
    clinic.until(lambda: visits_of(clinic, phone), what="the visit")
