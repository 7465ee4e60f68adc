"""Decide quickly whether a text or data may contain a secret, with false positives.

Most texts contain none, so this decides what a dump costs: an ordinary text takes a microsecond, and an ordinary
crash compiles no expression and loads none of the modules that look closer (`texts`, `keys`).

- Secrets that are named in the text (`password=x`) have a stem of the name,
  and in data a sign after it.
- Keys of services are words with a long run of letters, digits, `_` and `-`,
  which begin as one of the table in `keys` does.
- The other patterns have a marker: a literal text.
"""

from __future__ import annotations

from tibidi import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import AnyStr

SHORTEST = 5  # characters of a text with a secret in it
# The texts that name a secret contain one of these, in lower case.
STEMS = (
    "pass", "pwd", "secret", "token", "key", "auth", "cookie", "cred", "sess", "jwt", "srf", "dsn", "otp", "mnem",
    "psk", "sig", "sid", "symfony", "api", "senha", "contras", "wort", "mdp", "identified by", "curl",
    "connectionstring", "connection_string", "pswd", "_pat=", "bearer", "pw", "redis-cli", "ldap", "sqlcmd",
    "smbclient", "mongo", "login", "7z", "sqlplus", "expdp", "impdp", "kty",
)  # fmt: skip
IN_NAMES = "abcdefghijklmnopqrstuvwxyz0123456789_.-$ñ"
AFTER_NAMES = "=:>,;|'\"\\[] \t\r\n&%!"
MARKERS = ("-us", "-----BEGIN", "asic ", "ASIC ", "earer ", "EARER ", ":AA", "Q~", ".atlasv1.", "_mmk", "sha256~",
           "xox", "xapp-", "hooks.slack.com", "bhook", "mysql", "mariadb", "openssl", "SecureString", ":5432:",
           ":*:", "VALUES", "values (", "values('")  # fmt: skip

# A word with so many token characters in a row may be a key.  `translate` and `find` take a nanosecond a byte each.
RUN = b"a" * 16
SHORTEST_KEY = 18
LONGEST_NAME = 68  # with what stands between it and a sign
LONGEST_KEY = 1000  # characters that are looked at
TOKEN_CHARACTERS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-"
JOINING = b"./+=~"  # in keys as well, but mostly between words
CLASSES = bytes(ord("a" if byte in TOKEN_CHARACTERS else "." if byte in JOINING else " ") for byte in range(256))
# The first three characters of the beginnings in `keys`, or two.
STARTS = frozenset(
    b"4b1 A3- A3T ABI ABS ACC AGE AIz AKC AKI API AQV ASI ATA ATB ATC AVN CCI CFP CLO DOR EAA EZA EZT FLW GOC GR1"
    b" HRK LTA MD MT Mj Mz ND NRA NRI NRJ NRR NT Nj Nz OD OT Oj Oz PMA SG. SK YC ZXl acc api aut b_ bed bkc bku clo"
    b" cmV dap dck dnk doo dop dor dp. dt0 duf ext ey fc- fig fio fm1 fm2 fo1 gho ghp ghr ghs ghu git gla glc gld"
    b" glf gli glo glp glr gls gsk hf_ hvb hvr hvs ico key lin liv lsv nfc nfo nfp nfu npm ntn nva ops p8e pat pcs"
    b" phc phx pk. pk_ pnb pnu ppl psc pub pul pyl pyp r8_ rdm rk_ rub s-s s. sat sb_ sbp sc_ sca sgp shi shp sk- sk."
    b" sk_ sl. sm_ snt sq0 sqa sqp squ t1. tfp tk- tk. tsk tvl v1. whs xai xap xke xox xsm ya2".split()
)


def may_be_in(text: str) -> bool:
    """Return True if `text` may contain a secret."""
    if len(text) < SHORTEST:
        return False
    if any(map(text.__contains__, MARKERS)) or ("@" in text and _has_userinfo(text)):
        return True
    if "=" in text or ":" in text or " " in text or ">" in text or "," in text or "\n" in text or "%" in text:
        lowered = text.lower()
        if any(stem in lowered and _is_before_sign(lowered, stem) for stem in STEMS):
            return True
    return len(text) >= SHORTEST_KEY and any(_is_key(text, at) for at in words(text.encode("ascii", "replace")))


def _is_key(text: str, start: int) -> bool:
    from tibidi.redaction.keys import key_at  # few texts

    return key_at(text, start) is not None


def _has_userinfo(text: str) -> bool:
    """Return True if a colon and printable characters are before an `@`, as in `user:password@host`."""
    before = [text[max(0, at - LONGEST_KEY) : at].rpartition(":") for at in places_of("@", text)]
    return any([colon and password.isprintable() for _, colon, password in before])


def _is_before_sign(text: str, stem: str) -> bool:
    """Return True if a stem is part of a name before a sign, a quote or a space, or behind `==`; not of a path."""
    for at in places_of(stem, text):
        after = text[at + len(stem) : at + LONGEST_NAME].lstrip(IN_NAMES)
        if after and after[0] in AFTER_NAMES:
            return True
        if text[max(0, at - LONGEST_NAME) : at].rstrip(IN_NAMES).rstrip(" ").endswith(("==", "!=")):
            return True
    return False


def places_of(part: AnyStr, text: AnyStr) -> Iterator[int]:
    """Yield where a part of a text or of data begins."""
    at = text.find(part)
    while at >= 0:
        yield at
        at = text.find(part, at + 1)


def words(data: bytes, starts: frozenset[bytes] = STARTS) -> Iterator[int]:
    """Yield where the words start that may be keys of services."""
    if len(data) < SHORTEST_KEY:
        return
    mapped = data.translate(CLASSES)
    at = mapped.find(RUN)
    while at >= 0:
        start = at if mapped[at - 1 : at] != b"." else max(mapped.rfind(b" ", 0, at) + 1, at - LONGEST_KEY)
        while start >= 0:
            # Before a key may stand a hyphen, in a pickle opcodes and its length, and in a repr the last letter of \n.
            places = range(start, start + 4)
            yield from [each for each in places if data[each : each + 3] in starts or data[each : each + 2] in starts]
            start = mapped.find(b".", start, at) + 1 or -1
        at = mapped.find(b" ", at)
        at = mapped.find(RUN, at) if at >= 0 else -1
