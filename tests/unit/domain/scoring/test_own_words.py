"""The clinic's own words: they count by the rules of all others, and hide nothing that matters."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scoring_conversations import said

from medicalcor.domain.scoring.lexicon import VERSION
from medicalcor.domain.scoring.own import MEANINGS, OwnWords, PhraseRefused, checked
from medicalcor.domain.scoring.rules import score
from medicalcor.schemas.scoring import OwnPhrase


def own(means: str, phrase: str, language: str = "ro") -> OwnWords:
    return OwnWords(1, (OwnPhrase(means=means, language=language, phrase=phrase),))


def test_a_phrase_counts_and_a_denied_one_does_not() -> None:
    words = own("procedure:denture", "dantură nouă")
    assert score(said("cât costă dantura nouă?"), words).procedures == ("denture",)
    assert score(said("nu vreau dantură nouă, cât costă o albire?"), words).procedures == ("whitening",)
    assert score(said("cât costă dantura nouă?")).procedures == ()


def test_versions() -> None:
    assert (OwnWords(0, ()).label, own("budget", "la ce sumă iese").label) == (VERSION, f"{VERSION}+1")


@pytest.mark.parametrize("text", ["nu pot respira, mi s-a umflat gâtul", "nu mă mai contactați"])
def test_what_means_nothing_hides_no_emergency_and_no_opt_out(text: str) -> None:
    bare, masked = score(said(text)), score(said(text), own("ignore", text.split(",", maxsplit=1)[0]))
    assert (masked.emergency, masked.opt_out) == (bare.emergency, bare.opt_out)
    assert masked.emergency or masked.opt_out


@given(
    phrase=st.text(alphabet="abcdeghilmnoprstuvăîșț *-'|@#^$_?+1", max_size=70),
    means=st.sampled_from(MEANINGS),
    language=st.sampled_from(["ro", "en", "any", "xx"]),
)
def test_whatever_is_accepted_can_be_scored_with(phrase: str, means: str, language: str) -> None:
    try:
        kept = checked(means=means, language=language, phrase=phrase, known=())
    except PhraseRefused:
        return
    words = OwnWords(1, (kept,))
    text = f"bună ziua {kept.phrase.removesuffix('*')} mulțumesc"
    got = score(said(text), words)
    assert 1 <= got.score <= 5
    with pytest.raises(PhraseRefused):
        checked(means=means, language=language, phrase=phrase, known=words.phrases)
