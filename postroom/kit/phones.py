"""Telephone numbers in the one form in which they are compared and dialled."""

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat


def normalise_phone(text: str, country: str) -> str:
    """The number as E.164 ("+33612345678"), '' when it is none in use; an extension is dropped.

    `country` (ISO 3166, "GB") reads numbers written without their country; '' reads only
    international ones. Valid means: of a range that libphonenumber knows to be given out.
    """
    try:
        number = phonenumbers.parse(text, country.upper() or None)
    except NumberParseException:
        return ""
    if not phonenumbers.is_valid_number(number):
        return ""
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)
