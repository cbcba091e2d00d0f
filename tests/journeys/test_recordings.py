"""What becomes of recordings by setting: kept under seal, waiting for AI, shared with a CRM that may know."""

import asyncio
from collections.abc import Iterator

import pytest

from medicalcor.core.crypto.vault import new_master_key
from medicalcor.core.database.embedded import EmbeddedPostgres
from medicalcor.sandbox.providers import twilio_payloads as payloads
from tests.colleague import Colleague
from tests.journeys.conftest import make_database
from tests.journeys.test_voice import HOT, codes, lead_of, says
from tests.stack import Stack
from tests.telephone import Caller


@pytest.fixture(scope="module")
def clinic(postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A clinic that keeps its recordings, has no voice agent, and shares health data with its HubSpot."""
    asyncio.run(make_database(postgres.url(), "recordings"))
    settings = {"RECORDINGS": "keep", "HUBSPOT_SHARE_HEALTH": "true", "VAPI_SIP_URI": ""}
    stack = Stack(
        postgres.url(database="recordings"), tmp_path_factory.mktemp("recordings"), new_master_key(), settings
    )
    try:
        stack.start()
        yield stack
    finally:
        stack.stop()


def leaves_voicemail(stack: Stack, number: str) -> tuple[Caller, str]:
    says(stack, HOT)
    caller = Caller(stack, number)
    assert caller.rings().find("Record") is not None, "without an agent the voicemail answers"
    sid = caller.recorded(voicemail=True)
    caller.ends()
    stack.settle(40)
    return caller, sid


def test_a_recording_is_kept_under_the_persons_key_and_gone_from_twilio(clinic: Stack, phone: str) -> None:
    caller, sid = leaves_voicemail(clinic, phone)
    assert caller.log()["outcome"] == "voicemail"
    assert [turn["text"] for turn in caller.log()["transcript"]] == [HOT]
    [kept] = clinic.rows("select * from call_recordings where sid = $1", sid)
    [sound] = clinic.rows("select * from call_sounds where sid = $1", sid)
    assert kept["state"] == "kept"
    assert payloads.sound("mp3")[:40] not in bytes(sound["sealed"])
    assert sound["person_id"] == caller.log()["person_id"]
    assert [c["status"] for c in clinic.calls("twilio", sid) if c["method"] == "DELETE"] == [204]


def test_a_kept_recording_is_heard_by_who_may_until_the_person_is_erased(clinic: Stack, phone: str) -> None:
    caller, sid = leaves_voicemail(clinic, phone)
    call, elena = caller.log(), Colleague.hired(clinic, "Elena")
    officer = Colleague.hired(clinic, "Olga", role="privacy_officer")
    where = f"/calls/{call['id']}/recordings/{sid}"
    for page in (f"/leads/{call['lead_id']}", f"/calls/{call['id']}"):
        assert where in elena.http.get(page).text
        assert where not in officer.http.get(page).text
    heard = elena.http.get(where)
    assert (heard.status_code, heard.headers["content-type"]) == (200, "audio/mpeg")
    assert heard.content == payloads.sound("mp3")
    assert heard.headers["cache-control"] == "no-store"
    for asked, (first, last) in {
        "bytes=0-9": (0, 9),
        "bytes=10-": (10, None),
        "bytes=-7": (-7, None),
    }.items():
        part = elena.http.get(where, headers={"range": asked})
        assert part.status_code == 206
        assert part.content == heard.content[first : None if last is None else last + 1]
    assert part.headers["content-range"].endswith(f"/{len(heard.content)}")
    for asked in ("bytes=9999999-", "bytes=9-2", "bytes=-", "lines=1-2"):
        assert elena.http.get(where, headers={"range": asked}).status_code == 416
    assert officer.http.get(where).status_code == 403
    assert elena.http.get(f"/calls/{call['id']}/recordings/RE{'0' * 32}").status_code == 404
    assert elena.http.get(f"/calls/{call['lead_id']}/recordings/{sid}").status_code == 404
    noted = "select person_id from record_accesses where what = 'recording' and object_id = $1"
    assert {row["person_id"] for row in clinic.rows(noted, call["id"])} == {call["person_id"]}
    clinic.rows("delete from call_sounds where sid = $1 returning sid", sid)
    assert elena.http.get(where).status_code == 410
    elena.http.close()
    officer.http.close()


def test_a_clinic_that_shares_what_was_said_has_the_summary_in_its_crm(clinic: Stack, phone: str) -> None:
    caller, _ = leaves_voicemail(clinic, phone)
    summary = caller.log()["analysis"]["summary"]
    assert [note for note in clinic.made("notes") if summary in note["hs_note_body"]]
    assert not [call for call in clinic.made("calls") if summary in call["hs_call_body"]]


def test_without_ai_the_recording_waits_and_is_written_down_once_there_is_some(
    clinic: Stack, phone: str
) -> None:
    worker = clinic.processes["worker-0"]
    with_ai = dict(worker.env)
    worker.stop()
    worker.env = with_ai | {"OPENAI_API_KEY": "", "RECORDINGS": "drop"}
    worker.start()
    caller, sid = leaves_voicemail(clinic, phone)
    assert (caller.log()["not_transcribed"], caller.log()["transcript"]) == ("ai_off", None)
    assert codes(caller) == ["missed_call"]
    assert lead_of(clinic, caller)["missed_call"] == "voicemail"
    assert not clinic.calls("twilio", sid), "it stays at Twilio, untouched"
    worker.stop()
    worker.env = with_ai
    worker.start()
    clinic.until(lambda: caller.log()["transcript"], what="the sweep to find it", seconds=60)
    clinic.settle()
    assert caller.log()["not_transcribed"] is None
    assert "hot_lead" in codes(caller)
