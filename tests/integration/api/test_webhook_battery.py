"""What every door stands: the same for all kinds of webhooks."""

import asyncio
import copy
import json
import logging
import random
from collections.abc import AsyncIterator, Iterator
from typing import Any
from urllib.parse import parse_qsl, urlencode

import asyncpg
import pytest
from gateway_support import Stored
from in_process import Answered, Gateway, gateway_of
from webhook_kinds import CANARIES, KINDS, VOICE, WHATSAPP, Kind, form_of_lead, settings_of

from medicalcor.core import log
from medicalcor.core.observability import metrics

MUTATIONS = 10_000
AT_ONCE = 64
WRONG: tuple[Any, ...] = (
    None, True, 0, -1, 10**30, 1.5, "", "x", "\x00", "\ud800", "🦷" * 50, [], {}, [[]], {"id": 1}, [None] * 3,
    "\u202e", "9" * 5000,
)  # fmt: skip


@pytest.fixture(params=KINDS, ids=lambda kind: kind.name)
def kind(request: pytest.FixtureRequest) -> Kind:
    found: Kind = request.param
    return found


@pytest.fixture
async def door(database_url: str, master_key: str, kind: Kind) -> AsyncIterator[Gateway]:
    async with gateway_of(settings_of(database_url, master_key, kind)) as gateway:
        yield gateway


async def post(
    gateway: Gateway, kind: Kind, body: bytes, *, secret: str | None = None, ago: float = 0
) -> Answered:
    return await gateway.ask("POST", kind.path, body=body, headers=kind.headers(body, secret=secret, ago=ago))


async def runs(database_url: str) -> int:
    connection = await asyncpg.connect(database_url)
    try:
        count: int = await connection.fetchval("select count(*) from dbos.workflow_status")
        return count
    finally:
        await connection.close()


def problem(answer: Answered, status: int) -> dict[str, Any]:
    assert answer.status == status, answer.body
    assert answer.headers["content-type"] == "application/problem+json"
    told: dict[str, Any] = json.loads(answer.body)
    assert told["correlation_id"] == answer.headers["x-correlation-id"]
    return told


async def test_a_valid_one_is_kept_and_its_work_started(
    door: Gateway, kind: Kind, stored: Stored, database_url: str
) -> None:
    body = kind.valid(1)
    answer = await post(door, kind, body)
    assert answer.status == 200
    [row] = await stored.rows()
    assert (row["provider"], row["correlation_id"]) == (kind.provider, answer.headers["x-correlation-id"])
    assert row["kind"] != "unread"
    assert await runs(database_url) == kind.starts
    assert not any(canary.encode() in bytes(row["body"]).lower() for canary in CANARIES), "sealed"


async def test_without_a_valid_proof_nothing_is_kept(door: Gateway, kind: Kind, stored: Stored) -> None:
    body = kind.valid(1)
    plain = {"content-type": kind.media}
    signed = kind.headers(body)
    tampered = {
        **plain,
        **{name: "0" * len(value) for name, value in signed.items() if name != "content-type"},
    }
    wrong = kind.headers(body, secret=kind.wrong)
    for headers in (plain, tampered, wrong):
        told = problem(await door.ask("POST", kind.path, body=body, headers=headers), 401)
        assert told["code"] == "signature_rejected"
    altered = body.replace(b"a", b"b", 1)
    problem(await door.ask("POST", kind.path, body=altered, headers=signed), 401)
    if kind.stale:
        problem(await post(door, kind, body, ago=3600), 401)
        problem(await post(door, kind, body, ago=-3600), 401)
    assert not await stored.rows()


async def test_the_old_secret_is_still_accepted(door: Gateway, kind: Kind, stored: Stored) -> None:
    assert (await post(door, kind, kind.valid(1), secret=kind.old)).status == 200
    assert len(await stored.rows()) == 1


async def test_a_replay_is_acknowledged_and_changes_nothing(
    door: Gateway, kind: Kind, stored: Stored, database_url: str
) -> None:
    body = kind.valid(1)
    headers = kind.headers(body)
    answers = [await door.ask("POST", kind.path, body=body, headers=headers) for _ in range(3)]
    together = await asyncio.gather(*(post(door, kind, body) for _ in range(8)))
    assert {answer.status for answer in (*answers, *together)} == {200}
    assert len({answer.body for answer in (*answers, *together)}) == 1, "answered as it was the first time"
    assert len(await stored.rows()) == 1
    assert await runs(database_url) == kind.starts


async def test_order_does_not_matter(door: Gateway, kind: Kind, stored: Stored) -> None:
    forward, backward = kind.story(1), kind.story(2)
    for body in (*forward, *reversed(backward)):
        assert (await post(door, kind, body)).status == 200
    rows = await stored.rows()
    assert len(rows) == len(forward) + len(backward)
    assert "unread" not in {row["kind"] for row in rows}
    turns = {row["partition_key"] for row in rows}
    assert len(turns) in (1, 2), "what belongs together takes turns"


async def test_an_unknown_type_is_kept(door: Gateway, kind: Kind, stored: Stored) -> None:
    assert (await post(door, kind, kind.unknown)).status == 200
    assert len(await stored.rows()) == 1


@pytest.mark.parametrize(
    "body", [b"", b"{", b"not json", b"[]", b"null", b"7", b"\xff\xfe", b"[" * 5000 + b"]" * 5000]
)
async def test_nonsense_is_refused_or_kept_for_a_person(
    door: Gateway, kind: Kind, stored: Stored, body: bytes
) -> None:
    answer = await post(door, kind, body)
    if answer.status == 200:
        assert [row["kind"] for row in await stored.rows()] == ["unread"]
    else:
        problem(answer, 400)
        assert not await stored.rows()


async def test_of_a_broken_batch_the_whole_part_counts(
    database_url: str, master_key: str, stored: Stored
) -> None:
    batch = WHATSAPP.half_broken
    assert batch is not None
    async with gateway_of(settings_of(database_url, master_key, WHATSAPP)) as gateway:
        assert (await post(gateway, WHATSAPP, batch)).status == 200
    assert sorted(row["kind"] for row in await stored.rows()) == ["message", "unread"]


async def test_an_oversized_body_is_refused(
    kind: Kind, database_url: str, master_key: str, stored: Stored
) -> None:
    settings = settings_of(database_url, master_key, kind, body_limit_bytes=20_000)
    async with gateway_of(settings) as gateway:
        large = b"x" * 20_001
        assert problem(await post(gateway, kind, large), 413)["code"] == "body_too_large"
        pieces = await gateway.ask("POST", kind.path, parts=[b"x" * 5000] * 30, headers=kind.headers(b""))
        problem(pieces, 413)
        assert (await post(gateway, kind, kind.valid(1))).status == 200
    assert len(await stored.rows()) == 1


async def test_a_slow_body_is_given_up_and_holds_up_nobody(
    kind: Kind, database_url: str, master_key: str, stored: Stored
) -> None:
    settings = settings_of(database_url, master_key, kind, request_timeout_seconds=0.5)
    async with gateway_of(settings) as gateway:
        slow = asyncio.create_task(
            gateway.ask("POST", kind.path, parts=[b"{", b'"'], ends=False, headers=kind.headers(b"{"))
        )
        await asyncio.sleep(0)
        assert (await post(gateway, kind, kind.valid(1))).status == 200
        assert problem(await slow, 408)["code"] == "body_too_slow"
    assert len(await stored.rows()) == 1


async def test_other_methods_are_not_taken(door: Gateway, kind: Kind) -> None:
    for method in ("DELETE", "PUT", "PATCH", *([] if kind is WHATSAPP else ["GET"])):
        refused = await door.ask(method, kind.path)
        problem(refused, 405)
        assert "POST" in refused.headers["allow"]


async def test_without_its_secret_a_door_is_not_there(
    kind: Kind, database_url: str, master_key: str, stored: Stored
) -> None:
    async with gateway_of(settings_of(database_url, master_key)) as gateway:
        problem(await post(gateway, kind, kind.valid(1)), 404)
    assert not await stored.rows()


@pytest.fixture
def _talkative() -> Iterator[None]:
    root, raising = logging.getLogger(), logging.raiseExceptions
    handlers, level = root.handlers[:], root.level
    log.configure("debug")
    yield
    log.configure("info")
    root.handlers, root.level, logging.raiseExceptions = handlers, level, raising


@pytest.mark.usefixtures("_talkative")
async def test_nothing_personal_is_told(
    door: Gateway, kind: Kind, capsys: pytest.CaptureFixture[str]
) -> None:
    for body in (kind.valid(1), *kind.story(2), kind.unknown, kind.valid(3)[:-3]):
        await post(door, kind, body)
        await post(door, kind, body, secret=kind.wrong)
    told = capsys.readouterr().out + metrics.render()[0].decode()
    assert "signature_rejected" in told
    for canary in CANARIES:
        assert canary not in told.lower()


# ten thousand ways to be wrong --------------------------------------------------------------------------


def _spots(node: Any) -> list[tuple[Any, Any]]:
    """Every place in the tree, as container and key."""
    keys = node.keys() if isinstance(node, dict) else range(len(node)) if isinstance(node, list) else ()
    return [spot for key in keys for spot in ((node, key), *_spots(node[key]))]


def _bytes_changed(body: bytes, chance: random.Random) -> bytes:
    raw = bytearray(body)
    for _ in range(chance.randint(1, 4)):
        raw[chance.randrange(len(raw))] = chance.randrange(256)
    return bytes(raw)


def _json_changed(body: bytes, chance: random.Random) -> bytes:
    tree = json.loads(body)
    for _ in range(chance.randint(1, 6)):
        spots = _spots(tree)
        if not spots:
            break
        container, key = chance.choice(spots)
        if chance.random() < 0.3:
            del container[key]
        else:
            container[key] = copy.deepcopy(chance.choice(WRONG))
    return json.dumps(tree).encode()


def _form_changed(body: bytes, chance: random.Random) -> bytes:
    fields = parse_qsl(body.decode(), keep_blank_values=True)
    for _ in range(chance.randint(1, 6)):
        place = chance.randrange(len(fields)) if fields else 0
        value = chance.choice([one for one in WRONG if isinstance(one, str) and one != "\ud800"])
        match chance.randrange(4):
            case 0 if fields:
                del fields[place]
            case 1 if fields:
                fields[place] = (fields[place][0], value)
            case 2 if fields:
                fields.append((fields[place][0], value))
            case _:
                fields.append((value or "Field", value))
    return urlencode(fields).encode()


def mutated(body: bytes, *, form: bool, seed: int) -> bytes:
    chance = random.Random(seed)  # noqa: S311 - the same mutations every time
    if chance.random() < 0.25:
        return _bytes_changed(body, chance)
    return (_form_changed if form else _json_changed)(body, chance)


async def _all(ask: Any) -> list[Answered]:
    numbers = iter(range(MUTATIONS))
    answers: list[Answered] = []

    async def some() -> None:
        answers.extend([await ask(number) for number in numbers])

    await asyncio.gather(*(some() for _ in range(AT_ONCE)))
    return answers


async def test_ten_thousand_mutations_are_never_our_fault(door: Gateway, kind: Kind, stored: Stored) -> None:
    bases = [kind.valid(7), *kind.story(8), kind.unknown]

    async def ask(number: int) -> Answered:
        return await post(door, kind, mutated(bases[number % len(bases)], form=kind.is_form, seed=number))

    answers = await _all(ask)
    assert len(answers) == MUTATIONS
    assert {answer.status for answer in answers} <= {200, 400}
    assert (await post(door, kind, kind.valid(9))).status == 200


async def test_ten_thousand_forms_from_the_web_are_never_our_fault(
    database_url: str, master_key: str
) -> None:
    async with gateway_of(settings_of(database_url, master_key)) as gateway:

        async def ask(number: int) -> Answered:
            body = mutated(form_of_lead(number), form=False, seed=number)
            return await gateway.ask(
                "POST", "/leads", body=body, headers={"content-type": "application/json"}
            )

        answers = await _all(ask)
    assert {answer.status for answer in answers} <= {202, 400, 422}


async def test_the_caller_hears_something_whatever_twilio_says(database_url: str, master_key: str) -> None:
    async with gateway_of(settings_of(database_url, master_key, VOICE)) as gateway:
        for body in (VOICE.valid(1), VOICE.unknown, b""):
            answer = await post(gateway, VOICE, body)
            assert answer.headers["content-type"] == "application/xml"
            assert b"<Response>" in answer.body
