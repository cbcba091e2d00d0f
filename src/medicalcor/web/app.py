"""The dashboard: pages for staff."""

import asyncio
import signal
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from pathlib import Path
from types import FrameType

from litestar import Litestar, Router
from litestar.config.compression import CompressionConfig
from litestar.config.csrf import CSRFConfig
from litestar.datastructures import CacheControlHeader
from litestar.exceptions import HTTPException
from litestar.middleware import DefineMiddleware
from litestar.static_files import create_static_files_router

from medicalcor.core.crypto.vault import Vault
from medicalcor.core.errors import ProductError
from medicalcor.core.settings import Settings
from medicalcor.operations.ledger import Ledger
from medicalcor.web import problems, security
from medicalcor.web.live import Stream
from medicalcor.web.pages import ROUTES
from medicalcor.web.rendering import Renderer
from medicalcor.web.request import PUBLIC, Authentication, guard
from medicalcor.web.site import Site

_STATIC = Path(__file__).parent / "static"
_BODY_LIMIT = 200_000

OpenLedger = Callable[[], AbstractAsyncContextManager[Ledger]]


def create_dashboard(settings: Settings, *, open_ledger: OpenLedger) -> Litestar:
    """The ASGI app. `open_ledger` is entered when the process starts and left when it stops."""
    renderer = Renderer(zone=settings.clinic_timezone, clinic=settings.clinic_name)

    @asynccontextmanager
    async def lifespan(app: Litestar) -> AsyncIterator[None]:
        async with open_ledger() as ledger:
            app.state.site = Site(settings, renderer, ledger, stream := Stream(ledger.pool))
            with _streams_end_at_stop(stream):
                yield

    return Litestar(
        route_handlers=[*ROUTES, _static()],
        lifespan=[lifespan],
        guards=[guard],
        middleware=[DefineMiddleware(Authentication, exclude=["^/static/"])],
        csrf_config=_csrf(settings),
        compression_config=CompressionConfig(backend="gzip", gzip_compress_level=5, exclude=["^/events"]),
        before_send=[security.add_headers],
        exception_handlers={
            HTTPException: problems.http_problem,
            ProductError: problems.product_problem,
            Exception: problems.unforeseen,
        },
        openapi_config=None,
        request_max_body_size=_BODY_LIMIT,
        debug=False,
    )


@contextmanager
def _streams_end_at_stop(stream: Stream) -> Iterator[None]:
    """A server that stops waits for its open answers first, and a live stream would keep it waiting."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    loop = asyncio.get_running_loop()
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def stopping(number: int, frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(stream.close)
        handler = before[signal.Signals(number)]
        if callable(handler):
            handler(number, frame)

    for number, handler in before.items():
        if callable(handler):
            signal.signal(number, stopping)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _csrf(settings: Settings) -> CSRFConfig:
    """Signed with a key of its own that every process of this installation derives."""
    secret = Vault(settings.require("medicalcor_master_key")).keyed_hash("csrf", "dashboard")
    secure = (settings.dashboard_url or "").startswith("https:")
    return CSRFConfig(secret=secret, cookie_httponly=True, cookie_samesite="lax", cookie_secure=secure)


def _static() -> Router:
    return create_static_files_router(
        path="/static",
        directories=[_STATIC],
        opt=PUBLIC,
        cache_control=CacheControlHeader(public=True, max_age=31_536_000, immutable=True),
    )
