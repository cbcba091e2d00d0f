"""Amounts as they are written and read, without a float anywhere."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medicalcor.core.errors import InvalidInput
from medicalcor.domain.payments.money import CURRENCIES, places, read, written
from medicalcor.schemas.common import LANGUAGES


@pytest.mark.parametrize(
    ("amount", "currency", "language", "shown"),
    [
        (25_000, "RON", "ro", "250,00\xa0RON"),
        (123_456_789, "EUR", "de", "1.234.567,89\xa0€"),
        (123_456, "EUR", "en", "€1,234.56"),
        (25_000, "RON", "en", "RON\xa0250.00"),
        (25_000, "JPY", "ro", "25.000\xa0JPY"),
        (25_000, "JPY", "en", "¥25,000"),
        (25_000, "HUF", "hu", "250,00\xa0Ft"),
        (1_500, "KWD", "en", "KWD\xa01.500"),
        (500, None, "en", "500"),
    ],
)
def test_each_currency_has_its_own_digits(
    amount: int, currency: str | None, language: str, shown: str
) -> None:
    assert written(amount, currency, language) == shown


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_writes_every_amount(language: str) -> None:
    for currency in (*CURRENCIES, "JPY", "KWD"):
        shown = written(1_234_567, currency, language)
        assert "".join(c for c in shown if c.isdigit()) == "1234567"


@pytest.mark.parametrize(
    ("typed", "amount"),
    [("250", 25_000), ("250,5", 25_050), ("250.50", 25_050), ("1.250", 125_000), ("1 250,50", 125_050), ("1,250.75", 125_075), (" 7 ", 700)],
)  # fmt: skip
def test_what_people_type(typed: str, amount: int) -> None:
    assert read(typed, "RON") == amount


@pytest.mark.parametrize("typed", ["", "x", "0", "-5", "1.2.3", "12,345,678.90", "٣", "1e3", "2,5,0"])
def test_what_is_no_amount(typed: str) -> None:
    with pytest.raises(InvalidInput):
        read(typed, "RON")


def test_a_currency_that_is_not_offered() -> None:
    with pytest.raises(InvalidInput, match="RON"):
        read("5", "XYZ")


@given(amount=st.integers(1, 99_999_999), currency=st.sampled_from(CURRENCIES))
def test_what_is_written_plainly_reads_back(amount: int, currency: str) -> None:
    assert places(currency) == 2
    assert read(f"{amount // 100},{amount % 100:02d}", currency) == amount
