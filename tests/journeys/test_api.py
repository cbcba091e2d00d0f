"""Other systems call the API: they judge and write with the AI functions, start workflows and manage runs."""

import concurrent.futures
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.stack import Stack

KEY = "journey-api-secret-key-of-32-characters"
IMPLANT = "Bună, vreau un implant, cât costă? Pot veni mâine."


class Client:
    """Another system, with a key."""

    def __init__(self, stack: Stack, key: str = KEY) -> None:
        self._http = httpx.Client(
            base_url=stack.api_url, timeout=40, headers={"Authorization": f"Bearer {key}"}
        )

    def close(self) -> None:
        self._http.close()

    def get(self, path: str, **query: Any) -> httpx.Response:
        return self._http.get(path, params=query)

    def post(self, path: str, body: Any = None, *, once: str | None = None) -> httpx.Response:
        headers = {"Idempotency-Key": once} if once else {}
        return self._http.post(path, json=body, headers=headers)

    def ask(self, function: str, **arguments: Any) -> dict[str, Any]:
        answer = self.post("/ai/execute", {"function": function, "arguments": arguments})
        assert answer.status_code == 200, answer.text
        result: dict[str, Any] = answer.json()["result"]
        return result

    def run(self, run_id: str) -> dict[str, Any]:
        answer = self.get(f"/workflows/runs/{run_id}")
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found


@pytest.fixture
def client(stack: Stack) -> Iterator[Client]:
    client = Client(stack)
    yield client
    client.close()


def said(*texts: str) -> list[dict[str, str]]:
    return [{"role": "user", "content": text} for text in texts]


def test_messages_are_judged_and_answered(client: Client) -> None:
    scored = client.ask("score_lead", messages=said(IMPLANT))
    assert (scored["score"], scored["classification"], scored["by"]["scorer"]) == (5, "HOT", "ai")
    assert client.ask("triage", messages=said("Nu pot respira, gâtul e umflat"))["emergency_number"] == "112"
    assert client.ask("detect_language", text="Guten Tag, ich hätte gern einen Termin")["language"] == "de"
    reply = client.ask("suggest_reply", messages=said(IMPLANT))
    assert (reply["written_by"], reply["language"], reply["reply_expected"]) == ("ai", "ro", True)
    assert "Clinica Zâmbet" in reply["text"]
    summary = client.ask("summarize_conversation", messages=said(IMPLANT))
    assert (summary["written_by"], summary["procedures"]) == ("ai", ["implant"])
    call = client.ask("analyze_transcript", text=f"Clinic: Bună ziua!\nPatient: {IMPLANT} Mi se pare scump.")
    assert (call["procedures"], call["written_by"]) == (["implant"], "ai")


def test_a_lead_is_judged_by_its_conversation(stack: Stack, client: Client, phone: str) -> None:
    stack.say(phone, IMPLANT)
    lead = stack.person(phone)["id"]
    stack.settle()
    assert client.ask("score_lead", lead_id=str(lead))["score"] == 5
    assert client.ask("summarize_conversation", lead_id=str(lead))["messages"] >= 1


def test_a_translation_keeps_numbers_in_the_house(stack: Stack, client: Client) -> None:
    found = client.ask("translate", text="Sunați-mă la +40722999888", to="en")
    assert "+40722999888" in found["text"]
    assert "722999888" not in str(stack.calls("openai"))


def test_names_and_numbers_do_not_reach_the_ai(stack: Stack, client: Client) -> None:
    told = said("Sunt Zvetlana, vreau un implant, +40722999777")
    client.ask("score_lead", messages=told, name="Zvetlana Popa")
    client.ask("summarize_conversation", messages=told, name="Zvetlana Popa")
    seen = str(stack.calls("openai"))
    assert "implant" in seen
    assert "Zvetlana" not in seen
    assert "722999777" not in seen


def test_a_run_that_failed_tells_class_and_code_and_can_be_resumed(stack: Stack, client: Client) -> None:
    run_id, nobody = f"a-lost-effect:{uuid4().hex}", str(uuid4())
    stack.rows(
        "select start_workflow('effects.deliver', 'effects', $1, array[to_json(array[$2::text])], 'lost')",
        run_id,
        nobody,
    )
    failed = stack.until(lambda: (r := failed_run(client, run_id)) and r, what="the run to fail")
    assert failed["problem"] == {"error": "NotFound", "code": "not_found"}
    assert [step["problem"] for step in failed["steps"]] == [failed["problem"]]
    assert nobody not in str(failed)
    assert client.post(f"/workflows/runs/{run_id}/resume").status_code == 200
    stack.until(
        lambda: (r := failed_run(client, run_id)) and r["completed_at"] > failed["completed_at"],
        what="the run to fail again",
    )
    again = client.run(run_id)
    listed = stack.run("runs", "list", "--status", "failed").stdout
    assert f"{run_id}: NotFound not_found" in listed
    shown = stack.run("runs", "show", run_id)
    assert shown.stdout.count("NotFound not_found") == 2
    retried = stack.run("runs", "retry", run_id, "nobody's")
    assert (retried.returncode, retried.stdout.splitlines()[0]) == (1, f"{run_id}  goes on")
    assert "There is no such run" in retried.stdout
    stack.until(
        lambda: (r := failed_run(client, run_id)) and r["completed_at"] > again["completed_at"],
        what="the run to fail once more",
    )
    assert nobody not in listed + shown.stdout + retried.stdout


def failed_run(client: Client, run_id: str) -> dict[str, Any] | None:
    answer = client.get(f"/workflows/runs/{run_id}")
    return answer.json() if answer.status_code == 200 and answer.json()["status"] == "failed" else None


def test_a_price_or_a_diagnosis_of_the_models_is_not_passed_on(stack: Stack, client: Client) -> None:
    bad = {"unfit_price": "Implantul costă 503 € la noi.", "unfit_diagnosis": "Aveți o infecție la dinte."}
    for why, words in bad.items():
        stack.fault(provider="openai", kind="nonsense", content=words)
        reply = client.ask("suggest_reply", messages=said("Cât costă un implant?"))
        assert (reply["written_by"], reply["why"]) == ("phrases", why)
        assert words not in reply["text"]


def test_a_lead_is_judged_anew_by_a_workflow(stack: Stack, client: Client, phone: str) -> None:
    stack.say(phone, IMPLANT)
    lead = str(stack.person(phone)["id"])
    stack.settle()
    before = len(stack.rows("select 1 from scores where lead_id = $1", lead))
    key = str(uuid4())
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        answers = list(
            pool.map(lambda _: client.post("/workflows/lead-scoring", {"lead_id": lead}, once=key), range(4))
        )
    assert {answer.status_code for answer in answers} <= {202, 409}
    again = client.post("/workflows/lead-scoring", {"lead_id": lead}, once=key)
    assert again.status_code == 202
    assert again.headers["idempotent-replayed"] == "true"
    run_id = again.json()["run_id"]
    assert {a.json()["run_id"] for a in answers if a.status_code == 202} == {run_id}
    done = stack.until(
        lambda: (r := client.run(run_id))["status"] == "succeeded" and r, what="the run to end"
    )
    assert [step["name"] for step in done["steps"]] == ["conversations.judge_again"]
    assert len(stack.rows("select 1 from scores where lead_id = $1", lead)) == before + 1
    other = client.post("/workflows/lead-scoring", {"lead_id": str(uuid4())}, once=key)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")


def test_runs_are_listed_cancelled_resumed_and_forked(stack: Stack, client: Client, phone: str) -> None:
    stack.say(phone, IMPLANT)
    lead = str(stack.person(phone)["id"])
    stack.settle()
    stack.fault(provider="openai", kind="delay", seconds=4)
    run_id = client.post("/workflows/lead-scoring", {"lead_id": lead}).json()["run_id"]
    listed = client.get("/workflows/runs", workflow="lead-scoring", limit=1).json()
    assert [run["id"] for run in listed["runs"]] == [run_id]
    assert IMPLANT not in str(listed)
    cancelled = client.post(f"/workflows/runs/{run_id}/cancel")
    assert (cancelled.status_code, cancelled.json()) == (200, {"run_id": run_id, "done": True})
    assert client.run(run_id)["status"] == "cancelled"
    assert client.post(f"/workflows/runs/{run_id}/cancel").status_code == 200
    assert client.post(f"/workflows/runs/{run_id}/resume").status_code == 200
    stack.until(lambda: client.run(run_id)["status"] == "succeeded", what="the run to end")
    assert client.post(f"/workflows/runs/{run_id}/cancel").status_code == 409
    assert client.post(f"/workflows/runs/{run_id}/resume").status_code == 409
    key = str(uuid4())
    forks = [client.post(f"/workflows/runs/{run_id}/fork", {"from_step": 1}, once=key) for _ in range(2)]
    assert [fork.status_code for fork in forks] == [200, 200]
    fork_id = forks[0].json()["run_id"]
    assert fork_id == forks[1].json()["run_id"] != run_id
    stack.until(lambda: client.run(fork_id)["status"] == "succeeded", what="the fork to end")
    assert client.run(fork_id)["forked_from"] == run_id
    assert client.post("/workflows/runs/nobody/cancel").status_code == 404


def test_a_key_opens_what_its_scopes_name_until_it_is_revoked(stack: Stack) -> None:
    made = stack.run("apikeys", "new", "Website", "--scope", "ai:run")
    assert made.returncode == 0, made.stderr
    key = made.stdout.strip()
    website = Client(stack, key)
    assert website.ask("detect_language", text="Guten Tag")["language"] == "de"
    assert website.get("/workflows/runs").status_code == 403
    listed = stack.run("apikeys", "list").stdout
    assert "Website" in listed
    assert key.split("_", 2)[2] not in listed
    assert stack.run("apikeys", "revoke", key.split("_")[1]).returncode == 0
    stack.until(lambda: website.get("/ai/functions").status_code == 401, what="the key to be refused")
    website.close()


def test_what_is_asked_is_answered_once_whoever_sends_it_again(stack: Stack, client: Client) -> None:
    key, body = str(uuid4()), {"function": "suggest_reply", "arguments": {"messages": said(IMPLANT)}}
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: client.post("/ai/execute", body, once=key), range(4)))
    assert {answer.status_code for answer in answers} <= {200, 409}
    again = client.post("/ai/execute", body, once=key)
    assert again.headers["idempotent-replayed"] == "true"
    assert {answer.content for answer in answers if answer.status_code == 200} == {again.content}
    assert len(stack.calls("openai", "/chat/completions")) == 1
    fetched = client.get(f"/ai/executions/{again.json()['id']}")
    assert fetched.json() == again.json()
    made = stack.run("apikeys", "new", "Another", "--scope", "ai:run").stdout.strip()
    other = Client(stack, made)
    assert other.get(f"/ai/executions/{again.json()['id']}").status_code == 404
    other.close()


def test_a_failure_is_not_kept_for_the_next_try(stack: Stack, client: Client) -> None:
    key, body = str(uuid4()), {"function": "translate", "arguments": {"text": "Bună ziua", "to": "en"}}
    stack.fault(provider="openai", kind="status", status=500)
    assert client.post("/ai/execute", body, once=key).status_code == 503
    assert client.post("/ai/execute", body, once=key).status_code == 200
