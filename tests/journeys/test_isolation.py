"""A provider that hangs holds up nobody else's work, however much waits for it."""

import asyncio
from collections.abc import Iterator

import pytest

from medicalcor.core.crypto.vault import new_master_key
from medicalcor.core.database.embedded import EmbeddedPostgres
from tests.colleague import Colleague
from tests.journeys.conftest import make_database
from tests.journeys.test_whatsapp_message import WARM
from tests.stack import Stack

PLACES = 2
"""Runs of a queue that a worker takes at a time: few, so that few that hang would fill them."""


@pytest.fixture(scope="module")
def narrow(postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    asyncio.run(make_database(postgres.url(), "narrow"))
    stack = Stack(
        postgres.url(database="narrow"),
        tmp_path_factory.mktemp("narrow"),
        new_master_key(),
        {"WORKER_CONCURRENCY": str(PLACES)},
    )
    try:
        stack.start()
        stack.turn(delays=[0.05, 0.1, 0.2])
        yield stack
    finally:
        stack.stop()


def hanging(stack: Stack, provider: str) -> int:
    """Calls that the provider has taken and not answered."""
    return sum(call["status"] is None for call in stack.calls(provider))


def unanswered(stack: Stack) -> int:
    """Attempts at an effect that have no end yet; one that the provider answered is written down a little later."""
    [row] = stack.rows("select count(*) as n from effect_attempts where ended_at is null")
    attempts: int = row["n"]
    return attempts


def test_messages_go_out_while_the_crm_hangs(narrow: Stack, phone: str) -> None:
    first, second, third = (f"{phone[:-1]}{n}" for n in range(3))
    elena = Colleague.hired(narrow, "Elena")
    narrow.say(first, WARM["ro"])
    narrow.answered(first)
    narrow.settle()
    lead = narrow.person(first)["id"]
    assert elena.post(f"/leads/{lead}/take-over").status_code == 303

    narrow.fault(provider="hubspot", kind="hang", count=1000)
    for patient in (second, third):
        narrow.say(patient, WARM["ro"])
        narrow.answered(patient)
    narrow.until(lambda: hanging(narrow, "hubspot") >= PLACES, what="every place for the CRM to hang")
    assert elena.reply(lead, "Bună ziua, sunt Elena.").status_code == 303
    assert narrow.answered(first, count=2)[-1]["text"]["body"] == "Bună ziua, sunt Elena."
    narrow.until(lambda: unanswered(narrow) == PLACES, what="nobody but HubSpot's to wait")
    elena.http.close()
