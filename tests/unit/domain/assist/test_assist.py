"""What is shown of a model's words, and what the rules make of a call."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medicalcor.domain.assist import prompts, transcripts
from medicalcor.domain.assist.guard import LONGEST, unfit
from medicalcor.domain.identity.anonymous import anonymous, masked, unmasked
from medicalcor.domain.language.phrases import KEYS, phrase
from medicalcor.schemas.common import LANGUAGES, Language
from medicalcor.schemas.scoring import Turn


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("Un implant costă 500 €.", "price"),
        ("It is about EUR 1,200 per tooth.", "price"),
        ("Das kostet 900 Euro.", "price"),
        ("2.500 lei", "price"),
        ("Vă oferim 20% reducere!", "price"),
        ("Vedeți https://clinic.example", "link"),
        ("Puteți lua ibuprofen până atunci.", "medicine"),
        ("Aveți probabil o carie profundă.", "diagnosis"),
        ("You have an abscess.", "diagnosis"),
        ("Sie haben eine Entzündung.", "diagnosis"),
        ("a" * (LONGEST + 1), "length"),
        ("  ", "length"),
        ("Puteți veni la o evaluare? Ce zi vi se potrivește?", None),
        ("We are open from 9 to 17. Which day suits you?", None),
    ],
)
def test_what_may_not_be_said_to_a_patient(text: str, why: str | None) -> None:
    assert unfit(text) == why


@pytest.mark.parametrize("language", LANGUAGES)
def test_our_own_answers_are_fit(language: Language) -> None:
    for key in (key for key in KEYS if key.startswith("answer_")):
        said = phrase(key, language, clinic="Aurora", procedure="x", amount="-")
        assert unfit(said, language=language) is None, key


@given(st.text(max_size=200))
def test_what_was_masked_comes_back(text: str) -> None:
    hidden, taken = masked(text.replace("[#", "("))
    assert unmasked(hidden, taken) == text.replace("[#", "(")


def test_a_mask_hides_what_would_name_somebody() -> None:
    hidden, taken = masked("Ana: +40 722 000 001, ana@example.org, https://x.example/ana")
    assert taken == ("+40 722 000 001", "ana@example.org", "https://x.example/ana")
    assert anonymous(hidden, name=None) == hidden
    assert unmasked("[#2] [#9] [#0]", taken) == "ana@example.org [#9] [#0]"


@given(st.text(max_size=300))
def test_what_people_say_stays_inside_its_string(text: str) -> None:
    asked = prompts.translation(text, to="en")
    assert json.loads(asked[1]["content"])["text"] == text
    assert asked[0] == prompts.translation("", to="en")[0]


def test_a_transcript_is_read_as_turns() -> None:
    turns = transcripts.turns_of("AI: Bună ziua!\nPacient: Bună: vreau fațete.\nși albire\nla 10:30")
    assert turns == (
        Turn(role="assistant", content="Bună ziua!"),
        Turn(role="user", content="Bună: vreau fațete."),
        Turn(role="user", content="și albire"),
        Turn(role="user", content="la 10:30"),
    )


@given(st.text(min_size=1, max_size=300))
def test_any_text_is_a_transcript(text: str) -> None:
    assert transcripts.turns_of(text)


def test_objections_are_the_patients() -> None:
    turns = transcripts.turns_of("Clinic: Nu e scump.\nPatient: It is too expensive and I am afraid.")
    assert transcripts.objections(turns) == ("price", "fear")
    assert transcripts.objections(turns[:1]) == ()
