"""Decide quickly whether much data, of a pickle or a long text, may contain a secret, with false positives.

As `suspicion` does for a text; loaded for data that is large or suspicious. Most texts of a process differ in numbers
only: lines of a log, URLs, records in JSON.  So digits are replaced by zeros, and of equal texts one is searched.
"""

from __future__ import annotations

import re
from codecs import utf_8_decode

from tibidi import TYPE_CHECKING
from tibidi.redaction.keys import key_at
from tibidi.redaction.names import HARD, SOFT, kind_of_name
from tibidi.redaction.suspicion import LONGEST_KEY, LONGEST_NAME, SHORTEST, STARTS, STEMS, places_of, words
from tibidi.words.vocabulary import FRAME, FRAME_BYTES, START

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from tibidi.redaction import Redactor
    from tibidi.redaction.learnt import Learnt
    from tibidi.redaction.redactor import NothingLearnt

IN_PAIR = rb"[\w.\-$]{0,40}(?i:pass|pwd|secret|token|key|auth|cookie|cred)[\w.\-$]{0,24}\\*"
COMPARED = ((b"'", b"=="), (b"'", b"!="), (b'"', b"=="), (b'"', b"!="))  # what is behind a text in an `assert`
# In data with zeros for digits: a text that is in all data with a secret, and the expression, which begins with a
# literal character, so that the search is mostly one for that character.
LOOKS = (
    (b"@", rb":(?://[!-.0-?A-~]{0,100}:[!-~]{1,200}@|//[!-.0-9;-?A-~]{16,200}@"
     rb"|[!-.0-?A-~]{5,40}@[A-Za-z0-9_.\-]{1,60}(?::0+)?(?:[\x94\n\0/]|\Z))"),
    (b":AA", rb":AA[\w-]{20}"),
    (b"earer ", rb"e(?<=[Bb]e)arer "),
    (b"asic ", rb"a(?<=[Bb]a)sic "),
    (b"-----BEGIN", rb"-----BEGIN [A-Z ]*PRIV"),
    (b"--", rb"--(?:(?<![A-Za-z0-9_]--)|(?<=\x8c.--))"
     rb"[\w-]{0,30}(?:pass|pw|secret|token|key|cred)[\w-]{0,20}['\" ,\x94]"),
    (b"-us", rb"-(?<=[0-9a-f]{16}-)us\d"),
    (b"Q~", rb"Q(?<=[0-9]Q)~[\w~.-]{20}"),
    (b"sha000~", b"sha000~"),
    (b".atlasv0.", b".atlasv0."),
    (b".slack.com/", b".slack.com/"),
    (b".office.com/web", b".office.com/web"),
    (b"/webhooks/", b"/webhooks/"),
    (b"xox", rb"xox[a-z]-\d"),
    (b"xapp-", rb"xapp-\d"),
    (b"|", rb"\|(?<=[0-9]\|)[\w-]{27}"),
    (b"<", rb"<(?=[\w:.-]{3,66}[ >])[\w:.-]{0,30}(?i:pass|pwd|secret|token|key)[\w:.-]{0,30}[ >]"),
    (b"'", rb"'(?<=[Ww][Oo][Rr][Dd][ (]')|'(?<=[Bb][Yy] ')"),
    (b"login", rb"login\s+\S+\s*(?:passw|account|[\r\n\x94])"),
    (b"alue", rb"[NnKk](?:ame|ey)\\*['\"]?: *\\*['\"]?[\w.\-]{0,40}(?i:pass|pwd|secret|token|key|auth|cred)"
     rb"[\w.\-]{0,24}\\*['\"]?,?\s+\\*['\"]?[Vv]alue"),
    (b"VALUES", rb"VALUES\s*\("), (b"values", rb"values(?:\s+\(|\(')"),
    (b"value=", rb"v(?<=['\"] v)alue=['\"]"), (b"content=", rb"content=['\"]"),
    (b" name=", rb" name=\"[\w.\-]{0,40}(?i:pass|pwd|secret|token|key|auth|otp|csrf)"),
    (b"%0", rb"%(?<=[A-Za-z]%)0[Dd]"), (b":0000:", b":0000:"), (b":*:", rb":\*:"),
    (b"', ", rb"'(?<=[(\[ub\\]')" + IN_PAIR + b"', "), (b'", ', rb'"(?<=[(\[ub\\]")' + IN_PAIR + b'", '),
    (b"variable", rb"variable\s+\"[\w-]{0,30}(?i:pass|pwd|secret|token|key)"),
    (b"-SecureString", b"-SecureString"),
    (b"kty", rb"k(?<=[\0'\"]k)ty"), (b"sqlplus", b"sqlplus"),
    (b"jdbc:o", b"jdbc:oracle:"), (b"pdp ", rb"p(?<=exp|imp)dp "),
    *[(b"%s %s " % pair, rb"=(?<=%s %s) [\w.]{0,40}(?i:pass|pwd|secret|token|key)" % pair) for pair in COMPARED],
    (b"requirepass", b"requirepass"), (b"masterauth", b"masterauth"), (b"AUTH ", b"AUTH "),
)  # fmt: skip
# To search for one character takes a hundredth of the time.
SIGNED_LOOKS = tuple((re.sub(rb"[\w ]", b"", look[0])[:1] or look[0][:1], *look) for look in LOOKS)
COLUMN = rb"%b(?=[\w ]{3,60}[%b\r\n])[\w ]*(?i:passw|pwd|secret|api_?key|token|credential)|%b(?<=[Ww][Oo][Rr][Dd]%b)"
COLUMNS = [(separator, COLUMN % ((re.escape(separator),) * 4)) for separator in (b",", b";", b"\t", b"|")]
STEMS_OF_COLUMNS = (b"pass", b"pwd", b"secret", b"key", b"token", b"credential", b"word,")
# Options of these programs take a password, see `commands`.
SHORT_OPTION = rb"-(?:(?<![A-Za-z0-9_]-)|(?<=\x8c.-))(?:p\w{3}|[kKuUapPwAX][ '\"\x94])"
PROGRAMS = (b"mysql", b"mariadb", b"mongo", b"curl", b"redis-cli", b"ldap", b"sshpass", b"sqlcmd", b"bcp", b"docker",
            b"podman", b"helm", b"smbclient", b"rpcclient", b"lftp", b"ipmitool", b"snmp", b"zip", b"7z",
            b"http", b"openssl")  # fmt: skip
# The signs of an assignment; before them stands a name, which may be followed by a quote or a space.
SIGNS = (b"=", b":")
BEFORE_SIGNS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-.'\"\\ \t!]"
SHORTEST_NAME = 3
MOST_KNOWN = 10_000
AFTER_NAMES = b"=: \t\r\n\\'\"!]"
IN_NAMES = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-" + bytes(range(128, 256))
STEMS_IN_BYTES = tuple(stem.rstrip("=").encode() for stem in STEMS)

# What a byte is like: digits are zeros, and bytes that are no text are alike.
ALIKE = bytes(
    ord("0") if chr(byte).isdigit() and byte < 128 else 0 if byte < 9 or 13 < byte < 32 else
    128 if byte > 127 and byte not in b"\x8c\x94" else byte
    for byte in range(256)
)  # fmt: skip
ZERO, NINE = b"09"
FIRST_OF_TWO, FIRST_OF_THREE, FIRST_OF_FOUR = 0xC2, 0xE0, b"\xf0"  # bytes of a character in UTF-8, at least
ZEROS = bytes(ZERO if ZERO <= byte <= NINE else byte for byte in range(256))
SHORTEST_TEXT = 32  # bytes, on average: shorter ones are mostly numbers, of which few are equal
MOST_CONTROLS = 20  # one in so many bytes of a text
SAMPLE = 8192  # bytes
MOST_SEEN = 4 << 20  # bytes
SHORT, MEMOIZED = b"\x8c", b"\x94"  # the opcodes before and behind a text in a pickle
SHORT_TEXTS = rb"(?s)\x8c.[^\x94]*"
SHORT_BYTES = rb"(?s)C.[^\x94]{4,255}"
# What precedes short bytes: "hC" mostly is a reference, of which there may be one for each object, unless "h" is the
# last byte of a number or of another reference.
BEFORE = rb"(?<!hC)|(?<=[Kh]hC)|(?<=M.hC)|(?<=[Jj]...hC)|(?<=G.{7}hC)|" + b"|".join(
    [rb"(?<=\x8a\x%02x.{%d}hC)" % (size, size - 1) for size in (5, 6, 7, 8, 9, 16, 17)]
)
# The opcodes with a size behind them: short bytes; longer texts, bytes and bytearrays that are shorter than a frame;
# short texts.  An opcode may follow a byte that looks like one, so its size is not consumed.
SIZED = (
    rb"(?s)C(?=([\x05-\xff]))(?:" + BEFORE + rb")", rb"(?s)X(?=(.[^\0]\0\0))", rb"(?s)B(?=(.[^\0]\0\0))",
    rb"(?s)\x96(?=(..\0{6}))",
)  # fmt: skip
FEW_SIZED = (rb"(?s)\x8c(?=([\x05-\xff]))", *SIZED)
MANY_SHORT = 1000  # opcodes in a frame of binary data: then they are mostly indices of the memo
RESERVED = rb"[^A-Za-z0-9._~\-]+"  # RFC 3986
SHORTEST_PART = 4  # of a secret
BETWEEN = b"\x94\n"  # stands between texts, and between lines
PRINTABLE = bytes(ord("a") if 31 < byte < 127 or byte in b"\t\n\r" else ord(" ") for byte in range(256))
SHORTEST_RUN = b"a" * 6  # of other texts
MOST_TOGETHER = 32 << 10  # characters
BETWEEN_TEXTS = "\0"  # that are searched together
FEW = 200  # commas: one in so many bytes
STARTS_WITH_ZEROS = frozenset(start.translate(ALIKE) for start in STARTS)
# The names before signs are lower case, what stands around a name is a space.
NAMES = bytes(
    ord("=") if byte in b"=:" else byte if byte > 127 or chr(byte).isalnum() or byte in b"_.-" else ord(" ")
    for byte in range(256)
)


class Searched:
    """The texts of one dump that were searched for secrets and their names, with zeros for digits."""

    def __init__(self) -> None:
        self._texts: set[bytes] = set()
        self._last: tuple[bytes, bytes, set[bytes]] = b"", b"", set()
        self._is_binary = False
        self._named: bytes | None = None
        self._parts: set[bytes] | None = None  # of the learnt secrets
        self._size = 0

    def named(self, data: bytes) -> bytes:
        """Return the texts of a pickle that were not searched before; the caller searches them for names."""
        self._named = data
        alike = self._new_in(data, MEMOIZED)
        return data if self._is_binary else alike

    def suspects(self, data: bytes, separator: bytes, learnt: Learnt | NothingLearnt) -> bool:
        """Return True if data may contain a secret, learnt or not."""
        alike = self._new_in(data, separator)
        is_like_one = self._is_like(learnt.needles(), data.translate(ALIKE) if self._is_binary else alike, separator)
        if is_like_one and learnt.is_in(data):
            return True
        if not alike:
            return False
        is_option = re.compile(SHORT_OPTION).search(alike) is not None  # the program may be in another text
        if (is_option and any(program in data for program in PROGRAMS)) or is_seen_in(alike):
            return True
        is_searched = self._named is data or separator != MEMOIZED
        if is_searched and not is_like_one and not is_option and self._size < MOST_SEEN:
            self._texts |= self._last[2]
            self._size += len(alike)
        return False

    def _is_like(self, secrets: list[bytes] | None, alike: bytes, separator: bytes) -> bool:
        """Return True if one of some secrets may be in texts; those that were searched before are like none."""
        if secrets is None:
            return True
        if self._parts is None:  # they do not change
            self._parts = {_main_part(secret).translate(ALIKE) for secret in secrets}
        return any(part in alike or separator in part or not part.isascii() for part in self._parts)

    def _new_in(self, data: bytes, separator: bytes) -> bytes:
        """Return the texts in data, without those that were searched before; they stand between separators."""
        if self._last[0] is not data:
            start = _start_of_frame(data)
            sample = data[:SAMPLE].translate(ALIKE)
            is_long = separator != MEMOIZED or sample.count(separator) * SHORTEST_TEXT < len(sample)
            is_binary = sample.count(b"\0") * MOST_CONTROLS > len(sample)
            self._is_binary = is_long and separator == MEMOIZED and is_binary
            if is_long and not self._is_binary:
                found = fresh = set(data.translate(ALIKE)[start:].split(separator)) - self._texts
                alike = BETWEEN.join((b"", *found, b"")) if found else b""
            else:
                texts = _texts_of_frame if start else _texts
                alike = BETWEEN.join((b"", *texts(data, self._is_binary), b"")).translate(ALIKE)
                fresh = set()
            self._last = data, alike, fresh
        return self._last[1]


def searched_for(redactor: Redactor) -> Searched:
    """Return what was searched for a dump."""
    redactor.searched = redactor.searched or Searched()
    return redactor.searched


def _main_part(secret: bytes) -> bytes:
    """Return the longest part of a secret that is the same in all of its spellings; all of it if that is short."""
    part = max(re.split(RESERVED, secret), key=len) if secret.isascii() else b""
    return part if len(part) >= SHORTEST_PART else secret


def _start_of_frame(data: bytes) -> int:
    """Return where the content begins if data is one frame of a pickle, in which each text is whole; else 0."""
    start = (len(START) if data.startswith(START) else 0) + FRAME_BYTES
    is_frame = data.startswith(FRAME, start - FRAME_BYTES)
    is_one = is_frame and int.from_bytes(data[start - FRAME_BYTES + 1 : start], "little") == len(data) - start
    return start if is_one else 0


def _texts_of_frame(frame: bytes, is_binary: bool) -> set[bytes]:
    """Return the texts and bytes in a frame that is mostly numbers and references, by their opcodes and sizes.

    Those that differ in numbers only are one.  In binary data, much looks like a short text that is none.
    """
    if is_binary and frame.count(SHORT) + frame.count(b"C") > MANY_SHORT:
        return set(_texts(frame, is_binary))
    zeros = frame.translate(ZEROS)
    found = set() if is_binary else _short_texts(zeros)
    for expression in FEW_SIZED if is_binary else SIZED:
        for match in re.finditer(expression, frame):
            start = match.end(1)
            end = start + int.from_bytes(match[1], "little")
            if frame.startswith(MEMOIZED, end):
                found.add(zeros[match.start() : end])  # as names are looked for
                found.add(zeros[start:end])  # as a size may look like a letter of the name
    return found


def _short_texts(zeros: bytes) -> set[bytes]:
    """Return the short texts in a frame.

    A number may have the opcode before a text as one of its bytes, a character the opcode behind it.
    """
    found = set(re.findall(SHORT_TEXTS, zeros))
    texts = {text for text in found if len(text) - 2 == text[1]}
    for text in found - texts:
        each, at = text, 0
        while at >= 0:
            if each[1] in (len(each) - 2, ZERO):
                texts.add(each)
            if _ends_within_a_character(each):
                longest = 2 + (NINE if each[1] == ZERO else each[1])
                texts.update([zeros[place : place + longest] for place in places_of(each + MEMOIZED, zeros)])
            at = text.find(SHORT, at + 1, -1)
            each = text[at:]
    return texts


def _ends_within_a_character(text: bytes) -> bool:
    """Return True if the last character of a text in UTF-8 has more bytes."""
    if not (text[-1] >= FIRST_OF_TWO or text[-2] >= FIRST_OF_THREE or text[-3:-2] >= FIRST_OF_FOUR):
        return False
    try:
        return utf_8_decode(text[2:], "surrogatepass")[1] < len(text) - 2
    except UnicodeDecodeError:
        return False


def _texts(data: bytes, is_binary: bool) -> Iterator[bytes]:
    """Yield all that is printable in data, which may begin or end within a text."""
    alike = data.translate(ALIKE)
    if not is_binary:
        yield from re.findall(SHORT_TEXTS, alike)
        yield from re.findall(SHORT_BYTES, alike)
    yield from _runs(alike)


def _runs(alike: bytes) -> Iterator[bytes]:
    """Yield what is printable in data, six characters and more, and five that seem to be a text."""
    mapped = alike.translate(PRINTABLE)
    at = mapped.find(SHORTEST_RUN)
    while at >= 0:
        end = mapped.find(b" ", at) % (len(mapped) + 1)
        yield alike[mapped.rfind(b" ", 0, at) + 1 : end]
        at = mapped.find(SHORTEST_RUN, end)
    yield from [piece[-SHORTEST:] for piece in alike.split(MEMOIZED)]


def sifted(texts: Iterable[str], suspects: Callable[[bytes, bytes], bool]) -> Iterator[tuple[str, bool]]:
    """Yield each text, and whether `suspects` finds that it may contain a secret; many are searched together."""
    blob: list[str] = []
    size = 0
    for text in texts:
        blob.append(text)
        size += len(text)
        if size > MOST_TOGETHER:
            yield from _by_halves(blob, suspects)
            blob, size = [], 0
    yield from _by_halves(blob, suspects)


def _by_halves(texts: list[str], suspects: Callable[[bytes, bytes], bool]) -> Iterator[tuple[str, bool]]:
    data = BETWEEN_TEXTS.join(texts).encode("utf-8", "surrogatepass")
    is_suspected = suspects(data, BETWEEN_TEXTS.encode())
    if not is_suspected or len(texts) == 1:
        yield from [(text, is_suspected) for text in texts]
        return
    middle = len(texts) // 2
    yield from _by_halves(texts[:middle], suspects)
    yield from _by_halves(texts[middle:], suspects)


def is_seen_in(alike: bytes) -> bool:
    """Return True if data with zeros for digits may contain a secret that no option of a program announces."""
    for sign, literal, expression in SIGNED_LOOKS:
        if sign in alike and literal in alike and re.compile(expression).search(alike) is not None:
            return True
    if _is_assigned(alike.replace(b"[]", b"").replace(b"[0]", b"")) or _is_in_column(alike):
        return True
    found = (alike[start : start + LONGEST_KEY] for start in words(alike, STARTS_WITH_ZEROS))
    return any(key_at(each.decode("latin-1"), 0, has_zeros=True) for each in found)


def _is_in_column(data: bytes) -> bool:
    counts = {separator: data.count(separator) for separator, _ in COLUMNS}
    if max(counts.values()) * FEW > len(data):
        lowered = data.lower()
        if not any(stem in lowered for stem in STEMS_OF_COLUMNS):
            return False
    return any(counts[separator] and re.compile(column).search(data) is not None for separator, column in COLUMNS)


def _is_assigned(data: bytes) -> bool:
    """Return True if the name of a secret may precede a sign of assignment."""
    before = [piece.rsplit(None, 1)[-1:] for piece in data.translate(NAMES).split(b"=")]
    if not any(map(_is_secret_name, {name[-LONGEST_NAME:] for names in before for name in names})):
        return False
    return any(_is_before(sign, data) for sign in SIGNS)


def _is_before(sign: bytes, data: bytes) -> bool:
    for at in places_of(sign, data):
        is_time = sign == b":" and data[at - 1 : at] == b"0"  # mostly
        is_name = not is_time and not data[max(0, at - SHORTEST_NAME) : at].translate(None, BEFORE_SIGNS)
        name = data[max(0, at - LONGEST_NAME) : at].rstrip(AFTER_NAMES) if is_name else b""
        if _is_secret_name(name[len(name.rstrip(IN_NAMES)) :]):
            return True
    return False


def _is_secret_name(name: bytes) -> bool:
    known = _known.get(name)
    if known is None:
        lowered = name.lower()
        known = any(map(lowered.__contains__, STEMS_IN_BYTES))
        # The length of a text in a pickle, or a letter that is not of ASCII, may stand before its name.
        names = (name[1:], name[2:]) if name[:1] == b"\x8c" else (name,)
        known = known and any(kind_of_name(each.decode("utf-8", "replace")) in {HARD, SOFT} for each in names)
        if len(_known) < MOST_KNOWN:
            _known[name] = known
    return known


_known: dict[bytes, bool] = {}  # most names occur many times
