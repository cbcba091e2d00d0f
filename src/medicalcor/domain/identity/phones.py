"""Numbers as people and providers write them, in E.164."""

import phonenumbers


def e164(written: str | None, *, country: str) -> str | None:
    """`+40722000001`, or None when it is no phone number. `country` reads numbers without a code.

    Of several the first. Letters are words beside the number ("mobil"), never digits of it, as on a keypad: an `o` that
    was typed for a nought must not become somebody else's number. WhatsApp's `wa_id` are digits with the country code
    and no plus: give them with `international(…)`.
    """
    if not written:
        return None
    number = None if any(map(str.isalpha, written)) else _alone(written, country)
    number = number or _among_words(written, country)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164) if number else None


def _alone(written: str, country: str) -> phonenumbers.PhoneNumber | None:
    try:
        number = phonenumbers.parse(written, country)
    except phonenumbers.NumberParseException:
        return None
    return number if phonenumbers.is_possible_number(number) else None


def _among_words(written: str, country: str) -> phonenumbers.PhoneNumber | None:
    possible = phonenumbers.Leniency.POSSIBLE
    found = phonenumbers.PhoneNumberMatcher(written, country, leniency=possible, max_tries=100)
    return next((match.number for match in found), None)


def international(digits: str | None, *, country: str) -> str | None:
    """A `wa_id`: digits that begin with the country code."""
    if not digits or not digits.lstrip("+").isdigit():
        return None
    return e164("+" + digits.lstrip("+"), country=country)
