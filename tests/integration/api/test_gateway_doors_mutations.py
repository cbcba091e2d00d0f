"""Mails and forms, wrong in thousands of ways: none is our fault, and each is answered."""

import asyncio
import copy
import random
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from gateway_support import encoded, settings_for
from tests.mail import mail, signed
from tests.stack import MAIL_SECRET

from medicalcor.core.settings import Settings

MUTATIONS = 1_000
WRONG: tuple[Any, ...] = (
    None, True, 0, -1, 10**30, 1.5, "", "x", "\x00", "@", "<@>", "🦷" * 50, "a@b." * 90, [], {}, [[]], {"id": 1}, [None] * 3,
)  # fmt: skip
MAIL = mail(
    "Ana <ana@example.ro>",
    "Bună ziua",
    cc=["b@example.ro"],
    html="<p>Bună</p>",
    in_reply_to="<a@example.ro>",
    references=["<a@example.ro>"],
    headers={"auto-submitted": "no"},
    attachments=[{"filename": "a.pdf", "size": 7}],
    date="2026-11-26T10:00:00Z",
)
FORM = {
    "name": "Ana",
    "phone": "0722000001",
    "email": "ana@example.ro",
    "message": "Bună",
    "language": "ro",
    "consent": {"accepted": True, "text_version": "1", "purposes": ["marketing_email"]},
    "utm_source": "google",
    "submission_id": "x",
    "website": "",
}


@pytest.fixture
def gateway_settings(database_url: str, master_key: str) -> Settings:
    return settings_for(database_url, master_key, email_webhook_secret=MAIL_SECRET, rate_limits="off")


def spots(node: Any) -> list[tuple[Any, Any]]:
    """Every place in the tree, as container and key."""
    keys = node.keys() if isinstance(node, dict) else range(len(node)) if isinstance(node, list) else ()
    return [spot for key in keys for spot in ((node, key), *spots(node[key]))]


def mutated(payload: Any) -> Iterator[Any]:
    for seed in range(MUTATIONS):
        chance = random.Random(seed)  # noqa: S311 - the same mutations every time
        changed = copy.deepcopy(payload)
        for _ in range(chance.randint(1, 5)):
            if not (places := spots(changed)):
                break
            container, key = chance.choice(places)
            if chance.random() < 0.25:
                del container[key]
            else:
                container[key] = copy.deepcopy(chance.choice(WRONG))
        yield changed


async def answers(url: str, path: str, bodies: Iterator[bytes], *, proven: bool) -> set[int]:
    statuses: set[int] = set()

    async def some() -> None:
        async with httpx.AsyncClient(base_url=url) as client:
            for body in bodies:
                headers = signed(body) if proven else {"content-type": "application/json"}
                statuses.add((await client.post(path, content=body, headers=headers)).status_code)

    await asyncio.gather(*(some() for _ in range(8)))
    return statuses


async def test_mutated_mails_are_all_kept(gateway: str) -> None:
    bodies = (encoded(payload) for payload in mutated(MAIL))
    assert await answers(gateway, "/webhooks/email", bodies, proven=True) == {200}


async def test_mutated_forms_are_kept_or_refused(gateway: str) -> None:
    bodies = (encoded(payload) for payload in mutated(FORM))
    assert await answers(gateway, "/leads", bodies, proven=False) == {202, 400, 422}
