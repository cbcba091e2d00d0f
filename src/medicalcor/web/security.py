"""Headers that every answer of the dashboard carries."""

from litestar.types import HTTPResponseStartEvent, Message, Scope

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self';"
    " media-src 'self'; manifest-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
_HEADERS = {
    b"content-security-policy": _POLICY.encode(),
    b"x-content-type-options": b"nosniff",
    b"x-frame-options": b"DENY",
    b"referrer-policy": b"same-origin",
    b"cross-origin-opener-policy": b"same-origin",
    b"cross-origin-resource-policy": b"same-origin",
    b"permissions-policy": b"camera=(), microphone=(), geolocation=()",
}
_NOT_KEPT = (b"cache-control", b"no-store")


async def add_headers(message: Message, scope: Scope) -> None:
    """Before an answer leaves; pages with patients in them are kept by no cache."""
    if message["type"] != "http.response.start":
        return
    start: HTTPResponseStartEvent = message
    headers = [*start["headers"], *_HEADERS.items()]
    if not scope["path"].startswith("/static/"):
        headers = [header for header in headers if header[0].lower() != b"cache-control"]
        headers.append(_NOT_KEPT)
    if scope["scheme"] == "https":
        headers.append((b"strict-transport-security", b"max-age=31536000"))
    start["headers"] = headers
