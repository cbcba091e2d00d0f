"""Numbers as patients type them."""

import pytest

from medicalcor.domain.identity.phones import e164


@pytest.mark.parametrize(
    "written",
    [
        "0722 000 001",
        "0040722000001",
        "+40 (0)722.000-001",
        "40722000001",
        "tel:+40722000001",
        "\u202a+40722000001\u202c",
        "０７２２０００００１",
        "0722000001 int. 12",
        "0722000001 mobil",
        "0722000001 (Ana)",
        "mobil: 0722 000 001, fix 021 310 00 01",
        "0722 000 001 / 0733 000 002",
    ],
)
def test_one_number_however_it_is_written(written: str) -> None:
    assert e164(written, country="RO") == "+40722000001"


@pytest.mark.parametrize("written", ["", "112", "0722 ooo 001", "1-800-FLOWERS", "anonymous", "1" * 20])
def test_nothing_is_guessed(written: str) -> None:
    """Letters are no digits: the number that a keypad would make of them is somebody else's."""
    assert e164(written, country="RO") is None
