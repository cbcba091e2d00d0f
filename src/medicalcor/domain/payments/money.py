"""Amounts as people read and write them. Inside, money is whole numbers of the currency's smallest unit."""

import re
from decimal import Decimal, InvalidOperation
from typing import Final

from babel.numbers import format_currency, get_currency_symbol

from medicalcor.core.errors import InvalidInput
from medicalcor.schemas.common import Language

CURRENCIES: Final = ("RON", "EUR", "USD", "GBP", "CHF", "HUF")
"""What a deposit can be asked in; what comes in may be in any."""
_WHOLE: Final = frozenset(
    ["BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "VND", "VUV", "XAF", "XOF", "XPF"]
)
"""Currencies whose unit is not divided (Stripe, zero-decimal currencies). ISK and UGX are counted in hundredths there."""
_THOUSANDTHS: Final = frozenset(["BHD", "JOD", "KWD", "OMR", "TND"])
_LARGEST: Final = 99_999_999
"""Stripe's own limit for a charge."""
_WRITTEN: Final = re.compile(r"\d{1,3}(?:[ .,' ]\d{3})+(?:[.,]\d{1,2})?|\d+(?:[.,]\d{1,2})?", re.ASCII)


def places(currency: str) -> int:
    """Digits after the point."""
    if currency in _WHOLE:
        return 0
    return 3 if currency in _THOUSANDTHS else 2


def major(amount: int, currency: str) -> Decimal:
    """The amount in the currency's own unit, exactly."""
    return Decimal(amount).scaleb(-places(currency))


def written(amount: int, currency: str | None, language: Language | str) -> str:
    """ "1.250,00 RON", as one reads it in that language."""
    if not currency:
        return str(amount)
    return format_currency(
        major(amount, currency),
        currency,
        locale=language,
        currency_digits=False,
        format=_pattern(currency, language),
    )


def _pattern(currency: str, language: str) -> str:
    """The language's order of figure and sign, with as many digits as the currency has."""
    figure = "#,##0" + ("." + "0" * places(currency) if places(currency) else "")
    if language != "en":
        return f"{figure}\N{NO-BREAK SPACE}¤"
    letters = get_currency_symbol(currency, "en").isalpha()
    return f"¤\N{NO-BREAK SPACE}{figure}" if letters else f"¤{figure}"


def read(text: str, currency: str) -> int:
    """What somebody typed: "250", "1 250,50", "1.250". Raises InvalidInput, in words for whoever typed."""
    if currency not in CURRENCIES:
        raise InvalidInput(f"Choose a currency: {', '.join(CURRENCIES)}.")
    typed = text.strip()
    if not _WRITTEN.fullmatch(typed):
        raise InvalidInput("Write the amount in figures, such as 250 or 250,50.")
    whole, _, cents = _parts(typed)
    try:
        amount = Decimal(f"{whole}.{cents or 0}").scaleb(places(currency))
    except InvalidOperation:
        raise InvalidInput("Write the amount in figures, such as 250 or 250,50.") from None
    if not 0 < amount <= _LARGEST or amount != int(amount):
        raise InvalidInput("This amount cannot be asked for.")
    return int(amount)


def _parts(typed: str) -> tuple[str, str, str]:
    """Whole units and hundredths. A point or comma before three figures divides thousands, else it is the point."""
    cut = re.fullmatch(r"(.*?)([.,])(\d{1,2})", typed)
    whole, sign, cents = (cut[1], cut[2], cut[3].ljust(2, "0")) if cut else (typed, "", "")
    return re.sub(r"\D", "", whole), sign, cents
