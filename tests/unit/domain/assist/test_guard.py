"""What a model wrote is read before anybody sees it: bad drafts by language, and good ones."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.drafts import AT_DEMO, BAD, FIT, GOOD, UNFIT

from medicalcor.domain.assist.amounts import amounts
from medicalcor.domain.assist.guard import Known, hours_in, hours_told, prices_in, tells_of_sundays, unfit
from medicalcor.domain.language import phrases
from medicalcor.schemas.common import LANGUAGES, Language, Procedure

KNOWN = Known(frozenset({(65_000, "EUR"), (90_000, "EUR")}), frozenset({"9:00", "17:00"}))


@pytest.mark.parametrize(
    ("language", "reason", "text"),
    [(language, reason, text) for language, drafts in BAD.items() for reason, text in drafts],
)
def test_a_bad_draft_is_found_and_the_reason_is_right(language: Language, reason: str, text: str) -> None:
    assert unfit(text, language=language, known=KNOWN) == reason


@pytest.mark.parametrize(
    ("language", "text"), [(language, text) for language, texts in GOOD.items() for text in texts]
)
def test_a_good_draft_passes(language: Language, text: str) -> None:
    assert unfit(text, language=language, known=KNOWN) is None


AS_TOLD = Known(prices_in(AT_DEMO), hours_told(AT_DEMO), tells_of_sundays(AT_DEMO))


@pytest.mark.parametrize(("language", "text"), UNFIT)
def test_no_doctors_word_medicine_gift_or_time_passes(language: Language, text: str) -> None:
    assert unfit(text, language=language, known=AS_TOLD) is not None


@pytest.mark.parametrize(("language", "text"), FIT)
def test_what_a_good_receptionist_writes_passes(language: Language, text: str) -> None:
    assert unfit(text, language=language, known=AS_TOLD) is None


def test_the_clinics_sundays_may_be_told() -> None:
    told = f"{AT_DEMO} Duminică 10-13."
    known = Known(prices_in(told), hours_told(told), tells_of_sundays(told))
    assert unfit("Da, suntem deschiși și duminica.", language="ro", known=known) is None


def test_hours_are_read_as_the_clinic_writes_them() -> None:
    assert hours_told("Mo-Fr 9-19, Sa 8:30–14") == {"9:00", "19:00", "8:30", "14:00"}
    assert hours_in("open until 7 pm, from 9 am") == {"19:00", "9:00"}


@pytest.mark.parametrize(
    ("text", "value", "currency"),
    [
        ("Un implant costă 500 €.", 500, "EUR"),
        ("about EUR 1,200 per tooth", 1200, "EUR"),
        ("2.500 lei", 2500, "RON"),
        ("für 1.990,00 Euro", 1990, "EUR"),
        ("sechshundertfünfzig Euro", 650, "EUR"),
        ("șase sute cincizeci de euro", 650, "EUR"),
        ("five hundred euros", 500, "EUR"),
        ("costa seicento euro", 600, "EUR"),
        ("mille deux cents euros", 1200, "EUR"),
        ("cuesta seiscientos cincuenta euros", 650, "EUR"),
        ("hatszázötven euróért", 650, "EUR"),
        ("25.000 Ft", 25_000, "HUF"),
        ("1,2 mii euro", 1200, "EUR"),
        ("2k euro", 2000, "EUR"),
        ("costă 600", 600, None),
        ("20% reducere", 20, "%"),
    ],
)
def test_an_amount_is_read_however_it_is_written(text: str, value: float, currency: str | None) -> None:
    [amount] = amounts(text)
    assert (amount.value, amount.currency) == (value, currency)


@pytest.mark.parametrize("text", ["între 650 și 900 de euro", "650–900 €", "650 bis 900 Euro"])
def test_both_ends_of_a_range_are_amounts(text: str) -> None:
    assert [(one.value, one.currency) for one in amounts(text)] == [(650, "EUR"), (900, "EUR")]


@pytest.mark.parametrize("text", ["Aveți 2 dinți?", "12 ani", "un implant", "One moment please", "la un pas"])
def test_other_numbers_are_no_amounts(text: str) -> None:
    assert amounts(text) == []


@given(
    st.integers(min_value=20, max_value=99_999), st.sampled_from(["{} €", "EUR {}", "{} euro", "costs {}"])
)
def test_a_price_that_is_not_in_the_list_never_passes(value: int, form: str) -> None:
    listed = (value * 100, "EUR") in KNOWN.prices
    assert (unfit(f"An implant: {form.format(value)}", known=KNOWN) is None) == listed


@given(st.text(max_size=400))
def test_any_draft_is_judged(text: str) -> None:
    unfit(text, language="ro", known=KNOWN)


def test_what_the_clinic_says_of_itself_may_be_repeated() -> None:
    facts = "Luni-vineri 9:00-17:00. Consultația costă 150 lei."
    assert hours_in(facts) == {"9:00", "17:00"}
    assert prices_in(facts) == {(15_000, "RON")}


@pytest.mark.parametrize("language", LANGUAGES)
def test_our_own_fixed_answers_pass(language: Language) -> None:
    """What is too strict for them would be too strict for anybody."""
    keys = [key for key in phrases.KEYS if key.startswith("answer_") and key != "answer_price_listed"]
    for key in keys:
        for code in Procedure:
            name = phrases.procedure_name(code, language)
            text = phrases.phrase(key, language, clinic="Clinica Aurora", procedure=name)
            assert unfit(text, language=language) is None, (key, code)
