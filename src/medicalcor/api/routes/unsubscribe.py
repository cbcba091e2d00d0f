"""The link below advertising: a page that asks once more, and a POST that needs nothing else (RFC 8058)."""

from html import escape
from typing import Any
from uuid import UUID

from litestar import MediaType, Request, Response, get, post
from litestar.datastructures import State
from litestar.params import FromPath
from pydantic_core import to_json

from medicalcor.api import pages
from medicalcor.api.described import Described, Gives, described
from medicalcor.api.webhooks.intake import Intake
from medicalcor.api.webhooks.items import Item, row_of
from medicalcor.core import context, ids
from medicalcor.core.crypto.vault import Vault
from medicalcor.core.errors import InvalidInput, NotFound, SealBroken
from medicalcor.domain.language.phrases import mail_words
from medicalcor.domain.outreach import unsubscribe
from medicalcor.schemas.common import Language

PROVIDER = "web"


def _shown(summary: str) -> dict[str, Any]:
    return described(
        Described(
            summary,
            {200: Gives("A page in the reader's language", media_type="text/html")},
            path={"token": "As the link in the e-mail has it|x"},
            refuses={404: "The link is not one of ours"},
            tag="doors",
        )
    )


@get("/unsubscribe/{token:str}", media_type=MediaType.HTML, opt=_shown("Asks whether to unsubscribe"))
async def ask(request: Request[Any, Any, State], token: FromPath[str]) -> Response[str]:
    """Changes nothing: mail programs look at links by themselves."""
    _person, language = _opened(request, token)
    words = mail_words(language)
    clinic = _clinic(request)
    inside = (
        f"<p>{escape(words['ask'].format(clinic=clinic))}</p>"
        f'<form method="post"><button>{escape(words["button"])}</button></form>'
    )
    return _page(words["title"], inside, language, clinic)


@post(
    "/unsubscribe/{token:str}",
    media_type=MediaType.HTML,
    status_code=200,
    opt=_shown("Ends advertising by mail, by button or by one click of a mail program"),
)
async def confirm(request: Request[Any, Any, State], token: FromPath[str]) -> Response[str]:
    """Answered once it is kept for good."""
    person_id, language = _opened(request, token)
    vault: Vault = request.app.state.vault
    intake: Intake = request.app.state.intake
    body = to_json({"person_id": person_id})
    item = Item("unsubscribe", str(ids.new_id()), str(person_id), body)
    await intake.store(
        [row_of(item, provider=PROVIDER, vault=vault)],
        provider=PROVIDER,
        correlation_id=context.correlation_id() or str(ids.new_id()),
        traceparent=context.traceparent(),
    )
    words = mail_words(language)
    return _page(words["title"], f"<p>{escape(words['done'])}</p>", language, _clinic(request))


def _opened(request: Request[Any, Any, State], token: str) -> tuple[UUID, Language]:
    vault: Vault = request.app.state.vault
    try:
        return unsubscribe.unpacked(vault.open_token(unsubscribe.PURPOSE, token))
    except (SealBroken, InvalidInput):
        raise NotFound(
            "This link is not valid. Open it directly from the e-mail, or write to the clinic."
        ) from None


def _clinic(request: Request[Any, Any, State]) -> str:
    name: str = request.app.state.clinic_name
    return name


def _page(title: str, inside: str, language: Language, clinic: str) -> Response[str]:
    body = pages.page(title=title, inside=inside, language=language, clinic=clinic)
    return Response(body, media_type=MediaType.HTML, headers={"content-security-policy": pages.POLICY})
