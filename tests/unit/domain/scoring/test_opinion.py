"""Rules and weights together: who has the last word, and that it can be told why."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scoring_conversations import said

from medicalcor.domain.language.text import read
from medicalcor.domain.scoring import opinion
from medicalcor.domain.scoring.own import OwnWords
from medicalcor.domain.scoring.rules import score
from medicalcor.domain.scoring.weights import FACTS, features, parsed, pieces, weights, written
from medicalcor.schemas.common import Urgency
from medicalcor.schemas.scoring import OwnPhrase, ScoringInput, ScoringOutput

ACUTE = "am o gaura in masea, ma tine trezit noaptea, vreau sa o plombez maine daca aveti loc"
"""Found by the weights alone: no rule knows what keeps one awake."""
NO_ALARM = "când văd factura mi se taie respirația, cât costă o coroană?"


def by_rules(facts: ScoringInput, monkeypatch: pytest.MonkeyPatch) -> ScoringOutput:
    with monkeypatch.context() as patch:
        nothing = opinion.Limits(math.inf, -math.inf)
        patch.setattr(opinion, "LIMITS", dict.fromkeys(opinion.LIMITS, nothing))
        return score(facts)


def test_an_acute_need_that_no_rule_found_is_heard(monkeypatch: pytest.MonkeyPatch) -> None:
    assert by_rules(said(ACUTE), monkeypatch).urgency is not Urgency.HIGH_PRIORITY
    judged = score(said(ACUTE))
    assert judged.urgency is Urgency.HIGH_PRIORITY
    named = [found for found in judged.evidence if found.means == "likely:acute"]
    assert 1 <= len(named) <= 3
    assert all(ACUTE[found.start : found.end] == found.text for found in named)


def test_an_alarm_that_is_very_unlikely_is_struck_and_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    assert by_rules(said(NO_ALARM), monkeypatch).emergency
    judged = score(said(NO_ALARM))
    assert not judged.emergency
    assert [found.text for found in judged.evidence if found.means == "unlikely"]


def test_what_a_clinic_added_is_never_struck() -> None:
    own = OwnWords(1, [OwnPhrase(means="emergency:breathing", language="ro", phrase="taie respiratia")])
    assert score(said(NO_ALARM), own).emergency


@pytest.mark.parametrize("text", ["STOP", "nu respira", "lesinat", "hello", "call me"])
def test_few_words_are_left_to_the_rules(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert score(said(text)) == by_rules(said(text), monkeypatch)


LETTERS = {
    "ro": "Buna ziua, va scriu in legatura cu factura de luna trecuta pentru albire. As vrea sa stiu si programul de sarbatori, daca"
    " lucrati in 24 si 31 decembrie. Imi puteti spune cat costa o pereche de fatete si daca aveti parcare in curte? {} Va multumesc"
    " frumos pentru tot si va doresc o zi cat mai buna.",
    "en": "Hi there, I am writing about last month's invoice for the whitening. I would also like to know your opening hours over"
    " Christmas. Could you also tell me how much a pair of veneers costs and whether there is parking? {} Thank you so much for"
    " everything, have a lovely day.",
    "de": "Guten Tag, ich schreibe wegen der Rechnung vom letzten Monat für das Bleaching. Ich wüsste gern Ihre Öffnungszeiten über"
    " Weihnachten. Was kosten bei Ihnen zwei Veneers und gibt es Parkplätze? {} Vielen Dank für alles und einen schönen Tag.",
}
CRIES = {
    "ro": (
        "Mi s-a umflat limba si respir greu.",
        "Nu pot inghiti nici saliva.",
        "Sangerez de ieri si nu se opreste.",
    ),
    "en": (
        "My tongue is swelling and it is hard to breathe.",
        "I cannot swallow my own saliva.",
        "It has been bleeding since yesterday and will not stop.",
    ),
    "de": ("Meine Zunge schwillt an und ich atme schwer.", "Es blutet seit gestern und hört nicht auf."),
}


@pytest.mark.parametrize(("language", "cry"), [(one, cry) for one, cries in CRIES.items() for cry in cries])
def test_a_cry_for_help_in_a_long_calm_letter_is_heard(language: str, cry: str) -> None:
    assert score(said(LETTERS[language].format(cry))).emergency


def test_a_wish_for_silence_in_a_long_letter_is_heard() -> None:
    assert score(said(LETTERS["ro"].format("Va rog sa nu imi mai scrieti niciodata."))).opt_out


def test_an_alarm_in_one_turn_is_not_struck_for_a_long_talk_around_it() -> None:
    talk = ["Buna, cat costa albirea?", "Multumesc. Si detartrajul?", "Lucrati si sambata dupa masa?"]
    assert score(said(*talk, "sotul meu nu mai poate respira, i s-a umflat gatul", "ok, multumesc")).emergency


@given(st.lists(st.tuples(st.sampled_from(["user", "assistant"]), st.text(max_size=80)), max_size=5))
def test_whatever_is_written_has_odds(turns: list[tuple[str, str]]) -> None:
    odds = weights().likelihoods([(role, read(text).folded) for role, text in turns])
    assert set(odds) == set(FACTS)
    assert all(math.isfinite(each) for each in odds.values())


@given(st.text(min_size=1, max_size=30).map(lambda text: read(text).folded).filter(bool))
def test_a_word_counts_by_its_parts(words: list[str]) -> None:
    found = [*features(("word", words[0]))]
    assert found[0] == f"w{words[0]}"
    assert all(part[1:] in f"<{words[0]}>" for part in found[1:])


def test_the_order_of_turns_is_part_of_what_is_weighed() -> None:
    asked = [("assistant", read("Doriti o programare?").folded), ("user", read("da").folded)]
    assert ("question", "programare") in pieces(asked)
    assert ("answer", "da") in pieces(asked)
    assert ("answer", "da") not in pieces([("user", read("da").folded)])


def test_the_file_reads_as_it_was_written() -> None:
    rows = {"wdurere": (40.0, *range(len(FACTS))), "-dur": (9.0, *(0.0 for _ in FACTS))}
    biases = [-1.5] * len(FACTS)
    again = parsed(written(biases, rows))
    assert (again.biases, dict(again.rows)) == (tuple(biases), rows)


def test_every_fact_has_limits_apart() -> None:
    assert set(opinion.LIMITS) == set(FACTS)
    assert all(limits.struck < 0 < limits.added for limits in opinion.LIMITS.values())
