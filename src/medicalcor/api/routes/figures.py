"""Prometheus reads here."""

from litestar import Response, get

from medicalcor.api.described import Described, Gives, described
from medicalcor.core.observability import metrics


@get(
    "/metrics",
    media_type="text/plain",
    opt=described(Described("Figures for Prometheus", {200: Gives("All of them", media_type="text/plain")})),
)
async def figures() -> Response[bytes]:
    page, media_type = metrics.render()
    # the framework adds the charset to text
    return Response(page, media_type=media_type.removesuffix("; charset=utf-8"))
