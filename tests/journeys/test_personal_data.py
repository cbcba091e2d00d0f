"""Nothing that patients tell us is found where it does not belong: canaries in every field, then a search everywhere."""

import asyncio
import base64
from collections.abc import Iterator
from typing import Any

import pytest

from medicalcor.core.crypto.vault import new_master_key
from medicalcor.core.database.embedded import EmbeddedPostgres
from tests import mail
from tests.colleague import Colleague
from tests.journeys.conftest import make_database
from tests.stack import Stack
from tests.telephone import Caller
from tests.webhooks import envelope, hidden, message, new_wamid, other

PHONE, HOT_PHONE, URGENT_PHONE = "+40745998871", "+40745998872", "+40745998873"
DIGITS = "4074599887"
MAIL = "qanar.mail@post.example"
USER = "RO.99001122334455667788"
NAME = "Zvetlana Qanarescu"
TEXT = "Bună, faceți și albire? Sunt kanarienvogel, scrieți-mi la qanar.mail@example.org sau 0745998871"
HOT = "Vreau un implant, cât costă? Pot veni mâine. Semnat kanarienvogel"
URGENT = "Am fața umflată, febră mare și nu pot respira bine. kanarienvogel"
CAPTION, FILENAME = "kanarienvogel in poza", "radiografie-qanarescu.pdf"
REPLY = "Doamna Qanarescu, va asteptam; kanarienvogel"
WORDS = ("zvetlana", "qanarescu", "kanarienvogel", "qanar.mail", "radiografie", USER.lower(), USER[3:])

OWN_PLACE: dict[str, set[str]] = {
    "inbox": {"body"},
    "domain_events": {"sealed"},
    "people": {"name", "folded"},
    "addresses": {"value"},
    "conversations": {"reply_to"},
    "leads": {"last_text", "campaign"},
    "messages": {"body", "media", "provider_id", "in_reply_to", "letter"},
    "scores": {"output"},
    "effects": {"content", "provider_id"},
    "calls": {"transcript", "analysis"},
    "call_sounds": {"sealed"},
    "day_keys": {"wrapped"},
    "subject_keys": {"wrapped"},
    "users": {"password_hash"},
}
"""The columns that are for it (sealed, or the read models that erasure blanks). Everywhere else it must not be."""


def needles(wamids: list[str]) -> list[str]:
    """The canaries as they might turn up; a number inside base64 looks different at each of three offsets."""
    inside = {base64.b64encode(b" " * shift + DIGITS.encode())[4:-4].decode().lower() for shift in range(3)}
    return [*WORDS, DIGITS, DIGITS[1:], *inside, *(wamid.removeprefix("wamid.").lower() for wamid in wamids)]


def found_in(text: str, wanted: list[str]) -> list[str]:
    lowered = text.lower()
    return [needle for needle in wanted if needle in lowered]


@pytest.fixture(scope="module")
def told(
    postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Stack, list[str]]]:
    """A system that has been told everything, in fair weather and foul, and writes down all it can."""
    asyncio.run(make_database(postgres.url(), "canaries"))
    stack = Stack(
        postgres.url(database="canaries"),
        tmp_path_factory.mktemp("canaries"),
        new_master_key(),
        {"LOG_LEVEL": "debug"},
    )
    try:
        stack.start()
        yield stack, _tell(stack)
    finally:
        stack.stop()


def _tell(stack: Stack) -> list[str]:
    wamids = [new_wamid(PHONE) for _ in range(6)]
    _provoke(stack)
    for phone, text in ((PHONE, TEXT), (HOT_PHONE, HOT), (URGENT_PHONE, URGENT)):
        wamids.append(stack.say(phone, text, name=NAME))
    stack.post_json(envelope([hidden(USER, TEXT, name=NAME)]))
    document = {"id": "900000000000101", "filename": FILENAME, "caption": CAPTION}
    stack.post_json(envelope([other(PHONE, "document", document, wamid=wamids[0], name=NAME)]))
    stack.post_json(
        envelope([other(PHONE, "reaction", {"message_id": wamids[0], "emoji": "👍"}, wamid=wamids[1])])
    )
    odd = message(PHONE, TEXT, wamid=wamids[2], name=NAME, context={"id": wamids[0]}, referral={"body": TEXT})
    stack.post_json(envelope([odd]))
    broken = message(PHONE, TEXT, wamid=wamids[3], name=NAME, type="image")
    stack.post_json(envelope([broken]))
    stack.post_json(
        {"entry": [{"changes": [{"field": "messages", "value": {"messages": TEXT, "name": NAME}}]}]}
    )
    _by_mail_and_form(stack)
    stack.post(TEXT.encode())
    stack.post(TEXT.encode(), secret="wrong")
    stack.http.get(
        f"{stack.api_url}/webhooks/whatsapp", params={"hub.mode": "subscribe", "hub.verify_token": NAME}
    )
    stack.http.get(f"{stack.api_url}/{NAME}")
    _at_the_dashboard(stack)
    _at_the_telephone(stack)
    stack.say(PHONE, "Stop, nu ma mai contactati. kanarienvogel", wamid=wamids[4], name=NAME)
    stack.settle(90)
    return wamids


def _at_the_telephone(stack: Stack) -> None:
    """A voicemail from somebody known, and a call with a name in every field."""
    stack.fault(provider="twilio", kind="status", status=500, body=f"{NAME} {PHONE}", match="/Recordings")
    order = {"provider": "openai", "transcript": f"{TEXT} {NAME}"}
    stack.http.post(f"{stack.sandbox_url}/_sandbox/play", json=order)
    caller = Caller(stack, HOT_PHONE)
    caller.rings()
    caller.dialled("failed")
    caller.recorded(voicemail=True)
    caller.ends()
    named = Caller(stack, PHONE)
    named.tells([*named.line.fields("ringing"), ("CallerName", NAME), ("ForwardedFrom", PHONE)])
    named.tells([("From", PHONE), ("CallerName", NAME), ("CallStatus", NAME)])
    stack.until(lambda: caller.log()["transcript"], what="the voicemail to be written down")


def _by_mail_and_form(stack: Stack) -> None:
    """Read and unread ones, in and out, and a server that refuses."""
    stack.fault(provider="email", kind="status", status=550)
    files = [{"filename": FILENAME, "content_type": "application/pdf", "size": 9}]
    mail.write(stack, f"{NAME} <{MAIL}>", TEXT, subject=f"Intrebare {NAME}", attachments=files)
    mail.post(stack, {"from": NAME, "text": TEXT})
    mail.post(stack, [TEXT])
    mail.write(stack, f"MAILER-DAEMON@{MAIL}", f"Final-Recipient: rfc822; {MAIL}", return_path="<>")
    consent = {"accepted": True, "text_version": "1"}
    form = {
        "name": NAME,
        "email": MAIL,
        "message": TEXT,
        "consent": consent,
        "utm_campaign": NAME,
        "page": NAME,
    }
    doors = f"{stack.api_url}/leads"
    assert stack.http.post(doors, json=form, headers={"idempotency-key": NAME}).status_code == 202
    stack.http.post(doors, json={**form, "email": NAME, "consent": TEXT})
    stack.http.post(doors, data={"name": NAME, "message": TEXT, "email": NAME})
    stack.http.get(f"{stack.api_url}/unsubscribe/{NAME}")


def _provoke(stack: Stack) -> None:
    """Providers that quote what they were given, and others that just break."""
    said = {"error": {"message": f"{NAME} {PHONE} {TEXT}", "code": 131000, "type": TEXT}}
    stack.fault(provider="openai", kind="status", status=400, body=said)
    stack.fault(provider="openai", kind="nonsense", content=f'{{"score": "{TEXT}"}}')
    stack.fault(provider="openai", kind="refusal", content=TEXT)
    stack.fault(
        provider="hubspot", kind="status", status=400, body={"message": f"{NAME} {PHONE}"}, match="/contacts"
    )
    stack.fault(provider="hubspot", kind="status", status=500, body=f"{NAME} {PHONE}", match="/notes")
    stack.fault(provider="hubspot", kind="malformed")
    stack.fault(provider="whatsapp", kind="status", status=400, body=said, match="/messages")
    stack.fault(provider="whatsapp", kind="status", status=502, body=TEXT, match="/messages")
    stack.fault(provider="whatsapp", kind="drop_after", match="/messages")


def _at_the_dashboard(stack: Stack) -> None:
    elena = Colleague.hired(stack, "Elena")
    lead = stack.person(HOT_PHONE)["id"]
    elena.open(lead)
    elena.post("/leads/find", q=NAME)
    elena.post("/leads/list", q=DIGITS)
    assert elena.reply(lead, REPLY).status_code == 303
    elena.reply(lead, REPLY * 200)
    elena.post(f"/leads/{lead}/reply", text=REPLY, key=REPLY)
    elena.post("/sign-in", email="qanar.mail@example.org", password=TEXT)
    elena.http.get("/leads/unread")
    elena.http.close()


def test_the_story_was_told(told: tuple[Stack, list[str]]) -> None:
    """Or the searches below would find nothing for want of anything to find."""
    stack, wamids = told
    sent = stack.calls("whatsapp", "/messages")
    assert REPLY in str(sent)
    assert stack.rows("select 1 from people where name = $1", NAME)
    assert stack.rows("select 1 from inbox where kind = 'unread'")
    bodies = " ".join(str(row) for row in stack.rows("select body, provider_id from messages"))
    assert len(found_in(bodies, needles(wamids))) > 4


def test_no_process_wrote_it_into_its_log(told: tuple[Stack, list[str]]) -> None:
    stack, wamids = told
    assert len(stack.logs(1_000_000).splitlines()) > 30
    for process in stack.processes.values():
        if process.name != "sandbox":
            lines = process.log.read_text(errors="replace").splitlines()
            assert [line[:300] for line in lines if found_in(line, needles(wamids))] == [], process.name


def test_no_metric_and_no_address_carries_it(told: tuple[Stack, list[str]]) -> None:
    stack, wamids = told
    figures = stack.http.get(f"{stack.api_url}/metrics").text
    assert "# HELP" in figures
    assert found_in(figures, needles(wamids)) == []
    for provider in ("whatsapp", "hubspot", "openai", "twilio"):
        paths = " ".join(call["path"] for call in stack.calls(provider))
        assert paths
        assert found_in(paths, needles(wamids)) == []


def test_the_workflow_engine_never_saw_it(told: tuple[Stack, list[str]]) -> None:
    stack, wamids = told
    tables = stack.rows("select tablename as name from pg_tables where schemaname = 'dbos'")
    rows = [(t["name"], row) for t in tables for row in _rows(stack, f'dbos."{t["name"]}"')]
    assert len(rows) > 50
    assert [(name, found) for name, row in rows if (found := found_in(row, needles(wamids)))] == []


def test_no_column_holds_it_but_those_that_are_for_it(told: tuple[Stack, list[str]]) -> None:
    stack, wamids = told
    columns = stack.rows(
        "select table_name, column_name from information_schema.columns c"
        " join information_schema.tables t using (table_schema, table_name)"
        " where table_schema = 'public' and table_type = 'BASE TABLE'"
    )
    looked_at = [
        (c["table_name"], c["column_name"])
        for c in columns
        if c["column_name"] not in OWN_PLACE.get(c["table_name"], set())
    ]
    assert {("effects", "key"), ("effects", "decision"), ("domain_events", "payload")} <= set(looked_at)
    wrong = [
        (table, column, found)
        for table, column in looked_at
        for text in _rows(stack, table, column)
        if (found := found_in(text, needles(wamids)))
    ]
    assert wrong == []


def test_what_is_sealed_is_sealed(told: tuple[Stack, list[str]]) -> None:
    stack, wamids = told
    sealed = [("inbox", "body"), ("domain_events", "sealed")]
    for table, column in sealed:
        values = stack.rows(f"select {column} as value from {table} where {column} is not null")  # noqa: S608 - names out of the catalogue
        assert values
        assert not any(found_in(_text(row["value"]), needles(wamids)) for row in values)


def _text(value: bytes) -> str:
    return value.decode("latin-1")


def _rows(stack: Stack, table: str, column: str = "t") -> list[str]:
    rows: list[dict[str, Any]] = stack.rows(f"select {column}::text as text from {table} t")  # noqa: S608 - as above
    return [row["text"] for row in rows if row["text"] is not None]
