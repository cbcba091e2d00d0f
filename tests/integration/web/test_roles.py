"""Who may: every route says so, and the table is kept."""

import re

import pytest
from litestar import Litestar
from litestar.handlers import HTTPRouteHandler
from litestar.routes import HTTPRoute
from tests import web_clinic
from tests.integration.web.conftest import PASSWORD, Browser

from medicalcor.core import ids
from medicalcor.core.auth import accounts
from medicalcor.core.auth.roles import MAY, Right, Role
from medicalcor.core.database.pool import Pool
from medicalcor.operations.ledger import Ledger
from medicalcor.web import asking

PUBLIC = {("GET", "/"), ("GET", "/sign-in"), ("POST", "/sign-in"), ("POST", "/account/language")}
WORK = {
    ("POST", f"/leads/{{lead_id:uuid}}/{act}"): Right.WORK_LEADS
    for act in (
        *("take-over", "hand-back", "reply", "seen", "suggest", "translate-reply", "language", "owner"),
        *("messages/{message_id:uuid}/translate", "effects/{effect_id:uuid}/call-back", "offer-times"),
        *("consent/ask", "consent/note", "consent/{question_id:uuid}", "template"),
    )
}
SET_UP = "/settings/practice"
EDITED = {
    "practitioners": (
        *("", "/week", "/days", "/days/clear", "/off", "/off/{time_off_id:uuid}/remove", "/check/{what:str}"),
        *("/calendar", "/calendar/revoke"),
    ),
    "resources": ("", "/off", "/off/{time_off_id:uuid}/remove", "/check/off"),
    "procedures": ("",),
}
PRACTICE = {
    ("GET", SET_UP): Right.MANAGE_PRACTICE,
    ("GET", f"{SET_UP}/holidays/check"): Right.MANAGE_PRACTICE,
    ("POST", f"{SET_UP}/holidays"): Right.MANAGE_PRACTICE,
    ("POST", f"{SET_UP}/holidays/{{holiday_id:uuid}}/remove"): Right.MANAGE_PRACTICE,
    **{
        (method, f"{SET_UP}/{noun}/{which}"): Right.MANAGE_PRACTICE
        for noun in EDITED
        for method in ("GET", "POST")
        for which in ("new", f"{{{noun[:-1]}_id:uuid}}")
    },
    **{
        ("POST", f"{SET_UP}/{noun}/{{{noun[:-1]}_id:uuid}}{act}"): Right.MANAGE_PRACTICE
        for noun, acts in EDITED.items()
        for act in acts
    },
}
WAITLIST = {
    ("POST", "/appointments/person"): Right.BOOK,
    ("GET", "/waitlist"): Right.SEE_CALENDAR,
    ("POST", "/waitlist/list"): Right.SEE_CALENDAR,
    **{
        ("POST", f"/waitlist/{act}"): Right.BOOK
        for act in ("find", "join", *(f"{{waiting_id:uuid}}/{does}" for does in ("change", "leave", "back")))
    },
}
ALERTS = {
    ("GET", "/alerts"): Right.SEE_LEADS,
    ("POST", "/alerts/list"): Right.SEE_LEADS,
    ("POST", "/alerts/count"): Right.SEE_LEADS,
    ("POST", "/alerts/{alert_id:uuid}/{act:str}"): Right.WORK_LEADS,
}
RIGHTS = {
    **PRACTICE,
    **WAITLIST,
    **ALERTS,
    ("POST", "/sign-out"): Right.OWN_ACCOUNT,
    ("POST", "/account/theme"): Right.OWN_ACCOUNT,
    ("GET", "/patterns"): Right.OWN_ACCOUNT,
    ("GET", "/events"): Right.SEE_LEADS,
    ("GET", "/frame"): Right.SEE_LEADS,
    ("GET", "/leads"): Right.SEE_LEADS,
    ("POST", "/leads/list"): Right.SEE_LEADS,
    ("POST", "/leads/find"): Right.SEE_LEADS,
    ("GET", "/leads/queue"): Right.SEE_LEADS,
    ("GET", "/leads/{lead_id:uuid}"): Right.SEE_LEADS,
    ("GET", "/leads/{lead_id:uuid}/talk"): Right.SEE_LEADS,
    ("GET", "/leads/{lead_id:uuid}/about"): Right.SEE_LEADS,
    ("GET", "/calls"): Right.SEE_LEADS,
    ("GET", "/calls/{call_id:uuid}"): Right.SEE_LEADS,
    ("GET", "/calls/{call_id:uuid}/recordings/{sid:str}"): Right.HEAR_CALLS,
    ("GET", "/leads/unread"): Right.SEE_UNREAD,
    ("POST", "/leads/unread/{item_id:uuid}"): Right.SEE_UNREAD,
    ("GET", "/settings/api-keys"): Right.MANAGE_API_KEYS,
    ("POST", "/settings/api-keys"): Right.MANAGE_API_KEYS,
    ("POST", "/settings/api-keys/{prefix:str}/revoke"): Right.MANAGE_API_KEYS,
    ("POST", "/settings/api-keys/{prefix:str}/restore"): Right.MANAGE_API_KEYS,
    **{
        ("GET", f"/settings/scoring{page}"): Right.MANAGE_SCORING
        for page in ("", "/disagreements", "/disagreements/cases.jsonl", "/measure")
    },
    **{
        ("POST", f"/settings/scoring{act}"): Right.MANAGE_SCORING
        for act in (
            *("/try", "/phrases", "/phrases/{phrase_id:uuid}/remove"),
            *("/disagreements/{message_id:uuid}", "/measure"),
        )
    },
    **WORK,
    ("GET", "/appointments"): Right.SEE_CALENDAR,
    ("POST", "/appointments/calendar"): Right.SEE_CALENDAR,
    ("POST", "/appointments/{appointment_id:uuid}/card"): Right.SEE_CALENDAR,
    ("POST", "/appointments/find"): Right.BOOK,
    ("POST", "/appointments/book"): Right.BOOK,
    **{
        ("POST", f"/appointments/{{appointment_id:uuid}}/{act}"): Right.BOOK
        for act in ("move", "cancel", "{act:str}")
    },
    ("GET", "/payments"): Right.SEE_MONEY,
    ("POST", "/payments/list"): Right.SEE_MONEY,
    ("POST", "/leads/{lead_id:uuid}/deposit"): Right.SEE_MONEY,
    ("POST", "/leads/{lead_id:uuid}/visits/{visit_id:uuid}/earlier"): Right.WORK_LEADS,
    **{
        ("POST", f"/payments/{{payment_id:uuid}}/{act}"): Right.SEE_MONEY
        for act in ("find", "assign", "move", "not-ours", "take-back")
    },
}


def test_every_route_is_in_the_table(app: Litestar) -> None:
    found = _by_path(app)
    assert {key for key, handler in found.items() if handler.opt.get("public")} == PUBLIC
    assert {
        key: handler.opt["right"] for key, handler in found.items() if not handler.opt.get("public")
    } == RIGHTS


def _by_path(app: Litestar) -> dict[tuple[str, str], HTTPRouteHandler]:
    return {
        (str(method), route.path): handler
        for route in app.routes
        if isinstance(route, HTTPRoute) and not route.path.startswith("/static")
        for handler in route.route_handlers
        for method in handler.http_methods
        if method in ("GET", "POST")
    }


async def test_without_signing_in_there_is_only_the_door(anonymous: Browser) -> None:
    for method, path in RIGHTS:
        asked = re.sub(r"\{\w+:uuid\}", str(ids.new_id()), path)
        asked = asked.replace("{act:str}", "confirm").replace("{what:str}", "week")
        answer = await (anonymous.get(asked) if method == "GET" else anonymous.post(asked))
        assert answer.status_code == 303, path
        assert answer.headers["location"].startswith("/sign-in"), path


@pytest.mark.parametrize("role", list(Role))
async def test_each_role_gets_what_its_table_says(
    anonymous: Browser, pool: Pool, ledger: Ledger, role: Role, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "_PATIENCE_SECONDS", 0)  # there is no worker who would answer
    await accounts.add(
        pool, email="who@clinic.example", name="Who", role=role, password=PASSWORD, language="en"
    )
    await anonymous.sign_in(email="who@clinic.example")
    story = await web_clinic.ana(ledger)
    for (method, path), right in RIGHTS.items():
        if path in ("/events", "/sign-out") or "item_id" in path or "call_id" in path:
            continue
        asked = path.replace("{lead_id:uuid}", str(story.lead_id)).replace("{act:str}", "confirm")
        asked = re.sub(r"\{\w+:uuid\}", str(ids.new_id()), asked).replace("{what:str}", "week")
        asked += f"?current={story.lead_id}" if asked.endswith("queue") else ""
        fields = {"text": "Bună ziua", "key": "key-of-a-form", "theme": "dark"}
        answer = await (anonymous.get(asked) if method == "GET" else anonymous.post(asked, fields))
        assert (answer.status_code != 403) is (role in MAY[right]), (role, path, answer.status_code)


async def test_reading_only_shows_no_buttons(looker: Browser, ledger: Ledger) -> None:
    story = await web_clinic.ana(ledger)
    page = await looker.get(f"/leads/{story.lead_id}")
    assert "Reading only" in page.text
    assert "Take over" not in page.text


async def test_opening_a_record_is_put_on_record(
    browser: Browser, pool: Pool, ledger: Ledger, elena: object
) -> None:
    story = await web_clinic.ana(ledger)
    await browser.get(f"/leads/{story.lead_id}")
    rows = await pool.fetch("select user_id, person_id, what, object_id from record_accesses")
    assert [tuple(row) for row in rows] == [(elena, story.person_id, "lead", story.lead_id)]
