"""The ways in which people write a number into a CRM: its search compares what is stored, letter by letter."""

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat


def spellings(phone: str) -> tuple[str, ...]:
    """Of a number in E.164, itself first: with and without prefix, grouped and not."""
    try:
        number = phonenumbers.parse(phone)
    except NumberParseException:
        return (phone,)
    international = phonenumbers.format_number(number, PhoneNumberFormat.INTERNATIONAL)
    national = phonenumbers.format_number(number, PhoneNumberFormat.NATIONAL)
    digits = phone.removeprefix("+")
    plain = _digits(national)
    return tuple(dict.fromkeys((phone, digits, f"00{digits}", international, national, plain)))


def _digits(text: str) -> str:
    return "".join(character for character in text if character.isdecimal())
