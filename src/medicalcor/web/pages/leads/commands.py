"""What a colleague does about a lead."""

from uuid import UUID

from litestar import Response, post
from litestar.params import FromPath
from litestar.response import Redirect
from pydantic import Field

from medicalcor.core import clock
from medicalcor.core.auth.roles import Right
from medicalcor.core.errors import Conflict
from medicalcor.operations import conversations as talks
from medicalcor.operations import leads as judging
from medicalcor.readmodels.leads import queries as leads
from medicalcor.web.forms import Form, read
from medicalcor.web.pages.leads.lead import talk_data
from medicalcor.web.request import Visitor, is_fragment, right, staff
from medicalcor.web.site import site_of, visit
from medicalcor.web.translate import marked as _


class ReplyForm(Form):
    """`key` is made with the form: pressing twice sends once."""

    text: str = Field(min_length=1, max_length=4096)
    original: str = Field(default="", max_length=4096)
    """What the colleague wrote, where `text` is its translation."""
    key: str = Field(min_length=8, max_length=40, pattern=r"^[\w-]+$")


class TemplateForm(Form):
    """Which of the templates; `key` as with a reply."""

    template: str = Field(max_length=40)
    key: str = Field(min_length=8, max_length=40, pattern=r"^[\w-]+$")


@post("/leads/{lead_id:uuid}/take-over", opt=right(Right.WORK_LEADS), status_code=200)
async def take_over(request: Visitor, lead_id: FromPath[UUID]) -> Response[str] | Redirect:
    by = staff(request).id
    conversation, taken_by = await _conversation(request, lead_id)
    if taken_by not in (None, by):
        raise Conflict("A colleague has already taken this conversation over.")
    await talks.take_over(site_of(request).ledger, conversation_id=conversation, by=by)
    return await _shown(
        request,
        lead_id,
        toast=_("You are answering now. Automatic answers are silent."),
        key=await _written(request),
    )


@post("/leads/{lead_id:uuid}/hand-back", opt=right(Right.WORK_LEADS), status_code=200)
async def hand_back(request: Visitor, lead_id: FromPath[UUID]) -> Response[str] | Redirect:
    conversation, _taken_by = await _conversation(request, lead_id)
    await talks.release(site_of(request).ledger, conversation_id=conversation, by=staff(request).id)
    return await _shown(
        request, lead_id, toast=_("Handed back. Automatic answers are on again."), key=await _written(request)
    )


@post("/leads/{lead_id:uuid}/reply", opt=right(Right.WORK_LEADS), status_code=200)
async def reply(request: Visitor, lead_id: FromPath[UUID]) -> Response[str] | Redirect:
    """Whoever writes takes over in the same commit, so that no automatic answer crosses theirs."""
    form, ledger, by = await read(request, ReplyForm), site_of(request).ledger, staff(request).id
    conversation, _taken_by = await _conversation(request, lead_id)
    original = form.original or None
    await talks.reply(
        ledger, conversation_id=conversation, text=form.text, original=original, by=by, key=form.key
    )
    return await _shown(request, lead_id, toast=None)


@post("/leads/{lead_id:uuid}/template", opt=right(Right.WORK_LEADS), status_code=200)
async def write_by_template(request: Visitor, lead_id: FromPath[UUID]) -> Response[str] | Redirect:
    """What a colleague can say when WhatsApp takes no free text."""
    form, ledger, by = await read(request, TemplateForm), site_of(request).ledger, staff(request).id
    conversation, _taken_by = await _conversation(request, lead_id)
    await talks.reply_by_template(
        ledger, conversation_id=conversation, name=form.template, by=by, key=form.key
    )
    return await _shown(request, lead_id, toast=None)


@post(
    "/leads/{lead_id:uuid}/effects/{effect_id:uuid}/call-back", opt=right(Right.WORK_LEADS), status_code=200
)
async def call_back(
    request: Visitor, lead_id: FromPath[UUID], effect_id: FromPath[UUID]
) -> Response[str] | Redirect:
    """What waits to be sent is not sent."""
    await talks.call_back(site_of(request).ledger, effect_id=effect_id, by=staff(request).id)
    return await _shown(request, lead_id, toast=_("It will not be sent."), key=await _written(request))


@post("/leads/{lead_id:uuid}/seen", opt=right(Right.WORK_LEADS), status_code=200)
async def mark_seen(request: Visitor, lead_id: FromPath[UUID]) -> Response[str] | Redirect:
    await judging.mark_seen(site_of(request).ledger, lead_id=lead_id, by=staff(request).id)
    return await _shown(
        request,
        lead_id,
        toast=_("Marked as handled. It comes back when the patient writes."),
        key=await _written(request),
    )


async def _conversation(request: Visitor, lead_id: UUID) -> tuple[UUID, UUID | None]:
    """The conversation in which they can be answered, and the colleague who has it."""
    async with site_of(request).ledger.pool.acquire() as connection:
        lead = await leads.card(connection, lead_id=lead_id, now=clock.now())
    if lead["talk_id"] is None:
        raise Conflict("This lead has no conversation to write in.")
    return lead["talk_id"], lead["taken_over_by"]


async def _written(request: Visitor) -> str:
    """The key of the reply that is being written, so that the box with it stays as it is."""
    return str((await request.form()).get("key", ""))


async def _shown(
    request: Visitor, lead_id: UUID, *, toast: str | None, key: str = ""
) -> Response[str] | Redirect:
    if not is_fragment(request):
        return Redirect(f"/leads/{lead_id}", status_code=303)
    async with visit(request) as seen:
        words = seen.say(toast) if toast else None
        return seen.part("pages/leads/_talk.html", **await talk_data(seen, lead_id, key=key, toast=words))


ROUTES = [take_over, hand_back, reply, write_by_template, call_back, mark_seen]
