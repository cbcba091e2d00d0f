"""The API while AI is off: what the rules and fixed texts give. And nothing of what is said lies about afterwards."""

import asyncio
from collections.abc import Iterator
from uuid import uuid4

import pytest

from medicalcor.core.crypto.vault import new_master_key
from medicalcor.core.database.embedded import EmbeddedPostgres
from tests.journeys.conftest import make_database
from tests.journeys.test_api import Client, said
from tests.stack import Stack

CANARY = "kanarienvogel"
PRICE = f"Bună, vreau un implant, cât costă? Semnat {CANARY}"


@pytest.fixture(scope="module")
def quiet(postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    asyncio.run(make_database(postgres.url(), "api_without_ai"))
    stack = Stack(
        postgres.url(database="api_without_ai"),
        tmp_path_factory.mktemp("api_without_ai"),
        new_master_key(),
        {"OPENAI_API_KEY": "", "LOG_LEVEL": "debug"},
    )
    try:
        stack.start("api", "worker-0")
        yield stack
    finally:
        stack.stop()


@pytest.fixture
def client(quiet: Stack) -> Iterator[Client]:
    client = Client(quiet)
    yield client
    client.close()


def test_rules_and_fixed_texts_answer(client: Client) -> None:
    scored = client.ask("score_lead", messages=said(PRICE))
    assert (scored["score"], scored["by"]["scorer"], scored["by"]["why"]) == (5, "rules", "ai_off")
    reply = client.ask("suggest_reply", messages=said("Cât costă o consultație?"))
    assert (reply["written_by"], reply["why"]) == ("phrases", "ai_off")
    assert not any(letter.isdigit() for letter in reply["text"])
    summary = client.ask("summarize_conversation", messages=said(PRICE))
    assert (summary["written_by"], summary["language"]) == ("rules", "en")
    call = client.ask(
        "analyze_transcript", text=f"Agent: Bună!\nPacient: {PRICE} Mi se pare scump și mi-e frică."
    )
    assert (call["objections"], call["written_by"], call["procedures"]) == (
        ["price", "fear"],
        "rules",
        ["implant"],
    )


def test_an_emergency_gets_the_number_and_an_opt_out_no_answer(client: Client) -> None:
    reply = client.ask("suggest_reply", messages=said("Mă sufoc, gâtul e umflat și nu pot respira"))
    assert "112" in reply["text"]
    left = client.ask("suggest_reply", messages=said("STOP, nu mă mai contactați"))
    assert (left["text"], left["reply_expected"]) == ("", False)


def test_a_translation_without_ai_is_refused_in_words(client: Client) -> None:
    body = {"function": "translate", "arguments": {"text": CANARY, "to": "en"}}
    answer = client.post("/ai/execute", body, once=str(uuid4()))
    assert (answer.status_code, answer.json()["code"]) == (503, "provider_off")
    assert "OPENAI_API_KEY" in answer.json()["detail"]


def test_nothing_of_what_is_asked_lies_open(quiet: Stack, client: Client) -> None:
    key = str(uuid4())
    client.ask("score_lead", messages=said(PRICE))
    client.post("/ai/execute", {"function": "triage", "arguments": {"messages": said(PRICE)}}, once=key)
    client.post("/ai/execute", {"function": "translate", "arguments": {"text": CANARY, "to": "xx"}})
    client.get("/workflows/runs", workflow=CANARY)
    client.post(f"/workflows/{CANARY}", {"lead_id": CANARY})
    tables = quiet.rows(
        "select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname in ('public', 'dbos')"
    )
    holding = [
        table["name"]
        for table in tables
        for form in (CANARY, CANARY.encode().hex())
        if quiet.rows(f"select 1 from {table['name']} t where t::text ilike '%' || $1 || '%' limit 1", form)  # noqa: S608 - names from the catalogue
    ]
    assert holding == []
    assert CANARY not in quiet.logs(last=10_000_000).lower()
