"""Consent on a lead's page: asking, recording what was said, reading what is unclear."""

from typing import Literal
from uuid import UUID

from litestar import Response, post
from litestar.params import FromPath
from litestar.response import Redirect
from pydantic import Field

from medicalcor.core.auth.roles import Right
from medicalcor.operations import consent_desk
from medicalcor.schemas.events.consents import PURPOSES, ConsentPurpose
from medicalcor.web.forms import Form, read
from medicalcor.web.pages.leads.lead import about_data
from medicalcor.web.request import Visitor, is_fragment, right, staff
from medicalcor.web.site import site_of, visit
from medicalcor.web.translate import marked as _


class AskForm(Form):
    """`key` is made with the form: pressing twice asks once."""

    way: Literal["whatsapp", "email"]
    key: str = Field(min_length=8, max_length=40, pattern=r"^[\w-]+$")


class NoteForm(Form):
    agrees: Literal["yes", "no"]
    how: Literal["paper", "phone", "in_person"]
    note: str = Field(min_length=3, max_length=500)
    key: str = Field(min_length=8, max_length=40, pattern=r"^[\w-]+$")


class SettleForm(Form):
    meant: Literal["yes", "no", "nothing"]
    note: str = Field(min_length=3, max_length=500)


@post("/leads/{lead_id:uuid}/consent/ask", opt=right(Right.WORK_LEADS), status_code=200)
async def ask(request: Visitor, lead_id: FromPath[UUID]) -> Response[str] | Redirect:
    form = await read(request, AskForm)
    await consent_desk.ask(
        site_of(request).ledger,
        lead_id=lead_id,
        wanted=await _chosen(request),
        by_mail=form.way == "email",
        by=staff(request).id,
        key=form.key,
    )
    return await _shown(request, lead_id, _("Asked. The answer is noted by itself."))


@post("/leads/{lead_id:uuid}/consent/note", opt=right(Right.WORK_LEADS), status_code=200)
async def note(request: Visitor, lead_id: FromPath[UUID]) -> Response[str] | Redirect:
    form = await read(request, NoteForm)
    await consent_desk.note_down(
        site_of(request).ledger,
        lead_id=lead_id,
        wanted=await _chosen(request),
        agrees=form.agrees == "yes",
        how=form.how,
        note=form.note,
        by=staff(request).id,
        key=form.key,
    )
    return await _shown(request, lead_id, _("Noted."))


@post("/leads/{lead_id:uuid}/consent/{question_id:uuid}", opt=right(Right.WORK_LEADS), status_code=200)
async def settle(
    request: Visitor, lead_id: FromPath[UUID], question_id: FromPath[UUID]
) -> Response[str] | Redirect:
    form = await read(request, SettleForm)
    await consent_desk.settle(
        site_of(request).ledger,
        lead_id=lead_id,
        question_id=question_id,
        meant=form.meant,
        note=form.note,
        by=staff(request).id,
    )
    return await _shown(request, lead_id, _("Noted."))


async def _chosen(request: Visitor) -> list[ConsentPurpose]:
    typed = await request.form()
    return [purpose for purpose in PURPOSES if typed.get(purpose)]


async def _shown(request: Visitor, lead_id: UUID, toast: str) -> Response[str] | Redirect:
    if not is_fragment(request):
        return Redirect(f"/leads/{lead_id}", status_code=303)
    async with visit(request) as seen:
        data = {**await about_data(seen, lead_id), "toast": seen.say(toast)}
        return seen.part("pages/leads/_about.html", **data)


ROUTES = [ask, note, settle]
