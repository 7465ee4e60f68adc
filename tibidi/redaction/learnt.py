"""Remember the secrets that were found, to redact them wherever else they occur.

A value is searched for as it is and as it is written in reprs, JSON and URLs, in texts and in bytes.  A short one is
redacted only as a separate word, and words that are common as values of harmless variables are not learnt at all.

The first secrets are compiled into one expression.  Further ones, of a list of accounts perhaps, are kept in a table
that each word of a text is looked up in: one expression for thousands would take minutes.

Loaded when there is a secret.
"""

from __future__ import annotations

import re
from binascii import b2a_base64

from tibidi import TYPE_CHECKING
from tibidi.model import REDACTED_TEXT
from tibidi.redaction import suspicion
from tibidi.redaction.names import LONGEST_LEARNT, LONGEST_READ, SHORTEST_SECRET, as_text, kind_of_name

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

FEWEST_IN_KEY = 6  # different bytes of a binary key, which else may be part of any data
SHORTEST_WITHIN = 8  # characters; shorter values are redacted only as a separate word
MOST_LEARNT = 200_000
MOST_COMPILED = 50
MOST_SHARED = 100  # secrets with one word
MOST_NEEDLES = 20  # up to so many, searching for each is faster than one expression for all
UNRESERVED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")  # RFC 3986
WORD = r"[!#$%*+0-9A-Z^_a-z~\-]{5,}"

# These are no secrets even as passwords.
TRIVIAL_WORDS = """
admin anonymous changeme default development disabled empty enabled example false guest hidden localhost member
none nobody optional password postgres private production public required secret session staging string
testing token unknown username value mysql redis basic bearer digest cookie cookies header headers query
"""
TRIVIAL = frozenset(TRIVIAL_WORDS.split())


class Learnt:
    """The secrets found so far."""

    def __init__(self) -> None:
        self._values: set[str] = set()
        self._words: dict[str, list[str]] = {}  # further ones, by a word in them
        self._needles: list[bytes] = []
        self._texts: re.Pattern[str] | None = None
        self._bytes: re.Pattern[bytes] | None = None
        self._is_stale = False

    def learn(self, value: object) -> bool:
        """Learn the value of a secret, a text or data, with the secrets in it; return True if it is new."""
        text = as_text(value, LONGEST_READ) or ""
        if len(text) > LONGEST_LEARNT:
            return False
        if "\ufffd" in text and not issubclass(type(value), str):
            text, *spellings = _spellings_of_data(value)
            return self.add(text, spellings)
        is_new = self.add(text)
        if is_new and (suspicion.may_be_in(text) or " " in text or "\n" in text):
            from tibidi.redaction import texts

            for part in texts.parts(text):  # `dsn = "host=db password=x"`, "Bearer x"
                self.add(part)
        return is_new

    def add(self, text: str, spellings: Iterable[str] = ()) -> bool:
        """Learn a value, unless it is trivial; return True if it is new.  Of data, `spellings` are all that it has."""
        if not SHORTEST_SECRET <= len(text) <= LONGEST_LEARNT or text in self._values:
            return False
        if is_trivial(text) or text in REDACTED_TEXT or len(self._words) >= MOST_LEARNT:
            return False
        spellings = spellings or _spellings(text)
        if len(self._values) >= MOST_COMPILED:
            shared = {word: self._words.get(word, ()) for word in re.findall(WORD, text)}
            word = min(shared, key=lambda each: len(shared[each]), default="")
            if not word or text in shared[word] or len(shared[word]) >= MOST_SHARED:
                return False
            self._words.setdefault(word, []).extend([each for each in spellings if word in each])
            return True
        self._values.update(spellings)
        self._is_stale = True
        return True

    def text(self, text: str) -> str:
        """Return `text` with learnt secrets redacted; the same object if there are none."""
        self._refresh()
        if self._texts is not None and self._texts.search(text):
            text = self._texts.sub(REDACTED_TEXT, text)
        for word in self._words.keys() & re.findall(WORD, text) if self._words else ():
            for each in self._words[word]:
                if each in text:
                    text = re.sub(_alternative(each), REDACTED_TEXT, text)
        return text

    def data(self, data: bytes) -> bytes:
        """Return `data` with learnt secrets redacted; the same object if there are none."""
        if not self.is_in(data) or self._bytes is None:
            return data
        cleaned = self._bytes.sub(REDACTED_TEXT.encode(), data)
        if not self._words:
            return cleaned
        return self.text(cleaned.decode("latin-1")).encode("latin-1")

    def is_in(self, data: bytes) -> bool:
        """Return True if a learnt secret is in `data`."""
        needles = self.needles()
        if needles is not None and not any(needle in data for needle in needles):
            return False
        if self._bytes is not None and self._bytes.search(data) is not None:
            return True
        words = re.findall(WORD, data.decode("latin-1"))
        # In a pickle, the length of a text precedes it.
        return not self._words.keys().isdisjoint([*words, *(word[1:] for word in words)])

    def needles(self) -> list[bytes] | None:
        """Return the learnt secrets as bytes; None if there are many."""
        self._refresh()
        return None if self._words or len(self._needles) > MOST_NEEDLES else self._needles

    def _refresh(self) -> None:
        """Compile the secrets, longest first, so that one that is part of another does not leave the rest of it."""
        if not self._is_stale:
            return
        self._is_stale = False
        self._needles = sorted({each for text in self._values for each in _encodings(text)}, key=len, reverse=True)
        needles = "|".join(_alternative(each.decode("latin-1")) for each in self._needles)
        self._bytes = re.compile(needles.encode("latin-1"))
        self._texts = re.compile("|".join(map(_alternative, sorted(self._values, key=len, reverse=True))))


def is_trivial(text: str) -> bool:
    """Return True for what is no secret under any name: a common word, or the name of a secret."""
    if text.isspace() or text.lower() in TRIVIAL or len(set(text)) == 1:
        return True
    return text.isidentifier() and not any(map(str.isdigit, text)) and bool(kind_of_name(text))


def _spellings(text: str) -> set[str]:
    """Return `text` as it is written in texts, reprs, JSON and URLs."""
    in_url = "".join(chr(byte) if byte in UNRESERVED else f"%{byte:02X}" for byte in text.encode("utf-8", "replace"))
    in_json = text.encode("utf-8", "replace").decode().replace("\\", "\\\\").replace('"', '\\"')
    in_ascii = re.sub(r"[^\0-\x7f]", lambda it: re.sub("....", r"\\u\g<0>", it[0].encode("utf-16-be").hex()), in_json)
    return {text, repr(text)[1:-1], in_json, in_ascii, in_url, in_url.replace("%2F", "/"), in_url.replace("%20", "+")}


def _encodings(text: str) -> set[bytes]:
    """Return a text as bytes, in UTF-8 and in Latin-1, in which a binary key is learnt."""
    return {text.encode("utf-8", "surrogatepass"), text.encode("latin-1", "backslashreplace")}


def _alternative(text: str) -> str:
    if len(text) >= SHORTEST_WITHIN:
        return re.escape(text)
    return rf"(?<![A-Za-z0-9]){re.escape(text)}(?![A-Za-z0-9])"


def _spellings_of_data(value: Any) -> list[str]:
    """Return a binary secret as a text, in Latin-1, then as it is written in messages, JSON, hexadecimal and base64."""
    base: Any = bytes if issubclass(type(value), bytes) else bytearray
    data = bytes(base.__getitem__(value, slice(None)))  # no code of a subclass runs
    shown, encoded = repr(data)[2:-1], b2a_base64(data, newline=False).decode().rstrip("=")
    spelt = [shown, shown.replace("\\", "\\\\")]
    if len(set(data)) < FEWEST_IN_KEY:
        return [shown, *spelt]
    text = data.decode("latin-1")
    in_url = encoded.replace("+", "-").replace("/", "_")
    return [text, text, *spelt, data.hex(), data.hex().upper(), encoded, in_url]
