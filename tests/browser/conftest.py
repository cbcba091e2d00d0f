"""A real browser on a real server: Debian's Chromium, the dashboard under uvicorn, PostgreSQL behind it."""

import asyncio
import itertools
import os
import re
import threading
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

import pytest
import uvicorn
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright
from tests.conftest import copy_of_template
from tests.web_clinic import Morning, morning

from medicalcor.core import ports
from medicalcor.core.auth import accounts
from medicalcor.core.auth.roles import Role
from medicalcor.core.crypto.vault import new_master_key
from medicalcor.core.database.embedded import EmbeddedPostgres
from medicalcor.core.database.pool import connect, open_pool
from medicalcor.core.settings import Settings
from medicalcor.operations.ledger import Ledger, open_ledger
from medicalcor.web.app import create_dashboard

expect.set_options(timeout=30_000)  # a bound for a busy machine, no measure
T = TypeVar("T")
_numbers = itertools.count(1)
CHROMIUM = Path("/usr/bin/chromium")
EMAIL, PASSWORD = "elena@clinic.example", "a long enough password"
SIZES = {"desk": (1440, 900), "tablet": (1024, 768), "phone": (390, 844)}


@dataclass
class Clinic:
    """The running dashboard, and a hand in its database."""

    address: str
    loop: asyncio.AbstractEventLoop
    ledger: Ledger
    elena: UUID
    morning: Morning

    def does(self, act: Callable[[Ledger], Coroutine[Any, Any, T]]) -> T:
        """Something happens in the clinic, beside the browser."""
        return asyncio.run_coroutine_threadsafe(act(self.ledger), self.loop).result(30)


class _Server(uvicorn.Server):
    def install_signal_handlers(self) -> None:
        """The tests' own process keeps its signals."""


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """For one module: while Playwright runs, its event loop holds the thread that other tests need."""
    if not CHROMIUM.exists():
        pytest.skip("needs Debian's chromium: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=str(CHROMIUM),
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        yield browser
        browser.close()


@pytest.fixture
def clinic_database(postgres: EmbeddedPostgres) -> Iterator[str]:
    """A migrated database of the test's own, made without a running event loop: Playwright has one."""
    name = f"browser_{os.getpid()}_{next(_numbers)}"
    _statement(postgres.url(), copy_of_template(name))
    yield postgres.url(database=name)
    _statement(postgres.url(), f"drop database if exists {name} with (force)")


def _statement(url: str, sql: str) -> None:
    async def run() -> None:
        connection = await connect(url)
        await connection.execute(sql)
        await connection.close()

    thread = threading.Thread(target=asyncio.run, args=(run(),))
    thread.start()
    thread.join(60)


@pytest.fixture
def clinic(chromium: Browser, clinic_database: str, quick_passwords: None) -> Iterator[Clinic]:
    """A morning at the clinic, served on a free port from a thread of its own."""
    ready: dict[str, Any] = {}
    started, over = threading.Event(), threading.Event()

    def serve() -> None:
        asyncio.run(_serve(clinic_database, ready, started, over))

    thread = threading.Thread(target=serve, name="dashboard")
    thread.start()
    try:
        assert started.wait(60), "the dashboard did not start"
        yield Clinic(**ready)
    finally:
        over.set()
        thread.join(30)


async def _serve(url: str, ready: dict[str, Any], started: threading.Event, over: threading.Event) -> None:
    settings = Settings(
        database_url=url,
        medicalcor_master_key=new_master_key(),  # type: ignore[arg-type]  # pydantic makes the secret
        clinic_name="Clinica Dentară Aurora",
        whatsapp_api_key="test",  # type: ignore[arg-type]  # as above
        stripe_api_key="test",  # type: ignore[arg-type]  # as above
    )
    pool = await open_pool(url, role="medicalcor_app")
    ledger = open_ledger(settings, pool)

    @asynccontextmanager
    async def opened() -> AsyncIterator[Ledger]:
        yield ledger

    elena = await accounts.add(
        pool, email=EMAIL, name="Elena Radu", role=Role.RECEPTIONIST, password=PASSWORD, language="en"
    )
    told = await morning(ledger, by=elena)
    port = ports.any_free()
    config = uvicorn.Config(
        create_dashboard(settings, open_ledger=opened),
        port=port,
        log_config=None,
        timeout_graceful_shutdown=1,
        ws="none",
    )
    server = _Server(config)
    serving = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.02)
    address = f"http://127.0.0.1:{port}"
    ready.update(address=address, loop=asyncio.get_running_loop(), ledger=ledger, elena=elena, morning=told)
    started.set()
    await asyncio.to_thread(over.wait)
    server.should_exit = True
    await serving
    await pool.close()


@pytest.fixture
def open_page(chromium: Browser, clinic: Clinic) -> Iterator[Callable[..., Page]]:
    """A page of a given size and theme, signed in; what its console complains of fails the test."""
    contexts, complaints = [], []

    def opened(size: str = "desk", theme: str = "light", *, signed_in: bool = True) -> Page:
        width, height = SIZES[size]
        context = chromium.new_context(
            viewport={"width": width, "height": height},
            color_scheme=theme,  # type: ignore[arg-type]  # light or dark
            locale="en-GB",
            timezone_id="Europe/Bucharest",
        )
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: complaints.extend(_complaint(message)))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(f"{clinic.address}/sign-in")
        if signed_in:
            page.fill("#email", EMAIL)
            page.fill("#password", PASSWORD)
            page.click("form.card button")
            page.wait_for_url("**/leads")
        return page

    yield opened
    for context in contexts:
        context.close()
    assert complaints == []


def _complaint(message: ConsoleMessage) -> list[str]:
    """Errors of the page; that the server refused something is an answer, not a fault."""
    refused = re.search(r"status of 4\d\d", message.text)
    return [message.text] if message.type == "error" and not refused else []
