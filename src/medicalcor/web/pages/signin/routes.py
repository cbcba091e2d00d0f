"""Signing in and out."""

from datetime import timedelta
from urllib.parse import urlsplit

from litestar import Response, get, post
from litestar.datastructures import Cookie
from litestar.params import FromQuery
from litestar.response import Redirect

from medicalcor.core import clock
from medicalcor.core.auth import accounts, sessions
from medicalcor.core.auth.accounts import WrongCredentials
from medicalcor.core.auth.lockout import LockedOut
from medicalcor.core.auth.roles import Right
from medicalcor.core.database.transaction import transaction
from medicalcor.web.dates import Dates
from medicalcor.web.forms import Form, read
from medicalcor.web.request import PUBLIC, SESSION_COOKIE, Visitor, is_secure, language_of, right
from medicalcor.web.site import site_of
from medicalcor.web.translate import marked as _
from medicalcor.web.translate import translator

HOME = "/leads"
_WRONG = _("E-mail address and password do not go together. Check both and try again.")
_LOCKED = _("Too many attempts. Try again in %(wait)s.")


class Credentials(Form):
    email: str = ""
    password: str = ""
    next: str = ""


def safe_path(wanted: str) -> str:
    """Where to go after signing in: a path of ours, else the first page."""
    parts = urlsplit(wanted)
    ours = wanted.startswith("/") and not wanted.startswith(("//", "/\\")) and "\\" not in wanted
    if not ours or parts.scheme or parts.netloc or any(ord(letter) < 33 for letter in wanted):
        return HOME
    return HOME if parts.path in ("/", "/sign-in", "/sign-out") else wanted


@get("/", opt=PUBLIC)
async def start() -> Redirect:
    return Redirect(HOME, status_code=303)


@get("/sign-in", opt=PUBLIC)
async def ask(request: Visitor, next: FromQuery[str] = "") -> Response[str] | Redirect:  # noqa: A002 - the word in the address
    if request.user is not None:
        return Redirect(safe_path(next), status_code=303)
    return _page(request, next=next)


@post("/sign-in", opt=PUBLIC, status_code=200)
async def sign_in(request: Visitor) -> Response[str] | Redirect:
    """On success with a session that is new, whatever cookie came along."""
    form, site = await read(request, Credentials), site_of(request)
    client = request.client.host if request.client else "unknown"
    try:
        secret = await accounts.sign_in(
            site.ledger.pool, vault=site.ledger.vault, email=form.email, password=form.password, client=client
        )
    except (WrongCredentials, LockedOut) as refusal:
        return _page(request, next=form.next, email=form.email, refusal=refusal)
    await _end_old(request)
    return Redirect(safe_path(form.next), status_code=303, cookies=[_cookie(request, secret)])


@post("/sign-out", opt=right(Right.OWN_ACCOUNT), status_code=200)
async def sign_out(request: Visitor) -> Redirect:
    await _end_old(request)
    return Redirect("/sign-in", status_code=303, cookies=[_cookie(request, "", ends=True)])


async def _end_old(request: Visitor) -> None:
    old = request.cookies.get(SESSION_COOKIE)
    if old:
        async with transaction(site_of(request).ledger.pool) as connection:
            await sessions.end(connection, secret=old)


def _cookie(request: Visitor, secret: str, *, ends: bool = False) -> Cookie:
    return Cookie(
        key=SESSION_COOKIE,
        value=secret,
        path="/",
        httponly=True,
        samesite="lax",
        secure=is_secure(request),
        max_age=0 if ends else None,
    )


def _page(
    request: Visitor,
    *,
    next: str,  # noqa: A002 - the word in the address
    email: str = "",
    refusal: WrongCredentials | LockedOut | None = None,
) -> Response[str]:
    problem = _in_words(request, refusal) if refusal else None
    return site_of(request).standalone(
        request,
        "pages/signin/signin.html",
        status=refusal.http_status if refusal else 200,
        next=safe_path(next),
        email=email,
        problem=problem,
    )


def _in_words(request: Visitor, refusal: WrongCredentials | LockedOut) -> str:
    language = language_of(request)
    words = translator(language)
    if isinstance(refusal, WrongCredentials):
        return words.gettext(_WRONG)
    wait = max(refusal.until - clock.now(), timedelta(seconds=1))
    zone = site_of(request).settings.clinic_timezone
    return words.gettext(_LOCKED, wait=Dates(language, zone).lasting(wait))


ROUTES = [start, ask, sign_in, sign_out]
