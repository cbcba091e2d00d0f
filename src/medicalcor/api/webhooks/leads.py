"""The door for forms on clinics' web pages: public, from browsers, with or without a script."""

from typing import Any

from pydantic import ValidationError
from pydantic_core import to_json

from medicalcor.api import metrics, problems
from medicalcor.api.database import Database
from medicalcor.api.exchange import Answer, Request
from medicalcor.api.shell import Door
from medicalcor.api.webhooks import lead_pages
from medicalcor.api.webhooks.desk import Desk
from medicalcor.api.webhooks.items import Item, canonical, parse, row_of
from medicalcor.api.webhooks.lead_fields import FILES, fields_of
from medicalcor.core import clock, ids
from medicalcor.core.crypto.vault import Vault
from medicalcor.core.database.pool import CONNECTION_LOST, DatabaseUnavailable
from medicalcor.core.database.queries import statements
from medicalcor.core.errors import ProductError
from medicalcor.core.ratelimit import Limit
from medicalcor.core.settings import Settings
from medicalcor.domain.correspondence.addresses import normalised
from medicalcor.domain.identity.phones import e164
from medicalcor.schemas.common import Language
from medicalcor.schemas.leads import ID, TRAP, LeadForm, language_of

PROVIDER = "web"
PATH = "/leads"
LIMIT = Limit(120, seconds=60)
"""A person sends one; a web server that hands on the forms of all its visitors has one address for them."""
LARGEST = 65_536
_LONGEST_KEY = 255
_AWAY = (*CONNECTION_LOST, DatabaseUnavailable)
SQL = statements("medicalcor.api.webhooks", "leads.sql")


class Leads:
    """Answers for `/leads`."""

    def __init__(self, settings: Settings, desk: Desk, *, database: Database, vault: Vault) -> None:
        self._desk = desk
        self._database = database
        self._vault = vault
        self._country = settings.clinic_country
        self._clinic = settings.clinic_name

    def door(self) -> Door:
        return Door(PATH, PROVIDER, {"POST": self.take_in}, LIMIT, _DESCRIPTION)

    async def take_in(self, request: Request) -> Answer:
        """Store the form, then say so: as JSON to a script, as a page to a browser."""
        body = await request.body()
        if len(body) > LARGEST:
            raise problems.too_large(LARGEST)
        fields = fields_of(request, body)
        if fields is not None:
            return await self._take_page(request, fields)
        number = await self._take(request, parse(body), language="en")
        return Answer(202, to_json({"status": "received", "id": number}), b"application/json")

    async def _take_page(self, request: Request, given: dict[str, Any]) -> Answer:
        language = language_of(given.get("language")) or "en"
        try:
            await self._take(request, given, language=language)
        except ProductError as refusal:
            return lead_pages.refused(refusal, language=language, clinic=self._clinic)
        return lead_pages.thanks(language=language, clinic=self._clinic)

    async def _take(self, request: Request, given: Any, *, language: Language) -> str:
        """The id that it is kept under; for what a program has filled in, one that looks like it."""
        if not isinstance(given, dict):
            raise problems.wrong_fields([_wrong("form", "unreadable", language)])
        if given.get(TRAP):
            metrics.form_trapped()
            return str(ids.new_id())
        form = self._read(given, language_of(given.get("language")) or language)
        key = _key(request, given)
        fingerprint = self._vault.keyed_hash("web-form", canonical(given))
        try:
            return await self._keep(request, form, key=key, fingerprint=fingerprint)
        except _AWAY:
            raise problems.try_later("It could not be stored. Send it again.", code="not_stored") from None

    def _read(self, given: dict[str, Any], language: Language) -> LeadForm:
        """Refused with everything that is wrong, at once."""
        wrong = [_wrong(field, code, language) for field, code in self._unreachable(given)]
        if FILES in given:
            wrong.append(_wrong(str(given[FILES]), "file_unwanted", language))
        try:
            form = LeadForm.model_validate(given)
        except ValidationError as fault:
            wrong += [_wrong(_field(error["loc"]), error["type"], language) for error in fault.errors()]
            raise problems.wrong_fields(wrong) from None
        if wrong:
            raise problems.wrong_fields(wrong)
        return form

    def _unreachable(self, given: dict[str, Any]) -> list[tuple[str, str]]:
        """What is wrong when there is no way to reach the person; one good way is enough."""
        phone, mail = (_written(given.get(name)) for name in ("phone", "email"))
        if self._reached(phone, mail):
            return []
        wrong = [("phone", "phone_invalid")] if phone else []
        wrong += [("email", "email_invalid")] if mail else []
        return wrong or [("phone", "contact_missing")]

    def _reached(self, phone: str | None, mail: str | None) -> str | None:
        return e164(phone, country=self._country) or normalised(mail)

    async def _keep(self, request: Request, form: LeadForm, *, key: str | None, fingerprint: str) -> str:
        if key is not None:
            await self._same_as_before(self._vault.keyed_hash("web-form-key", key), fingerprint)
        # the same words again on the same day are the same form, sent twice
        identity = f"{key or clock.now().date().isoformat()}:{fingerprint}"
        whose = self._reached(form.phone, form.email) or identity
        item = Item("message", identity, whose, form.model_dump_json(exclude_none=True).encode())
        await self._desk.keep(request, [item])
        event_key = row_of(item, provider=PROVIDER, vault=self._vault).event_key
        async with self._database.pool.acquire() as connection:
            return str(await connection.fetchval(SQL["stored_form"], event_key))

    async def _same_as_before(self, form_key: str, fingerprint: str) -> None:
        async with self._database.pool.acquire() as connection:
            known = await connection.fetchval(SQL["form_key"], form_key, fingerprint, clock.now())
        if known not in (None, fingerprint):
            raise problems.key_reused()


def _key(request: Request, given: dict[str, Any]) -> str | None:
    header = request.headers.get(b"idempotency-key")
    key = header.decode("latin-1").strip() if header is not None else given.get(ID)
    if key in (None, ""):
        return None
    if not isinstance(key, str) or len(key) > _LONGEST_KEY or not key.isprintable():
        raise problems.bad_key(_LONGEST_KEY)
    return key


def _written(value: Any) -> str | None:
    return value if isinstance(value, str) and value.strip() else None


def _field(place: tuple[int | str, ...]) -> str:
    return ".".join(str(part) for part in place) or "form"


def _wrong(field: str, code: str, language: Language) -> problems.Wrong:
    words = lead_pages.words(language)
    known = code if code in words else "consent_missing" if field == "consent" else "unreadable"
    return {"field": field, "code": known, "message": words[known]}


_TEXT = {"type": "string"}
_REFUSED = {
    problems.MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}},
    "text/html": {"schema": _TEXT},
}
"""To a script; to a browser that posted the form without one."""
_DESCRIPTION = {
    "post": {
        "summary": "A web form: somebody wants to be contacted",
        "parameters": [
            {
                "name": "Idempotency-Key",
                "in": "header",
                "required": False,
                "description": "The same key with the same body is the same form.",
                "schema": {"type": "string", "maxLength": _LONGEST_KEY},
            }
        ],
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {"schema": LeadForm.model_json_schema()},
                "application/x-www-form-urlencoded": {"schema": {"type": "object"}},
                "multipart/form-data": {"schema": {"type": "object"}},
            },
        },
        "responses": {
            "202": {
                "description": "It is stored; a page with thanks for a form that was posted without a script",
                "content": {
                    "application/json": {
                        "schema": {
                            "type": "object",
                            "required": ["status", "id"],
                            "properties": {"status": {"const": "received"}, "id": _TEXT},
                        }
                    },
                    "text/html": {"schema": _TEXT},
                },
            },
            "400": {"description": "Not JSON, or a key that is none", "content": _REFUSED},
            "408": {"description": "The body did not arrive in time"},
            "413": {"description": "The body is too large"},
            "422": {
                "description": "Fields that cannot be used (`errors`), or a key that came with another body",
                "content": _REFUSED,
            },
            "429": {"description": "Too many requests"},
            "503": {"description": "Not stored: send it again", "content": _REFUSED},
        },
    },
}
