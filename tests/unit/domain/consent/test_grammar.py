"""A reply to a question about consent: only a bare answer counts, silence wins, doubt is a person's."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medicalcor.domain.consent.grammar import Question, Reply, read_reply
from medicalcor.schemas.common import Language

ASKED = Question("ro", ("marketing_whatsapp",))


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("ro", "Da"),
        ("ro", "da, sunt de acord"),
        ("ro", "Bună ziua! Da, accept. Mulțumesc frumos!"),
        ("ro", "DA 🙂"),
        ("ro", "yes"),
        ("en", "Yes, I agree. Thank you"),
        ("de", "Ja, gerne"),
        ("de", "Guten Tag, ich bin einverstanden. Vielen Dank"),
        ("fr", "oui, d'accord merci"),
        ("es", "sí"),
        ("it", "sì, grazie"),
        ("hu", "igen, hozzájárulok"),
    ],
)
def test_a_bare_yes_grants_what_was_asked(language: Language, text: str) -> None:
    asked = Question(language, ("marketing_email",))
    assert read_reply(text, asked) == Reply("granted", ("marketing_email",))


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("ro", "nu"),
        ("ro", "Nu, mulțumesc"),
        ("ro", "nu sunt de acord"),
        ("ro", "NU VREAU"),
        ("en", "no thanks"),
        ("en", "I'd rather not"),
        ("de", "Nein danke"),
        ("fr", "non merci"),
        ("es", "no, gracias"),
        ("it", "meglio di no"),
        ("hu", "nem kérem"),
    ],
)
def test_a_bare_no_denies_what_was_asked(language: Language, text: str) -> None:
    assert read_reply(text, Question(language, ("marketing_sms",))) == Reply("denied", ("marketing_sms",))


@pytest.mark.parametrize(
    "text",
    [
        "ok",
        "👍",
        "da, marți la 10",
        "da, dar numai pe email",
        "nu știu",
        "da nu",
        "nu acum",
        "de acord cu prețul",
        "nu am înțeles întrebarea",
        "yes, but what is it for",
    ],
)
def test_what_may_be_meant_as_an_answer_is_for_a_person(text: str) -> None:
    assert read_reply(text, ASKED).verdict == "doubt"


def test_a_yes_to_another_way_than_the_one_asked_about_is_for_a_person() -> None:
    text = "Da, puteți să-mi trimiteți oferte pe WhatsApp"
    assert read_reply(text, ASKED).verdict == "granted"
    assert read_reply(text, Question("ro", ("marketing_email",))).verdict == "doubt"


@pytest.mark.parametrize(
    ("text", "verdict"),
    [("Da, mulțumesc, Maria Pop", "granted"), ("Da, mulțumesc, implant", "doubt"), ("Da, Marți", "doubt")],
)
def test_a_name_after_a_courtesy_is_no_more_than_a_signature(text: str, verdict: str) -> None:
    assert read_reply(text, ASKED).verdict == verdict


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ok, vin mâine",
        "ce înseamnă asta?",
        "Cât costă un implant?",
        "nu mai pot de durere",
        "no puedo más del dolor",
    ],
)
def test_what_says_nothing_of_consent_is_nobodys_doubt(text: str) -> None:
    assert read_reply(text, ASKED).verdict == "nothing"


@pytest.mark.parametrize("text", ["da", "nu", "sunt de acord", "ok", "nu mai pot de durere", "da, vin mâine"])
def test_without_a_question_nothing_is_granted_or_denied(text: str) -> None:
    assert read_reply(text, None).verdict == "nothing"


@pytest.mark.parametrize("asked", [None, ASKED])
@pytest.mark.parametrize(
    "text",
    [
        "nu mă mai contactați",
        "da, dar nu îmi mai trimiteți mesaje",
        "stergeti-mi datele",
        "take me off your list",
    ],
)
def test_a_wish_for_silence_counts_asked_or_not(text: str, asked: Question | None) -> None:
    assert read_reply(text, asked).verdict == "withdrawn"


@pytest.mark.parametrize("asked", [None, ASKED])
def test_stop_is_a_withdrawal_also_as_an_answer(asked: Question | None) -> None:
    assert read_reply("STOP", asked).verdict == "withdrawn"


def test_a_yes_in_the_language_of_somebody_else_is_none() -> None:
    assert read_reply("igen", ASKED).verdict == "nothing"
    assert read_reply("igen", ASKED, known="hu").verdict == "granted"


@settings(deadline=None, max_examples=300)
@given(st.text(max_size=80))
def test_no_text_grants_what_was_not_asked(text: str) -> None:
    assert read_reply(text, None).verdict in {"nothing", "withdrawn"}


@settings(deadline=None, max_examples=200)
@given(
    st.sampled_from(["da", "sunt de acord", "yes", "nu", "nu vreau"]),
    st.sampled_from(["vin mâine", "la 10", "dar", "cât costă", "implant", "mă doare", "doar email", "?? ce"]),
)
def test_an_answer_with_more_in_it_is_never_decided(answer: str, more: str) -> None:
    assert read_reply(f"{answer} {more}", ASKED).verdict in {"doubt", "nothing", "withdrawn"}
