"""The link in a mail that offers an earlier time: a page that says how it stands, and a POST that takes it or lets it go."""

from collections.abc import Mapping
from html import escape
from typing import Any

from litestar import MediaType, Request, Response, get, post
from litestar.datastructures import State
from litestar.params import FromPath
from pydantic_core import from_json, to_json

from medicalcor.api import pages, patience, problems
from medicalcor.api.described import Described, Gives, described
from medicalcor.core import ids
from medicalcor.core.crypto.vault import Vault
from medicalcor.core.errors import InvalidInput, NotFound, SealBroken
from medicalcor.domain.language.phrases import button, form_words, offer_words
from medicalcor.domain.scheduling import offer_link
from medicalcor.domain.scheduling.offer_link import OfferLink

_VERBS = ("yes", "no", "stop")
_LONGEST = 100


def _shown(summary: str, *, posted: bool = False) -> dict[str, Any]:
    return described(
        Described(
            summary,
            {
                200: Gives("A page in the reader's language", media_type="text/html"),
                503: Gives("A page that asks to try again in a minute", media_type="text/html"),
            },
            path={"token": "As the link in the e-mail has it|x"},
            refuses={404: "The link is not one of ours"}
            | ({422: "Neither yes, no nor stop was sent"} if posted else {}),
            tag="doors",
        )
    )


@get(
    "/offers/{token:str}",
    media_type=MediaType.HTML,
    opt=_shown("Shows an earlier time that is offered, and how it stands"),
)
async def show(request: Request[Any, Any, State], token: FromPath[str]) -> Response[str]:
    """Changes nothing: mail programs look at links by themselves."""
    link = _opened(request, token)
    told = await _asked(request, "offers.show", link)
    if told is None:
        return _later(request, link)
    words, clinic = offer_words(link.language), _clinic(request)
    if not told["open"]:
        return _page(link, f"<p>{escape(told['said'])}</p>", clinic)
    buttons = "".join(
        f'<button name="answer" value="{verb}">{escape(button(verb, link.language))}</button> '
        for verb in _VERBS
    )
    asked = words["ask"].format(clinic=clinic, visit=told["visit"])
    return _page(link, f'<p>{escape(asked)}</p><form method="post">{buttons}</form>', clinic)


@post(
    "/offers/{token:str}",
    media_type=MediaType.HTML,
    status_code=200,
    opt=_shown("Answers the offer of an earlier time: `answer` is yes, no or stop", posted=True),
)
async def answer(request: Request[Any, Any, State], token: FromPath[str]) -> Response[str]:
    """Says what it led to: whoever says yes first has the time."""
    link = _opened(request, token)
    said = (await request.body())[:_LONGEST].decode("ascii", "replace")
    verb = said.removeprefix("answer=")
    if verb not in _VERBS:
        raise InvalidInput("Send answer=yes, answer=no or answer=stop.")
    told = await _asked(request, "offers.answer", link, verb=verb)
    if told is None:
        return _later(request, link)
    return _page(link, f"<p>{escape(told['said'])}</p>", _clinic(request))


async def _asked(
    request: Request[Any, Any, State], name: str, link: OfferLink, **more: str
) -> Mapping[str, Any] | None:
    """None when no worker answers in time."""
    question = {"offer": link.offer_id, "person": link.person_id, "language": link.language, **more}
    outcome = await request.app.state.asks.ask(
        name, to_json(question), ask_id=ids.new_id(), within=patience.extend(request)
    )
    if outcome is None:
        return None
    if outcome.status != 200:
        raise problems.of_outcome(outcome.status, outcome.body)
    told: Mapping[str, Any] = from_json(outcome.body)
    return told


def _opened(request: Request[Any, Any, State], token: str) -> OfferLink:
    vault: Vault = request.app.state.vault
    try:
        return offer_link.unpacked(vault.open_token(offer_link.PURPOSE, token))
    except (SealBroken, InvalidInput):
        raise NotFound(
            "This link is not valid. Open it directly from the e-mail, or write to the clinic."
        ) from None


def _clinic(request: Request[Any, Any, State]) -> str:
    name: str = request.app.state.clinic_name
    return name


def _later(request: Request[Any, Any, State], link: OfferLink) -> Response[str]:
    return _page(link, f"<p>{escape(form_words(link.language)['later'])}</p>", _clinic(request), status=503)


def _page(link: OfferLink, inside: str, clinic: str, *, status: int = 200) -> Response[str]:
    body = pages.page(
        title=offer_words(link.language)["title"], inside=inside, language=link.language, clinic=clinic
    )
    headers = {"content-security-policy": pages.POLICY, "cache-control": "no-store"}
    return Response(body, status_code=status, media_type=MediaType.HTML, headers=headers)


ROUTES = [show, answer]
