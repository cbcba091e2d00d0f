"""The words that the rules count: the lexicon's, to look at, and the clinic's own, to add and remove."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect
from pydantic import Field

from medicalcor.core.auth.roles import Right
from medicalcor.domain.scoring import own, rules
from medicalcor.domain.scoring.lexicon import ANY, lexicon
from medicalcor.operations import lexicon as words
from medicalcor.readmodels.lexicon import queries
from medicalcor.schemas.common import LANGUAGES
from medicalcor.schemas.scoring import OwnPhrase, ScoringInput, ScoringOutput, Turn
from medicalcor.web.forms import Form, read
from medicalcor.web.request import Visitor, is_fragment, language_of, right, staff
from medicalcor.web.site import Visit, site_of, visit

_PATH = "/settings/scoring"
_MAY = right(Right.MANAGE_SCORING)


class PhraseForm(Form):
    means: str = Field(default="", max_length=60)
    language: str = Field(default="", max_length=8)
    phrase: str = Field(default="", max_length=200)
    sample: str = Field(default="", max_length=2_000)


@dataclass(frozen=True)
class Trial:
    """The sample without and with the phrase."""

    before: ScoringOutput
    after: ScoringOutput


@get(_PATH, opt=_MAY)
async def show(request: Visitor, means: FromQuery[str] = "", language: FromQuery[str] = "") -> Response[str]:
    async with visit(request) as seen:
        form = PhraseForm(means=means[:60], language=language[:8])
        return await _page(seen, form)


@post(_PATH + "/try", opt=_MAY, status_code=200)
async def attempt(request: Visitor) -> Response[str]:
    """What the phrase would make of the sample. Nothing is kept."""
    form = await read(request, PhraseForm)
    async with visit(request) as seen:
        known = await words.current(seen.connection)
        try:
            wanted = own.checked(
                means=form.means, language=form.language, phrase=form.phrase, known=known.phrases
            )
        except own.PhraseRefused as problem:
            return await _page(seen, form, refused=problem.reason)
        if not form.sample:
            return await _page(seen, form, refused="no_sample")
        return await _page(seen, form, trial=_trial(known, wanted, form.sample))


@post(_PATH + "/phrases", opt=_MAY, status_code=200)
async def add(request: Visitor) -> Response[str] | Redirect:
    form = await read(request, PhraseForm)
    try:
        await words.add_phrase(
            site_of(request).ledger,
            means=form.means,
            language=form.language,
            phrase=form.phrase,
            by=staff(request).id,
        )
    except own.PhraseRefused as problem:
        async with visit(request) as seen:
            return await _page(seen, form, refused=problem.reason)
    return await _shown(request, form.model_copy(update={"phrase": "", "sample": ""}))


@post(_PATH + "/phrases/{phrase_id:uuid}/remove", opt=_MAY, status_code=200)
async def remove(request: Visitor, phrase_id: FromPath[UUID]) -> Response[str] | Redirect:
    await words.remove_phrase(site_of(request).ledger, phrase_id=phrase_id, by=staff(request).id)
    return await _shown(request, PhraseForm())


async def _shown(request: Visitor, form: PhraseForm) -> Response[str] | Redirect:
    if not is_fragment(request):
        return Redirect(_PATH, status_code=303)
    async with visit(request) as seen:
        return await _page(seen, form)


def _trial(known: own.OwnWords, wanted: OwnPhrase, sample: str) -> Trial:
    facts = ScoringInput(channel="whatsapp", messages=(Turn(role="user", content=sample),))
    with_it = own.OwnWords(known.version + 1, (*known.phrases, wanted))
    return Trial(rules.score(facts, known), rules.score(facts, with_it))


async def _page(
    seen: Visit, form: PhraseForm, *, refused: str | None = None, trial: Trial | None = None
) -> Response[str]:
    known = await words.current(seen.connection)
    kept = await queries.kept(seen.connection)
    language = form.language if form.language in (*LANGUAGES, ANY) else language_of(seen.request)
    means = form.means if form.means in lexicon().meanings else "procedure:implant"
    data: dict[str, Any] = {
        "form": form,
        "refused": refused,
        "trial": trial,
        "label": known.label,
        "phrases": [one for one in kept if one.removed_at is None],
        "removed": [one for one in kept if one.removed_at is not None],
        "meanings": own.MEANINGS,
        "languages_known": (*LANGUAGES, ANY),
        "chosen_means": means,
        "chosen_language": language,
        "patterns": lexicon().sources.get((means, language), ()),
    }
    if is_fragment(seen.request):
        return seen.part("pages/settings/_scoring.html", **data)
    return await seen.page("pages/settings/scoring.html", **data)


ROUTES = [show, attempt, add, remove]
