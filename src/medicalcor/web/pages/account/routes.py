"""What a colleague sets for themselves."""

from typing import Literal

from litestar import post
from litestar.datastructures import Cookie
from litestar.response import Redirect

from medicalcor.core.auth import accounts
from medicalcor.core.auth.roles import Right
from medicalcor.web.forms import Form, read
from medicalcor.web.request import LANGUAGE_COOKIE, PUBLIC, Visitor, right
from medicalcor.web.site import site_of

_YEAR = 31_536_000


class LanguageForm(Form):
    language: Literal["ro", "en", "de"]


class ThemeForm(Form):
    theme: Literal["auto", "light", "dark"]


@post("/account/language", opt=PUBLIC, status_code=200)
async def set_language(request: Visitor) -> Redirect:
    """For the colleague, on every machine; before signing in, for this machine."""
    form = await read(request, LanguageForm)
    if request.user is not None:
        await accounts.set_language(
            site_of(request).ledger.pool, user_id=request.user.id, language=form.language
        )
    return _back(
        request, Cookie(key=LANGUAGE_COOKIE, value=form.language, max_age=_YEAR, samesite="lax", path="/")
    )


@post("/account/theme", opt=right(Right.OWN_ACCOUNT), status_code=200)
async def set_theme(request: Visitor) -> Redirect:
    form = await read(request, ThemeForm)
    return _back(request, Cookie(key="theme", value=form.theme, max_age=_YEAR, samesite="lax", path="/"))


def _back(request: Visitor, cookie: Cookie) -> Redirect:
    """To the page it was chosen on. Only the path of the referrer counts, so it leads nowhere else."""
    referrer = request.headers.get("referer", "")
    path = "/" + referrer.split("://", 1)[-1].partition("/")[2].lstrip("/\\")
    return Redirect(path, status_code=303, cookies=[cookie])


ROUTES = [set_language, set_theme]
