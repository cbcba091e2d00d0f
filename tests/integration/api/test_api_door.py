"""Who may call the API, what a request must look like, and that the description names all of it."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import httpx
import pytest
from gateway_support import serving, settings_for

from medicalcor.api.app import create_gateway
from medicalcor.api.callers import FAILURES, TRUSTED_SECONDS
from medicalcor.api.described import described_by
from medicalcor.api.description import describe
from medicalcor.core.auth import apikeys
from medicalcor.core.auth.apikeys import Scope
from medicalcor.core.crypto.vault import new_master_key
from medicalcor.core.database.pool import Pool
from medicalcor.core.settings import Settings

SECRET = "the-key-of-the-environment-32-chars"
NOBODY = {"messages": [{"role": "user", "content": "kanarienvogel"}]}


@pytest.fixture
async def api(database_url: str, master_key: str) -> AsyncIterator[httpx.AsyncClient]:
    settings = settings_for(database_url, master_key, api_secret_key=SECRET)
    async with serving(settings) as url, httpx.AsyncClient(base_url=url) as client:
        yield client


def bearer(key: str = SECRET) -> dict[str, str]:
    return {"authorization": f"Bearer {key}"}


async def make(pool: Pool, *scopes: Scope) -> str:
    return await apikeys.new(pool, name="Website", scopes=scopes, by="command line")


@pytest.mark.parametrize(
    "headers", [{}, bearer("mc_0123456789_" + "x" * 43), {"authorization": "Basic eDp5"}]
)
async def test_without_a_key_of_ours_nobody_gets_in(api: httpx.AsyncClient, headers: dict[str, str]) -> None:
    answer = await api.get("/workflows", headers=headers)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith('Bearer realm="MedicalCor"')
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("headers", [bearer(), {"x-api-key": SECRET}, {"authorization": f"bearer  {SECRET}"}])
async def test_the_key_of_the_environment_opens_everything(
    api: httpx.AsyncClient, headers: dict[str, str]
) -> None:
    assert (await api.get("/workflows", headers=headers)).status_code == 200
    assert (await api.get("/ai/functions", headers=headers)).status_code == 200


async def test_a_key_opens_what_its_scopes_name(api: httpx.AsyncClient, pool: Pool) -> None:
    key = await make(pool, Scope.WORKFLOWS_READ)
    assert (await api.get("/workflows/runs", headers=bearer(key))).status_code == 200
    refused = await api.post(f"/workflows/{uuid4()}", headers=bearer(key), json={})
    assert refused.status_code == 403
    assert "workflows:run" in refused.json()["detail"]
    assert 'scope="workflows:run"' in refused.headers["www-authenticate"]


async def test_a_revoked_key_is_refused_within_seconds(api: httpx.AsyncClient, pool: Pool) -> None:
    key = await make(pool, Scope.WORKFLOWS_READ)
    assert (await api.get("/workflows", headers=bearer(key))).status_code == 200
    await apikeys.revoke(pool, prefix=key.split("_")[1])
    async with asyncio.timeout(TRUSTED_SECONDS * 3):
        while (await api.get("/workflows", headers=bearer(key))).status_code == 200:
            await asyncio.sleep(0.05)


async def test_a_keys_use_is_written_down(database_url: str, master_key: str, pool: Pool) -> None:
    key = await make(pool, Scope.WORKFLOWS_READ)
    settings = settings_for(database_url, master_key, api_secret_key=SECRET)
    async with serving(settings) as url, httpx.AsyncClient(base_url=url) as client:
        await client.get("/workflows", headers=bearer(key))
    assert await pool.fetchval("select last_used_at from api_keys") is not None


async def test_guessing_is_slowed_down_and_a_right_key_is_not(api: httpx.AsyncClient) -> None:
    codes = [
        (await api.get("/workflows", headers=bearer(f"guess-{n}"))).status_code
        for n in range(FAILURES.amount + 5)
    ]
    assert set(codes) == {401, 429}
    assert codes[0] == 401
    assert (await api.get("/workflows", headers=bearer())).status_code == 200


@pytest.mark.parametrize(
    ("body", "pointers"),
    [
        ({"function": "translate", "arguments": {"text": "kanarienvogel", "to": "xx"}}, ["/arguments/to"]),
        ({"function": "translate", "arguments": {"to": "de"}}, ["/arguments/text"]),
        ({"function": "score_lead", "arguments": {**NOBODY, "lead_id": str(uuid4())}}, ["/arguments"]),
        ({"function": "score_lead", "arguments": {"lead_id": "kanarienvogel"}}, ["/arguments/lead_id"]),
        ({"arguments": {}}, ["/function"]),
        ([], [""]),
    ],
)
async def test_what_does_not_fit_is_named_by_its_place_not_its_value(
    api: httpx.AsyncClient, body: Any, pointers: list[str]
) -> None:
    answer = await api.post("/ai/execute", headers=bearer(), json=body)
    assert answer.status_code == 422
    assert [fault["pointer"] for fault in answer.json()["errors"]] == pointers
    assert "kanarienvogel" not in answer.text


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"content": b"{", "headers": {"content-type": "application/json"}}, 400),
        ({"content": b"[" * 5000, "headers": {"content-type": "application/json"}}, 400),
        ({"content": b"a=b", "headers": {"content-type": "application/x-www-form-urlencoded"}}, 415),
        ({"content": b"{}"}, 415),
        ({"content": b" " * 4_000_000, "headers": {"content-type": "application/json"}}, 413),
        ({"json": {"function": "nobody_knows"}}, 404),
        ({"json": {}, "headers": {"idempotency-key": "ü".encode()}}, 422),
    ],
)
async def test_what_is_no_request_is_refused_in_words(
    api: httpx.AsyncClient, sent: dict[str, Any], status: int
) -> None:
    answer = await api.post("/ai/execute", **{**sent, "headers": {**bearer(), **sent.get("headers", {})}})
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert (status == 413) is (answer.json()["code"] == "body_too_large")
    assert answer.json()["correlation_id"] == answer.headers["x-correlation-id"]


@pytest.mark.parametrize(
    "query", ["limit=0", "status=odd", "since=yesterday", "since=1", "cursor=1", "x=1", "limit=%00"]
)
async def test_a_query_is_held_to_its_description(api: httpx.AsyncClient, query: str) -> None:
    answer = await api.get(f"/workflows/runs?{query}", headers=bearer())
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == f"?{query.split('=', maxsplit=1)[0]}"


@pytest.mark.parametrize("run_id", ["nobody", "%00", "a%20b", "x" * 300])
async def test_a_run_that_is_none_is_not_found(api: httpx.AsyncClient, run_id: str) -> None:
    assert (await api.get(f"/workflows/runs/{run_id}", headers=bearer())).status_code == 404


async def test_runs_is_no_workflow(api: httpx.AsyncClient) -> None:
    answer = await api.post("/workflows/runs", headers=bearer(), json={})
    assert answer.status_code == 405
    assert "GET" in answer.headers["allow"]


def test_every_route_is_described() -> None:
    settings = Settings(database_url="postgresql://nobody/nothing", medicalcor_master_key=new_master_key())  # type: ignore[arg-type]  # pydantic makes the secret
    app: Any = create_gateway(settings)._inside
    paths = describe(app, doors=app.state.doors)["paths"]
    for route in app.routes:
        for handler in route.route_handlers:
            if handler.http_methods == {"OPTIONS"}:
                continue
            described = described_by(handler)
            assert described is not None, route.path
            operation = paths[route.path.replace(":str}", "}")][next(iter(handler.http_methods)).lower()]
            guarded = {"401", "403"} <= operation["responses"].keys() and bool(operation.get("security"))
            assert guarded is (described.scope is not None), route.path
            assert "example" in str(operation) or "requestBody" not in operation
