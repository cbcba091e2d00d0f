"""What helps a colleague to answer: drafts, translations, the patient's language, whose lead it is."""

from typing import Any
from uuid import UUID

from litestar import Response, post
from litestar.params import FromPath
from litestar.response import Redirect
from pydantic import Field

from medicalcor.core import clock
from medicalcor.core.auth.roles import Right
from medicalcor.core.database.pool import Row
from medicalcor.operations import translating, triaging
from medicalcor.readmodels.leads import queries as leads
from medicalcor.schemas.common import LANGUAGES, Language
from medicalcor.web.asking import asked
from medicalcor.web.forms import Form, read
from medicalcor.web.pages.leads.lead import about_data, talk_data
from medicalcor.web.request import Visitor, is_fragment, language_of, right, staff
from medicalcor.web.site import site_of, visit
from medicalcor.web.translate import marked as _


class DraftForm(Form):
    """What stands in the box; `key` is the reply's that is being written, and is kept where the box is."""

    text: str = Field(default="", max_length=4096)
    key: str = Field(default="", max_length=40)


class LanguageForm(Form):
    """Empty: it is found out from what they write."""

    language: str = Field(default="", max_length=2)


class OwnerForm(Form):
    """Empty: nobody's."""

    owner: str = Field(default="", max_length=36, pattern=r"^$|^[0-9a-f-]{36}$")


@post("/leads/{lead_id:uuid}/suggest", opt=right(Right.WORK_LEADS), status_code=200)
async def suggest(request: Visitor, lead_id: FromPath[UUID]) -> Response[str]:
    """A draft in the box. Nothing is sent."""
    said = await asked(site_of(request), "ai.suggest_reply", {"lead_id": str(lead_id)})
    draft = {"text": said["text"], "why": said["why"], "by": said["written_by"], "original": None}
    return await _box(request, lead_id, draft)


@post("/leads/{lead_id:uuid}/translate-reply", opt=right(Right.WORK_LEADS), status_code=200)
async def translate_reply(request: Visitor, lead_id: FromPath[UUID]) -> Response[str]:
    """What was written, in the patient's language; the original stays in sight and goes with it."""
    form, site = await read(request, DraftForm), site_of(request)
    lead = await _card(request, lead_id)
    if not form.text:
        return await _box(request, lead_id, None)
    said = await asked(site, "ai.translate", {"text": form.text, "to": lead["spoken"] or "ro"})
    draft = {"text": said["text"], "why": None, "by": "ai", "original": form.text}
    return await _box(request, lead_id, draft)


@post(
    "/leads/{lead_id:uuid}/messages/{message_id:uuid}/translate",
    opt=right(Right.WORK_LEADS),
    status_code=200,
)
async def translate_message(
    request: Visitor, lead_id: FromPath[UUID], message_id: FromPath[UUID]
) -> Response[str] | Redirect:
    """A message in the reader's language, beside the original."""
    question = {"message_id": str(message_id), "to": language_of(request), "by": str(staff(request).id)}
    await asked(site_of(request), "desk.translate_message", question)
    if not is_fragment(request):
        return Redirect(f"/leads/{lead_id}", status_code=303)
    form = await read(request, DraftForm)
    async with visit(request) as seen:
        return seen.part("pages/leads/_talk.html", **await talk_data(seen, lead_id, key=form.key))


@post("/leads/{lead_id:uuid}/language", opt=right(Right.WORK_LEADS), status_code=200)
async def choose_language(request: Visitor, lead_id: FromPath[UUID]) -> Response[str] | Redirect:
    form = await read(request, LanguageForm)
    language: Language | None = next((one for one in LANGUAGES if one == form.language), None)
    await translating.choose_language(
        site_of(request).ledger, lead_id=lead_id, language=language, by=staff(request).id
    )
    if language is None:
        return await _side(request, lead_id, _("The language is found out from what they write."))
    return await _side(request, lead_id, _("This language stays until a colleague changes it."))


@post("/leads/{lead_id:uuid}/owner", opt=right(Right.WORK_LEADS), status_code=200)
async def choose_owner(request: Visitor, lead_id: FromPath[UUID]) -> Response[str] | Redirect:
    form = await read(request, OwnerForm)
    owner = UUID(form.owner) if form.owner else None
    await triaging.choose_owner(site_of(request).ledger, lead_id=lead_id, owner=owner, by=staff(request).id)
    return await _side(request, lead_id, _("Kept. The rules leave this lead where you put it."))


async def _card(request: Visitor, lead_id: UUID) -> Row:
    async with site_of(request).ledger.pool.acquire() as connection:
        return await leads.card(connection, lead_id=lead_id, now=clock.now())


async def _box(request: Visitor, lead_id: UUID, draft: dict[str, Any] | None) -> Response[str]:
    """A box of its own: what was typed in the one before is not put over the draft."""
    async with visit(request) as seen:
        data = {**await talk_data(seen, lead_id), "draft": draft}
        if is_fragment(request):
            return seen.part("pages/leads/_reply.html", **data)
        page = {**await about_data(seen, lead_id), **data}
        queue = await leads.page(seen.connection, filters=leads.Filters(), now=data["now"])
        return await seen.page("pages/leads/lead.html", **page, queue=queue, current=lead_id)


async def _side(request: Visitor, lead_id: UUID, toast: str) -> Response[str] | Redirect:
    if not is_fragment(request):
        return Redirect(f"/leads/{lead_id}", status_code=303)
    async with visit(request) as seen:
        data = {**await about_data(seen, lead_id), "toast": seen.say(toast)}
        return seen.part("pages/leads/_about.html", **data)


ROUTES = [suggest, translate_reply, translate_message, choose_language, choose_owner]
