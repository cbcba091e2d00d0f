"""Prometheus reads here."""

from litestar import MediaType, Response, get
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

_MEDIA_TYPE = CONTENT_TYPE_LATEST.removesuffix("; charset=utf-8")  # the framework adds it


@get("/metrics", media_type=MediaType.TEXT, summary="Figures for Prometheus")
async def figures() -> Response[bytes]:
    return Response(generate_latest(), media_type=_MEDIA_TYPE)
