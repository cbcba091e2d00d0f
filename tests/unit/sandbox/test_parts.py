"""The sandbox's inner parts, each on its own."""

import asyncio
from datetime import UTC, datetime

import pytest

from medicalcor.core import clock
from medicalcor.core.errors import InvalidInput
from medicalcor.sandbox.faults import Fault, FaultBook
from medicalcor.sandbox.providers.hubspot_search import search
from medicalcor.sandbox.providers.hubspot_store import Store
from medicalcor.sandbox.providers.whatsapp_bubbles import template_text
from medicalcor.sandbox.settings import SandboxSettings, newest
from medicalcor.sandbox.threads import KEPT, Bubble, Threads

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def bubble(name: str, *, mine: bool = False) -> Bubble:
    return Bubble(id=name, mine=mine, at=NOON, text="Salut")


def test_faults_are_spent_in_order_and_only_by_matching_calls():
    book = FaultBook(kinds={"x": {"duplicate_webhooks": ""}}, limits={})
    book.add(Fault(provider="x", kind="drop", match="/notes"))
    book.add(Fault(provider="x", kind="duplicate_webhooks"))
    book.add(Fault(provider="x", kind="delay", count=2))
    paths = ["/tasks", "/notes/1", "/tasks", "/tasks"]
    kinds = [fault.kind if (fault := book.for_call("x", path=path)) else None for path in paths]
    assert kinds == ["delay", "drop", "delay", None]
    assert book.for_webhook("x", kind="duplicate_webhooks")
    assert not book.for_webhook("x", kind="duplicate_webhooks")
    assert book.waiting() == []
    with pytest.raises(InvalidInput, match="There are: x"):
        book.add(Fault(provider="y", kind="drop"))


def test_ticks_only_go_forward():
    threads = Threads()
    threads.add("40722000001", bubble=bubble("m1"))
    for tick, now in (("delivered", "delivered"), ("sent", "delivered"), ("read", "read")):
        threads.mark("m1", tick=tick)
        assert threads.open("40722000001").bubbles[0].tick == now
    threads.mark("unknown", tick="read")


def test_typing_ends_with_the_answer_or_with_time():
    still = clock.Still(NOON)
    with clock.using(still):
        threads = Threads()
        threads.add("a", bubble=bubble("m1", mine=True))
        threads.typing("m1")
        assert threads.open("a").shown()["typing"]
        still.forward(seconds=26)
        assert not threads.open("a").shown()["typing"]
        threads.typing("m1")
        threads.add("a", bubble=bubble("m2"))
        assert not threads.open("a").shown()["typing"]


def test_old_bubbles_are_forgotten():
    threads = Threads()
    for n in range(KEPT + 2):
        threads.add("a", bubble=bubble(str(n)))
    assert len(threads.open("a").bubbles) == KEPT
    assert threads.open("a").bubbles[0].id == "2"


async def test_a_follower_sees_changes_silence_and_the_end():
    threads = Threads()
    never = asyncio.Event()
    following = threads.follow("a", gone=never.wait(), heartbeat=0.01)
    assert (await anext(following))["messages"] == []
    assert await anext(following) is None
    threads.add("a", bubble=bubble("m1"))
    while (seen := await anext(following)) is None:
        pass
    assert seen["messages"][0]["id"] == "m1"
    threads.closing.set()
    assert [late async for late in following if late is not None] == []


@pytest.mark.parametrize(
    ("body", "parameters", "shown"),
    [
        ("Bună, {{1}}! La {{2}}.", [{"text": "Ana"}, {"text": "9"}], "Bună, Ana! La 9."),
        ("{{2}} și {{1}}", [{"text": "unu"}, {"text": "doi"}], "doi și unu"),
        (
            "La {{ora}}, {{nume}}.",
            [{"parameter_name": "nume", "text": "Ana"}, {"parameter_name": "ora", "text": "9"}],
            "La 9, Ana.",
        ),
        ("Rest: {{1}}", [{"type": "currency", "currency": {"fallback_value": "10 €"}}], "Rest: 10 €"),
        (None, [{"text": "Ana"}], "hello (ro): Ana"),
    ],
)
def test_templates_are_shown_as_the_patient_reads_them(body, parameters, shown):
    components = [{"type": "body", "parameters": parameters}]
    template = {"name": "hello", "language": {"code": "ro"}, "components": components}
    templates = {"hello": {"ro": body}} if body else None
    assert template_text(template, templates=templates) == shown


def test_search_reads_the_index_and_the_whole_alike():
    store = Store()
    bodies = ["<p>ref 0193abc</p>", "ref 0193abd", "nothing", "REF 0193ABC again"]
    for body in bodies:
        store.create("notes", properties={"hs_note_body": body})

    def found(value: str) -> list[str]:
        wanted = {"propertyName": "hs_note_body", "operator": "CONTAINS_TOKEN", "value": value}
        asked = {"filterGroups": [{"filters": [wanted]}], "properties": ["hs_note_body"]}
        page = search(store, kind="notes", asked=asked, lag=0.0)
        return [one["properties"]["hs_note_body"] for one in page["results"]]

    assert found("0193abc") == [bodies[0], bodies[3]]
    assert found("0193ab*") == [bodies[0], bodies[1], bodies[3]]
    assert found("*93abd") == [bodies[1]]
    assert found("p") == []
    first = next(iter(store.records("notes").values()))
    store.update(first, properties={"hs_note_body": "changed"})
    assert found("0193abc") == [bodies[3]]
    assert found("changed") == ["changed"]
    store.archive(first)
    assert found("changed") == []


def test_the_newest_of_two_secrets_signs(monkeypatch):
    monkeypatch.setenv("WHATSAPP_WEBHOOK_SECRET", " new , old ")
    monkeypatch.setenv("API_PORT", "3456")
    monkeypatch.delenv("PUBLIC_URL", raising=False)
    settings = SandboxSettings()
    assert newest(settings.whatsapp_webhook_secret) == "new"
    assert newest(None) is None
    assert settings.gateway_url == "http://127.0.0.1:3456"
