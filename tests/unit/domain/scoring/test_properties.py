"""What must hold for any text."""

import unicodedata

from hypothesis import given, settings
from hypothesis import strategies as st
from scoring_conversations import OWN, read_cases, said

from medicalcor.domain.scoring.rules import score
from medicalcor.schemas.common import Classification

_CASES = read_cases(OWN)
_LAST = {
    name: [case["messages"][-1]["content"] for case in _CASES if case[name] and len(case["messages"]) == 1]
    for name in ("emergency", "opt_out")
}
_AROUND = st.sampled_from(
    [
        "",
        "Bună ziua!",
        "Hello there.",
        "Guten Tag,",
        "Mulțumesc anticipat.",
        "🙏🙏",
        "Sunt Ana.",
        "...",
        "\n\n",
    ]
)


def _plain(text: str) -> str:
    return "".join(
        letter for letter in unicodedata.normalize("NFKD", text) if not unicodedata.combining(letter)
    )


@settings(deadline=None, max_examples=300)
@given(st.text(max_size=300))
def test_any_text_is_judged(text: str) -> None:
    judged = score(said(text))
    assert judged.classification is Classification.of(judged.score)
    assert all(text[found.start : found.end] == found.text for found in judged.evidence)


@settings(deadline=None, max_examples=200)
@given(
    st.lists(
        st.sampled_from([word for case in _CASES for word in case["messages"][-1]["content"].split()]),
        max_size=60,
    )
)
def test_any_heap_of_known_words_is_judged(words: list[str]) -> None:
    judged = score(said(" ".join(words)))
    assert judged.opt_out or not judged.emergency or judged.score >= 4


@settings(deadline=None, max_examples=200)
@given(st.sampled_from(_LAST["emergency"]), _AROUND, _AROUND, st.sampled_from([str, _plain, str.upper]))
def test_an_emergency_survives_what_stands_around_it(
    text: str, before: str, after: str, change: object
) -> None:
    assert callable(change)
    assert score(said(f"{before}\n{change(text)}\n{after}")).emergency


@settings(deadline=None, max_examples=200)
@given(st.sampled_from(_LAST["opt_out"]), _AROUND, _AROUND, st.sampled_from([str, _plain, str.upper]))
def test_an_opt_out_survives_what_stands_around_it(
    text: str, before: str, after: str, change: object
) -> None:
    assert callable(change)
    assert score(said(f"{before}\n{change(text)}\n{after}")).opt_out


@settings(deadline=None, max_examples=100)
@given(
    st.sampled_from(_LAST["emergency"]),
    st.sampled_from(["va rog repede", "hello?", "ce fac", "bitte helfen Sie"]),
)
def test_an_emergency_told_in_an_earlier_turn_is_kept(text: str, later: str) -> None:
    assert score(said(text, "clinic:Vă rugăm detaliați.", later)).emergency
