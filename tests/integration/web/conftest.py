"""The dashboard over HTTP, on a database of the test's own."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from uuid import UUID

import pytest
from httpx import ASGITransport, AsyncClient, Response
from litestar import Litestar

from medicalcor.core.auth import accounts
from medicalcor.core.auth.roles import Role
from medicalcor.core.database.pool import Pool
from medicalcor.core.settings import Settings
from medicalcor.operations.ledger import Ledger, open_ledger
from medicalcor.web.app import create_dashboard

PASSWORD = "a long enough password"
EMAIL = "elena@clinic.example"


@dataclass
class Browser:
    """A client that keeps its cookies and knows its CSRF token."""

    http: AsyncClient

    async def get(self, path: str, **options: object) -> Response:
        return await self.http.get(path, follow_redirects=False, **options)  # type: ignore[arg-type]  # httpx's own options

    async def post(self, path: str, data: dict[str, str] | None = None, *, htmx: bool = False) -> Response:
        token = self.http.cookies.get("csrftoken") or await self._token()
        headers = {"hx-request": "true", "x-csrftoken": token} if htmx else {}
        fields = {**(data or {}), **({} if htmx else {"_csrf_token": token})}
        return await self.http.post(path, data=fields, headers=headers, follow_redirects=False)

    async def sign_in(self, email: str = EMAIL, password: str = PASSWORD, next: str = "") -> Response:  # noqa: A002 - the field's name
        return await self.post("/sign-in", {"email": email, "password": password, "next": next})

    async def _token(self) -> str:
        page = await self.http.get("/sign-in")
        found = re.search(r'name="_csrf_token" value="([^"]+)"', page.text)
        assert found
        return found[1]


@pytest.fixture(scope="session")
def settings(master_key: str) -> Settings:
    return Settings(
        medicalcor_master_key=master_key,  # type: ignore[arg-type]  # pydantic makes the secret
        clinic_name="Clinica Aurora",
        whatsapp_api_key="test",  # type: ignore[arg-type]  # as above
    )


@pytest.fixture
def ledger(settings: Settings, pool: Pool) -> Ledger:
    return open_ledger(settings, pool)


class Dashboard:
    """Made once, started for each test: making its routes takes longer than most tests."""

    def __init__(self, settings: Settings) -> None:
        self.app = create_dashboard(settings, open_ledger=self._opened)
        self.ledger: Ledger | None = None

    @asynccontextmanager
    async def _opened(self) -> AsyncIterator[Ledger]:
        assert self.ledger is not None
        yield self.ledger


@pytest.fixture(scope="session")
def dashboard(settings: Settings) -> Dashboard:
    return Dashboard(settings)


@pytest.fixture
def app(dashboard: Dashboard, ledger: Ledger) -> Litestar:
    dashboard.ledger = ledger
    return dashboard.app


@pytest.fixture
async def anonymous(app: Litestar, quick_passwords: None) -> AsyncIterator[Browser]:
    transport = ASGITransport(app)  # type: ignore[arg-type]  # Litestar's own names for the same calls
    async with _started(app), AsyncClient(transport=transport, base_url="http://dashboard.example") as client:
        yield Browser(client)


@asynccontextmanager
async def _started(app: Litestar) -> AsyncIterator[None]:
    """The app's start and stop in one task, whichever tasks a fixture's two halves run in."""
    started, over = asyncio.Event(), asyncio.Event()

    async def live() -> None:
        async with app.lifespan():
            started.set()
            await over.wait()

    task = asyncio.create_task(live())
    await started.wait()
    yield
    over.set()
    await task


@pytest.fixture
async def elena(pool: Pool, quick_passwords: None) -> UUID:
    """The receptionist."""
    return await accounts.add(
        pool, email=EMAIL, name="Elena Radu", role=Role.RECEPTIONIST, password=PASSWORD, language="en"
    )


@pytest.fixture
async def looker(anonymous: Browser, pool: Pool) -> Browser:
    """Somebody signed in who may see visits, and book none."""
    await accounts.add(
        pool,
        email="dpo@clinic.example",
        name="Dana",
        role=Role.PRIVACY_OFFICER,
        password=PASSWORD,
        language="en",
    )
    await anonymous.sign_in("dpo@clinic.example")
    return anonymous


@pytest.fixture
async def browser(anonymous: Browser, elena: UUID) -> Browser:
    """Elena, signed in."""
    answer = await anonymous.sign_in()
    assert answer.status_code == 303, answer.text
    return anonymous
