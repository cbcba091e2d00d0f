"""A request that is sent again: done once, answered as it was."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx
import pytest
from gateway_support import Stored, serving, settings_for

from medicalcor.api import problems, runs
from medicalcor.core.auth import apikeys
from medicalcor.core.database.pool import Pool

SECRET = "the-key-of-the-environment-32-chars"
LEADS = [uuid4(), uuid4()]


@pytest.fixture
async def leads(database_url: str) -> list[UUID]:
    """Two leads who have said something: no more of them than their place in the queue matters here."""
    connection = await asyncpg.connect(database_url)
    for lead in LEADS:
        person, conversation = uuid4(), uuid4()
        await connection.execute(
            "insert into leads (id, person_id, channel, source, created_at, status, last_activity_at)"
            " values ($1, $2, 'whatsapp', 'whatsapp', now(), 'new', now())",
            lead,
            person,
        )
        await connection.execute(
            "insert into conversations (id, person_id, lead_id, channel, partition_key, clinic_address, reply_kind,"
            " opened_at) values ($1, $2, $3, 'whatsapp', $4, '', 'phone', now())",
            conversation,
            person,
            lead,
            f"turn-of-{lead}",
        )
        await connection.execute(
            "insert into messages (id, conversation_id, person_id, lead_id, kind, body, sent_at, received_at)"
            " values ($1, $2, $3, $4, 'text', 'kanarienvogel', now(), now())",
            uuid4(),
            conversation,
            person,
            lead,
        )
    await connection.close()
    return LEADS


@pytest.fixture
async def api(database_url: str, master_key: str, leads: list[UUID]) -> AsyncIterator[httpx.AsyncClient]:
    settings = settings_for(database_url, master_key, api_secret_key=SECRET)
    async with serving(settings) as url, httpx.AsyncClient(base_url=url) as client:
        client.headers["authorization"] = f"Bearer {SECRET}"
        yield client


async def start(api: httpx.AsyncClient, lead: UUID, *, key: str, secret: str = SECRET) -> httpx.Response:
    headers = {"idempotency-key": key, "authorization": f"Bearer {secret}"}
    return await api.post("/workflows/lead-scoring", json={"lead_id": str(lead)}, headers=headers)


async def test_a_repeat_is_answered_as_the_first_and_starts_nothing(
    api: httpx.AsyncClient, stored: Stored
) -> None:
    first = await start(api, LEADS[0], key="monday")
    again = await start(api, LEADS[0], key="monday")
    assert (first.status_code, again.status_code) == (202, 202)
    assert again.content == first.content
    assert again.headers["location"] == first.headers["location"]
    assert (first.headers.get("idempotent-replayed"), again.headers["idempotent-replayed"]) == (None, "true")
    [run] = await stored.runs("leads.judge_again")
    assert run["partition"] == f"turn-of-{LEADS[0]}"
    assert "kanarienvogel" not in run["inputs"]


async def test_many_at_once_start_one(api: httpx.AsyncClient, stored: Stored) -> None:
    answers = await asyncio.gather(*(start(api, LEADS[0], key="at-once") for _ in range(12)))
    assert {answer.status_code for answer in answers} <= {202, 409}
    assert len({answer.content for answer in answers if answer.status_code == 202}) == 1
    assert len(await stored.runs("leads.judge_again")) == 1


async def test_a_key_with_another_body_is_a_mistake(api: httpx.AsyncClient, stored: Stored) -> None:
    await start(api, LEADS[0], key="monday")
    other = await start(api, LEADS[1], key="monday")
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    assert len(await stored.runs("leads.judge_again")) == 1


async def test_each_caller_has_keys_of_its_own(api: httpx.AsyncClient, stored: Stored, pool: Pool) -> None:
    other = await apikeys.new(pool, name="Report", scopes=["workflows:run"], by="command line")
    await start(api, LEADS[0], key="monday")
    theirs = await start(api, LEADS[1], key="monday", secret=other)
    assert theirs.status_code == 202
    assert len(await stored.runs("leads.judge_again")) == 2


async def test_after_a_crash_between_doing_and_remembering_it_is_done_once(
    api: httpx.AsyncClient, stored: Stored, database_url: str
) -> None:
    first = await start(api, LEADS[0], key="monday")
    connection = await asyncpg.connect(database_url)
    await connection.execute("update api_requests set finished_at = null, answer = null, begun_at = now()")
    running = await start(api, LEADS[0], key="monday")
    assert (running.status_code, running.json()["code"]) == (409, "still_running")
    await connection.execute("update api_requests set begun_at = now() - interval '5 minutes'")
    await connection.close()
    taken_up = await start(api, LEADS[0], key="monday")
    assert taken_up.json() == first.json()
    assert len(await stored.runs("leads.judge_again")) == 1


async def test_what_may_have_been_done_is_done_once(
    api: httpx.AsyncClient, stored: Stored, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The connection is lost after the commit: we cannot know, and say so; the repeat starts nothing new."""
    begin = runs.start

    async def unheard(*args: Any, **kwargs: Any) -> None:
        await begin(*args, **kwargs)
        raise problems.try_later("It could not be stored. Send it again.", code="not_stored")

    monkeypatch.setattr(runs, "start", unheard)
    assert (await start(api, LEADS[0], key="monday")).status_code == 503
    monkeypatch.undo()
    assert (await start(api, LEADS[0], key="monday")).status_code == 202
    assert len(await stored.runs("leads.judge_again")) == 1


async def test_a_refusal_is_remembered_too_and_sealed(api: httpx.AsyncClient, database_url: str) -> None:
    nobody = uuid4()
    answers = [await start(api, nobody, key="monday") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].content == answers[1].content
    connection = await asyncpg.connect(database_url)
    [row] = await connection.fetch("select answer, r::text from api_requests r")
    await connection.close()
    assert b"nothing with this id" in answers[0].content
    assert b"nothing with this id" not in row["answer"]
    assert str(nobody) not in row["r"]


async def test_what_has_nothing_to_do_says_so(api: httpx.AsyncClient) -> None:
    headers = {"authorization": f"Bearer {SECRET}"}
    nobody = {"effect_id": str(uuid4())}
    assert (await api.post("/workflows/effect-delivery", json=nobody, headers=headers)).status_code == 404
