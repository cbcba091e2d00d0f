"""The link below advertising."""

from collections.abc import Callable

import httpx
import pytest
from gateway_support import Stored

from medicalcor.core import ids
from medicalcor.core.crypto.vault import Vault
from medicalcor.domain.outreach import unsubscribe


@pytest.fixture
def token(vault: Vault) -> str:
    return vault.token(unsubscribe.PURPOSE, unsubscribe.packed(ids.new_id(), "de"))


async def test_a_look_changes_nothing_and_a_press_is_kept(gateway: str, stored: Stored, token: str) -> None:
    async with httpx.AsyncClient(base_url=gateway) as client:
        page = await client.get(f"/unsubscribe/{token}")
        assert page.status_code == 200
        assert '<html lang="de">' in page.text
        assert '<form method="post">' in page.text
        assert len(page.headers.get_list("content-security-policy")) == 1
        assert await stored.rows() == []
        done = await client.post(f"/unsubscribe/{token}")
        assert (done.status_code, "keine Angebote" in done.text) == (200, True)
        one_click = await client.post(f"/unsubscribe/{token}", data={"List-Unsubscribe": "One-Click"})
        assert one_click.status_code == 200
    assert [(row["provider"], row["kind"]) for row in await stored.rows()] == [("web", "unsubscribe")] * 2
    assert len(await stored.runs("web.unsubscribe")) == 2


SPOILT: list[Callable[[str], str]] = [
    lambda token: token[:-2] + "AA",
    lambda token: token[:20],
    lambda token: token + "~",
    lambda _: "x",
    lambda _: "é",
]


@pytest.mark.parametrize("spoil", SPOILT)
async def test_a_link_that_is_none_of_ours_ends_nothing(
    gateway: str, stored: Stored, token: str, spoil: Callable[[str], str]
) -> None:
    async with httpx.AsyncClient(base_url=gateway) as client:
        for method in ("GET", "POST"):
            answer = await client.request(method, f"/unsubscribe/{spoil(token)}")
            assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert await stored.rows() == []


def test_a_token_says_nothing_and_serves_no_other_purpose(vault: Vault) -> None:
    person = ids.new_id()
    first, second = (vault.token("unsubscribe", unsubscribe.packed(person, "ro")) for _ in range(2))
    assert first != second
    assert person.hex not in first
    assert unsubscribe.unpacked(vault.open_token("unsubscribe", second)) == (person, "ro")
    with pytest.raises(Exception, match="does not open"):
        vault.open_token("another", first)
