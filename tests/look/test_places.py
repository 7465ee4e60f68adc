"""The shortest path to an object, as a Python expression."""

from __future__ import annotations

import time
from collections import deque
from itertools import chain
from types import MappingProxyType
from typing import Any

import pytest

from tibidi.look import places
from tibidi.look.places import Places


@pytest.fixture(autouse=True)
def _patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a search take as long as it takes: a busy machine may stop the process for longer than its deadline."""
    monkeypatch.setattr(places, "MAX_SECONDS", 60.0)


class Holder:
    """Refers to an object by its dictionary, its slot and its method."""

    __slots__ = ("__dict__", "slot")

    def __init__(self, thing: object) -> None:
        self.attribute = thing
        self.slot = thing

    def method(self) -> None:
        """Do nothing."""


class Trap:
    """Fails the test when any of its attributes is read."""

    def __getattribute__(self, name: str) -> Any:
        raise AssertionError(f"asked for {name}")

    def __hash__(self) -> int:
        raise AssertionError("hashed")


WANTED = object()


class Parts:
    """Has a list."""

    def __init__(self, *parts: object) -> None:
        self.parts = list(parts)


class Service:
    """Has it as a class attribute."""

    lock = WANTED


def with_default(*, word: object = WANTED) -> object:
    """Return its argument."""
    return word


def documented() -> None:
    """Do nothing."""


def noted() -> None:
    """Do nothing."""


documented.__doc__ = WANTED  # type: ignore[assignment]  # as lazy ones are
noted.noted = WANTED  # type: ignore[attr-defined]


HOLDERS: dict[str, Any] = {
    "['x']": WANTED,
    "['x'][2]": [0, 1, WANTED],
    "['x'][1][0]": (0, (WANTED,)),
    "['x']['key']": {"key": WANTED},
    "['x'][3]": {3: WANTED},
    "['x'][('a', (1, None))]": {("a", (1, None)): WANTED},
    "list(['x'].values())[1]": {1: 2, object(): WANTED},
    "list(['x'])[0][0]": {(WANTED,)},
    "['x'][1]": deque([1, WANTED]),
    "['x'].lock": Service(),
    "['x'][0].lock": [Service],
    "['x'].attribute": Holder(WANTED),
    "['x'].__self__.attribute": Holder(WANTED).method,
    "['x'].__defaults__[0]": lambda x=WANTED: x,
    "['x'].__closure__[0].cell_contents": (lambda inside: lambda: inside)(WANTED),
    "['x'].args[0]": ValueError(WANTED),
    "['x'].__kwdefaults__['word']": with_default,
    "['x'].__doc__": documented,
    "['x'].noted": noted,
}


@pytest.mark.parametrize("path", HOLDERS)
def test_paths(path: str) -> None:
    """An object is found in containers, attributes, functions, methods and exceptions, without running any code."""
    found = Places().find({"['trap']": Trap(), "['x']": HOLDERS[path]}, {id(WANTED)})

    assert {id(WANTED): path} == found
    assert WANTED is eval(path.replace("['x']", "x"), {"x": HOLDERS[path]})


@pytest.mark.parametrize(
    "holder",
    [enumerate([WANTED]), map(str, iter([WANTED])), zip([0], [[WANTED]]), MappingProxyType({"a": WANTED}),
     chain([WANTED]), reversed([[WANTED]]), [WANTED].append],
)  # fmt: skip
def test_iterators(holder: object) -> None:
    """The path to an object in an iterator or a method in C is that of the iterator or method."""
    assert {id(WANTED): "['x'].parts[0]"} == Places().find({"['x']": Parts(holder)}, {id(WANTED)})


def test_many_instances() -> None:
    """What a class has is looked at once, so an object in the last of many instances is found."""
    body = {f"method_{number}": test_paths for number in range(50)}
    cls = type("Large", (Parts,), body)
    holders = [cls(None) for _ in range(1_000)]
    holders[-1].parts = [WANTED]

    found = Places().find({"['x']": holders}, {id(WANTED), id(vars(holders[0])), id(body["method_7"])})

    assert "['x'][999].parts[0]" == found[id(WANTED)]
    assert "['x'][0].__dict__" == found[id(vars(holders[0]))]
    assert "['x'][0].method_0" == found[id(test_paths)]


def test_states_of_computations() -> None:
    """No path goes through generators, frames and tracebacks, as a dump has none."""
    generator = (each for each in [WANTED])
    next(generator)

    assert Places().find({"['x']": [generator, generator.gi_frame]}, {id(WANTED)}) == {}


def test_many_searches() -> None:
    """Searches in vain end in time, all of them together; short paths are still found after that."""
    much = [[number] for number in range(80_000)]
    paths = Places()
    begin = time.process_time()
    for _ in range(60):
        assert {} == paths.find({"['x']": much}, {id(WANTED)})

    assert time.process_time() - begin < 4
    assert {id(WANTED): "['y'].attribute"} == paths.find({"['x']": much, "['y']": Holder(WANTED)}, {id(WANTED)})


def test_cycles_end() -> None:
    """A structure that refers to itself is searched once."""
    cycle: list[Any] = []
    cycle.append(cycle)

    assert {} == Places().find({"['cycle']": cycle}, {id(WANTED)})


def test_long_paths_are_shortened() -> None:
    """A path of a thousand steps is shortened to its beginning and end."""
    thing: Any = WANTED
    for _ in range(1_000):
        thing = [thing]
    path = Places().find({"['x']": thing}, {id(WANTED)})[id(WANTED)]

    assert path.startswith("['x'][0][0]")
    assert path.endswith("[0][0]")
    assert len(path) < 200
