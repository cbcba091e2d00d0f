"""What waits for the morning, for WhatsApp, or for nobody: and that everybody can see why."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from medicalcor.core import clock
from medicalcor.core.crypto.vault import new_master_key
from medicalcor.core.database.embedded import EmbeddedPostgres
from tests.colleague import Colleague
from tests.journeys.conftest import make_database
from tests.stack import Stack
from tests.telephone import Caller

CANARY = "kanariensamstag"
ASKED = f"Bună ziua, lucrați și sâmbăta? {CANARY}"


def hours_around_now() -> str:
    """Quiet hours in Bucharest, where all numbers of these stories are: from two hours ago, for four hours to come."""
    now = clock.now().astimezone(ZoneInfo("Europe/Bucharest"))
    return f"{now - timedelta(hours=2):%H:%M}-{now + timedelta(hours=4):%H:%M}"


@pytest.fixture(scope="module")
def night(postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A clinic in whose patients' night all this happens."""
    asyncio.run(make_database(postgres.url(), "quiet_hours"))
    folder = tmp_path_factory.mktemp("quiet_hours")
    settings = {"QUIET_HOURS": hours_around_now()}
    stack = Stack(postgres.url(database="quiet_hours"), folder, new_master_key(), settings)
    try:
        stack.start()
        yield stack
    finally:
        stack.stop()


def known(stack: Stack, phone: str) -> None:
    """Somebody who wrote before: at night too, what they wrote is answered at once."""
    stack.say(phone, ASKED)
    stack.answered(phone)


def missed_call(stack: Stack, phone: str) -> None:
    """They call and reach nobody."""
    caller = Caller(stack, phone)
    caller.rings()
    caller.ends("no-answer", seconds=0)


GONE = {"sent", "delivered", "read"}


def follow_up(stack: Stack, phone: str, *states: str) -> dict[str, Any]:
    """The message about the missed call, once it is in this state."""
    found: dict[str, Any] = stack.until(
        lambda: next(
            (e for e in stack.effects_of(phone) if e["purpose"] == "missed_call" and e["status"] in states),
            None,
        ),
        what=f"the follow-up to be {states}",
    )
    return found


def test_a_missed_call_at_night_is_followed_up_in_the_morning_unless_a_colleague_says_no(
    night: Stack, phone: str
) -> None:
    known(night, phone)
    missed_call(night, phone)
    held = follow_up(night, phone, "held")
    assert held["decision"]["reasons"] == ["quiet_hours"]
    left = held["hold_until"] - clock.now()
    assert timedelta(hours=3) < left <= timedelta(hours=4)
    assert len(night.messages_to(phone)) == 1

    elena, lead = Colleague.hired(night, "Elena"), held["lead_id"]
    page = elena.open(lead)
    assert "Este în afara orelor în care clinica scrie." in page
    assert "Nu trimite" in page
    assert elena.post(f"/leads/{lead}/effects/{held['id']}/call-back").status_code == 303
    assert follow_up(night, phone, "void")["reason"] == "cancelled"
    assert (
        elena.post(f"/leads/{lead}/effects/{held['id']}/call-back").status_code == 303
    )  # once more: no harm
    assert "Netrimis, urmare a unui apel pierdut: Un coleg a oprit trimiterea." in elena.open(lead)
    [recorded] = night.rows(
        "select payload ->> 'by' as by, actor from domain_events where type = 'effect.voided' and stream = $1",
        f"effect-{held['id']}",
    )
    assert recorded["actor"] == f"user:{recorded['by']}"
    answered = night.effects_of(phone)[0]
    assert elena.post(f"/leads/{lead}/effects/{answered['id']}/call-back").status_code == 409
    elena.http.close()


def test_who_lives_where_it_is_day_is_written_to_by_day(night: Stack) -> None:
    """Ten hours from Bucharest it is not night: the patient's clock counts, not the clinic's."""
    phone = "+16045550147"  # Vancouver
    known(night, phone)
    missed_call(night, phone)
    night.answered(phone, 2)
    seen = follow_up(night, phone, *GONE)["decision"]["evidence"]
    assert seen["zone"] == "America/Vancouver"


def test_what_is_held_goes_when_it_may_and_every_decision_can_be_made_again(night: Stack, phone: str) -> None:
    known(night, phone)
    missed_call(night, phone)
    held = follow_up(night, phone, "held")
    released = night.run("effects", "release", str(held["id"]))
    assert released.returncode == 0, released.stderr
    night.until(
        lambda: night.rows(
            "select from domain_events where type = 'effect.held' and stream = $1", f"effect-{held['id']}"
        ),
        what="the policy to hold it again",
    )
    assert follow_up(night, phone, "held")["hold_until"] == held["hold_until"]

    night.processes["worker-0"].stop()
    night.settings = night.settings | {"QUIET_HOURS": "off"}
    night.add_worker("by-day").start()
    assert night.run("effects", "release", str(held["id"])).returncode == 0
    night.answered(phone, 2)
    follow_up(night, phone, *GONE)
    assert night.run("effects", "release", str(held["id"])).returncode == 1

    told = night.run("effects", "why", str(held["id"]))
    assert told.returncode == 0, told.stdout
    assert "It is outside the hours in which the clinic writes." in told.stdout
    assert CANARY not in told.stdout
    assert phone not in told.stdout
    again = night.run("effects", "replay")
    assert again.returncode == 0, again.stdout
    assert " 0 differ" in again.stdout
    assert str(held["id"]) not in night.run("effects", "list").stdout
    assert "cancelled" in night.run("effects", "list", "void").stdout


def notice(event: str, **value: Any) -> dict[str, Any]:
    """What Meta posts about the template of missed calls."""
    told = {
        "event": event,
        "message_template_id": uuid4().int % 10**15,
        "message_template_name": "missed_call",
        "message_template_language": "ro",
        "reason": "NONE",
    }
    change = {"field": "message_template_status_update", "value": {**told, **value}}
    entry = {"id": "waba", "time": int(clock.now().timestamp()), "changes": [change]}
    return {"object": "whatsapp_business_account", "entry": [entry]}


def test_a_template_that_whatsapp_paused_waits_until_it_is_back(
    stack: Stack, phone: str, other_phone: str
) -> None:
    known(stack, phone)
    known(stack, other_phone)
    stack.settle()  # what they wrote is shown as read too, and that call is not the one to be refused
    refusal = {"error": {"code": 132015, "message": "Template is paused"}}
    stack.fault(provider="whatsapp", kind="status", status=400, body=refusal)
    missed_call(stack, phone)
    follow_up(stack, phone, "failed")

    missed_call(stack, other_phone)
    held = follow_up(stack, other_phone, "held")
    assert held["decision"]["reasons"] == ["template_paused"]
    assert stack.post_json(notice("APPROVED")).status_code == 200
    stack.answered(other_phone, 2)
    follow_up(stack, other_phone, *GONE)

    stranger = f"+4073{uuid4().int % 10**7:07d}"
    known(stack, stranger)
    assert stack.post_json(notice("DISABLED")).status_code == 200
    stack.until(
        lambda: stack.rows("select from templates where state = 'disabled'"), what="the notice to be taken in"
    )
    missed_call(stack, stranger)
    assert follow_up(stack, stranger, "refused")["decision"]["reasons"] == ["template_disabled"]
    assert stack.post_json(notice("APPROVED")).status_code == 200  # for the stories after this one
    stack.until(
        lambda: stack.rows("select from templates where state = 'approved'"), what="the notice to be taken in"
    )
