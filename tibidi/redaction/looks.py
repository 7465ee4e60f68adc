"""Recognize what a value is by its looks: arbitrary, as secrets are, or a placeholder for one.

No regular expressions: most crashes have values under names such as `token`,
and compiling one expression takes longer than looking at many values.
"""

from __future__ import annotations

from tibidi.model import REDACTED_TEXT

SHORTEST_ARBITRARY = 6
SHORTEST_WEAK = 8
MOST_IN_SUFFIX = 4  # digits: `item2024`
MANY_DIGITS = 5
MANY_CHANGES = 2
LONG_SEGMENT = 20
LETTERS_IN_WORD = 4  # on the average
SYMBOLS = frozenset("!$%^&*+?~#@")
UUID_LENGTH = 36

NO_SECRETS = frozenset({
    "none", "true", "false", "null", "undefined", "nil", "str", "bytes", "string", "int", "bool", "any", "object",
    "optional", "secretstr", "redacted", "filtered", "hidden", "removed", "masked", "...", "…", REDACTED_TEXT,
})  # fmt: skip
# What templates leave to be filled in: `{{ x }}`, `${X}`, `<password>`, `%(x)s`, `[FILTERED]`, `@X@`.
BRACKETS = (
    ("{", "}"), ("${", "}"), ("$(", ")"), ("<", ">"), ("%(", ")s"), ("[", "]"), ("(", ")"), ("@", "@"), ("`", "`"),
)  # fmt: skip
FORMATS = frozenset("sdrifxaq")


def is_placeholder(value: str) -> bool:
    """Return True for what stands in place of a secret: `****`, `None`, `$VAR`, `${VAR}`, `{{ x }}`, `%s`, `:name`."""
    if value.lower() in NO_SECRETS or (
        len(set(value)) == 1 and ((value[0] in "xX" and len(value) > 2) or not value[0].isalnum())
    ):
        return True
    for start, end in BRACKETS:
        if len(value) > len(start) + len(end) and value.startswith(start) and value.endswith(end):
            inner = value[len(start) : -len(end)]
            return start[0] in "{$%" or (
                not any(map(str.isdigit, inner)) and (start not in "@`" or inner.replace("_", "").isalpha())
            )
    sign, name = value[:1], value[1:]
    if sign == "%":
        return (name[-1:] in FORMATS and name[:-1].strip("-+#0123456789.") == "") or (
            name[:-1].isupper() and name[-1] == "%"
        )
    is_variable = name.replace("_", "").isalpha() and (name.isupper() or name.islower())
    return (sign == "$" and (is_variable or name.isdigit())) or (sign == ":" and is_variable) or value == "?"


def is_mask(value: str) -> bool:
    """Return True for what certainly is no secret: `****`, `None`, `{{ x }}`, `${X}`, `<password>`."""
    if value.lower() in NO_SECRETS or (len(set(value)) == 1 and not value[0].isalnum()):
        return True
    return value.startswith(("{", "${", "<", "%(")) and is_placeholder(value)


def has_symbol(text: str) -> bool:
    """Return True if a text has a digit, or a symbol as passwords have."""
    return any(map(str.isdigit, text)) or not SYMBOLS.isdisjoint(text)


def is_varied(text: str) -> bool:
    """Return True if a text has a digit, a symbol or a capital within, unlike a word."""
    if is_mask(text):
        return False
    if has_symbol(text):
        return any(map(str.isalpha, text)) or len(text) >= SHORTEST_WEAK
    return _has_both_cases(text[1:]) or (len(text) >= LONG_SEGMENT and text.isalnum())


def is_arbitrary(text: str, shortest: int = SHORTEST_ARBITRARY) -> bool:
    """Return True for a text that looks arbitrary, by digits, symbols and case: no word, number, path or sentence."""
    if len(text) < shortest or len(text.split(None, 2)) > 2 or text[:1] in "/.<([{" or "://" in text:
        return False
    if is_placeholder(text):
        return False
    digits, letters = sum(map(str.isdigit, text)), sum(map(str.isalpha, text))
    if not letters:
        return False
    if not digits:
        return (not SYMBOLS.isdisjoint(text) and _has_both_cases(text)) or any(map(_is_irregular, _segments(text)))
    plain = text.replace("_", "a")
    if plain.isalnum() and plain.rstrip("0123456789").isalpha() and digits <= MOST_IN_SUFFIX:
        return False  # a word and a number
    if _has_both_cases(text) or not SYMBOLS.isdisjoint(text) or any(map(_is_irregular, _segments(text))):
        return True
    return digits >= MANY_DIGITS and letters > 1


def is_weakly_named(text: str) -> bool:
    """Return True for a text that looks so arbitrary that it is a secret also under names such as `key`."""
    if len(text) == UUID_LENGTH and text.count("-") == 4:
        return False
    return ":" not in text and "/" not in text and " " not in text and is_arbitrary(text, SHORTEST_WEAK)


def is_sentence(text: str) -> bool:
    """Return True for prose: a capital, several words, a full stop or the like."""
    has_ends = text[:1].isupper() and text[-1:] in ".:!?"
    return has_ends and len(text.split(None, 3)) > 2 and not any(map(str.isdigit, text))


def _has_both_cases(text: str) -> bool:
    return text.lower() != text and text.upper() != text


def _segments(text: str) -> list[str]:
    return "".join([each if each.isalnum() else " " for each in text]).split()


def is_camel_case(text: str) -> bool:
    """Return True for some words that are written together: `CreateVolumePermissions`.

    Of arbitrary letters, half are capitals, so that some follow each other.
    """
    words = "".join([f" {each}" if each.isupper() else each for each in text]).split()
    return text.isalpha() and len(text) >= LETTERS_IN_WORD * len(words) and min(map(len, words)) > 1


def _is_irregular(segment: str) -> bool:
    """Return True if digits and letters, or small letters and capitals, alternate as in no word: `a1b2`, `aXbYcZ`."""
    changes = humps = 0
    for one, two in zip(segment, segment[1:]):
        changes += one.isdigit() != two.isdigit()
        humps += one.islower() and two.isupper()
    return (
        changes > MANY_CHANGES - 1
        or humps > max(MANY_CHANGES, len(segment) // 4)
        or (len(segment) >= LONG_SEGMENT and humps > 2 and not is_camel_case(segment))
    )
