"""What came in and could not be read."""

from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath

from medicalcor.core.auth import accounts
from medicalcor.core.auth.roles import Right
from medicalcor.core.errors import KeyDestroyed
from medicalcor.readmodels.inbox import queries as inbox
from medicalcor.web.request import Visitor, right, staff
from medicalcor.web.site import site_of, visit


@get("/leads/unread", opt=right(Right.SEE_UNREAD))
async def show_unread(request: Visitor) -> Response[str]:
    async with visit(request) as seen:
        items = await inbox.unread(seen.connection)
        total = await inbox.unread_count(seen.connection)
        return await seen.page("pages/leads/unread.html", items=items, unread=total, opened=None, body=None)


@post("/leads/unread/{item_id:uuid}", opt=right(Right.SEE_UNREAD), status_code=200)
async def open_unread(request: Visitor, item_id: FromPath[UUID]) -> Response[str]:
    """The item as it came; that it was opened is put on record."""
    ledger = site_of(request).ledger
    await accounts.note_access(
        ledger.pool, user_id=staff(request).id, person_id=None, what="unread", object_id=item_id
    )
    async with visit(request) as seen:
        try:
            body = await inbox.unread_body(seen.connection, vault=ledger.vault, item_id=item_id)
        except KeyDestroyed:
            body = None
        return seen.part("pages/leads/_unread_body.html", body=body)


ROUTES = [show_unread, open_unread]
