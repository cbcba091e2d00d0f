"""The calendar file behind the link in a confirmation."""

from typing import Any

from litestar import Request, Response, get
from litestar.datastructures import State
from litestar.params import FromPath

from medicalcor.api.described import Described, Gives, described
from medicalcor.core.crypto.vault import Vault
from medicalcor.core.errors import InvalidInput, NotFound, SealBroken
from medicalcor.domain.scheduling import visit_file
from medicalcor.domain.scheduling.calendar_file import FILE_NAME, MEDIA_TYPE


@get(
    "/visits/{token:str}",
    opt=described(
        Described(
            "The calendar file of a visit that was booked",
            {200: Gives("A calendar file (RFC 5545)", media_type="text/calendar")},
            path={"token": "As the link in the confirmation has it|x"},
            refuses={404: "The link is not one of ours"},
            tag="doors",
        )
    ),
)
async def show_visit_file(request: Request[Any, Any, State], token: FromPath[str]) -> Response[bytes]:
    vault: Vault = request.app.state.vault
    try:
        booked = visit_file.unpacked(vault.open_token(visit_file.PURPOSE, token))
    except (SealBroken, InvalidInput):
        raise NotFound(
            "This link is not valid. Open it directly from the message, or write to the clinic."
        ) from None
    place: visit_file.Place = request.app.state.place
    return Response(
        visit_file.file_of(booked, place),
        media_type=MEDIA_TYPE,
        headers={"content-disposition": f'attachment; filename="{FILE_NAME}"', "cache-control": "private"},
    )
