"""Recordings that are kept, as a browser's player asks for them: a part at a time. That one was listened to is put on
record."""

import re
from uuid import UUID

from litestar import Response, get
from litestar.params import FromPath

from medicalcor.core.auth import accounts
from medicalcor.core.auth.roles import Right
from medicalcor.operations.hearing import sound_of
from medicalcor.web.request import Visitor, right, staff
from medicalcor.web.site import site_of

PART = 1_048_576
"""Bytes of an answer at most: the player asks for the rest when it gets there."""
_RANGE = re.compile(r"bytes=(\d{0,15})-(\d{0,15})")


@get("/calls/{call_id:uuid}/recordings/{sid:str}", opt=right(Right.HEAR_CALLS))
async def listen(request: Visitor, call_id: FromPath[UUID], sid: FromPath[str]) -> Response[bytes]:
    ledger = site_of(request).ledger
    sound = await sound_of(ledger, call_id=call_id, sid=sid)
    await accounts.note_access(
        ledger.pool,
        user_id=staff(request).id,
        person_id=sound.person_id,
        what="recording",
        object_id=call_id,
    )
    whole = len(sound.content)
    asked = request.headers.get("range")
    headers = {"accept-ranges": "bytes"}
    if asked is None:
        return Response(sound.content, media_type=sound.media_type, headers=headers)
    part = _part(asked, whole)
    if part is None:
        return Response(b"", status_code=416, headers={**headers, "content-range": f"bytes */{whole}"})
    first, last = part
    told = f"bytes {first}-{last}/{whole}"
    return Response(
        sound.content[first : last + 1],
        status_code=206,
        media_type=sound.media_type,
        headers={**headers, "content-range": told},
    )


def _part(asked: str, whole: int) -> tuple[int, int] | None:
    """The first and the last byte; None for what lies outside, or is no single range."""
    found = _RANGE.fullmatch(asked.strip())
    if found is None or not (found[1] or found[2]):
        return None
    if not found[1]:
        first, last = max(whole - int(found[2]), 0), whole - 1
    else:
        first, last = int(found[1]), min(int(found[2] or whole), whole - 1)
    return (first, min(last, first + PART - 1)) if first <= last else None
