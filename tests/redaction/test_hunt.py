"""The secrets that can be reached from the frames are known before anything is written."""

from __future__ import annotations

import collections
import contextvars
import dataclasses
import functools
import io
import itertools
import logging
import queue
import sqlite3
import sys
import threading
import tracemalloc
import types
import uuid
import weakref
from typing import TYPE_CHECKING, Any

import pytest

from tibidi.look.frames import LiveCrash, LiveException, LiveFrame, LiveThread
from tibidi.model import RAISED
from tibidi.redaction import Redactor, hunt

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

TEXT = "hunter2-hunter2"
Login = collections.namedtuple("Login", "user password")


@dataclasses.dataclass
class Account:
    """A secret is in one of its fields."""

    password: str


class Slotted:
    """A secret is in a slot."""

    __slots__ = ("api_key",)

    def __init__(self) -> None:
        self.api_key = TEXT


class Settings(dict):  # type: ignore[type-arg]
    """A mapping of a class of its own."""


class Hostile:
    """Nothing of it may be called."""

    def __init__(self) -> None:
        self.password = TEXT

    def _die(self, *_: object) -> Any:
        raise AssertionError

    __getattr__ = __eq__ = __bool__ = __len__ = __iter__ = __repr__ = _die
    __hash__ = _die  # type: ignore[assignment]  # likewise


def nested(thing: object, depth: int) -> object:
    """Put a thing into as many lists, each within another."""
    for _ in range(depth):
        thing = [thing]
    return thing


class Name(str):
    """A text, as libraries have for the names of headers."""


def database_row() -> sqlite3.Row:
    """Return a row of a table with passwords."""
    connection = sqlite3.connect(":memory:")
    connection.row_factory = sqlite3.Row
    row: sqlite3.Row = connection.execute("select 'bob' as user, ? as password", (TEXT,)).fetchone()
    connection.close()
    return row


def function_with(**attributes: object) -> object:
    """Return a function with attributes."""

    def function() -> None: ...

    function.__dict__.update(attributes)
    return function


def started(password: str) -> Iterator[None]:
    """Yield once, with a secret in a variable."""
    yield


def connect(user: str, password: str) -> None:
    """Do nothing."""


def queue_of(value: object) -> object:
    """Return a queue in C with one item."""
    found: queue.SimpleQueue[object] = queue.SimpleQueue()
    found.put(value)
    return found


def variable(name: str, value: object) -> contextvars.ContextVar[object]:
    """Return a context variable with a value."""
    found: contextvars.ContextVar[object] = contextvars.ContextVar(name)
    found.set(value)
    return found


class Shared:
    """Its instances share a secret."""

    PASSWORD = TEXT


def generator() -> Iterator[None]:
    """Return a suspended generator."""
    found = started(TEXT)
    next(found)
    return found


KEPT = Account(TEXT)  # as weak references do not keep it


def after(*variables: dict[str, object], exception: BaseException | None = None, **options: Any) -> Redactor:
    """Return a redactor after the hunt among the variables of a frame each, and in an exception."""
    crash = LiveCrash()
    thread = LiveThread("MainThread", 1, crashed=True, daemon=False)
    frame = eval("frame()", {"frame": sys._getframe})  # one whose globals lead to nothing else
    thread.frames = [LiveFrame(frame, 1, 0, namespace) for namespace in variables]
    crash.threads = [thread]
    crash.exceptions = [LiveException(exception, RAISED)] if exception else []
    redactor = Redactor(**options)
    hunt.hunt(crash, redactor, float("inf"))
    return redactor


@pytest.mark.parametrize(
    "value",
    [
        {"password": TEXT},
        [{"password": TEXT}],
        ({1: {"api_key": TEXT}},),
        {"headers": [("Authorization", TEXT)]},
        {"headers": [(b"Authorization", TEXT.encode())]},
        {"auth": ("user", TEXT)},
        {"credentials": ["user", TEXT]},
        {"cookies": {"session": TEXT}},
        {"command": ["mysql", f"-p{TEXT}", "shop"]},
        {"command": ("curl", "-u", f"user:{TEXT}".encode())},
        {"command": ["tool", f"--token={TEXT}"]},
        {"command": ["sqlplus", "-S", f"scott/{TEXT}@db"]},
        {"kty": "oct", "k": TEXT},
        {"url": f"https://user:{TEXT}@example.com/"},
        Account(TEXT),
        Slotted(),
        Login("bob", TEXT),
        Settings(password=TEXT),
        collections.OrderedDict(password=TEXT),
        type("Rows", (list,), {})([Account(TEXT)]),
        type("Pair", (tuple,), {})([Account(TEXT)]),
        types.SimpleNamespace(password=TEXT),
        types.SimpleNamespace(_key="api_key", _value=TEXT),
        {"headers": [(Name("X-Api-Key"), TEXT)]},
        {"command": [Name("mysql"), Name("--password"), TEXT]},
        {"credentials": {"db": [("bob", TEXT)]}},
        {"passwords": collections.deque([TEXT])},
        {"passwords": [TEXT.encode()]},
        {"@name": "password", "#text": TEXT},
        collections.namedtuple("Option", "key value")("password", TEXT),
        database_row(),
        logging.LogRecord("a", 30, "a.py", 1, "%s: password=%s", ("bob", TEXT), None),
        ValueError({"password": TEXT}),
        types.MappingProxyType({"password": TEXT}),
        collections.deque([{"password": TEXT}]),
        queue_of({"password": TEXT}),
        variable("api_key", TEXT),
        variable("state", {"password": TEXT}),
        contextvars.ContextVar("state", default=types.MappingProxyType({"password": TEXT})),
        Account(TEXT).__eq__,
        weakref.ref(KEPT),
        generator(),
        map(Account, [TEXT], itertools.repeat({"password": TEXT})),
        {"password": TEXT}.items(),
        functools.partial(connect, "bob", TEXT),
        threading.Thread(target=connect, args=("bob", TEXT)),
        function_with(password=TEXT),
        io.StringIO(f"password={TEXT}"),
        io.BytesIO(f"password={TEXT}".encode()),
        {"password": memoryview(TEXT.encode())},
        {"password": collections.UserString(TEXT)},
        Shared(),
        Hostile(),
        nested(Account(TEXT), 1000),
    ],
    ids=lambda value: type(value).__name__,
)
def test_secret_is_found(value: object) -> None:
    """A secret is found by its name wherever it stands, and then redacted in any text."""
    assert "to <redacted>!" == after({"value": value}).text(f"to {TEXT}!")


def test_secret_that_is_no_text() -> None:
    """A number for a key is found where it is written out."""
    key = uuid.UUID("9f8ac1e2-773b-4d01-90fe-5c92a8b3470f")
    redactor = after({"api_key": key})

    assert "<redacted> or <redacted>" == redactor.text(f"{key} or {key.hex}")


def test_secret_variable() -> None:
    """The variables of every frame are looked at."""
    redactor = after({}, {"password": TEXT}, {})

    assert "<redacted>" == redactor.text(TEXT)


def test_secret_of_an_exception() -> None:
    """So are the exceptions."""
    error = ValueError()
    error.__dict__["password"] = TEXT

    assert "<redacted>" == after(exception=error).text(TEXT)


def test_value_of_a_cookie() -> None:
    """The value of a cookie is a secret, whatever the name of the attribute."""
    cookie = type("Cookie", (), {"__module__": "http.cookiejar"})()
    cookie.name, cookie.value = "sid", TEXT

    assert "<redacted>" == after({"cookie": cookie}).text(TEXT)


@pytest.mark.parametrize("value", [{"name": TEXT}, {"password": None}, {"credentials": ["user", "plain"]}, [TEXT]])
def test_nothing_is_learnt(value: object) -> None:
    """A text without the name of a secret stays; so do the words of a container with such a name."""
    redactor = after({"value": value})

    assert f"{TEXT} user plain" == redactor.text(f"{TEXT} user plain")


@pytest.mark.parametrize(
    ("statement", "parameters"),
    [
        ("INSERT INTO users (name, password) VALUES (?, ?)", ("bob", TEXT)),
        ('insert into s."users" ("name", `password`, n) values (%s, lower(%s), now()) returning n', ["bob", TEXT]),
        ("INSERT INTO users (name, password) VALUES (?, ?), (?, ?)", ("ann", TEXT[::-1], "bob", TEXT)),
        ("INSERT INTO users (name, password) VALUES (?, ?)", [("ann", TEXT[::-1]), ("bob", TEXT)]),
        ("INSERT INTO users (password, name) VALUES ($2, $1)", ("bob", TEXT)),
        ("UPDATE users SET name = 'what?', password = ? WHERE name = ?", (TEXT, "bob")),
        (b"SELECT 1 FROM users WHERE name = :1 AND users.password = crypt(:2, salt)", ("bob", TEXT)),
    ],
)
def test_parameters_of_a_statement(statement: object, parameters: object) -> None:
    """Of the parameters of an SQL statement those of secret columns are redacted, in variables and in exceptions."""
    error = ValueError("(driver) failed")
    error.__dict__.update(statement=statement, params=parameters)

    for redactor in after({"sql": statement, "args": parameters}), after(exception=error):
        assert "<redacted> of bob or ann" == redactor.text(f"{TEXT} of bob or ann")


def test_parameters_of_other_statements() -> None:
    """Parameters follow their statement if there are several, and a row of another length belongs to none."""
    first, second = (
        "SELECT * FROM users WHERE password = ? AND name = ?",
        "SELECT * FROM users WHERE name = ? AND id = ?",
    )
    redactor = after({"first": first, "row": (TEXT, "bob"), "second": second, "other": ("ann", "5")})
    assert "<redacted> bob ann" == redactor.text(f"{TEXT} bob ann")

    assert TEXT == after({"sql": first, "row": (TEXT, "bob", 5)}).text(TEXT)


def test_lazy_object() -> None:
    """A lazy object is not looked into before it is evaluated."""
    base = type("QuerySet", (), {"__module__": "django.db.models.query"})
    thing: Any = type("Orders", (base,), {})()
    thing.password, thing._result_cache = TEXT, None
    assert TEXT == after({"it": thing}).text(TEXT)

    thing._result_cache = []
    assert "<redacted>" == after({"it": thing}).text(TEXT)


def test_cycles() -> None:
    """What contains itself is looked at once."""
    cycle: list[Any] = []
    cycle += [cycle, {"itself": cycle, "password": TEXT}]

    assert "<redacted>" == after({"cycle": cycle}).text(TEXT)


def test_hook() -> None:
    """The hook of the application is asked about every name and value, also about those that it was asked before."""
    variables = {"note": "first"}, {"note": TEXT}

    assert "<redacted>" == after(*variables, hook=lambda name, value: value == TEXT).text(TEXT)


def test_deadline() -> None:
    """After the deadline nothing is looked at any more."""
    crash = LiveCrash()
    crash.exceptions = [LiveException(ValueError({"password": TEXT}), RAISED)]
    redactor = Redactor()
    hunt.hunt(crash, redactor, 0.0)

    assert TEXT == redactor.text(TEXT)


def test_busy_process() -> None:
    """The time of the search is that of a processor: beside busy threads as much is found."""
    note = "the key of row {0} is {1}, token={{{1}}}, owner {2} " * 4
    rows: list[Any] = [[{"note": note.format(n, m, n * m)} for m in range(4)] for n in range(100)]
    rows.append(nested({"password": TEXT}, 5))
    is_done = threading.Event()

    def compute() -> None:
        while not is_done.is_set():
            sum(range(1_000))

    threads = [threading.Thread(target=compute) for _ in range(5)]
    for thread in threads:
        thread.start()
    try:
        redactor = after({"rows": rows})
    finally:
        is_done.set()
        for thread in threads:
            thread.join()

    assert "<redacted>" == redactor.text(TEXT)


def test_bounds() -> None:
    """Of a container so many items are looked at: the hunt must not cost what the dump costs."""
    accounts = [Account(f"{number:03}-{TEXT}") for number in range(hunt.MAX_ITEMS + 1)]
    redactor = after({"accounts": accounts})

    assert "<redacted>" == redactor.text(accounts[hunt.MAX_ITEMS - 1].password)
    assert accounts[-1].password == redactor.text(accounts[-1].password)


@pytest.mark.parametrize(
    "hold",
    [
        lambda data: data,
        lambda data: ["word", data],
        lambda data: [data, b"x", b"y"],
        lambda data: {bytes(data): 1},
    ],
)
@pytest.mark.parametrize("kind", [bytes, bytearray])
@pytest.mark.parametrize("name", ["image", "password", "key"])
def test_large_data(hold: Callable[[object], object], kind: Callable[[bytes], object], name: str) -> None:
    """Data is read as text up to a length: a crash for lack of memory has none to decode all of a large image."""
    image = hold(kind(b"\0\xffa1B" * (1 << 21)))
    tracemalloc.start()
    after({name: image})
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert most < 4 << 20
