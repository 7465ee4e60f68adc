"""Decide quickly whether a text or data may contain a secret, with false positives.

Most texts contain none, so this decides what a dump costs: an ordinary text
takes a microsecond, and an ordinary crash compiles no expression and loads none
of the modules that look closer (`texts`, `keys`).

- Secrets that are named in the text (`password=x`) have a stem of the name,
  and in data a sign after it.
- Keys of services are words with a long run of letters, digits, `_` and `-`,
  which begin as one of the table in `keys` does.
- The other patterns have a marker: a literal text.
"""

from __future__ import annotations

import re

from tibidi import TYPE_CHECKING
from tibidi.redaction.names import HARD
from tibidi.redaction.names import SOFT
from tibidi.redaction.names import kind_of_name

if TYPE_CHECKING:
    from collections.abc import Iterator

SHORTEST = 5  # characters of a text with a secret in it
# The texts that name a secret contain one of these, in lower case.
STEMS = (
    "pass", "pwd", "secret", "token", "key", "auth", "cookie", "cred", "sess", "jwt", "srf", "dsn", "otp", "mnem",
    "psk", "sig", "sid=", "senha", "contras", "wort", "mdp", "identified by", "curl", "connectionstring",
    "connection_string", "pswd", "_pat=", "bearer", "pw", "redis-cli", "ldap", "sqlcmd", "smbclient",
    "mongo", "login", "7z",
)  # fmt: skip
IN_NAMES = "abcdefghijklmnopqrstuvwxyz0123456789_.-$"
AFTER_NAMES = "=:>,;|'\"\\] \t\r\n&"
MARKERS = ("://", "-us", "-----BEGIN ", "asic ", "ASIC ", "earer ", "EARER ", ":AA", "Q~", ".atlasv1.", "_mmk",
           "sha256~", "xox", "xapp-", "hooks.slack.com", "bhook", "mysql", "mariadb")  # fmt: skip

# A word with so many token characters in a row may be a key.  `translate` and `find` take a nanosecond a byte each.
RUN = b"a" * 16
SHORTEST_KEY = 18
LONGEST_KEY = 1000  # characters that are looked at
TOKEN_CHARACTERS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-"
JOINT = ord(".")
JOINING = b"./+=~"  # in keys as well, but mostly between words
CLASSES = bytes(ord("a" if byte in TOKEN_CHARACTERS else "." if byte in JOINING else " ") for byte in range(256))
# The first three characters of the beginnings in `keys`, or two.
STARTS = frozenset(
    b"4b1 A3- A3T ABI ABS ACC AGE AIz AKC AKI API AQV ASI ATA ATB ATC AVN CCI CFP CLO DOR EAA EZA EZT FLW GOC GR1"
    b" HRK LTA MD MT Mj Mz ND NRA NRI NRJ NRR NT Nj Nz OD OT Oj Oz PMA SG. SK YC ZXl acc api aut b_ bed bkc bku clo"
    b" cmV dap dck dnk doo dop dor dp. dt0 duf ext ey fc- fig fio fm1 fm2 fo1 gho ghp ghr ghs ghu git gla glc gld"
    b" glf gli glo glp glr gls gsk hf_ hvb hvr hvs ico key lin liv lsv nfc nfo nfp nfu npm ntn nva ops p8e pat pcs"
    b" phc phx pk. pk_ pnb pnu ppl psc pub pul pyp r8_ rdm rk_ rub s-s s. sat sb_ sbp sc_ sca sgp shi shp sk- sk."
    b" sk_ sl. sm_ snt sq0 sqa sqp squ t1. tfp tk- tk. tsk tvl v1. whs xai xap xke xox xsm ya2".split()
)

# In data: each expression begins with a literal character, so that the search is mostly one for that character.
LOOKS = (
    rb":(?://[!-.0-?A-~]{0,100}:[!-~]{1,200}@|//[!-.0-9;-?A-~]{16,200}@|AA[\w-]{20})",
    rb"B(?:earer|asic) ",
    rb"b(?:earer|asic) ",
    rb"-(?:----BEGIN [A-Z ]*PRIV|(?:(?<![A-Za-z0-9_]-)|(?<=\x8c.-))"
    rb"-[\w-]{0,30}(?:pass|pw|secret|token|key|cred)[\w-]{0,20}['\" ,\x94])",
    rb"u(?<=[0-9a-f]{16}-u)s\d",
    rb"Q(?<=[0-9]Q)~[\w~.-]{20}",
    rb"~(?<=sha256~)",
    rb"\.(?:atlasv1\.|slack\.com/|office\.com/web)",
    rb"/webhooks/",
    rb"x(?:ox[a-z]-|app-)\d",
    rb"\|(?<=[0-9]\|)[\w-]{27}",
    rb"<[\w:.-]{0,30}(?i:pass|pwd|secret|token|key)[\w:.-]{0,30}[ >]",
    rb"'(?<=[Ww][Oo][Rr][Dd][ (]')|'(?<=[Bb][Yy] ')",
    rb"n(?<=login)\s+\S+\s+(?:account\s+\S+\s+)?passw",
    rb"v(?<=['\"] v)alue=['\"]",
    rb",[\w ]{0,30}(?i:passw|pwd|secret|api_?key|token|credential)[\w ]{0,20}[,\r\n]|,(?<=[Ww][Oo][Rr][Dd],)",
)
# Options of these programs take a password, see `commands`.
SHORT_OPTION = rb"-(?:(?<![A-Za-z0-9_]-)|(?<=\x8c.-))(?:p\w{3}|[uUapPwAX][ '\"\x94])"
PROGRAMS = (b"mysql", b"mariadb", b"mongo", b"curl", b"redis-cli", b"ldap", b"sshpass", b"sqlcmd", b"bcp", b"docker",
            b"podman", b"helm", b"smbclient", b"rpcclient", b"lftp", b"ipmitool", b"snmp", b"zip", b"7z",
            b"http")  # fmt: skip
MOST_TRIED = 500
# The signs of an assignment; before them stands a name, which may be followed by a quote or a space.
SIGNS = (b"=", b":")
BEFORE_SIGNS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-.'\"\\ ]"
SHORTEST_NAME = 3
LONGEST_NAME = 68  # with what stands between it and the sign
NAME_BEFORE_SIGN = rb"([A-Za-z_\x80-\xff][A-Za-z0-9_.\-\x80-\xff]*)\\*['\"]?\]?\s*[=:]$"
ASSIGNED_IN_BYTES = (
    rb"(?i:pass|pwd|secret|token|key|auth|cookie|cred|sess|jwt|[cx]srf|dsn|otp|mnemonic|sig|sid)"
    rb"[\w.\-]{0,60}\\*['\"]?\]?\s?[=:]"
)
STEMS_IN_BYTES = tuple(stem.rstrip("=").encode() for stem in STEMS)


def may_be_in(text: str) -> bool:
    """Return True if `text` may contain a secret."""
    if len(text) < SHORTEST:
        return False
    for marker in MARKERS:
        if marker in text:
            return True
    if "=" in text or ":" in text or " " in text or ">" in text or "," in text:
        lowered = text.lower()
        for stem in STEMS:
            if stem in lowered and _is_before_sign(lowered, stem):
                return True
    return len(text) >= SHORTEST_KEY and next(words(text.encode("ascii", "replace")), None) is not None


def _is_before_sign(text: str, stem: str) -> bool:
    """Return True if a stem is part of a name before a sign, a quote or a space, not of a path."""
    at = text.find(stem)
    while at >= 0:
        after = text[at + len(stem) : at + LONGEST_NAME].lstrip(IN_NAMES)
        if after[:1] in AFTER_NAMES:
            return after != ""
        at = text.find(stem, at + 1)
    return False


def are_seen_in(data: bytes) -> bool:
    """Return True if a large chunk of data may contain a secret."""
    if any(_is_seen(look, data) for look in LOOKS) or any(_is_assigned(sign, data) for sign in SIGNS):
        return True
    if any(_is_key(data, start) for start in words(data)):
        return True
    return _is_seen(SHORT_OPTION, data) and any(program in data for program in PROGRAMS)


def words(data: bytes) -> Iterator[int]:
    """Yield where the words start that may be keys of services."""
    if len(data) < SHORTEST_KEY:
        return
    mapped = data.translate(CLASSES)
    at = mapped.find(RUN)
    while at >= 0:
        start = max(mapped.rfind(b" ", 0, at) + 1, at - LONGEST_KEY)
        # The length of a text precedes it in a pickle, and \n in a repr ends in a letter.
        parts = [start, *(each + 1 for each in range(start, at) if mapped[each] == JOINT)]
        yield from [
            begin
            for part in parts
            for begin in (part, part + 1)
            if data[begin : begin + 3] in STARTS or data[begin : begin + 2] in STARTS
        ]
        at = mapped.find(b" ", at)
        at = mapped.find(RUN, at) if at >= 0 else -1


def _is_key(data: bytes, start: int) -> bool:
    from tibidi.redaction.keys import key_at  # few chunks of data

    return key_at(data[start : start + LONGEST_KEY].decode("latin-1"), 0) is not None


def _is_seen(look: bytes, data: bytes) -> bool:
    """Search for an expression that begins with a rare character: `find` takes half the time of the expression."""
    rare, match = look.lstrip(b"\\")[:1], re.compile(look).match
    at = data.find(rare)
    for _ in range(MOST_TRIED):
        if at < 0 or match(data, at):
            return at >= 0
        at = data.find(rare, at + 1)
    return re.compile(look).search(data, at) is not None  # not so rare here


def _is_assigned(sign: bytes, data: bytes) -> bool:
    """Return True if the name of a secret may precede a sign of assignment."""
    at = data.find(sign)
    for _ in range(MOST_TRIED):
        if at < 0:
            return False
        is_name = not data[max(0, at - SHORTEST_NAME) : at].translate(None, BEFORE_SIGNS)
        if is_name and _ends_in_secret_name(data[max(0, at - LONGEST_NAME) : at + 1]):
            return True
        at = data.find(sign, at + 1)
    # There are so many that trying each would take longer.
    return at >= 0 and re.compile(ASSIGNED_IN_BYTES).search(data, max(0, at - LONGEST_NAME)) is not None


def _ends_in_secret_name(data: bytes) -> bool:
    """Return True if the last word before a sign is the name of a secret."""
    lowered = data.lower()
    found = re.search(NAME_BEFORE_SIGN, data) if any(stem in lowered for stem in STEMS_IN_BYTES) else None
    return found is not None and kind_of_name(found[1].decode("utf-8", "replace")) in {HARD, SOFT}
