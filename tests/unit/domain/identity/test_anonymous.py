"""What leaves the house names nobody; what a treatment is about stays."""

import pytest

from medicalcor.domain.identity.anonymous import anonymous


@pytest.mark.parametrize(
    ("text", "name", "gone", "stays"),
    [
        ("Sunt Ștefan, cât costă un implant?", "Stefan Ionescu", ["tefan"], ["implant"]),
        ("Bună, mă numesc Radu Canarescu și vreau fațete", None, ["Radu", "Canarescu"], ["fațete"]),
        ("stau pe str. Lungă nr. 5, ap. 3", None, ["Lungă"], ["stau"]),
        ("Ich heiße Jürgen Canar, Musterstraße 12", None, ["Jürgen", "Canar", "Musterstraße"], ["heiße"]),
        ("I live at 12 High Street. Kind regards,\nHannah Canar", None, ["High", "Hannah", "Canar"], ["live"]),
        ("Cordialement, Sylvie Canar", None, ["Sylvie", "Canar"], ["Cordialement"]),
        ("0722 123 456 sau ana@canar.ro, https://canar.ro/x", None, ["0722", "canar"], ["sau"]),
        ("IBAN RO49AAAA1B31007593840000", None, ["RO49", "7593"], ["IBAN"]),
        ("Sunt însărcinată, All-on-4 cu Straumann la 36?", "Ana", ["Ana"], ["însărcinată", "All-on-4", "Straumann", "36"]),
        ("am 67 de ani și vreau 2 implanturi luni la 10", "Ion Pop", ["Pop"], ["67", "2 implanturi", "luni la 10"]),
    ],
)  # fmt: skip
def test_names_numbers_and_addresses_are_left_out(
    text: str, name: str | None, gone: list[str], stays: list[str]
) -> None:
    sent = anonymous(text, name=name)
    assert [word for word in gone if word in sent] == []
    assert [word for word in stays if word not in sent] == []
