"""The profile `@personal`: personal data, by name and by value.  Off unless `TIBIDI_REDACT` names it.

Numbers are told from others by their checksums: cards by Luhn's (ISO/IEC 7812-1), IBANs by modulo 97 (ISO 13616),
French social security numbers by their key.
"""

from __future__ import annotations

import re

from tibidi import TYPE_CHECKING
from tibidi.redaction.texts import Found, Pattern

if TYPE_CHECKING:
    from collections.abc import Iterator

# Globs, in lower case.
NAMES_TEXT = """
*email* *e_mail* *e-mail* *emailaddress* phone phone_* *_phone *phonenumber* *phone_number* mobile mobile_* *_mobile tel
telephone* fax fax_* birth* *_birth *birthday* *birthdate* dob ssn *_ssn social_security* nino nir insee national_id*
passport_n* iban *_iban iban_* bic address address_* *_address *address_line* street* postcode postal_code zip zip_code
zipcode first_name firstname last_name lastname surname given_name givenname family_name familyname full_name fullname
maiden_name credit_card* creditcard* card_number cardnumber cc_number pan cvv cvc tax_id taxid tax_number
"""
NAMES = tuple(NAMES_TEXT.split())


def _is_card(match: re.Match[str]) -> bool:
    digits = [int(each) for each in match[0] if each.isdigit()]
    doubled = [each * 2 - 9 * (each > 4) for each in digits[-2::-2]]
    return len(set(digits)) > 1 and (sum(doubled) + sum(digits[-1::-2])) % 10 == 0


def _is_iban(match: re.Match[str]) -> bool:
    text = match[0].replace(" ", "")
    return int("".join(str(int(each, 36)) for each in text[4:] + text[:4])) % 97 == 1


def _is_nir(match: re.Match[str]) -> bool:
    text = match[0].replace(" ", "").replace("2A", "19").replace("2B", "18")
    return 97 - int(text[:-2]) % 97 == int(text[-2:])


PATTERNS = (
    Pattern("e-mail address", (), r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+"),
    Pattern("card number", (), r"(?<![\d.])(?<![A-Z]\d\d )[2-6]\d{3}(?:[ -]?\d){9,15}(?![\d.])", _is_card),
    Pattern(
        "IBAN", (), r"(?<![A-Za-z0-9])[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?(?![A-Za-z0-9])", _is_iban
    ),
    Pattern("social security number", (), r"(?<![\d-])(?!000|666|9\d\d)\d{3}-(?!00)\d\d-(?!0000)\d{4}(?![\d-])"),
    Pattern(
        "national insurance number",
        (),
        r"(?<![A-Za-z0-9])[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d\d ?\d\d ?\d\d ?[A-D](?![A-Za-z0-9])",
    ),
    Pattern(
        "social security number",
        (),
        r"(?<!\d)[12] ?\d\d ?(?:0[1-9]|1[0-2]|[2-9]\d) ?(?:\d\d|2[AB]) ?\d{3} ?\d{3} ?\d\d(?!\d)",
        _is_nir,
    ),
)


def find(text: str) -> Iterator[Found]:
    """Yield the personal data in a text that are recognized by what they look like."""
    for pattern in PATTERNS:
        for match in re.compile(pattern.expression).finditer(text):
            if pattern.confirm is None or pattern.confirm(match):
                yield Found(*match.span(), pattern.rule)
