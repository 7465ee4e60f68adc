"""Recognize the secrets of this process, and replace them.

A `Redactor` lives as long as one dump is made.  It recognizes secrets by their names, by their patterns and by their
values: the value of a secret variable, mapping entry or environment variable is redacted wherever else it occurs,
also within longer texts.  Therefore `tibidi.redaction.hunt` searches for secrets before the first byte is written.
"""

from __future__ import annotations

import re
from functools import lru_cache

from tibidi import TYPE_CHECKING
from tibidi.model import REDACTED as REASON
from tibidi.model import REDACTED_TEXT, Omission
from tibidi.redaction import suspicion
from tibidi.redaction.names import (
    GIVEN,
    HARD,
    LONGEST_READ,
    SHORTEST_SECRET,
    SOFT,
    as_text,
    kind_of_name,
    may_hold_name,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from typing import Any

    from tibidi.redaction.learnt import Learnt
    from tibidi.redaction.scanning import Searched
    from tibidi.redaction.texts import Found

PERSONAL = "@personal"  # among the names: a profile
MOST_FOUND = 1000
MOST_REMEMBERED = 100_000
LONGEST_REMEMBERED = 200  # characters
MOST_IN_ROW = 3  # of headers
MOST_LABELLED = 20  # items of a mapping
MOST_ARGUMENTS = 1000  # of a command
LONGEST_ARGUMENT = 10_000  # characters
BIG_DATA = 1 << 20  # bytes; from here on, binary data is not searched for patterns
LONG_TEXT = 1 << 17  # characters; from here on, a text is searched by windows
SMALL_CHUNK = 4096  # bytes; less is searched for markers first, as compiling the expressions takes longer

# Environment variables that hold a directory, not a password.
DIRECTORIES, PATHS = frozenset({"pwd", "oldpwd"}), ("/", "./", "../", "~/")

# The keys of values whose names stand beside them: `{"name": "password", "value": "x"}`.
LABELLED = frozenset(
    ("value", "Value", "val", "v", "content", "data", "#text", "default", "get()", "parameterValue", "kty")
)

SEARCHED = frozenset({GIVEN, HARD, SOFT})  # in pickles
WORD_TYPES = (str, bytes)

# A short text in a pickle, right before the opcode that memoizes it, as every attribute name and key is.
NAMES_IN_PICKLES = re.compile(rb"\x8c.([A-Za-z_][\w.\-]{2,47})\x94", re.DOTALL)
# Short bytes, as names of headers may be.  Separate, since an expression that begins with one byte takes a third.
HEADERS_IN_PICKLES = re.compile(rb"C.([A-Za-z_][\w.\-]{2,47})\x94", re.DOTALL)


class NothingLearnt:
    """Stands for `Learnt` until a secret is met."""

    def text(self, text: str) -> str:
        """Return the text as it is."""
        return text

    def data(self, data: bytes) -> bytes:
        """Return the data as it is."""
        return data

    def is_in(self, _: bytes) -> bool:
        """Return False."""
        return False

    def needles(self) -> list[bytes]:
        """Return nothing."""
        return []


class Redactor:
    """Recognizes secrets by name, pattern and value, and replaces them in texts.

    `names` are further names, as globs; the secrets in `environ` are learnt; `hook` is that of the application
    (`tibidi.config.redact`): values for which it returns True or raises are redacted.  `found` is the audit: where
    something was redacted and by which rule, never what it was.
    """

    def __init__(
        self,
        names: Iterable[str] = (),
        environ: Mapping[str, str] | None = None,
        hook: Callable[[str, object], bool] | None = None,
    ) -> None:
        self.found: list[Omission] = []
        self.is_unsure = False  # the search for secrets has failed, so that many values of secrets are not known
        self.hook_failure = ""  # the first one
        self.until = float("inf")  # when the time for the value that is written is over
        names, self._personal = tuple(names), None
        if PERSONAL in names:
            from tibidi.redaction import personal  # only where it is configured

            names, self._personal = (*(set(names) - {PERSONAL}), *personal.NAMES), personal
        kind: Callable[[str], str] = kind_of_name
        self._has_names = bool(names)
        if names:
            from tibidi.redaction.concealing import kind_with  # only where they are configured

            kind = kind_with(names)
        self.kind_of_name = lru_cache(MOST_REMEMBERED)(kind)  # of this dump: no name outlives it
        self.hook: Callable[[str, object], bool] | None = None
        self._harmless: set[bytes] = set()
        self._learnt: Learnt | NothingLearnt = NothingLearnt()
        self.learnt = 0  # the number of values
        self.long_texts: dict[int, tuple[str, str, str]] = {}  # by id: the text, what replaces it and the rule
        self._clean: set[str] = set()  # texts without secrets; most occur several times
        self.searched: Searched | None = None  # the same for large data: see `scanning`
        self._plain: set[str] = set()  # texts that match none of the patterns
        for name, value in (environ or {}).items():
            if self.conceals(name, value):
                self.learn(value)
            if type(value) is str:
                self.learn_from(value)
        self.hook = hook  # only now: it is not asked about the environment, which is known to be text

    def is_secret_name(self, name: str) -> bool:
        """Return True if a variable, attribute, key or option of this name holds a secret."""
        return self.kind_of_name(name) in SEARCHED

    def may_conceal(self, names: list[object]) -> bool:
        """Return True if a value under one of these names may be a secret; fast, with false positives."""
        text = " ".join([name if type(name) is str else as_text(name, LONGEST_READ) or "" for name in names])
        return self.hook is not None or self._has_names or not text.isascii() or may_hold_name(text)

    def conceals(self, name: object, value: object) -> bool:
        """Return True if `value` is a secret under `name`.

        A text is one; under a soft name only if it looks arbitrary.  Under a hard name a number is one as well, and so
        is a container of a builtin type; but a mapping only if the name is a plural (`cookies`) or if it has keys other
        than texts.  Any other object, such as a requests.Session under `session`, is not: its content is looked at
        instead.
        """
        text = name if type(name) is str else as_text(name, LONGEST_READ)
        if text is None:
            return False
        kind = self.kind_of_name(text)
        if kind and not (text.lower() in DIRECTORIES and (as_text(value) or "").startswith(PATHS)):
            from tibidi.redaction.concealing import can_be_secret  # few names are those of secrets

            if can_be_secret(text, value, kind):
                return True
        return self.hook is not None and self._asks_hook(self.hook, text, value)

    def conceals_pair(self, name: object, value: object) -> bool:
        """Return True if two neighbours in a list are a name and its secret value.

        The first of any two values need not name the second, as the key of a mapping does.  So only a text counts that
        is no name itself, and looks arbitrary unless the name is that of a header.
        """
        text, other = as_text(name, LONGEST_READ), as_text(value, LONGEST_READ)
        if text is None or other is None or not (self.kind_of_name(text) or self.hook):
            return False
        from tibidi.redaction.concealing import is_secret_pair  # few pairs get here

        return is_secret_pair(text, other) and self.conceals(text, value)

    def conceals_last(self, row: tuple[object, ...] | list[object]) -> bool:
        """Return True if a row ends in a secret value.

        A row is a name and a value; in httpx and h11 the name as it was written, the name in lower case, and the value.
        """
        if len(row) == MOST_IN_ROW:
            written, lower = (as_text(name, LONGEST_READ) for name in row[:2])
            return written is not None and written.lower() == lower and self.conceals_pair(*row[1:])
        return len(row) == MOST_IN_ROW - 1 and self.conceals_pair(*row)

    def secret_items(self, row: tuple[object, ...] | list[object]) -> dict[int, str]:
        """Return the secrets in a pair, a row of headers or the words of a command, and what replaces each."""
        if not 1 < len(row) <= MOST_ARGUMENTS or not issubclass(type(row[0]), WORD_TYPES):
            return {}
        if self.conceals_last(row):
            return {len(row) - 1: REDACTED_TEXT}
        most = LONGEST_ARGUMENT
        words = [word[:most] if type(word) is str else as_text(word, most) or "" for word in row]
        return {at: words[at][:a] + REDACTED_TEXT + words[at][b:] for at, (a, b) in self.secret_words(words).items()}

    def secret_words(self, words: list[str]) -> dict[int, tuple[int, int]]:
        """Return which words of a command are or contain a secret, and where in each the secret begins and ends."""
        # The password is in no option of sqlplus, expdp and impdp.
        if not any([w[:1] == "-" or w[:5] == "pass:" or w[-5:] in {"lplus", "expdp", "impdp"} for w in words]):
            return {}
        from tibidi.redaction.commands import secret_words  # few rows

        return dict(secret_words(words))

    def labelled(self, mapping: dict[Any, object]) -> tuple[str, ...]:
        """Return the keys of the secrets in `{"name": "password", "value": "x"}`, or in a JSON web key (RFC 7518)."""
        if not 1 < dict.__len__(mapping) <= MOST_LABELLED:
            return ()
        named = {name: value for name, value in dict.items(mapping) if type(name) is str}
        if LABELLED.isdisjoint(named):
            return ()
        from tibidi.redaction import concealing  # few mappings get here

        return concealing.labelled(named, self.conceals_pair)

    def learn(self, value: object) -> None:
        """Redact `value`, which a secret variable holds, wherever else it occurs from now on."""
        if as_text(value, 1) is None:
            return
        from tibidi.redaction.learnt import Learnt  # the smallest crashes have no secret

        if not isinstance(self._learnt, Learnt):
            self._learnt = Learnt()
        if self._learnt.learn(value):
            self.learnt += 1
            self._clean.clear()
            self.searched = None

    def learn_from(self, text: str) -> None:
        """Learn the secrets in a text."""
        if text not in self._clean and self._may_be_in(text):
            self._found(text)

    def _may_be_in(self, text: str) -> bool:
        """Return True if one of the patterns may be in a text."""
        if text in self._plain:
            return False
        found = suspicion.may_be_in(text)
        if not found and len(text) <= LONGEST_REMEMBERED and len(self._plain) < MOST_REMEMBERED:
            self._plain.add(text)
        return found

    def _found(self, text: str) -> list[Found]:
        """Return the secrets in a text; learn those that look like no word."""
        from tibidi.redaction import texts  # few texts
        from tibidi.redaction.looks import is_varied

        found = texts.find(text)
        if self._personal is not None:
            found = texts.merged([*found, *self._personal.find(text)])
        for each in found:
            if is_varied(text[each.start : each.end]):
                self.learn(text[each.start : each.end])
        if not found and len(self._plain) < MOST_REMEMBERED:
            self._plain.add(text)  # which took longer than hashing a long text takes
        return found

    def text(self, text: str) -> str:
        """Return `text` with its secrets replaced; the same object if there are none."""
        return self.scrub(text)[0]

    def scrub(self, text: str) -> tuple[str, str]:
        """Return what `text()` returns, and the rule that was applied, for the audit."""
        is_short = len(text) <= LONGEST_REMEMBERED  # hashing a long text takes longer than it saves
        if len(text) < SHORTEST_SECRET or (is_short and text in self._clean):
            return text, ""
        if len(text) > LONG_TEXT:
            from tibidi.redaction import long_texts  # few texts

            return long_texts.scrub(self, text)
        cleaned = self._learnt.text(text)
        rule = "" if cleaned is text else "the value of a secret elsewhere"
        if self._personal is not None or self._may_be_in(cleaned):
            found = self._found(cleaned)
            if found:
                from tibidi.redaction.texts import replaced

                return self._learnt.text(replaced(cleaned, found)), rule or found[0].rule
        if cleaned is text and is_short and len(self._clean) < MOST_REMEMBERED:
            self._clean.add(text)
        return cleaned, rule

    def data(self, data: bytes) -> bytes:
        """Return `data` with its secrets replaced; the same object if there are none."""
        known = self._learnt.data(data)
        if len(data) >= BIG_DATA and _is_binary(data):
            return known
        decoded = known.decode("latin-1")
        cleaned, _ = self.scrub(decoded)
        return known if cleaned is decoded else cleaned.encode("latin-1", "replace")

    def suspects_name(self, chunk: bytes) -> bool:
        """Return True if a chunk of a pickle may contain the name of a secret; fast, with false positives.

        Only a name that is spelt out is recognized, so the pickler must not memoize the name of a secret: later uses of
        it would not be seen here.  With a hook of the application any name may be one.
        """
        if self.hook is not None:
            return True
        if len(chunk) >= SMALL_CHUNK and not self._has_names:
            from tibidi.redaction.scanning import searched_for  # few small dumps need it, here and below

            chunk = searched_for(self).named(chunk)
        fresh = {*NAMES_IN_PICKLES.findall(chunk), *HEADERS_IN_PICKLES.findall(chunk)} - self._harmless
        may_be_one = self._has_names or may_hold_name(b" ".join(fresh).decode("latin-1"))
        if may_be_one and any(self.kind_of_name(name.decode("latin-1")) in SEARCHED for name in fresh):
            return True
        if len(self._harmless) < MOST_REMEMBERED:
            self._harmless |= fresh
        return False

    def suspects_value(self, chunk: bytes, separator: bytes = b"\x94") -> bool:
        """Return True if a chunk of a pickle, or a text, may contain a secret value, whatever its name."""
        if len(chunk) >= BIG_DATA:
            return not _is_binary(chunk) or self._learnt.is_in(chunk)  # a long text is searched by windows
        if self._personal is not None:
            return True
        if len(chunk) < SMALL_CHUNK and not suspicion.may_be_in(chunk.decode("latin-1")):
            return self._learnt.is_in(chunk)
        from tibidi.redaction.scanning import searched_for

        return searched_for(self).suspects(chunk, separator, self._learnt)

    def distrust_hook(self) -> None:
        """Redact every named value from now on, as the hook does not return: in doubt, keep the secret."""
        self.hook = lambda name, value: True
        self.found.clear()

    def note(self, path: str, rule: str) -> None:
        """Record that something at `path` was redacted, by which rule."""
        if len(self.found) < MOST_FOUND:
            self.found.append(Omission(self.text(path), REASON, self.text(rule)))  # a key may be a secret, too
        elif len(self.found) == MOST_FOUND:
            self.found.append(Omission("", REASON, "more is redacted than is listed"))

    def _asks_hook(self, hook: Callable[[str, object], bool], name: str, value: object) -> bool:
        from tibidi.redaction.concealing import answer  # few applications have a hook

        is_secret, failure = answer(hook, name, value)
        self.hook_failure = self.hook_failure or failure
        return is_secret


def _is_binary(data: bytes) -> bool:
    from tibidi.redaction.long_texts import is_binary  # few dumps have much data

    return is_binary(data)
