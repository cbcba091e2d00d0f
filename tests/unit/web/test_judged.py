"""A judgement in three languages: summary, next step, and what stays in the AI's own words."""

from dataclasses import replace
from itertools import product
from typing import Any
from uuid import UUID

import pytest

from medicalcor.core import clock
from medicalcor.domain.scoring import rules
from medicalcor.domain.scoring.explain import suggested_action
from medicalcor.domain.scoring.facts import Facts
from medicalcor.domain.scoring.lexicon import lexicon
from medicalcor.domain.scoring.reading import read_turn
from medicalcor.readmodels.leads.queries import Score
from medicalcor.schemas.scoring import ScoringInput, Turn
from medicalcor.web.judged import STEPS, Told, told
from medicalcor.web.translate import LANGUAGES, translator

INTENTS = (
    "emergency", "opt_out", "not_a_patient", "withdrawn", "existing_patient", "smalltalk", "complaint", "prospect",
)  # fmt: skip


def _score(text: str, **changed: Any) -> Score:
    facts = ScoringInput(channel="whatsapp", messages=(Turn(role="user", content=text),))
    output = rules.score(facts).model_dump(mode="json") | changed
    return Score(
        id=UUID(int=1),
        message_id=UUID(int=2),
        at=clock.now(),
        scorer="rules",
        why="ai_off",
        version="1",
        score=output["score"],
        classification=output["classification"],
        confidence=output["confidence"],
        output=output,
        rules_score=None,
        agreed=None,
        turns=(),
    )


def _told(score: Score, language: str) -> Told:
    said = told(score, translator(language))
    assert said is not None
    return said


@pytest.mark.parametrize(
    "text",
    [
        "Vreau un implant. Cât costă și când pot veni?",
        "Mă doare măseaua îngrozitor",
        "sangereaza abundent din gura, nu se opreste",
        "Vă rog să nu mă mai contactați",
        "Căutați asistentă? Aș dori să îmi depun CV-ul",
        "Am primit planul de tratament cu implanturi de la altă clinică",
        "Mulțumesc!",
        "Ce program aveți?",
    ],
)
def test_in_english_the_rules_next_step_is_their_own(text: str) -> None:
    score = _score(text)
    assert score.output is not None
    said = _told(score, "en")
    assert said.next_step == score.output["suggested_action"]
    assert said.own_words == ()


@pytest.mark.parametrize("language", ["ro", "de"])
def test_no_sentence_stays_english(language: str) -> None:
    score = _score("Vreau un implant. Cât costă și când pot veni? Mă doare rău acum.")
    english, said = _told(score, "en"), _told(score, language)
    for sentence in english.summary.split(". "):
        assert sentence.strip(".") not in said.summary
    assert said.next_step != english.next_step


def test_a_summary_reads_as_sentences() -> None:
    score = _score("Vreau un implant. Cât costă și când pot veni la consultație?")
    assert _told(score, "en").summary == (
        "A prospective patient. It is about: implant. Asks about price or payment, wants to come or be called."
    )
    assert _told(score, "ro").summary == (
        "Un posibil pacient. Este vorba despre: implant. "
        "Întreabă de preț sau de plată, dorește o programare sau un apel."
    )
    assert _told(score, "de").summary == (
        "Ein möglicher neuer Patient. Es geht um: Implantat. "
        "Fragt nach Preis oder Zahlung, möchte kommen oder angerufen werden."
    )


def test_every_step_of_the_rules_is_known() -> None:
    for intent, points, acute, call_me in product(INTENTS, (2, 3, 4, 5), (False, True), (False, True)):
        known = Facts(
            "ro", [read_turn(0, "x", expected=None, book=lexicon())], [None], acute=acute, call_me=call_me
        )
        action = suggested_action(known, intent, points)
        assert action in STEPS
        assert all(translator(language).find(action) != action for language in ("ro", "de"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_ai_keeps_its_own_words(language: str) -> None:
    sentences = {"reasoning": "Two implants, soon.", "suggested_action": "Ring before noon."}
    by_ai = replace(_score("Vreau un implant. Cât costă?", **sentences), scorer="ai")
    by_rules = _score("Vreau un implant. Cât costă?")
    said = _told(by_ai, language)
    assert said.own_words == ["Two implants, soon.", "Ring before noon."]
    assert (said.summary, said.next_step) == (
        _told(by_rules, language).summary,
        _told(by_rules, language).next_step,
    )


def test_an_erased_judgement_says_nothing() -> None:
    assert told(replace(_score("Mulțumesc!"), output=None), translator("ro")) is None
