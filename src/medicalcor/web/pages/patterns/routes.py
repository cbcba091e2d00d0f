"""Every component on one page, for those who build pages."""

from litestar import Response, get

from medicalcor.core.auth.roles import Right
from medicalcor.web.pages.patterns.samples import samples
from medicalcor.web.request import Visitor, right
from medicalcor.web.site import visit


@get("/patterns", opt=right(Right.OWN_ACCOUNT))
async def patterns(request: Visitor) -> Response[str]:
    async with visit(request) as seen:
        return await seen.page("pages/patterns/page.html", **samples())


ROUTES = [patterns]
