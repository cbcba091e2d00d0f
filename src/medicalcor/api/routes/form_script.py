"""The script that clinics put beside their form."""

from functools import cache
from importlib import resources

from litestar import Response, get

from medicalcor.api.described import Described, Gives, described

_HEADERS = {
    "cache-control": "public, max-age=3600",
    "cross-origin-resource-policy": "cross-origin",
    "access-control-allow-origin": "*",
}


@get(
    "/leads/form.js",
    media_type="text/javascript",
    opt=described(
        Described(
            "The web form's script", {200: Gives("The script", media_type="text/javascript")}, tag="doors"
        )
    ),
    sync_to_thread=False,
)
def form_script() -> Response[str]:
    """The same for everybody, from any page."""
    return Response(_script(), media_type="text/javascript", headers=_HEADERS)


@cache
def _script() -> str:
    return resources.files("medicalcor.api.routes").joinpath("form.js").read_text("utf-8")
