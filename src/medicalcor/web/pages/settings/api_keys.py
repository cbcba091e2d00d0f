"""Keys of the systems that call the API: made, shown once, revoked."""

from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from medicalcor.core import clock
from medicalcor.core.auth import apikeys
from medicalcor.core.auth.roles import Right
from medicalcor.web.request import Visitor, is_fragment, right, staff
from medicalcor.web.site import Visit, site_of, visit

_PATH = "/settings/api-keys"
_ADMIN = right(Right.MANAGE_API_KEYS)


@get(_PATH, opt=_ADMIN)
async def show(request: Visitor) -> Response[str]:
    async with visit(request) as seen:
        return await _page(seen)


@post(_PATH, opt=_ADMIN, status_code=200)
async def make(request: Visitor) -> Response[str]:
    """The key is in this answer and nowhere else, so there is no redirect."""
    typed = await request.form()
    name, scopes = str(typed.get("name", "")), [str(scope) for scope in typed.getall("scope", [])]
    by = f"user:{staff(request).id}"
    key = await apikeys.new(site_of(request).ledger.pool, name=name, scopes=scopes, by=by)
    async with visit(request) as seen:
        return await _page(seen, made=key)


@post(_PATH + "/{prefix:str}/revoke", opt=_ADMIN, status_code=200)
async def revoke(request: Visitor, prefix: FromPath[str]) -> Response[str] | Redirect:
    await apikeys.revoke(site_of(request).ledger.pool, prefix=prefix)
    return await _shown(request)


@post(_PATH + "/{prefix:str}/restore", opt=_ADMIN, status_code=200)
async def restore(request: Visitor, prefix: FromPath[str]) -> Response[str] | Redirect:
    await apikeys.restore(site_of(request).ledger.pool, prefix=prefix)
    return await _shown(request)


async def _shown(request: Visitor) -> Response[str] | Redirect:
    if not is_fragment(request):
        return Redirect(_PATH, status_code=303)
    async with visit(request) as seen:
        return await _page(seen)


async def _page(seen: Visit, *, made: str | None = None) -> Response[str]:
    data: dict[str, Any] = {
        "keys": await apikeys.everyone(seen.connection),
        "made": made,
        "scopes": [scope.value for scope in apikeys.Scope],
        "undo_since": clock.now() - apikeys.UNDO,
    }
    if is_fragment(seen.request):
        return seen.part("pages/settings/_api_keys.html", **data)
    return await seen.page("pages/settings/api_keys.html", **data)


ROUTES = [show, make, revoke, restore]
