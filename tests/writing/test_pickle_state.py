"""The picklers: fast, filtering and careful ones continue each other's memo."""

from __future__ import annotations

import io
import pickle
import time
from typing import Any

import pytest

from tibidi.process.temporary import Abandoned
from tibidi.redaction import Redactor
from tibidi.words.standins import Cut, Dummy
from tibidi.writing.calls import call
from tibidi.writing.careful import Careful, Limits
from tibidi.writing.namespaces import Namespaces
from tibidi.writing.pickle_state import Fast, FilterHooks, Filtering, PickleState
from tibidi.writing.reducers import Reducers
from tibidi.writing.snapshots import Snapshots
from tibidi.writing.stream import TooLarge, TooLate


class Reader(pickle.Unpickler):
    """Reads pickles with replacements: a persistent id is the replacement itself."""

    def persistent_load(self, pid: Any) -> Any:
        """Return it."""
        return pid


class Bad:
    """Raises when it is pickled."""

    def __reduce__(self) -> Any:
        raise ValueError("bad")


class AddsItem:
    """Adds an item to a dictionary when it is pickled."""

    def __init__(self, dictionary: dict[str, Any]) -> None:
        self.dictionary = dictionary

    def __reduce__(self) -> Any:
        self.dictionary[f"new {len(self.dictionary)}"] = 1
        return list, ()


class Pickling:
    """What the picklers of a dump share."""

    def __init__(self) -> None:
        self.out: Any = io.BytesIO()
        self.state = PickleState()
        self.reducers = Reducers(Namespaces(), self.state, Redactor(), [])
        self.plain = FilterHooks(lambda thing: None, self.reducers.reduce)

    def careful(self, memo: dict[int, Any], **limits: float) -> Careful:
        """Return a careful pickler with a memo."""
        given: Any = {"levels": 1_000, "max_bytes": 1 << 20, "until": time.monotonic() + 10, **limits}
        return Careful(self.state, memo, self.plain, Limits(**given))


@pytest.fixture
def pickling() -> Pickling:
    """The parts of a fresh dump."""
    return Pickling()


@pytest.mark.parametrize(("error", "is_running"), [(ValueError, False), (KeyboardInterrupt, False), (Abandoned, True)])
def test_running_code(error: type[BaseException], is_running: bool) -> None:
    """Code that raised does not run any more; of code that was abandoned it is known that it hung."""
    state, code = PickleState(), object()

    def fail(thing: object) -> None:
        assert state.running is code
        raise error

    with pytest.raises(error):
        call(state, code, fail, 1)

    assert is_running is state.block_running()
    assert is_running is state.has_hung(code)


def test_one_memo(pickling: Pickling) -> None:
    """What one pickler has written another refers to, in every order."""
    shared, more = [1, 2], {"a": 1}
    fast = Fast(pickling.out, pickling.reducers)
    fast.dump([shared])
    memo = fast.memo.copy()
    pickling.out.write(pickling.careful(memo).pickled([shared, more]))
    filtering = Filtering(pickling.out, pickling.reducers, pickling.plain)
    filtering.memo = memo
    filtering.dump([more, shared])
    pickling.out.seek(0)
    reader = Reader(pickling.out)
    (first,), (second, found), (last, third) = (reader.load() for _ in range(3))

    assert ([1, 2], {"a": 1}) == (first, found)
    assert first is second is third
    assert found is last


def test_anything_can_be_replaced(pickling: Pickling) -> None:
    """A filter replaces an object in every place that refers to it, without a change to its container."""
    secret, container = "secret", {"a": ["secret"], "secret": "secret"}
    container["a"] = [secret]
    hooks = FilterHooks(lambda thing: "replaced" if thing is secret else None, pickling.reducers.reduce)
    Filtering(pickling.out, pickling.reducers, hooks).dump((secret, container))
    pickling.out.seek(0)

    assert ("replaced", {"a": ["replaced"], "replaced": "replaced"}) == Reader(pickling.out).load()
    assert [secret] == container["a"]


def test_one_object_is_rolled_back(pickling: Pickling) -> None:
    """The careful pickler replaces an object that raises, and only that one."""
    shared = [1]
    loaded = pickle.loads(pickling.careful({}).pickled([shared, {"bad": Bad()}, shared]))

    assert [1] == loaded[0]
    assert loaded[0] is loaded[2]
    assert type(loaded[1]["bad"]) is Dummy
    assert ["ValueError: bad"] == [each.detail for each in pickling.state.substitutions]


def test_too_deep(pickling: Pickling) -> None:
    """The careful pickler cuts what is nested deeper than its thread can recurse."""
    deep: list[Any] = []
    for _ in range(300):
        deep = [deep]
    loaded = pickle.loads(pickling.careful({}, levels=500).pickled(deep))
    depth = 0
    while type(loaded) is list:
        (loaded,) = loaded
        depth += 1

    assert type(loaded) is Cut
    assert 100 == depth


class Node:
    """Has a state of its own on each level."""

    def __init__(self, following: object) -> None:
        self.following = following


def test_replaced_states(pickling: Pickling) -> None:
    """A state that a filter replaces is never cut itself, even where it is too deep: its object is."""
    linked = None
    for _ in range(300):
        linked = Node(linked)
    for levels in range(500, 510):
        pickling.plain = Snapshots(FilterHooks(lambda thing: None, pickling.reducers.reduce), {}).hooks()
        loaded: Any = Reader(io.BytesIO(pickling.careful({}, levels=levels).pickled(linked))).load()
        while type(loaded) is Node:
            loaded = loaded.following

        assert type(loaded) is Cut


def test_limits(pickling: Pickling) -> None:
    """The careful pickler stops at its limits of memory and time."""
    with pytest.raises(TooLarge):
        pickling.careful({}, max_bytes=1_000).pickled([str(number) for number in range(1_000)])
    with pytest.raises(TooLate):
        pickling.careful({}, until=time.monotonic() - 1).pickled([1])


def test_snapshots(pickling: Pickling) -> None:
    """A dictionary that changes is written from a copy, and the memo has the dictionary itself afterwards."""
    changing: dict[str, Any] = {}
    changing["bad"] = AddsItem(changing)
    changing["more"] = 1
    with pytest.raises(RuntimeError):
        Fast(io.BytesIO(), pickling.reducers).dump(changing)  # type: ignore[arg-type]  # any file
    snapshots = Snapshots(pickling.plain, {})
    pickler = Filtering(pickling.out, pickling.reducers, snapshots.hooks())
    pickler.dump([changing])
    memo = pickler.memo.copy()
    snapshots.exchange(memo, [], 0)
    other = Fast(pickling.out, pickling.reducers)
    other.memo = memo
    other.dump([changing])
    pickling.out.seek(0)
    reader = Reader(pickling.out)
    (first,), (second,) = reader.load(), reader.load()

    assert [] == first["bad"]
    assert first is second
