"""A request to the dashboard, and who makes it."""

from typing import Any, TypeAlias

from litestar import Request
from litestar.connection import ASGIConnection
from litestar.datastructures import State
from litestar.exceptions import NotAuthorizedException, PermissionDeniedException
from litestar.handlers import BaseRouteHandler
from litestar.middleware.authentication import AbstractAuthenticationMiddleware, AuthenticationResult

from medicalcor.core.auth import sessions
from medicalcor.core.auth.roles import Right, may
from medicalcor.core.auth.sessions import SignedIn
from medicalcor.web.translate import LANGUAGES, SOURCE

Visitor: TypeAlias = Request[SignedIn | None, None, State]

SESSION_COOKIE = "session"
LANGUAGE_COOKIE = "language"
PUBLIC = {"public": True}
"""Route option: no sign-in needed."""


def right(needed: Right) -> dict[str, Any]:
    """Route option: what the visitor's role must allow."""
    return {"right": needed}


class Authentication(AbstractAuthenticationMiddleware):
    """Finds out who asks. Whether they may is the guard's business."""

    async def authenticate_request(
        self, connection: ASGIConnection[Any, Any, Any, Any]
    ) -> AuthenticationResult:
        secret = connection.cookies.get(SESSION_COOKIE)
        if not secret:
            return AuthenticationResult(user=None, auth=None)
        async with connection.app.state.site.ledger.pool.acquire() as database:
            return AuthenticationResult(user=await sessions.load(database, secret=secret), auth=None)


def guard(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """Every route says who may; one that says nothing is closed."""
    if handler.opt.get("public"):
        return
    needed = handler.opt.get("right")
    if connection.user is None:
        raise NotAuthorizedException("Sign in first.")
    if not isinstance(needed, Right) or not may(connection.user.role, needed):
        raise PermissionDeniedException("Your role does not include this.")


def staff(request: Visitor) -> SignedIn:
    """The signed-in colleague; the guard has let nobody else through."""
    if request.user is None:
        raise NotAuthorizedException("Sign in first.")
    return request.user


def language_of(request: Visitor) -> str:
    """The colleague's language, else the one chosen on this machine, else what the browser prefers."""
    user = request.scope.get("user")
    if isinstance(user, SignedIn) and user.language in LANGUAGES:
        return user.language
    chosen = request.cookies.get(LANGUAGE_COOKIE)
    if chosen in LANGUAGES:
        return chosen
    wanted = (
        part.split(";")[0].strip()[:2].lower()
        for part in request.headers.get("accept-language", "").split(",")
    )
    return next((language for language in wanted if language in LANGUAGES), SOURCE)


def is_fragment(request: Visitor) -> bool:
    """Whether a part of a page asks, not the browser for a whole one."""
    return request.headers.get("hx-request") == "true"


def is_secure(request: Visitor) -> bool:
    return request.url.scheme == "https"
