"""Numbers as people and providers write them, in E.164."""

import phonenumbers


def e164(written: str | None, *, country: str) -> str | None:
    """`+40722000001`, or None when it is no phone number. `country` reads numbers without a code.

    WhatsApp's `wa_id` are digits with the country code and no plus: give them with `international(…)`.
    """
    if not written:
        return None
    try:
        number = phonenumbers.parse(written, country)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def international(digits: str | None, *, country: str) -> str | None:
    """A `wa_id`: digits that begin with the country code."""
    if not digits or not digits.lstrip("+").isdigit():
        return None
    return e164("+" + digits.lstrip("+"), country=country)
