"""One lead: the conversation, the score with its reasons, what happened, what was sent and what was not."""

from datetime import datetime
from typing import Any
from uuid import UUID

from litestar import Response, get
from litestar.params import FromPath, FromQuery

from medicalcor.core import clock, ids
from medicalcor.core.auth import accounts
from medicalcor.core.auth.roles import Right, Role, may
from medicalcor.core.database.pool import Row
from medicalcor.domain.outreach.facts import WINDOW
from medicalcor.domain.payments.money import CURRENCIES
from medicalcor.readmodels.calls import queries as calls
from medicalcor.readmodels.conversations import queries as conversations
from medicalcor.readmodels.effects import queries as effects
from medicalcor.readmodels.leads import queries as leads
from medicalcor.readmodels.leads.queries import Filters, Need, Score
from medicalcor.readmodels.payments import queries as payments
from medicalcor.readmodels.timeline import queries as timeline
from medicalcor.readmodels.users import queries as users
from medicalcor.schemas.common import LANGUAGES
from medicalcor.schemas.effects import to_patient
from medicalcor.schemas.payments import DEPOSIT_REASONS
from medicalcor.web.pages.leads import view
from medicalcor.web.pages.leads.agreed import consent_data
from medicalcor.web.pages.leads.arranging import booking_data
from medicalcor.web.pages.leads.templates import templates_for
from medicalcor.web.pages.leads.visits import visits_of
from medicalcor.web.request import Visitor, language_of, right, staff
from medicalcor.web.site import Visit, site_of, visit


@get("/leads/{lead_id:uuid}", opt=right(Right.SEE_LEADS))
async def show_lead(request: Visitor, lead_id: FromPath[UUID]) -> Response[str]:
    """The whole page; that it was opened is put on record."""
    async with visit(request) as seen:
        data = {**await talk_data(seen, lead_id), **await about_data(seen, lead_id), "toast": None}
        queue = await leads.page(seen.connection, filters=Filters(), now=data["now"])
        answer = await seen.page("pages/leads/lead.html", **data, queue=queue, current=lead_id)
    await accounts.note_access(
        site_of(request).ledger.pool,
        user_id=staff(request).id,
        person_id=data["lead"]["person_id"],
        what="lead",
        object_id=lead_id,
    )
    return answer


@get("/leads/{lead_id:uuid}/talk", opt=right(Right.SEE_LEADS))
async def show_talk(request: Visitor, lead_id: FromPath[UUID], key: FromQuery[str] = "") -> Response[str]:
    """The conversation again. `key` keeps the reply that is being written what it is."""
    async with visit(request) as seen:
        return seen.part("pages/leads/_talk.html", **await talk_data(seen, lead_id, key=key))


@get("/leads/{lead_id:uuid}/about", opt=right(Right.SEE_LEADS))
async def show_about(request: Visitor, lead_id: FromPath[UUID]) -> Response[str]:
    """What is known, again."""
    async with visit(request) as seen:
        return seen.part("pages/leads/_about.html", **await about_data(seen, lead_id))


async def talk_data(seen: Visit, lead_id: UUID, *, key: str = "", toast: str | None = None) -> dict[str, Any]:
    """What the middle of the page shows."""
    now = clock.now()
    settings = seen.site.settings
    lead = await leads.card(seen.connection, lead_id=lead_id, now=now)
    found, older = await conversations.messages(seen.connection, lead_id=lead_id)
    judged = await leads.scores(seen.connection, lead_id=lead_id)
    reader = language_of(seen.request)
    user = staff(seen.request)
    may_hear = may(user.role, Right.HEAR_CALLS)
    days = view.days(
        found,
        [call.for_ears(may_hear=may_hear) for call in await calls.of_lead(seen.connection, lead_id=lead_id)],
        await effects.of_lead(seen.connection, lead_id=lead_id),
        await timeline.of_lead(seen.connection, lead_id=lead_id),
        judged[0] if judged else None,
        zone=settings.clinic_timezone,
        clinic=settings.clinic_name,
        reading=view.Reading(
            reader,
            lead["spoken"],
            await conversations.translations(seen.connection, lead_id=lead_id, language=reader),
        ),
    )
    return {
        **_facts(lead, now),
        "days": days,
        "older": older,
        "colleagues": await users.names(seen.connection),
        "may_work": may(user.role, Right.WORK_LEADS),
        "by_template": await templates_for(seen.connection, lead, clinic=settings.clinic_name, now=now),
        "mine": lead["taken_over_by"] == user.id,
        "reply_key": key if _is_key(key) else ids.token(12),
        "toast": toast,
        "draft": None,
        "ai_on": settings.openai_api_key is not None,
    }


async def about_data(seen: Visit, lead_id: UUID) -> dict[str, Any]:
    """What the side of the page shows."""
    now = clock.now()
    lead = await leads.card(seen.connection, lead_id=lead_id, now=now)
    judged: list[Score] = await leads.scores(seen.connection, lead_id=lead_id)
    sent = await effects.of_lead(seen.connection, lead_id=lead_id)
    clinic = seen.site.settings.clinic_name
    colleagues = await users.names(seen.connection)
    return {
        **_facts(lead, now),
        **await _money(seen, lead),
        "visits": await visits_of(seen, lead, now),
        **await booking_data(seen, lead),
        **await consent_data(seen, lead["person_id"]),
        "may_work": may(staff(seen.request).role, Right.WORK_LEADS),
        "toast": None,
        "score": judged[0] if judged else None,
        "scores": judged,
        "evidence": view.evidence_of(judged[0] if judged else None),
        "happened": await timeline.of_lead(seen.connection, lead_id=lead_id),
        "sent": [
            (effect, view.text_of(effect, clinic) if to_patient(effect.kind) else None)
            for effect in reversed(sent)
        ],
        "colleagues": colleagues,
        "by_actor": {f"user:{one}": name for one, name in colleagues.items()},
        "work": await leads.work(seen.connection, lead_id=lead_id),
        "owners": [
            one
            for one in await users.everybody(seen.connection)
            if one.disabled_at is None and may(Role(one.role), Right.WORK_LEADS)
        ],
        "all_languages": LANGUAGES,
    }


async def _money(seen: Visit, lead: Row) -> dict[str, Any]:
    """What the person paid and was asked to pay, for those who may see it."""
    role = staff(seen.request).role
    shown = may(role, Right.SEE_PAID)
    return {
        "shows_money": shown,
        "may_ask": may(role, Right.SEE_MONEY),
        "stripe_on": seen.site.settings.stripe_api_key is not None,
        "paid": await payments.of_person(seen.connection, person_id=lead["person_id"]) if shown else [],
        "asked": await payments.requests_of(seen.connection, lead_id=lead["id"]) if shown else [],
        "currencies": CURRENCIES,
        "reasons": DEPOSIT_REASONS,
        "deposit_key": ids.token(12),
    }


def _facts(lead: Row, now: datetime) -> dict[str, Any]:
    last = lead["talk_inbound_at"]
    until = last + WINDOW if last else None
    opted_out = lead["opted_out_at"]
    return {
        "lead": dict(lead),
        "writes_by": _writes_by(lead),
        "need": Need(lead["need"]),
        "window_until": until,
        "window_left": until - now if until and until > now else None,
        "asked_silence": opted_out is not None and not (last and last > opted_out),
        "now": now,
    }


def _writes_by(lead: Row) -> str | None:
    """How a colleague's reply travels: who left a number on the website can be written to by a template (`web`); None
    when nothing can be written."""
    if lead["talk_id"] is None or lead["reply_to"] is None:
        return None
    if lead["reply_kind"] == "email":
        return "email"
    return lead["talk_channel"] if lead["talk_channel"] in ("whatsapp", "web") else None


def _is_key(key: str) -> bool:
    return 8 <= len(key) <= 40 and key.replace("-", "").replace("_", "").isalnum()


ROUTES = [show_lead, show_talk, show_about]
