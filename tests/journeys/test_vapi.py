"""Somebody calls, the voice agent answers, and the call becomes a lead that staff know of."""

import json
from typing import Any

import pytest

from medicalcor.api.webhooks.answering import CALL_HEADER
from medicalcor.core import clock
from medicalcor.sandbox.providers import vapi_payloads as payloads
from medicalcor.sandbox.providers.vapi_payloads import PlayedCall
from tests.stack import Stack
from tests.telephone import Caller

SECRET = "journey-vapi-secret"
HOT = "Bună ziua, vreau un implant, cât costă? Pot veni mâine dimineață."


class Telephone:
    """A call as the gateway sees it, message by message."""

    def __init__(self, stack: Stack, phone: str, *, handed_over_by: str | None = None) -> None:
        self.stack = stack
        self.call = PlayedCall(
            id=payloads.new_id(), other=phone, began=clock.now(), handed_over_by=handed_over_by
        )

    def tell(self, message: dict[str, Any], *, proof: payloads.Proof = "bearer") -> Any:
        body = payloads.body_of(message)
        headers = payloads.proof(proof, secret=SECRET, body=body, at=clock.now())
        answer = self.stack.http.post(f"{self.stack.api_url}/webhooks/vapi", content=body, headers=headers)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def status(self, status: str, **fields: Any) -> None:
        self.call.status = status
        self.tell(self.call.message("status-update", at=clock.now(), status=status, **fields))

    def use(self, name: str, *, tool_id: str = "t1", **arguments: Any) -> dict[str, Any]:
        asked = payloads.tool_calls(
            self.call, tool_id=tool_id, name=name, arguments=arguments, shape="function", at=clock.now()
        )
        [entry] = self.tell(asked)["results"]
        return dict(entry)

    def hang_up(self, *said: str, reason: str = "customer-ended-call") -> None:
        for words in said:
            self.call.say("user", words, at=clock.now())
        self.call.ended, self.call.ended_reason = clock.now(), reason
        self.status("ended", endedReason=reason)
        self.tell(self.call.report(at=clock.now()))


@pytest.fixture
def telephone(stack: Stack, phone: str) -> Telephone:
    return Telephone(stack, phone)


def calls_of(stack: Stack, vapi_id: str) -> list[dict[str, Any]]:
    return stack.rows("select * from calls where vapi_id = $1", vapi_id)


def test_a_call_becomes_a_scored_lead_with_a_call_and_a_task_in_the_crm(stack: Stack, phone: str) -> None:
    played = stack.http.post(
        f"{stack.sandbox_url}/_sandbox/play", json={"provider": "vapi", "from": phone, "says": [HOT]}
    )
    call_id = played.json()["id"]
    lead = stack.until(
        lambda: (found := stack.person(phone))["classification"] and found, what="the call to be judged"
    )
    assert (lead["classification"], lead["channel"], lead["speaks"]) == ("HOT", "voice", "ro")
    stack.settle()
    [call] = calls_of(stack, call_id)
    assert (call["outcome"], call["direction"], call["transcript_source"]) == (
        "answered_by_agent",
        "inbound",
        "vapi",
    )
    assert [turn["role"] for turn in call["transcript"]] == ["assistant", "user"]
    assert "Clinica Zâmbet" in call["transcript"][0]["text"], "the clinic's own assistant greeted"
    assert call["analysis"]["summary"] == HOT
    assert call["analysis"]["procedures"] == ["implant"]
    [task] = stack.made("tasks")
    assert task["hs_task_priority"] == "HIGH"
    [logged] = stack.made("calls")
    assert "implant" not in json.dumps(logged)
    assert [a["content"]["code"] for a in stack.effects_of(phone, kind="staff.alert")] == ["hot_lead"]
    assert stack.messages_to(phone) == [], "who called is not written to"


@pytest.mark.parametrize("proof", ["bearer", "header", "hmac"])
def test_a_question_is_answered_in_the_call(telephone: Telephone, proof: payloads.Proof) -> None:
    asked = payloads.tool_calls(
        telephone.call, tool_id="t1", name="clinic_info", arguments={"topic": "hours"}, shape="function", at=clock.now()
    )  # fmt: skip
    [entry] = telephone.tell(asked, proof=proof)["results"]
    assert "Luni-Vineri 9-18" in entry["result"]


@pytest.mark.parametrize("proof", ["bearer", "header", "hmac"])
def test_a_call_can_be_played_from_the_command_line(stack: Stack, phone: str, proof: str) -> None:
    words = ("--from", phone, "--says", HOT, "--tool", "hand_to_person", "--proof", proof)
    told = stack.run("simulate", "vapi", *words)
    assert told.returncode == 0, told.stdout + told.stderr
    assert '"firstMessage":"Bună ziua' in told.stdout
    assert "transfer_possible" in told.stdout
    stack.until(lambda: stack.person(phone)["classification"] == "HOT", what="the call to be judged")


def test_whoever_wants_a_person_is_a_task_and_an_alert_once(
    stack: Stack, telephone: Telephone, phone: str
) -> None:
    telephone.status("in-progress")
    first = telephone.use("hand_to_person")
    assert '"transfer_possible": false' in first["result"]
    assert telephone.use("hand_to_person") == first, "a repeat is answered as the first time"
    telephone.use("hand_to_person", tool_id="t2")
    refused = telephone.tell(telephone.call.message("transfer-destination-request", at=clock.now()))
    assert "coleg" in refused["error"]
    telephone.hang_up("Vreau să vorbesc cu un om, vă rog.")
    stack.settle()
    [task] = stack.made("tasks")
    assert (task["hs_task_subject"], task["hs_task_priority"]) == ("A caller needs a person now", "HIGH")
    alerts = [a["content"]["code"] for a in stack.effects_of(phone, kind="staff.alert")]
    assert alerts == ["wants_a_person"]
    assert stack.person(phone)["person_wanted_since"], "and the lead waits for somebody"


def test_a_hidden_caller_gives_a_number_to_be_called_back_on(stack: Stack, phone: str) -> None:
    telephone = Telephone(stack, "")
    telephone.status("in-progress")
    assert "hides their number" in telephone.use("request_callback")["error"]
    assert "call them back" in telephone.use("request_callback", tool_id="t2", phone=phone)["result"]
    stack.settle()
    [call] = calls_of(stack, telephone.call.id)
    assert stack.person(phone)["id"] == call["lead_id"]
    [task] = stack.made("tasks")
    assert (task["hs_task_subject"], task["hs_task_priority"]) == (
        "A caller asked to be called back",
        "MEDIUM",
    )


def test_everything_twice_counts_once(stack: Stack, phone: str) -> None:
    stack.fault(provider="vapi", kind="duplicate_webhooks", count=1)
    order = {"provider": "vapi", "from": phone, "says": [HOT], "tools": [{"name": "hand_to_person"}]}
    call_id = stack.http.post(f"{stack.sandbox_url}/_sandbox/play", json=order).json()["id"]
    stack.until(lambda: stack.person(phone)["classification"], what="the call to be judged")
    stack.settle()
    assert len(calls_of(stack, call_id)) == 1
    assert (
        len(stack.rows("select 1 from messages where person_id = $1", stack.person(phone)["person_id"])) == 1
    )
    assert len(stack.made("calls")) == 1
    assert len(stack.made("tasks")) == 2, "one for the wish, one for the hot lead"


def test_a_report_before_the_end_of_its_call(stack: Stack, phone: str) -> None:
    stack.fault(provider="vapi", kind="reorder_webhooks", count=1)
    order = {"provider": "vapi", "from": phone, "says": [HOT], "ended_reason": "assistant-forwarded-call"}
    call_id = stack.http.post(f"{stack.sandbox_url}/_sandbox/play", json=order).json()["id"]
    stack.until(lambda: stack.person(phone)["classification"], what="the call to be judged")
    stack.settle()
    assert [call["outcome"] for call in calls_of(stack, call_id)] == ["handed_over"]


def test_signs_of_an_emergency_alert_staff_at_once(stack: Stack, telephone: Telephone, phone: str) -> None:
    telephone.hang_up("Nu pot respira bine, mi s-a umflat gâtul după extracție.")
    stack.until(lambda: stack.effects_of(phone, kind="staff.alert"), what="the alert")
    stack.settle()
    assert "emergency" in [a["content"]["code"] for a in stack.effects_of(phone, kind="staff.alert")]
    assert stack.person(phone)["emergency"]


def test_who_asks_not_to_be_contacted_is_believed(stack: Stack, telephone: Telephone, phone: str) -> None:
    telephone.hang_up("Vă rog să nu mă mai contactați niciodată.")
    stack.until(lambda: stack.person(phone)["opted_out_at"], what="the opt-out")


def test_a_known_patient_who_calls_stays_one_person(stack: Stack, telephone: Telephone, phone: str) -> None:
    stack.say(phone, "Bună, faceți și albire dentară?")
    stack.answered(phone)
    telephone.hang_up("Am scris mai devreme, aș vrea o programare pentru albire.")
    stack.settle()
    leads = stack.rows(
        "select distinct l.id from leads l join addresses a using (person_id) where a.value = $1", phone
    )
    assert len(leads) == 1


def test_nothing_personal_lies_open(stack: Stack, telephone: Telephone, phone: str) -> None:
    telephone.status("in-progress")
    telephone.use("request_callback")
    telephone.hang_up("Canarul meu cântă, vreau o fațetă.")
    stack.until(lambda: stack.person(phone)["classification"], what="the call to be judged")
    stack.settle()
    digits = phone.lstrip("+")
    for table in ("dbos.workflow_status", "dbos.workflow_input", "dbos.operation_outputs", "inbox", "asks"):
        rows = stack.rows(f"select t::text as text from {table} t")  # noqa: S608 - names of ours
        assert not any("Canarul" in row["text"] or digits in row["text"] for row in rows), table
    logs = stack.logs(last=10_000_000)
    assert "Canarul" not in logs
    assert digits not in logs
    assert payloads._SAMPLE_TOKEN not in logs


def test_while_no_worker_works_the_caller_hears_the_truth_and_the_wish_is_kept(
    stack: Stack, telephone: Telephone, phone: str
) -> None:
    worker = stack.processes["worker-0"]
    worker.kill()
    try:
        assert "does not answer" in telephone.use("request_callback")["error"]
    finally:
        worker.start()
    stack.until(lambda: stack.effects_of(phone, kind="staff.alert"), what="the alert")
    assert "call them back" in telephone.use("request_callback")["result"]


def test_a_call_of_twilios_and_the_agents_report_of_it_are_one_call(stack: Stack, phone: str) -> None:
    caller = Caller(stack, phone)
    caller.rings()
    telephone = Telephone(stack, "sip:journey@sip.vapi.ai", handed_over_by=caller.sid)
    variables = telephone.call.shown()["assistantOverrides"]["variableValues"]
    assert variables == {CALL_HEADER: caller.sid}, "what the call was handed over with"
    telephone.status("in-progress")
    caller.dialled("completed", seconds=61)
    caller.ends(seconds=64)
    telephone.hang_up(HOT)
    stack.until(lambda: stack.person(phone)["classification"], what="the call to be judged")
    stack.settle()
    [call] = stack.rows("select * from calls where person_id = $1", stack.person(phone)["person_id"])
    assert (call["twilio_sid"], call["vapi_id"]) == (caller.sid, telephone.call.id)
    assert (call["outcome"], call["transcript_source"]) == ("answered_by_agent", "vapi")
    assert len(stack.made("calls")) == 1
    assert [task["hs_task_priority"] for task in stack.made("tasks")] == ["HIGH"]


def test_an_agent_that_breaks_off_leaves_nobody_waiting(
    stack: Stack, telephone: Telephone, phone: str
) -> None:
    telephone.status("in-progress")
    telephone.hang_up("Aș dori o", reason="call.in-progress.error-providerfault-openai-llm-failed")
    stack.until(lambda: stack.effects_of(phone, kind="staff.alert"), what="the alert")
    stack.settle()
    assert [a["content"]["code"] for a in stack.effects_of(phone, kind="staff.alert")] == ["wants_a_person"]


def test_an_agent_that_never_answered_is_a_missed_call(
    stack: Stack, telephone: Telephone, phone: str
) -> None:
    telephone.hang_up(reason="assistant-request-failed")
    stack.until(lambda: stack.effects_of(phone, kind="staff.alert"), what="the alert")
    stack.settle()
    [call] = calls_of(stack, telephone.call.id)
    assert call["outcome"] == "failed"
    assert [a["content"]["code"] for a in stack.effects_of(phone, kind="staff.alert")] == ["missed_call"]
    [lead] = stack.rows("select * from leads where id = $1", call["lead_id"])
    assert lead["missed_call_since"]
