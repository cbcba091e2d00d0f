"""When something goes wrong: a page, or a toast, that says what happened and what to do."""

from typing import Any
from urllib.parse import urlencode

from litestar import Response
from litestar.exceptions import HTTPException, NotAuthorizedException, PermissionDeniedException
from litestar.response import Redirect

from medicalcor.core.errors import ProductError
from medicalcor.core.log import get_logger
from medicalcor.web.request import Visitor, is_fragment, language_of
from medicalcor.web.site import site_of
from medicalcor.web.translate import marked as _
from medicalcor.web.translate import translator

log = get_logger(__name__)

WORDS = {
    401: (_("You are signed out"), _("Sign in again to go on.")),
    403: (_("Not for your role"), _("Ask an administrator if you need this.")),
    404: (_("Nothing here"), _("The page or record does not exist, or no longer does.")),
    405: (_("Nothing here"), _("The page or record does not exist, or no longer does.")),
    409: (_("Somebody was faster"), _("This changed while you looked at it. Load it again and repeat.")),
    410: (_("Erased"), _("The key to this was destroyed on purpose. It cannot be read any more.")),
    422: (_("That did not work"), _("Something in the form cannot be used.")),
    429: (_("Too many attempts"), _("Wait a little before the next one.")),
    503: (_("Not available at the moment"), _("Nothing is lost. Try again in a minute.")),
}
_ELSE = (
    _("Something went wrong on our side"),
    _("Nothing you wrote was sent. Try again; if it stays, tell an administrator."),
)
_CSRF = _("This page was open too long. Load it again and repeat; nothing was changed.")


def http_problem(request: Visitor, problem: HTTPException) -> Response[Any]:
    if isinstance(problem, NotAuthorizedException):
        return _to_sign_in(request)
    if isinstance(problem, PermissionDeniedException) and "CSRF" in problem.detail:
        return _answer(request, 403, detail=translator(language_of(request)).gettext(_CSRF))
    return _answer(request, problem.status_code)


def product_problem(request: Visitor, problem: ProductError) -> Response[Any]:
    if problem.http_status >= 500:
        log.warning("dashboard_problem", code=problem.code)
    return _answer(
        request, problem.http_status, detail=translator(language_of(request)).gettext(problem.message)
    )


def unforeseen(request: Visitor, problem: Exception) -> Response[Any]:
    log.error("dashboard_failed", error=type(problem).__name__, path=request.url.path, exc_info=problem)
    return _answer(request, 500)


def _answer(request: Visitor, status: int, *, detail: str | None = None) -> Response[Any]:
    title, advice = WORDS.get(status, _ELSE)
    words = translator(language_of(request))
    data = {"heading": words.gettext(title), "advice": detail or words.gettext(advice), "status_code": status}
    if not is_fragment(request):
        return site_of(request).standalone(request, "layout/problem.html", status=status, **data)
    answer = site_of(request).standalone(request, "components/problem_toast.html", status=status, **data)
    answer.headers |= {"HX-Retarget": "#toasts", "HX-Reswap": "beforeend"}
    return answer


def _to_sign_in(request: Visitor) -> Response[Any]:
    wanted = request.headers.get("hx-current-url", "") if is_fragment(request) else request.url.path
    path = "/" + wanted.split("://", 1)[-1].partition("/")[2] if "://" in wanted else wanted
    address = "/sign-in" if path in ("", "/") else f"/sign-in?{urlencode({'next': path})}"
    if is_fragment(request):
        return Response(None, status_code=204, headers={"HX-Redirect": address})
    return Redirect(address, status_code=303)
