"""What every page is made with: the ledger, the templates, and the frame around the page."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from litestar import Response
from litestar.enums import MediaType
from litestar.template.base import csrf_token

from medicalcor.core import clock
from medicalcor.core.auth.roles import may
from medicalcor.core.database.pool import Connection
from medicalcor.core.settings import Settings
from medicalcor.operations.ledger import Ledger
from medicalcor.readmodels import changes
from medicalcor.readmodels.effects import queries as effects
from medicalcor.readmodels.leads import queries as leads
from medicalcor.web.live import Stream
from medicalcor.web.nav import PAGES
from medicalcor.web.rendering import Renderer
from medicalcor.web.request import Visitor, is_fragment, language_of
from medicalcor.web.translate import LANGUAGES, translator

HTML = MediaType.HTML
_FRAME_SECONDS = 1.0
"""The frame's figures are shared by all who look within this time."""


@dataclass(frozen=True)
class Figures:
    """What the frame says of the clinic at this moment."""

    health: effects.Health
    waiting: int


@dataclass
class Site:
    """One a process, from its start to its stop."""

    settings: Settings
    renderer: Renderer
    ledger: Ledger
    stream: Stream
    _figures: tuple[float, Figures] | None = field(default=None, init=False)

    async def figures(self, connection: Connection) -> Figures:
        now = clock.monotonic()
        if self._figures is None or now - self._figures[0] > _FRAME_SECONDS:
            facets = await leads.facets(connection, filters=leads.Filters(), now=clock.now())
            fresh = Figures(await effects.health(connection, now=clock.now()), facets.needs)
            self._figures = (now, fresh)
        return self._figures[1]

    def standalone(self, request: Visitor, template: str, *, status: int = 200, **data: Any) -> Response[str]:
        """A page without the frame: signing in, a problem."""
        html = self.renderer.render(template, language=language_of(request), **{**_common(request), **data})
        return Response(html, media_type=HTML, status_code=status)


@dataclass(frozen=True)
class Visit:
    """One request being answered with a page or a part of one."""

    request: Visitor
    site: Site
    connection: Connection
    position: int
    """Up to where the log is surely in what is shown: live updates begin there."""

    async def page(self, template: str, *, status: int = 200, **data: Any) -> Response[str]:
        user = self.request.user
        frame = {
            **_common(self.request),
            "figures": await self.site.figures(self.connection),
            "nav": [page for page in PAGES if user is not None and may(user.role, page.right)],
            "position": self.position,
            "zone": self.site.settings.clinic_timezone,
        }
        html = self.site.renderer.render(template, language=language_of(self.request), **{**frame, **data})
        return Response(html, media_type=HTML, status_code=status)

    def part(self, template: str, **data: Any) -> Response[str]:
        html = self.site.renderer.render(
            template, language=language_of(self.request), **{**_common(self.request), **data}
        )
        return Response(html, media_type=HTML)

    def say(self, message: str, **values: Any) -> str:
        """A sentence in the reader's language."""
        return translator(language_of(self.request)).gettext(message, **values)


def site_of(request: Visitor) -> Site:
    site: Site = request.app.state.site
    return site


@asynccontextmanager
async def visit(request: Visitor) -> AsyncIterator[Visit]:
    """A connection, and the log's position before anything is read."""
    site = site_of(request)
    async with site.ledger.pool.acquire() as connection:
        position = 0 if is_fragment(request) else await changes.last_settled(connection)
        yield Visit(request, site, connection, position)


def _common(request: Visitor) -> dict[str, Any]:
    user = request.scope.get("user")
    return {
        "csrf_token": csrf_token({"request": request}),
        "user": user,
        "path": request.url.path,
        "theme": _one_of(request.cookies.get("theme"), ("light", "dark"), "auto"),
        "rail": _one_of(request.cookies.get("rail"), ("narrow",), "wide"),
        "languages": LANGUAGES,
    }


def _one_of(value: str | None, known: tuple[str, ...], otherwise: str) -> str:
    return value if value in known else otherwise
