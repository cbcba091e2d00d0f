"""Getting in, staying in, getting out."""

from datetime import timedelta
from uuid import UUID

import pytest
from tests.integration.web.conftest import EMAIL, PASSWORD, Browser

from medicalcor.core import clock
from medicalcor.core.auth import accounts, sessions
from medicalcor.core.auth.lockout import FREE_TRIES
from medicalcor.core.crypto.vault import Vault
from medicalcor.core.database.pool import Pool


async def test_the_right_password_opens_the_leads(anonymous: Browser, elena: UUID) -> None:
    answer = await anonymous.sign_in()
    assert (answer.status_code, answer.headers["location"]) == (303, "/leads")
    assert (await anonymous.get("/leads")).status_code == 200


async def test_without_the_token_nothing_is_accepted(anonymous: Browser, elena: UUID) -> None:
    answer = await anonymous.http.post("/sign-in", data={"email": EMAIL, "password": PASSWORD})
    assert answer.status_code == 403
    assert "session" not in anonymous.http.cookies


async def test_a_token_of_somebody_else_is_refused(browser: Browser) -> None:
    answer = await browser.http.post("/sign-out", headers={"x-csrftoken": "0" * 128}, follow_redirects=False)
    assert answer.status_code == 403
    assert (await browser.get("/leads")).status_code == 200


async def test_unknown_user_and_wrong_password_look_the_same(anonymous: Browser, elena: UUID) -> None:
    wrong = await anonymous.sign_in(password="not this one at all")
    unknown = await anonymous.sign_in(email="nobody@clinic.example", password="not this one at all")
    assert wrong.status_code == unknown.status_code == 422
    assert wrong.text.replace(EMAIL, "x") == unknown.text.replace("nobody@clinic.example", "x")


@pytest.mark.parametrize("email", [EMAIL, "nobody@clinic.example"])
async def test_too_many_failures_lock_known_and_unknown_alike(
    anonymous: Browser, elena: UUID, email: str
) -> None:
    answers = [await anonymous.sign_in(email=email, password="guess number n") for _ in range(FREE_TRIES)]
    assert [answer.status_code for answer in answers] == [422] * (FREE_TRIES - 1) + [429]
    right = await anonymous.sign_in(email=email)
    assert right.status_code == 429
    assert "Try again in" in right.text


async def test_the_wait_grows_and_ends(anonymous: Browser, elena: UUID) -> None:
    still = clock.Still(clock.now())
    with clock.using(still):
        for _ in range(FREE_TRIES):
            await anonymous.sign_in(password="guess number n")
        still.forward(seconds=31)
        again = await anonymous.sign_in(password="guess number n")
        assert "60 seconds" in again.text
        still.forward(seconds=61)
        assert (await anonymous.sign_in()).status_code == 303


async def test_a_locked_account_can_be_unlocked(
    anonymous: Browser, elena: UUID, pool: Pool, vault: Vault
) -> None:
    for _ in range(FREE_TRIES):
        await anonymous.sign_in(password="guess number n")
    await accounts.unlock(pool, vault=vault, email=EMAIL)
    assert (await anonymous.sign_in()).status_code == 303


async def test_the_cookie_is_kept_from_scripts_and_renewed_at_sign_in(
    anonymous: Browser, elena: UUID
) -> None:
    first = await anonymous.sign_in()
    cookie = first.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    before = anonymous.http.cookies["session"]
    await anonymous.sign_in()
    assert anonymous.http.cookies["session"] != before
    anonymous.http.cookies.clear()
    stale = await anonymous.get("/leads", headers={"cookie": f"session={before}"})
    assert stale.status_code == 303


async def test_only_a_hash_of_the_session_is_stored(browser: Browser, pool: Pool) -> None:
    stored = await pool.fetch("select id from web_sessions")
    assert browser.http.cookies["session"] not in {row["id"] for row in stored}


async def test_signing_out_ends_the_session_at_once(browser: Browser) -> None:
    secret = browser.http.cookies["session"]
    await browser.post("/sign-out")
    answer = await browser.get("/leads", headers={"cookie": f"session={secret}"})
    assert answer.headers["location"] == "/sign-in?next=%2Fleads"


async def test_disabling_ends_open_sessions(browser: Browser, pool: Pool) -> None:
    await accounts.disable(pool, email=EMAIL)
    assert (await browser.get("/leads")).status_code == 303
    assert (await browser.sign_in()).status_code == 422


@pytest.mark.parametrize(
    ("steps", "open_"),
    [((timedelta(hours=3),) * 3, True), ((sessions.IDLE,), False), ((timedelta(hours=3),) * 8, False)],
)
async def test_idle_and_long_sessions_end(
    browser: Browser, steps: tuple[timedelta, ...], open_: bool
) -> None:
    still = clock.Still(clock.now())
    with clock.using(still):
        for step in steps:
            still.at += step
            status = (await browser.get("/leads")).status_code
    assert (status == 200) is open_


@pytest.mark.parametrize(
    ("wanted", "lands"),
    [
        ("/leads?class=HOT", "/leads?class=HOT"),
        ("https://elsewhere.example/", "/leads"),
        ("//elsewhere.example", "/leads"),
        ("/\\elsewhere.example", "/leads"),
        ("/leads\r\nset-cookie: x=1", "/leads"),
        ("javascript:alert(1)", "/leads"),
        ("/sign-out", "/leads"),
    ],
)
async def test_after_signing_in_only_our_own_pages(
    anonymous: Browser, elena: UUID, wanted: str, lands: str
) -> None:
    assert (await anonymous.sign_in(next=wanted)).headers["location"] == lands


async def test_every_page_carries_the_security_headers(anonymous: Browser) -> None:
    headers = (await anonymous.get("/sign-in")).headers
    assert "script-src 'self'" in headers["content-security-policy"]
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-frame-options"] == "DENY"
    assert headers["cache-control"] == "no-store"


async def test_the_language_chosen_stays(browser: Browser) -> None:
    await browser.post("/account/language", {"language": "de"})
    assert "Abmelden" in (await browser.get("/leads")).text


async def test_back_from_a_setting_leads_only_to_our_own_pages(browser: Browser) -> None:
    token = browser.http.cookies["csrftoken"]
    answer = await browser.http.post(
        "/account/theme",
        data={"theme": "dark", "_csrf_token": token},
        headers={"referer": "https://clinic.example//elsewhere.example/x"},
        follow_redirects=False,
    )
    assert answer.headers["location"] == "/elsewhere.example/x"
