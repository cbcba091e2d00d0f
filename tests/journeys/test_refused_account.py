"""A provider refuses the clinic's key: nothing is lost, staff are told, and it goes on once the key is right."""

import asyncio
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from medicalcor.core.crypto.vault import new_master_key
from medicalcor.core.database.embedded import EmbeddedPostgres
from tests.colleague import Colleague
from tests.journeys.conftest import make_database
from tests.journeys.test_whatsapp_message import WARM
from tests.stack import Stack, free_port


@pytest.fixture(scope="module")
def watched(postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A system of its own: breakers and refusals of other stories must not show here."""
    asyncio.run(make_database(postgres.url(), "watched"))
    stack = Stack(
        postgres.url(database="watched"),
        tmp_path_factory.mktemp("watched"),
        new_master_key(),
        {"WORKER_METRICS_PORT": str(free_port()), "OPENAI_API_KEY": ""},
    )
    try:
        stack.start()
        yield stack
    finally:
        stack.stop()


def standing(stack: Stack, provider: str) -> dict[str, Any]:
    answer = stack.http.get(f"{stack.api_url}/ready")
    assert answer.status_code == 200, "a provider's trouble makes no gateway unready"
    told: dict[str, Any] = answer.json()["integrations"].get(provider, {})
    return told


def breaker(stack: Stack, provider: str) -> float | None:
    """As Prometheus reads it from the worker."""
    page = httpx.get(f"http://127.0.0.1:{stack.settings['WORKER_METRICS_PORT']}/metrics").text
    return figure(page, f'medicalcor_breaker_state{{breaker="{provider}"}} ')


def figure(page: str, wanted: str) -> float | None:
    return next(
        (float(line.removeprefix(wanted)) for line in page.splitlines() if line.startswith(wanted)), None
    )


def test_what_hubspot_refuses_waits_and_goes_on_when_the_key_is_right(watched: Stack, phone: str) -> None:
    elena = Colleague.hired(watched, "Elena")
    watched.until(lambda: standing(watched, "hubspot").get("breaker") == "closed", what="the worker to tell")
    assert standing(watched, "openai") == {
        "configured": False,
        "breaker": None,
        "since": None,
        "refusal": None,
    }
    watched.fault(provider="hubspot", kind="status", status=401, count=1000)
    watched.say(phone, WARM["ro"])
    watched.answered(phone)
    waiting = watched.until(
        lambda: [e for e in watched.effects_of(phone, kind="hubspot.%") if e["status"] == "delayed"],
        what="the CRM's effects to wait",
    )
    assert {e["reason"] for e in waiting} == {"account"}
    watched.until(lambda: standing(watched, "hubspot").get("refusal") == "account", what="it to be told")
    lead = watched.person(phone)["id"]
    watched.until(lambda: "HubSpot refuză contul clinicii" in elena.open(lead), what="staff to see it")
    assert breaker(watched, "hubspot") == 0, "a refusal is an answer: the breaker stays closed"

    watched.http.delete(f"{watched.sandbox_url}/_sandbox/faults")
    other = f"{phone[:-1]}8"
    watched.say(other, WARM["ro"])
    watched.answered(other)
    watched.until(
        lambda: {e["status"] for e in watched.effects_of(phone, kind="hubspot.%")} == {"sent"},
        what="what waited to go on",
        seconds=90,
    )
    assert standing(watched, "hubspot")["refusal"] is None
    watched.until(lambda: "HubSpot refuză contul clinicii" not in elena.open(lead), what="staff to see it")
    elena.http.close()


def test_what_whatsapp_refuses_waits_and_staff_are_told_at_once(watched: Stack, phone: str) -> None:
    watched.fault(provider="whatsapp", kind="status", status=401, count=1, match="/messages")
    watched.say(phone, WARM["ro"])
    refused = watched.effect(phone, "delayed")
    assert refused["reason"] == "account"
    [alert] = watched.until(lambda: watched.effects_of(phone, kind="staff.alert"), what="an alert")
    assert alert["key"].startswith("failed-alert:")


def test_an_open_breaker_is_seen(watched: Stack, phone: str) -> None:
    watched.fault(provider="hubspot", kind="status", status=503, count=1000)
    watched.say(phone, WARM["ro"])
    watched.until(lambda: standing(watched, "hubspot").get("breaker") == "open", what="the breaker to open")
    assert breaker(watched, "hubspot") == 2
    page = watched.http.get(f"{watched.api_url}/metrics").text
    assert figure(page, 'medicalcor_provider_breaker_state{provider="hubspot"} ') == 2
    assert figure(page, 'medicalcor_provider_breaker_state{provider="openai"} ') is None, "it is off"
