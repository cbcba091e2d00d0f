"""A call, from its first ring to whoever calls back: however it goes, and in whatever order Twilio tells of it."""

import itertools
from typing import Any

import httpx
import pytest

from medicalcor.sandbox.providers import twilio_payloads as payloads
from tests.stack import Stack
from tests.telephone import Caller

HOT = "Bună ziua, aș vrea un implant, cât costă? Pot veni mâine. Mă numesc kanarienstimme."
EMERGENCY = "Am fața umflată, febră mare și nu pot respira bine."


def says(stack: Stack, transcript: str) -> None:
    """What the next recording will be heard to say."""
    answer = stack.http.post(
        f"{stack.sandbox_url}/_sandbox/play", json={"provider": "openai", "transcript": transcript}
    )
    assert answer.status_code < 300, answer.text


def codes(caller: Caller) -> list[str]:
    return [e["content"]["code"] for e in caller.effects(kind="staff.alert")]


def lead_of(stack: Stack, caller: Caller) -> dict[str, Any]:
    [lead] = stack.rows("select * from leads where id = $1", caller.log()["lead_id"])
    return lead


def test_a_call_that_the_agent_takes_is_logged_here_and_in_the_crm(stack: Stack, phone: str) -> None:
    caller = Caller(stack, phone)
    assert caller.rings().find("Dial/Sip") is not None
    assert [child.tag for child in caller.dialled("completed")] == ["Hangup"]
    caller.ends(seconds=42)
    stack.settle()
    call = caller.log()
    assert (call["outcome"], call["seconds"], call["status"]) == ("answered_by_agent", 42, "completed")
    assert not caller.effects(kind="whatsapp.%")
    assert codes(caller) == []
    [logged] = stack.made("calls")
    assert logged["hs_call_duration"] == "42000"
    assert (logged["hs_call_direction"], logged["hs_call_status"]) == ("INBOUND", "COMPLETED")
    assert logged["hs_call_from_number"] == phone
    assert stack.made("tasks") == []
    assert lead_of(stack, caller)["missed_call_since"] is None
    assert lead_of(stack, caller)["unanswered_since"] is None


def test_the_agent_is_down_and_a_voicemail_becomes_a_hot_lead(stack: Stack, phone: str) -> None:
    says(stack, HOT)
    caller = Caller(stack, phone)
    caller.rings()
    asked = caller.dialled("failed")
    assert asked.find("Record") is not None
    recording = payloads.recording_sid()
    assert [child.tag for child in caller.has_spoken(recording)] == ["Say", "Hangup"]
    caller.recorded(voicemail=True, sid=recording)
    caller.ends(seconds=31)
    stack.settle()
    call, lead = caller.log(), lead_of(stack, caller)
    assert call["outcome"] == "voicemail"
    assert [turn["text"] for turn in call["transcript"]] == [HOT]
    assert call["analysed_by"] == "ai"
    assert call["analysis"]["summary"]
    assert (lead["classification"], lead["missed_call"]) == ("HOT", "voicemail")
    assert sorted(codes(caller)) == ["hot_lead", "missed_call"]
    subjects = sorted(task["hs_task_subject"] for task in stack.made("tasks"))
    assert subjects == ["HOT lead: call back", "Voicemail: call back"]
    [message] = stack.rows("select * from messages where lead_id = $1", call["lead_id"])
    assert (message["kind"], message["body"]) == ("call", HOT)
    assert not stack.messages_to(phone), (
        "nobody agreed to be written to, and a call is not answered in writing"
    )
    [kept] = stack.rows("select * from call_recordings where call_id = $1", call["id"])
    assert kept["state"] == "dropped"
    assert [c for c in stack.calls("twilio", recording) if c["method"] == "DELETE"]
    assert stack.rows("select * from call_sounds where sid = $1", recording) == []


def test_nothing_that_was_said_reaches_the_crm_or_the_engine(stack: Stack, phone: str) -> None:
    says(stack, HOT)
    caller = Caller(stack, phone)
    caller.rings()
    caller.dialled("no-answer")
    caller.recorded(voicemail=True)
    caller.ends()
    stack.settle()
    assert caller.log()["transcript"]
    told = [str(c["body"]) for c in stack.calls("hubspot")]
    assert not [one for one in told if "kanarienstimme" in one or "implant" in one]
    for table in ("workflow_status", "operation_outputs"):
        rows = stack.rows(f"select count(*) as n from dbos.{table} t where t::text ilike '%kanarienstimme%'")  # noqa: S608 - names of ours
        assert rows == [{"n": 0}]
        rows = stack.rows(f"select count(*) as n from dbos.{table} t where t::text like '%{phone}%'")  # noqa: S608 - as above
        assert rows == [{"n": 0}]
    assert "kanarienstimme" not in stack.logs(10_000_000)


def test_a_missed_call_is_followed_up_on_whatsapp_by_those_who_wrote_before(stack: Stack, phone: str) -> None:
    stack.say(phone, "Bună ziua, lucrați și sâmbăta?")
    stack.answered(phone)
    caller = Caller(stack, phone)
    caller.rings()
    caller.ends("no-answer", seconds=0)
    stack.settle()
    assert caller.log()["outcome"] == "missed"
    template = stack.answered(phone, 2)[1]
    assert template["template"]["name"] == "missed_call"
    assert template["template"]["language"]["code"] == "ro"
    assert codes(caller) == ["missed_call"]
    assert [t["hs_task_subject"] for t in stack.made("tasks")] == ["Missed call: call back"]
    [conversation] = stack.rows(
        "select count(*) as n from conversations where person_id = $1 and channel = 'whatsapp'",
        caller.log()["person_id"],
    )
    assert conversation["n"] == 1
    assert lead_of(stack, caller)["missed_call"] == "missed"


def test_who_calls_again_and_again_is_written_to_once(stack: Stack, phone: str) -> None:
    stack.say(phone, "Bună ziua, lucrați și sâmbăta?")
    stack.answered(phone)
    for _ in range(2):
        caller = Caller(stack, phone)
        caller.rings()
        caller.ends("busy", seconds=0)
        stack.settle()
    assert len(stack.messages_to(phone)) == 2, "the answer, and one word about the calls"
    first, second = [e for e in caller.effects(kind="whatsapp.template") if e["purpose"] == "missed_call"]
    assert first["status"] in ("sent", "delivered", "read")
    assert second["status"] == "refused"
    assert second["decision"]["reasons"] == ["already_acknowledged"]
    assert codes(caller) == ["missed_call", "missed_call"]


def test_a_stranger_who_called_is_not_written_to(stack: Stack, phone: str) -> None:
    caller = Caller(stack, phone)
    caller.rings()
    caller.ends("no-answer", seconds=0)
    stack.settle()
    [refused] = caller.effects(kind="whatsapp.%")
    assert (refused["status"], refused["purpose"]) == ("refused", "missed_call")
    assert refused["decision"]["reasons"] == ["no_consent"]
    assert not stack.messages_to(phone)
    assert codes(caller) == ["missed_call"]
    assert len(stack.made("tasks")) == 1


@pytest.mark.parametrize("number", ["anonymous", "+266696687", "sip:ana@sip.example", "client:ana"])
def test_a_caller_without_a_number_is_a_lead_all_the_same(stack: Stack, number: str) -> None:
    says(stack, HOT)
    silent, speaking = Caller(stack, number), Caller(stack, number)
    silent.rings()
    silent.ends("no-answer", seconds=0)
    speaking.rings()
    speaking.dialled("busy")
    speaking.recorded(voicemail=True)
    speaking.ends()
    stack.settle()
    assert (silent.log()["outcome"], speaking.log()["outcome"]) == ("missed", "voicemail")
    assert silent.log()["person_id"] != speaking.log()["person_id"], "two that have no name may be two people"
    assert silent.effects(kind="hubspot.%") == [], "the CRM is not filled with nobodies"
    assert len(speaking.effects(kind="hubspot.call")) == 1
    assert lead_of(stack, speaking)["classification"] == "HOT"
    [refused] = speaking.effects(kind="whatsapp.%")
    assert refused["decision"]["reasons"] == ["no_address"]


@pytest.mark.parametrize("order", [*itertools.permutations(range(4))][::5])
def test_whatever_the_order_and_however_often_it_comes_to_the_same(
    stack: Stack, phone: str, order: tuple[int, ...]
) -> None:
    says(stack, HOT)
    caller = Caller(stack, phone)
    recording = payloads.recording_sid()
    news = [
        caller.rings,
        lambda: caller.dialled("no-answer"),
        lambda: caller.recorded(voicemail=True, sid=recording),
        lambda: caller.ends(seconds=31),
    ]
    for place in (*order, *order):
        news[place]()
    stack.settle()
    call = caller.log()
    assert (call["outcome"], call["seconds"], call["status"]) == ("voicemail", 31, "completed")
    [address] = stack.rows("select person_id from addresses where value = $1", phone)
    assert address["person_id"] == call["person_id"], "it is known who called, whatever came first"
    assert len(stack.rows("select * from messages where lead_id = $1", call["lead_id"])) == 1
    assert len(caller.effects(kind="whatsapp.%")) == 1
    assert codes(caller).count("missed_call") == 1
    assert len(stack.made("calls")) == 1
    assert [t["hs_task_subject"] for t in stack.made("tasks")].count("Voicemail: call back") == 1


def test_word_of_the_agent_that_comes_late_is_in_time(stack: Stack, phone: str) -> None:
    caller = Caller(stack, phone)
    caller.ends(seconds=42)
    caller.dialled("completed")
    caller.rings()
    stack.settle()
    assert caller.log()["outcome"] == "answered_by_agent"
    assert codes(caller) == []
    assert not caller.effects(kind="whatsapp.%")


def test_a_call_that_ends_in_silence_was_missed(stack: Stack, phone: str) -> None:
    caller = Caller(stack, phone)
    caller.rings()
    caller.ends(seconds=4)
    stack.settle()
    assert caller.log()["outcome"] == "missed"
    assert codes(caller) == ["missed_call"]


def test_a_recording_that_is_not_there_yet_is_fetched_later(stack: Stack, phone: str) -> None:
    says(stack, HOT)
    stack.fault(provider="twilio", kind="not_ready", count=2)
    caller = Caller(stack, phone)
    caller.rings()
    caller.dialled("failed")
    sid = caller.recorded(voicemail=True)
    caller.ends()
    stack.settle(40)
    assert caller.log()["transcript"]
    fetched = [c["status"] for c in stack.calls("twilio", sid) if c["method"] == "GET"]
    assert fetched == [404, 404, 200]


def test_a_recording_that_was_given_up_is_written_down_when_somebody_asks(stack: Stack, phone: str) -> None:
    says(stack, HOT)
    stack.fault(provider="twilio", kind="status", status=401)
    caller = Caller(stack, phone)
    caller.rings()
    caller.dialled("failed")
    sid = caller.recorded(voicemail=True)
    caller.ends()
    stack.settle(40)
    assert (caller.log()["not_transcribed"], caller.log()["transcript"]) == ("account", None)
    headers = {"authorization": f"Bearer {stack.env['API_SECRET_KEY']}"}

    def ask(recording: str) -> httpx.Response:
        url = f"{stack.api_url}/workflows/voice-transcription"
        return stack.http.post(url, json={"recording_sid": recording}, headers=headers)

    assert ask(payloads.recording_sid()).status_code == 404
    assert ask(sid).status_code == 202
    stack.settle(40)
    assert [turn["text"] for turn in caller.log()["transcript"]] == [HOT]
    gone = ask(sid)
    assert (gone.status_code, gone.json()["code"]) == (409, "conflict")


def test_an_emergency_on_the_voicemail_reaches_staff_at_once(stack: Stack, phone: str) -> None:
    says(stack, EMERGENCY)
    caller = Caller(stack, phone)
    caller.rings()
    caller.dialled("failed")
    caller.recorded(voicemail=True)
    caller.ends()
    stack.settle()
    assert "emergency" in codes(caller)
    assert "Call this person now" in [t["hs_task_subject"] for t in stack.made("tasks")]
    assert not stack.messages_to(phone)


def test_a_worker_killed_while_it_listens_writes_everything_down_once(stack: Stack, phone: str) -> None:
    says(stack, HOT)
    says(stack, HOT)
    stack.fault(provider="openai", kind="delay", seconds=3, count=1, match="/audio")
    caller = Caller(stack, phone)
    caller.rings()
    caller.dialled("failed")
    caller.recorded(voicemail=True)
    caller.ends()
    stack.until(lambda: stack.calls("openai", "/audio"), what="the recording to be listened to")
    stack.processes["worker-0"].kill()
    stack.processes["worker-0"].start()
    stack.settle(60)
    call = caller.log()
    assert [turn["text"] for turn in call["transcript"]] == [HOT]
    assert len(stack.rows("select * from messages where lead_id = $1", call["lead_id"])) == 1
    assert codes(caller).count("hot_lead") == 1


def test_calls_can_be_played_from_the_command_line(stack: Stack, phone: str) -> None:
    rung = stack.run("simulate", "call", "--from", phone)
    assert (rung.returncode, rung.stdout.strip()) == (0, "200"), rung.stderr
    sid = rung.stderr.split()[-1]
    for what in (["--dial", "failed"], ["--voicemail"], ["--status", "completed"]):
        told = stack.run("simulate", "call", "--from", phone, "--id", sid, *what)
        assert told.returncode == 0, told.stderr
    stack.settle()
    assert Caller(stack, phone, sid).log()["outcome"] == "voicemail"
