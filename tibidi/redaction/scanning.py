"""Decide quickly whether much data, of a pickle or a long text, may contain a secret, with false positives.

As `suspicion` does for a text; loaded for data that is large or suspicious.
"""

from __future__ import annotations

import re

from tibidi.redaction.keys import key_at
from tibidi.redaction.names import HARD, SOFT, kind_of_name
from tibidi.redaction.suspicion import LONGEST_KEY, LONGEST_NAME, STEMS, words

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
    rb"v(?:(?<=['\"] v)alue=['\"]|ariable\s+\"[\w-]{0,30}(?i:pass|pwd|secret|token|key))",
    rb"S(?<=-S)ecureString",
    rb",[\w ]{0,30}(?i:passw|pwd|secret|api_?key|token|credential)[\w ]{0,20}[,\r\n]|,(?<=[Ww][Oo][Rr][Dd],)",
)
# Options of these programs take a password, see `commands`.
SHORT_OPTION = rb"-(?:(?<![A-Za-z0-9_]-)|(?<=\x8c.-))(?:p\w{3}|[kKuUapPwAX][ '\"\x94])"
PROGRAMS = (b"mysql", b"mariadb", b"mongo", b"curl", b"redis-cli", b"ldap", b"sshpass", b"sqlcmd", b"bcp", b"docker",
            b"podman", b"helm", b"smbclient", b"rpcclient", b"lftp", b"ipmitool", b"snmp", b"zip", b"7z",
            b"http", b"openssl")  # fmt: skip
MOST_TRIED = 500
# The signs of an assignment; before them stands a name, which may be followed by a quote or a space.
SIGNS = (b"=", b":")
BEFORE_SIGNS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-.'\"\\ ]"
SHORTEST_NAME = 3
DIGITS = frozenset(bytes([byte]) for byte in b"0123456789")  # those before a colon are of a time, mostly
MOST_KNOWN = 10_000
AFTER_NAMES = b"=: \t\r\n\\'\"]"
IN_NAMES = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-" + bytes(range(128, 256))
STEMS_IN_BYTES = tuple(stem.rstrip("=").encode() for stem in STEMS)


def are_seen_in(data: bytes) -> bool:
    """Return True if a large chunk of data may contain a secret."""
    if any(_is_seen(look, data) for look in LOOKS) or any(_is_assigned(sign, data) for sign in SIGNS):
        return True
    if any(_is_key(data, start) for start in words(data)):
        return True
    return _is_seen(SHORT_OPTION, data) and any(program in data for program in PROGRAMS)


def _is_key(data: bytes, start: int) -> bool:
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
    while at >= 0:
        is_time = sign == b":" and data[at - 1 : at] in DIGITS
        is_name = not is_time and not data[max(0, at - SHORTEST_NAME) : at].translate(None, BEFORE_SIGNS)
        if is_name and _ends_in_secret_name(data[max(0, at - LONGEST_NAME) : at + 1]):
            return True
        at = data.find(sign, at + 1)
    return False


def _ends_in_secret_name(data: bytes) -> bool:
    """Return True if the last word before a sign is the name of a secret."""
    name = data.rstrip(AFTER_NAMES)
    name = name[len(name.rstrip(IN_NAMES)) :]
    known = _known.get(name)
    if known is None:
        lowered = name.lower()
        known = any(stem in lowered for stem in STEMS_IN_BYTES)
        known = known and kind_of_name(name.decode("utf-8", "replace")) in {HARD, SOFT}
        if len(_known) < MOST_KNOWN:
            _known[name] = known
    return known


_known: dict[bytes, bool] = {}  # most names occur many times
