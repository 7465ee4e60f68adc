"""Ordinary and less ordinary values come back as they were."""

from __future__ import annotations

import abc
import array
import collections
import contextvars
import copyreg
import ctypes
import dataclasses
import datetime
import decimal
import enum
import fractions
import functools
import io
import itertools
import logging
import operator
import os
import pathlib
import posix
import queue
import re
import socket
import sqlite3
import sys
import threading
import types
import typing
import uuid
import weakref
import zoneinfo
from typing import Any

import pytest

import tibidi
from tibidi.redaction import Redactor
from tibidi.writing import naming


class Plain:
    """An ordinary class, found by its name."""

    def __init__(self, **attributes: object) -> None:
        self.__dict__.update(attributes)


class Slotted:
    """Slots instead of a dictionary."""

    __slots__ = ("left", "right")


class Mixed(Slotted):
    """Slots and a dictionary."""

    name: str


class Colour(enum.Enum):
    """An enumeration."""

    RED = 1
    GREEN = "green"


class Permission(enum.Flag):
    """An enumeration whose members combine."""

    READ = 1
    WRITE = 2


Point = collections.namedtuple("Point", "x y")


class Typed(typing.NamedTuple):
    """A named tuple with types."""

    name: str
    size: int = 3


@dataclasses.dataclass
class Order:
    """A dataclass."""

    number: int
    lines: list[str] = dataclasses.field(default_factory=list)


class Bag(dict):
    """A dictionary with an attribute."""


class Pile(list):
    """A list with an attribute."""


EQUAL = {
    "numbers": [0, -1, 10**30, 1.5, float("inf"), 3 + 4j, True, None, ...],
    "texts": ["", "äöü", "\ud800", b"\0\xff", bytearray(b"abc")],
    "containers": ({1: "a"}, [1, [2]], {1, 2}, frozenset({3}), (1, (2,)), range(1, 10, 3), slice(1, None)),
    "ordered": collections.OrderedDict(b=1, a=2),
    "counter": collections.Counter("hello"),
    "deque": collections.deque([1, 2], maxlen=5),
    "chain map": collections.ChainMap({"a": 1}, {"b": 2}),
    "named tuples": [Point(1, 2), Typed("x")],
    "enumerations": [Colour.RED, Permission.READ | Permission.WRITE, Permission.WRITE],
    "dataclass": Order(7, ["pen"]),
    "date": datetime.datetime(2026, 11, 22, tzinfo=datetime.timezone.utc),
    "zone": zoneinfo.ZoneInfo("UTC"),
    "decimal": decimal.Decimal("1.10"),
    "fraction": fractions.Fraction(1, 3),
    "uuid": uuid.UUID(int=5),
    "path": pathlib.PurePosixPath("/a/b"),
    "pattern": re.compile("a+", re.IGNORECASE),
    "array": array.array("d", [1.0, 2.0]),
    "types": [int, Plain, type(None), types.FunctionType, typing.Any, typing.Optional[int], list[int]],
    "functions": [len, operator.add, functools.reduce, pathlib.Path.exists],
    "modules": [sys, re],
    "ordered views": [list(collections.OrderedDict(a=1).keys())],
    "logger": logging.getLogger("some.logger"),
    "mapping proxy": types.MappingProxyType({"a": 1}),
    "simple namespace": types.SimpleNamespace(a=1),
}


@pytest.mark.parametrize("kind", EQUAL)
def test_ordinary_values_come_back_equal(round_trip: Any, kind: str) -> None:
    """Values of the builtin and standard types are equal after a round trip, and nothing is left out."""
    loaded = round_trip({"value": EQUAL[kind]})

    assert EQUAL[kind] == loaded.locals["value"]
    assert type(EQUAL[kind]) is type(loaded.locals["value"])
    assert [] == loaded.omissions


def test_views_of_dictionaries(round_trip: Any) -> None:
    """Keys, values and items are loaded as views of a dictionary with the same content."""
    mapping = {"a": 1, "b": 2}
    loaded = round_trip({"keys": mapping.keys(), "values": mapping.values(), "items": mapping.items()}).locals

    assert ["a", "b"] == list(loaded["keys"])
    assert [1, 2] == list(loaded["values"])
    assert mapping.items() == loaded["items"]


def test_instances_keep_state_and_identity(round_trip: Any) -> None:
    """Attributes, slots, subclasses of containers and cycles come back."""
    node = Plain(name="node")
    node.me = node
    slotted = Slotted()
    slotted.left = node
    bag, pile = Bag(a=1), Pile([1, 2])
    bag.note, pile.note = "bag", node
    loaded = round_trip({"node": node, "slotted": slotted, "bag": bag, "pile": pile}).locals

    assert loaded["node"] is loaded["node"].me is loaded["slotted"].left is loaded["pile"].note
    assert not hasattr(loaded["slotted"], "right")
    assert (bag, "bag") == (loaded["bag"], loaded["bag"].note)
    assert pile == loaded["pile"]


def test_many_instances_of_a_class(round_trip: Any) -> None:
    """Each is loaded with its own state: an empty first one, slots that only a later one has filled."""
    plain = [Plain(), Plain(a=1), Plain(b=[2]), Plain()]
    mixed = [Mixed(), Mixed(), Mixed()]
    mixed[0].name = "no slot is filled"
    mixed[1].left = 1
    mixed[2].left, mixed[2].name = 2, "both"
    lists = [Pile(), Pile([1]), Pile([2])]
    lists[2].name = "list"

    back = round_trip({"plain": plain, "mixed": mixed, "lists": lists}).locals
    plain, mixed, lists = back["plain"], back["mixed"], back["lists"]

    assert [{}, {"a": 1}, {"b": [2]}, {}] == [vars(each) for each in plain]
    assert [{"name": "no slot is filled"}, {}, {"name": "both"}] == [vars(each) for each in mixed]
    assert [None, 1, 2] == [getattr(each, "left", None) for each in mixed]
    assert [([], {}), ([1], {}), ([2], {"name": "list"})] == [(list(each), vars(each)) for each in lists]


def test_functions_by_value_work(round_trip: Any) -> None:
    """Closures, recursion, defaults, keyword defaults and generators of local functions work when called."""
    count = 0

    def counted(step: int = 1, *, factor: int = 2) -> int:
        """Count."""
        nonlocal count
        count += step * factor
        return count

    def factorial(n: int) -> int:
        return n * factorial(n - 1) if n else 1

    def squares() -> Any:
        yield from (n * n for n in range(4))

    counted.note = "kept"
    loaded = round_trip(
        {
            "counted": counted,
            "factorial": factorial,
            "squares": squares,
            "partial": functools.partial(counted, factor=10),
            "lambda": lambda x: x + 1,
            "cached": functools.lru_cache(maxsize=None)(factorial),
        }
    ).locals

    assert [2, 4] == [loaded["counted"](), loaded["counted"]()]
    assert 14 == loaded["partial"]()
    assert 0 == count
    assert 120 == loaded["factorial"](5)
    assert [0, 1, 4, 9] == list(loaded["squares"]())
    assert 2 == loaded["lambda"](1)
    assert ("Count.", "kept", (1,)) == (
        loaded["counted"].__doc__,
        loaded["counted"].note,
        loaded["counted"].__defaults__,
    )
    assert counted.__qualname__ == loaded["counted"].__qualname__
    assert {"step": "int", "factor": "int", "return": "int"} == loaded["counted"].__annotations__


def test_functions_share_their_cells(round_trip: Any) -> None:
    """Two functions that share a variable still do, also across frames, and if the variable is bound to one of them."""

    def make() -> tuple[Any, Any]:
        box: Any = None

        def put(value: Any) -> None:
            nonlocal box
            box = value

        return put, lambda: box

    put, get = make()
    put(get)
    loaded = round_trip({"put": put}, {"get": get}).values
    put, get = loaded["exceptions[0].frames[0].locals"]["put"], loaded["exceptions[0].frames[1].locals"]["get"]

    assert get is get()
    put(42)
    assert 42 == get()


def test_empty_cells(round_trip: Any) -> None:
    """A closure over a variable without a value is loaded with an empty cell."""

    def outer() -> Any:
        def inner() -> Any:
            return later

        yield inner
        later = 1

    function = next(outer())
    loaded = round_trip({"function": function, "cell": function.__closure__[0]}).locals

    with pytest.raises(NameError):
        loaded["function"]()
    assert loaded["cell"] is loaded["function"].__closure__[0]


def test_classes_by_value_work(round_trip: Any) -> None:
    """Local classes come back with methods, super(), properties, class and static methods, qualified names."""

    class Base(abc.ABC):
        kind = "base"

        def __init__(self, name: str) -> None:
            self.name = name

        @abc.abstractmethod
        def greet(self) -> str: ...

    class Child(Base):
        def __init__(self, name: str) -> None:
            super().__init__(name.title())

        def greet(self) -> str:
            return f"{self.kind} {self.name}"

        @property
        def length(self) -> int:
            return len(self.name)

        @classmethod
        def make(cls) -> Base:
            return cls("made")

        @staticmethod
        def twice(n: int) -> int:
            return 2 * n

    child = Child("ann")
    loaded = round_trip({"child": child, "bound": child.greet, "Child": Child}).locals

    assert "base Ann" == loaded["child"].greet() == loaded["bound"]()
    assert type(loaded["child"]) is loaded["Child"]
    assert loaded["bound"].__self__ is loaded["child"]
    assert (3, 8) == (loaded["child"].length, loaded["Child"].twice(4))
    assert "Made" == loaded["Child"].make().name
    assert Child.__qualname__ == loaded["Child"].__qualname__
    with pytest.raises(TypeError):
        loaded["Child"].__mro__[1]("x")


def test_other_classes_by_value(round_trip: Any) -> None:
    """Local enumerations, dataclasses, named tuples, generics, metaclasses, slots and exceptions come back."""
    T = typing.TypeVar("T")

    class Meta(type):
        def shout(cls) -> str:
            return cls.__name__.upper()

    class WithMeta(metaclass=Meta):
        pass

    class Size(enum.IntEnum):
        SMALL = 1
        LARGE = 2

        def double(self) -> int:
            return self * 2

    @dataclasses.dataclass(order=True)
    class Item:
        price: float
        tags: list[str] = dataclasses.field(default_factory=list)

    class Stack(typing.Generic[T]):
        __slots__ = ("items",)

    class Failure(ValueError):
        pass

    pair = collections.namedtuple("pair", "a b")
    loaded = round_trip(
        {
            "meta": WithMeta,
            "size": Size.LARGE,
            "item": Item(1.5, ["x"]),
            "stack": Stack,
            "failure": Failure("no"),
            "pair": pair(1, 2),
        }
    ).locals

    assert "WITHMETA" == loaded["meta"].shout()
    assert (4, "LARGE") == (loaded["size"].double(), loaded["size"].name)
    assert type(loaded["size"])(1) < loaded["size"]
    assert loaded["item"] == type(loaded["item"])(1.5, ["x"])
    assert loaded["item"] < type(loaded["item"])(2.5)
    assert loaded["stack"][int]
    assert (1, 2) == loaded["pair"]
    assert loaded["pair"].b == 2
    with pytest.raises(ValueError, match="no"):
        raise loaded["failure"]


ILLEGAL = {
    "generator": lambda: (n for n in [1]),
    "frame": sys._getframe,
}


@pytest.mark.parametrize("kind", ILLEGAL)
def test_states_of_computations_are_not_pickleable(round_trip: Any, kind: str) -> None:
    """A generator or frame is a NotPickleable that says where it was; the objects around it are kept."""
    loaded = round_trip({"around": [1, {"deep": ILLEGAL[kind]()}, 2]})
    around = loaded.locals["around"]

    assert [1, 2] == [around[0], around[2]]
    assert isinstance(around[1]["deep"], tibidi.NotPickleable)
    assert kind == around[1]["deep"].type_name
    assert "test_reducers.py" in around[1]["deep"].preview
    assert {"exceptions[0].frames[0].locals['around'][1]['deep']": "illegal"} == loaded.reasons()


def unpicklable(place: pathlib.Path) -> dict[str, object]:
    """Make one of each kind of object that no pickler can write."""
    lock = threading.Lock()
    lock.acquire()
    return {
        "lock": lock,
        "rlock": threading.RLock(),
        "local": threading.local(),
        "queue": queue.Queue(),
        "event": threading.Event(),
        "stdin": sys.stdin,
        "file": open(__file__, encoding="utf-8"),
        "bytes": open(__file__, "rb"),
        "written": open(place / "written.txt", "w", encoding="utf-8"),
        "socket": socket.socket(),
        "database": sqlite3.connect(":memory:"),
        "weak": weakref.ref(Plain),
        "context": contextvars.ContextVar("v"),
        "thread": threading.Thread(target=print),
        "iterator": itertools.count(),
        "pointer": ctypes.pointer(ctypes.c_int(1)),
    }


def test_unpicklable_objects(round_trip: Any, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Locks, files, sockets and connections become stand-ins that describe them, one for each."""
    monkeypatch.setattr(sys, "stdin", sys.__stdin__)
    things = unpicklable(tmp_path)
    loaded = round_trip({"things": things, "after": "here"})
    for name in ("file", "bytes", "written", "socket", "database"):
        things[name].close()
    found = loaded.locals["things"]

    assert "here" == loaded.locals["after"]
    assert "nothing else in the dump refers to it" == found["weak"]().reason
    for name in (
        "lock",
        "rlock",
        "stdin",
        "file",
        "bytes",
        "written",
        "socket",
        "database",
        "context",
        "pointer",
    ):
        assert isinstance(found[name], tibidi.Dummy), name
        assert f"exceptions[0].frames[0].locals['things'][{name!r}]" in loaded.reasons()
    assert "locked" in repr(found["lock"])
    assert "test_reducers.py" in repr(found["file"])
    assert "mode 'rb'" in repr(found["bytes"])
    assert "socket fd" in repr(found["socket"])


def test_standard_streams(round_trip: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """stdout and stderr are those of the loading process."""
    monkeypatch.setattr(sys, "stdout", sys.__stdout__)
    monkeypatch.setattr(sys, "stderr", sys.__stderr__)
    loaded = round_trip({"out": sys.stdout, "err": sys.stderr}).locals

    assert (sys.stdout, sys.stderr) == (loaded["out"], loaded["err"])


class Named:
    """Pickles itself as a name in its module."""

    def __init__(self, name: str, module: str | None = None) -> None:
        self.name = name
        if module is not None:
            self.__module__ = module

    def __reduce__(self) -> str:
        return self.name


NAMED = Named("NAMED")


def test_objects_pickled_by_name(round_trip: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """An object that pickles itself as a name is found under it, or under another name if hidden, or else reduced."""
    hidden = os.getpid
    monkeypatch.setattr(os, "getpid", lambda: 4)
    monkeypatch.setattr(posix, "getpid", os.getpid)
    monkeypatch.setattr(posix, "_getpid", hidden, raising=False)
    monkeypatch.setattr(sys, "excepthook", lambda *_: None)
    loaded = round_trip(
        {
            "hook": sys.__excepthook__,
            "hidden": hidden,
            "named": NAMED,
            "gone": Named("GONE"),
            "elsewhere": Named("NAMED", "not.there"),
            "of main": Named("NAMED", "__main__"),
        }
    )
    found = loaded.locals

    assert [] == loaded.omissions
    assert (sys.__excepthook__, hidden, NAMED) == (found["hook"], found["hidden"], found["named"])
    assert ["GONE", "NAMED", "NAMED"] == [found[name].name for name in ("gone", "elsewhere", "of main")]


def test_built_in_functions_that_are_nowhere(round_trip: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A built-in function that no module has any more is an omission, and its container is not."""
    gone = posix.getppid
    monkeypatch.delattr(posix, "getppid")
    loaded = round_trip({"things": [1, gone, 2]})

    assert [1, 2] == loaded.locals["things"][::2]
    assert ["exceptions[0].frames[0].locals['things'][1]"] == list(loaded.reasons())


def test_functions_of_numpy(round_trip: Any) -> None:
    """A ufunc has no `__module__` before numpy 2.3, and is loaded all the same."""
    numpy = pytest.importorskip("numpy")
    loaded = round_trip({"add": numpy.add, "sine": numpy.sin})

    assert [] == loaded.omissions
    assert (numpy.add, numpy.sin) == (loaded.locals["add"], loaded.locals["sine"])


def test_objects_without_a_module(monkeypatch: pytest.MonkeyPatch) -> None:
    """An object without a module is found in that of its type, even if application modules have it as well."""
    thing = Named("HOMELESS")
    thing.__module__ = None  # type: ignore[assignment]  # for the purpose
    application = types.ModuleType("application")
    for module in (application, sys.modules["__main__"], sys.modules[__name__]):
        monkeypatch.setattr(module, "HOMELESS", thing, raising=False)
    monkeypatch.setattr(sys, "modules", {"application": application, **sys.modules})

    assert (sys.modules[__name__], "HOMELESS") == naming.reduce_name(thing, "HOMELESS")[1]


@pytest.mark.parametrize("module", [None, 5, "", "no_such_module"])
def test_classes_of_no_module(round_trip: Any, module: object) -> None:
    """An application may set the module of a class to anything; objects of the class keep their values."""
    cls = type("Order", (), {"__module__": module})
    order = cls()
    order.number = 7
    loaded = round_trip({"order": order})

    assert [] == loaded.omissions
    assert ("Order", 7) == (type(loaded.locals["order"]).__name__, loaded.locals["order"].number)


def test_types_of_the_interpreter_without_a_name(round_trip: Any) -> None:
    """Types that are in no module are loaded by their names; those in one, under any name, are themselves."""
    kinds = {"iterator": type(iter([])), "keys": type({}.keys()), "lock": type(threading.Lock())}
    kinds["hook"] = threading.ExceptHookArgs
    loaded = round_trip(kinds)

    assert [] == loaded.omissions
    assert ["list_iterator", "dict_keys", "lock", kinds["hook"].__name__] == [
        each.__name__ for each in loaded.locals.values()
    ]
    assert (kinds["lock"], kinds["hook"]) == (loaded.locals["lock"], loaded.locals["hook"])


def test_struct_sequences_without_a_name(round_trip: Any) -> None:
    """A tuple of the interpreter whose class no module has is read with its fields, and nothing is missing."""
    loaded = round_trip({"hooks": sys.get_asyncgen_hooks(), "version": sys.version_info})

    assert [] == loaded.omissions
    assert (None, None) == (loaded.locals["hooks"].firstiter, loaded.locals["hooks"].finalizer)
    assert tuple(sys.version_info) == loaded.locals["version"]
    assert sys.version_info.minor == loaded.locals["version"].minor


def test_without_cloudpickle(round_trip: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """If cloudpickle cannot be imported, the stand-ins for objects that need it are written without it."""
    monkeypatch.setitem(sys.modules, "tibidi.writing.translation", None)
    monkeypatch.delattr("tibidi.writing.translation", raising=False)
    round_trip.seconds = 5.0
    loaded = round_trip({"things": [1, Plain, 2]})

    assert [1, 2] == loaded.locals["things"][::2]
    assert {"exceptions[0].frames[0].locals['things'][1]": "failed"} == loaded.reasons()
    assert loaded.complete


def chained() -> BaseException:
    """Return an exception with cause, context, notes and attributes."""
    try:
        try:
            try:
                {}["key"]
            except KeyError as first:
                raise OSError(2, "no such file", "/x") from first
        except OSError:
            int("x")
    except ValueError as last:
        last.extra = [1]
        if sys.version_info >= (3, 11):
            last.add_note("a note")
        return last
    raise AssertionError


def test_exceptions(round_trip: Any) -> None:
    """An exception is loaded with arguments, attributes, notes, causes and contexts, and without tracebacks."""
    loaded = round_trip({"e": (exception := chained())}, exception=exception)
    found = loaded.values["exceptions[0].exception"]

    assert found is loaded.locals["e"]
    assert (type(exception), str(exception), [1]) == (type(found), str(found), found.extra)
    assert ["a note"] == getattr(found, "__notes__", ["a note"])
    assert (2, "/x") == (found.__context__.errno, found.__context__.filename)
    assert str(exception.__context__) == str(found.__context__)
    assert isinstance(found.__context__.__cause__, KeyError)
    assert found.__context__.__suppress_context__
    assert found.__traceback__ is None


class Picky(Exception):
    """Cannot be made without its arguments, and holds itself."""

    def __init__(self, code: int, *, hint: str) -> None:
        super().__init__(f"code {code}")
        self.code = code
        self.hint = hint
        self.args = (self, code)


def test_exceptions_that_pickle_cannot_make(round_trip: Any) -> None:
    """Exceptions with keyword arguments, with themselves among the arguments, and those of C with fields come back."""
    try:
        b"\xff".decode("ascii")
    except UnicodeDecodeError as error:
        decoding = error
    loaded = round_trip(
        {
            "picky": Picky(3, hint="h"),
            "decoding": decoding,
            "exit": SystemExit(4),
            "stop": StopIteration(5),
            "syntax": SyntaxError("bad", ("f.py", 3, 1, "x y")),
        }
    ).locals

    assert (3, "h") == (loaded["picky"].code, loaded["picky"].hint)
    assert loaded["picky"] is loaded["picky"].args[0]
    assert str(decoding) == str(loaded["decoding"])
    assert (4, 5) == (loaded["exit"].code, loaded["stop"].value)
    assert ("f.py", 3) == (loaded["syntax"].filename, loaded["syntax"].lineno)


@pytest.mark.skipif(sys.version_info < (3, 11), reason="exception groups came with Python 3.11")
def test_exception_groups(round_trip: Any) -> None:
    """Groups are loaded with their members, also if a member refers to the group."""
    inner = ValueError("inner")
    group = ExceptionGroup("outer", [inner, ExceptionGroup("nested", [KeyError("k")])])  # noqa: F821
    inner.__context__ = group
    for first, second in (({"g": group}, {"i": inner}), ({"i": inner}, {"g": group})):
        values = round_trip(first, second).values
        found = {name: value for frame in values.values() if frame for name, value in dict(frame).items()}

        assert found["g"].exceptions[0] is found["i"]
        assert found["i"].__context__ is found["g"]
        assert ("outer", "nested") == (found["g"].message, found["g"].exceptions[1].message)
        assert ("k",) == found["g"].exceptions[1].exceptions[0].args


class FromNowhere:
    """Its module is about to be gone."""

    def answer(self) -> int:
        """Answer."""
        return 42


def test_a_class_whose_module_is_gone(round_trip: Any) -> None:
    """Its instances are loaded, with a class by value."""
    module = types.ModuleType("vanished")
    exec("class Thing:\n    def answer(self): return 42\n", vars(module))
    loaded = round_trip({"thing": module.Thing(), "module": module}).locals

    assert 42 == loaded["thing"].answer()
    assert "vanished" == loaded["module"].__name__


def test_names_in_pickles(round_trip: Any) -> None:
    """No dump names internals of cloudpickle, which the next release may not have."""
    import pickletools

    from tibidi.writing.namespaces import Namespaces
    from tibidi.writing.pickle_state import Fast, PickleState
    from tibidi.writing.reducers import Reducers

    class Local(enum.Enum):
        A = 1

    out = io.BytesIO()
    Fast(out, Reducers(Namespaces(), PickleState(), Redactor(), [])).dump(
        [Local.A, lambda: Local, type("T", (), {}), typing.TypeVar("T")]
    )
    texts = {arg for _, arg, _ in pickletools.genops(out.getvalue()) if isinstance(arg, str)}

    assert not [text for text in texts if "cloudpickle" in text]


def test_getattr(round_trip: Any) -> None:
    """`getattr` comes back as itself, and a method of a built-in object as that."""
    values = {"function": getattr, "partial": functools.partial(getattr, {}, "zz", 5), "method": [1, 2].count}
    loaded = round_trip(values).locals

    assert loaded["function"] is getattr
    assert 5 == loaded["partial"]()
    assert 1 == loaded["method"](2)


class Registered:
    """A class whose reducer is registered."""

    def __init__(self, name: str, key: str = "made") -> None:
        self.name = name
        self.key = key


def test_reducers_decide_what_is_written(round_trip: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a reducer of `copyreg` leaves out is not added, nor what an environment has of the Python that made it."""
    monkeypatch.setitem(copyreg.dispatch_table, Registered, lambda thing: (Registered, (thing.name,)))
    loaded = round_trip({"registered": Registered("a", "local"), "environment": os.environ}).locals

    assert {"name": "a", "key": "made"} == vars(loaded["registered"])
    assert (os.fsencode, os.fsdecode) == (loaded["environment"].encodekey, loaded["environment"].decodevalue)
