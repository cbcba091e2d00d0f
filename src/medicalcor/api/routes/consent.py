"""The link in a mail that asks for consent: a page with the very words, and a POST that answers them."""

from datetime import timedelta
from html import escape
from typing import Any

from litestar import MediaType, Request, Response, get, post
from litestar.datastructures import State
from litestar.params import FromPath
from pydantic_core import to_json

from medicalcor.api import pages
from medicalcor.api.described import Described, Gives, described
from medicalcor.api.webhooks.intake import Intake
from medicalcor.api.webhooks.items import Item, row_of
from medicalcor.core import clock, context, ids
from medicalcor.core.crypto.vault import Vault
from medicalcor.core.errors import InvalidInput, NotFound, SealBroken
from medicalcor.domain.consent import links, texts
from medicalcor.domain.consent.links import Link
from medicalcor.domain.consent.purposes import TAP_WITHIN

PROVIDER = "web"
_LONGEST = 100


def _shown(summary: str, *, posted: bool = False) -> dict[str, Any]:
    return described(
        Described(
            summary,
            {200: Gives("A page in the reader's language", media_type="text/html")},
            path={"token": "As the link in the e-mail has it|x"},
            refuses={404: "The link is not one of ours, or too old"}
            | ({422: "Neither yes nor no was sent"} if posted else {}),
            tag="doors",
        )
    )


@get("/consent/{token:str}", media_type=MediaType.HTML, opt=_shown("Shows what is asked, word for word"))
async def ask(request: Request[Any, Any, State], token: FromPath[str]) -> Response[str]:
    """Changes nothing: mail programs look at links by themselves."""
    link, clinic = _opened(request, token), _clinic(request)
    text = texts.wording(link.occasion, link.purposes, link.language, clinic=clinic, version=link.version)
    buttons = "".join(
        f'<button name="answer" value="{answer}">{escape(texts.said(answer, link.language))}</button> '
        for answer in ("yes", "no")
    )
    return _page(link, f'<p>{escape(text.body)}</p><form method="post">{buttons}</form>', clinic)


@post(
    "/consent/{token:str}",
    media_type=MediaType.HTML,
    status_code=200,
    opt=_shown("Answers a question about consent: `answer` is yes or no", posted=True),
)
async def answer(request: Request[Any, Any, State], token: FromPath[str]) -> Response[str]:
    """Answered once it is kept for good. Later answers to the same question count in their turn."""
    link = _opened(request, token)
    said = (await request.body())[:_LONGEST]
    if said not in (b"answer=yes", b"answer=no"):
        raise InvalidInput("Send answer=yes or answer=no.")
    agrees = said == b"answer=yes"
    vault: Vault = request.app.state.vault
    intake: Intake = request.app.state.intake
    body = to_json({"question_id": link.question_id, "agrees": agrees})
    item = Item("consent", str(ids.new_id()), str(link.question_id), body)
    await intake.store(
        [row_of(item, provider=PROVIDER, vault=vault)],
        provider=PROVIDER,
        correlation_id=context.correlation_id() or str(ids.new_id()),
        traceparent=context.traceparent(),
    )
    lines = [
        texts.said("done_yes" if agrees else "done_no", link.language),
        texts.said("again", link.language),
    ]
    return _page(link, "".join(f"<p>{escape(line)}</p>" for line in lines), _clinic(request))


def _opened(request: Request[Any, Any, State], token: str) -> Link:
    vault: Vault = request.app.state.vault
    try:
        link = links.unpacked(vault.open_token(links.PURPOSE, token))
    except (SealBroken, InvalidInput):
        raise NotFound(
            "This link is not valid. Open it directly from the e-mail, or write to the clinic."
        ) from None
    if clock.now().date() - link.asked_on > TAP_WITHIN + timedelta(days=1):
        raise NotFound("This link is too old to be answered. Write to the clinic to be asked again.")
    return link


def _clinic(request: Request[Any, Any, State]) -> str:
    name: str = request.app.state.clinic_name
    return name


def _page(link: Link, inside: str, clinic: str) -> Response[str]:
    title = texts.said("page_title", link.language)
    body = pages.page(title=title, inside=inside, language=link.language, clinic=clinic)
    return Response(body, media_type=MediaType.HTML, headers={"content-security-policy": pages.POLICY})
