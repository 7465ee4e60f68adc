"""Search for secrets before the first byte is written.

The value of a secret variable is redacted wherever else it occurs.  So all objects that the frames lead to are
searched first for names of secrets, breadth first, up to a number of objects and a time.
"""

from __future__ import annotations

from collections import OrderedDict, deque

from tibidi import TYPE_CHECKING
from tibidi.look.anatomy import dictionary, exact_type, first, is_native, mro, namespace
from tibidi.look.classes import HOSTS, Classes, ClassFacts
from tibidi.model import REDACTED_TEXT
from tibidi.process import arguments_of, time
from tibidi.redaction.names import as_text, may_hold_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

    from tibidi.look.frames import LiveCrash
    from tibidi.redaction import Redactor

MAX_OBJECTS = 20_000
MAX_SECONDS, MOST_ELAPSED = 0.4, 2.0  # of a processor, and on a busy machine
MAX_ITEMS = 200  # of one container
MAX_ATTRIBUTES = 100
MAX_GLOBALS = 2000
MAX_TEXT = 10_000  # characters of one text
MAX_STATEMENT = 100_000  # of one in SQL
FEW_TEXTS, MOST_TEXTS = 50, 200  # more than these are sifted first; no more than these are searched at a time
CHECK_EVERY = 8  # objects between two checks of the time, at which a snapshot gives way to other threads

# They contain nothing, or nothing under a name.
FUNCTION = type(lambda: 0)
DESCRIPTORS = (*map(type, map(vars(FUNCTION).get, ("__code__", "__globals__"))), type(object.__init__), type(str.join))
ATOMS = (type(None), bool, int, float, complex, bytearray, range, type(len), type(time), *DESCRIPTORS)
LEAVES = frozenset(map(id, ATOMS))
# Libraries whose tables have columns with names.
ARRAYS = frozenset({"numpy.ndarray", "pandas.DataFrame", "pandas.Series", "pandas.core.frame.DataFrame",
                    "pandas.core.series.Series", "polars.dataframe.frame.DataFrame", "polars.series.series.Series",
                    "pyarrow.lib.RecordBatch", "pyarrow.lib.Table", "sqlite3.Row",
                    "sqlalchemy.engine.row.Row"})  # fmt: skip
# Attributes that hold a secret under any name, without underscores before them.
HELD = {"azure.core.credentials.AzureKeyCredential": "key", "azure.core.credentials.AzureSasCredential": "signature",
        "http.cookiejar.Cookie": "value", "http.cookies.Morsel": "value coded_value", "netrc.netrc": "hosts",
        "starlette.datastructures.Secret": "value"}  # fmt: skip
RECORDS = frozenset({dict, list, tuple})
PLACEHOLDERS = ("?", "%s", "$1", ":1")  # of SQL
# Globals that lead to the import system; under pytest, from there to the session and all of its tests.
MACHINERY = frozenset({"__builtins__", "__loader__", "__spec__", "@py_builtins", "@pytest_ar"})


def hunt(crash: LiveCrash, redactor: Redactor, deadline: float) -> None:
    """Learn the secrets that can be reached from the frames and exceptions of a crash."""
    _Hunt(redactor, min(deadline, time.monotonic() + MOST_ELAPSED)).over(_roots(crash))
    for stack in crash.stacks():
        for live in stack.frames:
            _learn_parameters(redactor, live.namespace)
    for raised in crash.exceptions:  # that of SQLAlchemy has both
        _learn_parameters(redactor, dictionary(raised.exception))


def _learn_parameters(redactor: Redactor, namespace: dict[str, object]) -> None:
    """Learn the secrets among the parameters of an SQL statement; if there are several, they follow it."""
    values = first(dict.values(namespace), MAX_ATTRIBUTES)
    texts = [as_text(value, MAX_STATEMENT) or "" for value in values]
    places = [at for at, text in enumerate(texts) if any([sign in text for sign in PLACEHOLDERS])]
    for at, end in zip(places, [*places[1:], len(values)]):
        if may_hold_name(texts[at]):
            from tibidi.redaction import statements  # few frames have one

            statements.learn(redactor, texts[at], values[at:end] if len(places) > 1 else values)


def _roots(crash: LiveCrash) -> Iterator[object]:
    """Yield where to start: the variables of the crash, then those of other stacks, then globals."""
    seen: set[int] = set()
    later = []
    for stack in crash.stacks():
        for live in reversed(stack.frames):
            if id(live.namespace) not in seen and live.namespace is not live.frame.f_globals:
                seen.add(id(live.namespace))
                yield live.namespace
            if id(live.frame.f_globals) not in seen:
                seen.add(id(live.frame.f_globals))
                pairs = first(dict.items(live.frame.f_globals), MAX_GLOBALS)
                later.append({name: value for name, value in pairs if type(name) is str and name not in MACHINERY})
    yield from crash.extras.values()
    yield from (live.exception for live in crash.exceptions)
    yield from later


class _Hunt:
    def __init__(self, redactor: Redactor, deadline: float) -> None:
        self._redactor = redactor
        self._deadline = deadline
        self._classes = Classes()
        self._seen: set[int] = set()
        self._harmless: set[str] = set()  # names under which no value is secret
        self._waiting: deque[object] = deque()
        self._kept: list[object] = []  # what was made for the search, so that no id is used again
        self._texts: set[str] = set()  # to be searched for secrets

    def over(self, roots: Iterable[object]) -> None:
        self._waiting.extend(roots)
        most_used = time.thread_time() + MAX_SECONDS
        for number in range(MAX_OBJECTS):
            if len(self._texts) > MOST_TEXTS:
                self._search_texts()
            if not self._waiting:
                break
            if number % CHECK_EVERY == 0 and (time.monotonic() > self._deadline or time.thread_time() > most_used):
                break
            try:
                self._visit(self._waiting.popleft())
            except Exception:  # noqa: BLE001, S112 - a type in C whose descriptors raise
                continue
        self._search_texts()

    def _search_texts(self) -> None:
        """Learn the secrets in the texts that were found since the last time."""
        texts, self._texts = self._texts, set()
        if len(texts) > FEW_TEXTS:
            from tibidi.redaction.scanning import sifted  # small crashes have few

            texts = {text for text, is_suspected in sifted(texts, self._redactor.suspects_value) if is_suspected}
        for text in texts:
            self._redactor.learn_from(text)

    def _visit(self, value: Any) -> None:
        cls = type(value)
        if issubclass(cls, dict):
            for key in self._redactor.labelled(value):
                self._learn(dict.__getitem__(value, key))
        if cls is dict or cls is OrderedDict:
            self._names(first(dict.items(value), MAX_GLOBALS))
        elif cls is list or cls is tuple:
            self._row(value)
        elif cls is set or cls is frozenset:
            self._items(first(value, MAX_ITEMS))
        elif cls is FUNCTION:
            self._names(_records().variables(value))
        elif issubclass(cls, type):
            self._names(first(namespace(value).items(), MAX_ATTRIBUTES))
        else:
            self._object(value)

    def _row(self, value: Any) -> None:
        for at, instead in self._redactor.secret_items(value).items():
            before, _, after = instead.partition(REDACTED_TEXT)  # `-pSECRET`, `user/SECRET@database`
            self._learn((as_text(value[at]) or "")[len(before) :].removesuffix(after) if before + after else value[at])
        items = first(value, MAX_ITEMS)
        self._items(items)
        if len(items) > 1 and exact_type(items[0]) in RECORDS:
            _records().learn(self._redactor, value, items)

    def _object(self, value: Any) -> None:
        facts = self._classes.of(type(value))
        if id(facts) not in self._seen:
            self._seen.add(id(facts))
            self._texts_of_class(facts.cls)
        if facts.is_unevaluated(value) or not HOSTS.isdisjoint(facts.names):
            return
        if not ARRAYS.isdisjoint(facts.names):
            from tibidi.redaction import tables  # few crashes have tables

            tables.learn(self._redactor, value)
        self._attributes(value, facts)
        if facts.kind is BaseException:
            self._items(arguments_of(value))
        elif facts.kind is not None:
            pairs, items = _records().content(value, facts)
            self._names(pairs)
            self._row(items or [each for _, each in pairs if facts.kind is tuple])

    def _texts_of_class(self, cls: type) -> None:
        """Learn the secret texts that instances of a class share, as in a class of settings."""
        bodies = [namespace(base) for base in mro(cls) if not is_native(base)]
        pairs = [pair for body in bodies for pair in first(body.items(), MAX_ATTRIBUTES)]
        self._names([(name, value) for name, value in pairs if type(value) is str and name[:2] != "__"])

    def _attributes(self, value: Any, facts: ClassFacts) -> None:
        attributes = facts.attributes(value, MAX_ATTRIBUTES)
        if facts.holds:
            attributes += _holders().held(value, facts.names)
            self._kept.append(attributes)
        named = {name.lstrip("_"): each for name, each in attributes}
        for name in (*HELD.get(facts.name, "").split(), *self._redactor.labelled(named)):
            self._learn(named.get(name))
        self._names([*attributes, (named.get("name_"), named.get("value_"))])  # of a member of an enumeration
        if "args" in named:
            self._names(_holders().arguments(named))
        if "logging.LogRecord" in facts.names:
            _records().learn_message(self._redactor, named.get("msg"), named.get("args"))

    def _names(self, pairs: Iterable[tuple[object, object]]) -> None:
        pairs = list(pairs)
        unknown = [
            p for p in pairs if (p[0] not in self._harmless if type(p[0]) is str else id(type(p[0])) not in LEAVES)
        ]
        if unknown and self._redactor.may_conceal([name for name, _ in unknown]):
            for name, value in unknown:
                if self._redactor.conceals(name, value):
                    self._learn(value)
                elif type(name) is str and self._redactor.hook is None and not self._redactor.kind_of_name(name):
                    self._harmless.add(name)
        elif unknown:
            self._harmless.update([name for name, _ in unknown if type(name) is str])
        self._items([value for _, value in pairs])

    def _items(self, items: Iterable[Any]) -> None:
        """Queue the items that may contain others; search texts for secrets."""
        texts, seen = self._texts, self._seen
        for item in items:
            cls = type(item)
            if cls is str:
                texts.add(item[:MAX_TEXT])
            elif cls is bytes:
                texts.add(item[:MAX_TEXT].decode("latin-1"))
            elif id(cls) not in LEAVES and id(item) not in seen:
                if cls is FUNCTION and not (
                    item.__defaults__ or item.__kwdefaults__ or item.__closure__ or item.__dict__
                ):
                    continue
                seen.add(id(item))
                self._waiting.append(item)

    def _learn(self, value: Any) -> None:
        _records().learn_secret(self._redactor, value)


def _records() -> Any:
    from tibidi.redaction import records  # few crashes need it

    return records


def _holders() -> Any:
    from tibidi.redaction import holders  # few crashes need it

    return holders
