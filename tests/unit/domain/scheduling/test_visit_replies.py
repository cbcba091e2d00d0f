"""Only a plain answer is one; whatever else is said goes to somebody who reads it."""

import tomllib
from importlib import resources

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medicalcor.domain.language.text import fold
from medicalcor.domain.scheduling.replies import about_visit, to_offer
from medicalcor.schemas.common import LANGUAGES, Language

FORMS = tomllib.loads(
    resources.files("medicalcor.domain.scheduling").joinpath("replies.toml").read_text("utf-8")
)
KINDS = ("confirm", "confirm_asked", "cancel", "cancel_asked", "move_asked")
EVERY = [(language, kind, form) for language in LANGUAGES for kind in KINDS for form in FORMS[language][kind]]


@pytest.mark.parametrize(
    ("language", "text", "meant"),
    [
        ("ro", "Da, confirm!", "confirm"),
        ("ro", "Bună ziua. Nu mai pot veni, îmi pare rău", "cancel"),
        ("ro", "Nu pot veni. Mulțumesc frumos", "cancel"),
        ("ro", "ANULEZ", "cancel"),
        ("ro", "alta ora", "move"),
        ("en", "Yes, I'll be there. See you tomorrow!", "confirm"),
        ("en", "I can't make it, sorry", "cancel"),
        ("de", "Ja, ich komme. Vielen Dank", "confirm"),
        ("de", "Leider kann ich nicht kommen", "cancel"),
        ("it", "Sì, ci sarò. Grazie mille", "confirm"),
        ("fr", "Je ne pourrai pas venir, désolée", "cancel"),
        ("es", "No podré ir, lo siento", "cancel"),
        ("hu", "Sajnos nem tudok menni", "cancel"),
        ("ro", "nu", None),
        ("ro", "ok", "confirm"),
        ("ro", "👍🏽 👍", "confirm"),
        ("ro", "👎", None),
        ("ro", "?", None),
        ("ro", "mulțumesc", None),
        ("ro", "da, dar la ce oră?", None),
        ("ro", "confirm că nu vin", None),
        ("ro", "nu confirm", None),
        ("en", "I can't make it at ten but I can at eleven", None),
        ("de", "Ich komme, aber mit meiner Mutter", None),
    ],
)
def test_what_a_reminder_is_answered_with(language: Language, text: str, meant: str | None) -> None:
    assert about_visit(text, languages=[language], asked=True) == meant


@pytest.mark.parametrize(("language", "kind", "form"), EVERY)
def test_each_form_means_one_thing(language: Language, kind: str, form: str) -> None:
    verb = kind.removesuffix("_asked")
    assert about_visit(form, languages=[language], asked=True) == verb
    assert about_visit(f"{form} 🙂", languages=[language], asked=True) == verb
    if kind.endswith("_asked"):
        assert about_visit(form, languages=[language], asked=False) is None, "nobody had asked"


@given(
    where=st.sampled_from(EVERY),
    more=st.sampled_from(
        ["dar", "la", "12", "mama", "aber", "tomorrow at", "și", "not", "nu", "nicht", "?? când"]
    ),
    before=st.booleans(),
)
def test_one_word_more_and_a_person_reads_it(
    where: tuple[Language, str, str], more: str, *, before: bool
) -> None:
    language, _kind, form = where
    text = f"{more} {form}" if before else f"{form} {more}"
    meant = about_visit(text, languages=[language], asked=True)
    own = {tuple(fold(f).split()) for k in KINDS for f in FORMS[language][k]}
    if tuple(fold(text).split()) not in own:
        assert meant is None


@pytest.mark.parametrize(
    ("language", "text", "answer"),
    [
        ("ro", "Da, vreau, mulțumesc", "yes"),
        ("ro", "din păcate nu pot", "no"),
        ("ro", "da, dacă e dimineața", None),
        ("en", "Yes please", "yes"),
        ("de", "Passt leider nicht", "no"),
        ("hu", "Igen, kérem", "yes"),
        ("fr", "ça dépend", None),
    ],
)
def test_what_an_offer_is_answered_with(language: Language, text: str, answer: str | None) -> None:
    assert to_offer(text, languages=[language]) == answer
