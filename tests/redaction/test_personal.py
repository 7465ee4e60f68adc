"""The profile for personal data."""

from __future__ import annotations

import pytest

from tibidi.redaction import Redactor

PERSONAL = [
    ("write to ada.lovelace@example.org!", "write to <redacted>!"),
    ("card 4111 1111 1111 1111, please", "card <redacted>, please"),
    ("5500-0000-0000-0004", "<redacted>"),
    ("to DE89 3704 0044 0532 0130 00 today", "to <redacted> today"),
    ("ssn 078-05-1120", "ssn <redacted>"),
    ("AB 12 34 56 C", "<redacted>"),
    ("2 55 08 14 168 025 38", "<redacted>"),
]


@pytest.mark.parametrize(("text", "cleaned"), PERSONAL)
def test_by_value(text: str, cleaned: str) -> None:
    """Personal data are recognized by what they look like, if the profile is named; otherwise they stay."""
    assert cleaned == Redactor(["@personal"]).text(text)
    assert text == Redactor().text(text)


@pytest.mark.parametrize(
    "text", ["4111 1111 1111 1112", "DE89 3704 0044 0532 0130 01", "000-12-3456", "1699999999123456"]
)
def test_by_checksum(text: str) -> None:
    """A number with a wrong checksum is none."""
    assert text == Redactor(["@personal"]).text(text)


@pytest.mark.parametrize("name", ["email", "userEmail", "phone", "birth_date", "ssn", "iban", "address", "last_name"])
def test_by_name(name: str) -> None:
    """Everything under such a name is personal, beside the names that the user adds."""
    redactor = Redactor(["@personal", "ward"])

    assert redactor.conceals(name, "x")
    assert redactor.conceals("ward", 3000)
    assert not redactor.conceals("ip_count", "x")
    assert not Redactor().conceals(name, "x")
