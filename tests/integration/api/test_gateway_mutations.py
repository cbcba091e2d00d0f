"""Thousands of ways to be wrong: none is our fault, none costs a neighbour."""

import asyncio
import copy
import json
import random
from typing import Any

import httpx
from gateway_support import WEBHOOK, Stored, change, encoded, signature, status, text_message, webhook

MUTATIONS = 1_500
WRONG: tuple[Any, ...] = (
    None,
    True,
    0,
    -1,
    10**30,
    1.5,
    "",
    "x",
    "\x00",
    "🦷" * 50,
    [],
    {},
    [[]],
    {"id": 1},
    [None] * 3,
)


def _spots(node: Any) -> list[tuple[Any, Any]]:
    """Every place in the tree, as container and key."""
    keys = node.keys() if isinstance(node, dict) else range(len(node)) if isinstance(node, list) else ()
    return [spot for key in keys for spot in ((node, key), *_spots(node[key]))]


def _mutated(seed: int) -> tuple[bytes, str]:
    """A webhook with a good message and a neighbour that went wrong."""
    chance = random.Random(seed)  # noqa: S311 - the same mutations every time
    good = f"wamid.good.{seed}"
    neighbour = change(
        messages=[
            text_message(f"wamid.bad.{seed}"),
            {**text_message(f"wamid.worse.{seed}"), "type": "image"},
        ],
        statuses=[status(f"wamid.out.{seed}", "read")],
    )
    for _ in range(chance.randint(1, 6)):
        container, key = chance.choice(_spots(neighbour))
        if chance.random() < 0.3:
            del container[key]
        else:
            container[key] = copy.deepcopy(chance.choice(WRONG))
        if not neighbour:
            break
    changes = [change(messages=[text_message(good)]), neighbour]
    chance.shuffle(changes)
    return encoded(webhook(*changes)), good


async def test_mutated_payloads_are_taken_and_cost_no_neighbour(gateway: str, stored: Stored) -> None:
    answered: list[int] = []
    numbers = iter(range(MUTATIONS))

    async def some() -> None:
        async with httpx.AsyncClient(base_url=gateway) as client:
            for seed in numbers:
                body, _ = _mutated(seed)
                answered.append(
                    (await client.post(WEBHOOK, content=body, headers=signature(body))).status_code
                )

    await asyncio.gather(*(some() for _ in range(8)))
    assert answered == [200] * MUTATIONS
    kept = {item["message"]["id"] for item in await stored.items("message")}
    assert {f"wamid.good.{seed}" for seed in range(MUTATIONS)} <= kept


async def test_broken_bytes_are_never_our_fault(gateway: str) -> None:
    chance = random.Random(7)  # noqa: S311 - the same bytes every time
    whole = json.dumps(webhook(change(messages=[text_message("wamid.A")]))).encode()
    async with httpx.AsyncClient(base_url=gateway) as client:
        for _ in range(300):
            body = bytearray(whole)
            for _ in range(chance.randint(1, 4)):
                body[chance.randrange(len(body))] = chance.randrange(256)
            answer = await client.post(WEBHOOK, content=bytes(body), headers=signature(bytes(body)))
            assert answer.status_code in (200, 400)
