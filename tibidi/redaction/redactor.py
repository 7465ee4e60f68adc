"""Recognize the secrets of this process, and replace them.

A `Redactor` lives as long as one dump is made.  It recognizes secrets by their
names, by their patterns and by their values: the value of a secret variable,
mapping entry or environment variable is redacted wherever else it occurs, also
within longer texts.  Therefore `tibidi.redaction.hunt` searches for secrets
before the first byte is written.
"""

from __future__ import annotations

import re

from tibidi import TYPE_CHECKING
from tibidi.look.anatomy import error_text
from tibidi.model import REDACTED as REASON
from tibidi.model import REDACTED_TEXT
from tibidi.model import Omission
from tibidi.redaction import patterns
from tibidi.redaction.learnt import SHORTEST_LEARNT
from tibidi.redaction.learnt import Learnt
from tibidi.redaction.learnt import is_trivial
from tibidi.redaction.names import HARD
from tibidi.redaction.names import SOFT
from tibidi.redaction.names import kind_of_name
from tibidi.redaction.names import may_hold_name

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterable
    from collections.abc import Mapping

MOST_FOUND = 1000
MOST_REMEMBERED = 100_000
LONGEST_REMEMBERED = 200  # characters
SMALLEST_PIN = 1000
MOST_IN_ROW = 3  # of headers
BIG_DATA = 1 << 20  # bytes; from here on, binary data is not searched for patterns
SAMPLE = 1024  # bytes
SMALL_CHUNK = 4096  # bytes; less is searched for markers first, as compiling the expressions takes longer

# Names of headers without a hyphen.
HEADERS = frozenset({"authorization", "cookie"})

# Environment variables that hold a directory, not a password.
DIRECTORIES = frozenset({"pwd", "oldpwd"})

# Under a name with such an end a mapping holds secrets; under `password` it is a schema, or describes a field.
HOLDERS = ("s", "auth", "cookie")

# The values of `__annotations__` under `from __future__ import annotations`.
ANNOTATION = (
    r"(?:(?:str|bytes|int|float|bool|object|None|Any|SecretStr)(?: *\| *)?)+"
    r"|(?:typing\.)?(?:Optional|Union|Final|ClassVar|InitVar|Annotated|Literal|[Ll]ist|[Dd]ict|[Tt]uple|Sequence|Mapping)\[.*\]"
)

TEXTS = (str, bytes, bytearray)
CONTAINERS = (dict, list, tuple, set, frozenset)

# A short text in a pickle, right before the opcode that memoizes it, as every attribute name and key is.
NAMES_IN_PICKLES = re.compile(rb"\x8c.([A-Za-z_][\w.\-]{2,47})\x94", re.DOTALL)
# Short bytes, as names of headers may be.  Separate, since an expression that begins with one byte takes a third.
HEADERS_IN_PICKLES = re.compile(rb"C.([A-Za-z_][\w.\-]{2,47})\x94", re.DOTALL)


class Redactor:
    """Recognizes secrets by name, pattern and value, and replaces them in texts.

    `names` are further names, as globs; the secrets in `environ` are learnt;
    `hook` is that of the application (`tibidi.config.redact`): values for
    which it returns True or raises are redacted.  `found` is the audit: where
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
        self._globs = _compile_globs(names)
        self._hook: Callable[[str, object], bool] | None = None
        self._kinds: dict[str, str] = {}
        self._innocent: set[bytes] = set()
        self._learnt = Learnt()
        self._clean: set[str] = set()  # texts without secrets: most occur several times
        for name, value in (environ or {}).items():
            if self.conceals(name, value):
                self.learn(value)
            self.learn_from(value)
        self._hook = hook  # only now: it is not asked about the environment, which is known to be text

    @property
    def has_hook(self) -> bool:
        """Whether the hook of the application is asked about every name and value."""
        return self._hook is not None

    def is_secret_name(self, name: str) -> bool:
        """Return True if a variable, attribute, key or option of this name holds a secret."""
        return self._kind(name) != ""

    def conceals(self, name: object, value: object) -> bool:
        """Return True if `value` is a secret under `name`.

        Text is.  Under a hard name so is a number, and a container of builtin
        type; a mapping only if the name is a plural (`cookies`,
        `credentials`).  Any other object is not (a requests.Session under
        `session`): its content is looked at instead.
        """
        text = name if type(name) is str else _as_text(name)
        if text is None:
            return False
        kind = self._kinds.get(text)
        if kind is None:
            kind = self._kind(text)
        if kind and _can_be_secret(text, value, kind):
            return True
        return self._hook is not None and self._asks_hook(text, value)

    def conceals_pair(self, name: object, value: object) -> bool:
        """Return True if two neighbours in a list of headers are a name and its secret value.

        The first of any two values need not name the second, as the key of a
        mapping does.  So only names of headers count, and only a value that
        is text, but no name itself.
        """
        text = _as_text(name)
        if text is None or not ("-" in text or text.lower() in HEADERS):
            return False
        other = _as_text(value)
        return other is not None and not is_trivial(other) and self.conceals(text, value)

    def conceals_last(self, row: tuple[object, ...]) -> bool:
        """Return True if a tuple is a row of a list of headers that ends in a secret value.

        A row is a name and a value; in httpx and h11 the name as it was
        written, the name in lower case, and the value.
        """
        if len(row) == MOST_IN_ROW:
            written = _as_text(row[0])
            return written is not None and written.lower() == _as_text(row[1]) and self.conceals_pair(*row[1:])
        return len(row) == MOST_IN_ROW - 1 and self.conceals_pair(*row)

    def learn(self, value: object) -> None:
        """Redact `value`, which a secret variable holds, wherever else it occurs from now on."""
        text = _as_text(value)
        if text is not None and self._learnt.add(text):
            for part in patterns.named_secrets(text):  # `dsn = "host=db password=x"`
                self._learnt.add(part)
            self._clean.clear()

    def learn_from(self, text: str) -> None:
        """Learn the passwords in the URLs of `text`."""
        for password in patterns.passwords_of_urls(text):
            self.learn(password)

    def text(self, text: str) -> str:
        """Return `text` with its secrets replaced; the same object if there are none."""
        return self.scrub(text)[0]

    def scrub(self, text: str) -> tuple[str, str]:
        """Return what `text()` returns, and the rule that was applied, for the audit."""
        is_short = len(text) <= LONGEST_REMEMBERED  # hashing a long text takes longer than it saves
        if len(text) < SHORTEST_LEARNT or (is_short and text in self._clean):
            return text, ""
        cleaned = self._learnt.text(text)
        rule = "" if cleaned is text else "the value of a secret elsewhere"
        cleaned, looks = patterns.scrub(cleaned)
        if cleaned is text and is_short and len(self._clean) < MOST_REMEMBERED:
            self._clean.add(text)
        return cleaned, rule or looks

    def data(self, data: bytes) -> bytes:
        """Return `data` with its secrets replaced; the same object if there are none."""
        data = self._learnt.data(data)
        if len(data) >= BIG_DATA and _is_binary(data):
            return data
        decoded = data.decode("latin-1")
        cleaned, _ = patterns.scrub(decoded)
        return data if cleaned is decoded else cleaned.encode("latin-1")

    def suspects_name(self, chunk: bytes) -> bool:
        """Return True if a chunk of a pickle may contain the name of a secret; fast, with false positives.

        Only a name that is spelt out is recognized, so the pickler must not
        memoize the name of a secret: later uses of it would not be seen here.
        With a hook of the application any name may be one.
        """
        if self._hook is not None:
            return True
        fresh = {*NAMES_IN_PICKLES.findall(chunk), *HEADERS_IN_PICKLES.findall(chunk)} - self._innocent
        if self._globs is not None or may_hold_name(b" ".join(fresh).decode("latin-1")):
            for name in fresh:
                if self._kind(name.decode("latin-1")):
                    return True
        if len(self._innocent) < MOST_REMEMBERED:
            self._innocent |= fresh
        return False

    def suspects_value(self, chunk: bytes) -> bool:
        """Return True if a chunk of a pickle may contain a secret value, whatever its name."""
        if self._learnt.is_in(chunk):
            return True
        if len(chunk) >= BIG_DATA and _is_binary(chunk):
            return False
        if len(chunk) < SMALL_CHUNK and not patterns.may_be_in(chunk.decode("latin-1")):
            return False
        return patterns.are_seen_in(chunk)

    def distrust_hook(self) -> None:
        """Redact every named value from now on, as the hook does not return: in doubt, keep the secret."""
        self._hook = lambda name, value: True
        self.found.clear()

    def note(self, path: str, rule: str) -> None:
        """Record that something at `path` was redacted, by which rule."""
        if len(self.found) < MOST_FOUND:
            self.found.append(Omission(self.text(path), REASON, self.text(rule)))  # a key may be a secret, too
        elif len(self.found) == MOST_FOUND:
            self.found.append(Omission("", REASON, "more is redacted than is listed"))

    def _kind(self, name: str) -> str:
        kind = self._kinds.get(name)
        if kind is None:
            by_user = self._globs is not None and self._globs.match(name.lower())
            kind = self._kinds[name] = HARD if by_user else kind_of_name(name)
        return kind

    def _asks_hook(self, name: str, value: object) -> bool:
        try:
            return self._hook is not None and bool(self._hook(name, value))
        except Exception as error:  # noqa: BLE001 - application code; in doubt, keep the secret
            self.hook_failure = self.hook_failure or f"config.redact raised {error_text(error)} for {name!r}"
            return True


def _compile_globs(names: Iterable[str]) -> re.Pattern[str] | None:
    globs = [name.lower() for name in names]
    if not globs:
        return None
    from fnmatch import translate  # needed only where names are configured

    return re.compile("|".join(translate(glob) for glob in globs))


def _can_be_secret(name: str, value: object, kind: str) -> bool:
    cls = type(value)
    if issubclass(cls, TEXTS):
        return _length(value) > 0 and value is not REDACTED_TEXT and not _is_harmless(name, value, kind)
    if kind != HARD or cls is bool:
        return False
    if issubclass(cls, int):
        return int.__abs__(value) >= SMALLEST_PIN  # type: ignore[arg-type]  # issubclass said so
    if issubclass(cls, dict) and not name.lower().endswith(HOLDERS):
        return False  # a schema, or the description of a field
    return issubclass(cls, CONTAINERS) and _length(value) > 0


def _length(value: object) -> int:
    """Return len() of a builtin value, without calling the `__len__` of a subclass."""
    for base in (*TEXTS, *CONTAINERS):
        if issubclass(type(value), base):
            return base.__len__(value)  # type: ignore[arg-type]  # issubclass said so
    return 0


def _is_harmless(name: str, value: object, kind: str) -> bool:
    """Return True for a directory, an operator or an annotation: `PWD=/home`, `token = "+"`, `{"password": "str"}`."""
    if type(value) is not str:
        return False
    if name.lower() in DIRECTORIES:
        return "/" in value or "\\" in value
    if kind == SOFT and not any(map(str.isalnum, value)):
        return True
    return re.fullmatch(ANNOTATION, value) is not None


def _as_text(value: object) -> str | None:
    cls = type(value)
    if issubclass(cls, str):
        return str.__str__(value)
    if issubclass(cls, bytes):
        return bytes.decode(value, "utf-8", "replace")  # type: ignore[arg-type]  # issubclass said so
    return None


def _is_binary(data: bytes) -> bool:
    """Return True for data that is no text in any script, by samples from its beginning, middle and end."""
    middle = len(data) // 2
    sample = data[:SAMPLE] + data[middle : middle + SAMPLE] + data[-SAMPLE:]
    controls = sample.translate(None, bytes(range(32, 127)) + bytes(range(128, 256)) + b"\t\r\n\f\x1b")
    return len(controls) > len(sample) // 20
