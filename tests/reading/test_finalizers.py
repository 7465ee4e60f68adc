"""Loaded objects are never finalized, and owners of things outside the process own nothing here."""

from __future__ import annotations

import gc
import io
import multiprocessing.connection
import multiprocessing.managers
import os
import pickle
import threading
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

import tibidi
from tibidi.reading.finalizers import Finalizers
from tibidi.reading.unpickler import ValuesReader

if TYPE_CHECKING:
    from pathlib import Path

PATHS = ("exceptions[0].frames[0].locals",)
finalized: list[str] = []


class Owner:
    """Tells when it is finalized."""

    def __init__(self, name: str) -> None:
        self.name, self.me = name, self

    def __del__(self) -> None:
        finalized.append(self.name)


class Refusing(Owner):
    """Refers to itself from a state that it refuses."""

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        raise RuntimeError("refused")


class Part(Owner):
    """Inherits its finalizer."""


class Empty:
    """Has no attributes, so the garbage collector does not track it."""

    __slots__ = ()

    def __del__(self) -> None:
        finalized.append("empty")


class File(io.RawIOBase):
    """Its base in C has a finalizer, which calls close()."""

    def close(self) -> None:
        """Tell that it is closed."""
        finalized.append("file")


class Called:
    """Is restored by a call."""

    def __init__(self, *call: Any) -> None:
        self.call = call

    def __reduce__(self) -> Any:
        return self.call


class Raising:
    """Raises when it is restored, with the object half made."""

    def __init__(self, name: str, again: bool = False) -> None:
        self.name, self.me = name, self
        if again:
            raise RuntimeError(name)

    def __reduce__(self) -> Any:
        return type(self), (self.name, True)

    def __del__(self) -> None:
        finalized.append(self.name)


@pytest.fixture(autouse=True)
def _nothing_finalized() -> None:
    gc.collect()
    finalized.clear()


def pickled(**variables: Any) -> bytes:
    """Pickle variables as any program would."""
    return pickle.dumps((PATHS, variables), 5)


def load(member: bytes) -> tuple[Any, ValuesReader]:
    """Load variables live, when those of the program are gone."""
    gc.collect()
    finalized.clear()
    reader = ValuesReader(live=True, sources={})
    _, value = reader.load(io.BytesIO(member))
    reader.finish()
    return value, reader


@pytest.mark.parametrize("make", [Owner, Part, Refusing, Raising])
def test_no_finalizer_of_a_loaded_object_runs(make: type) -> None:
    """Neither while loading, nor when the objects are dropped, whole or half built."""
    loaded = load(pickled(thing=make("loaded"), again=Part("part"), refusing=Refusing("refusing")))
    del loaded
    gc.collect()

    assert [] == finalized


@pytest.mark.parametrize("make", [Empty, File])
def test_finalizers_that_cannot_be_marked_or_replaced(make: type) -> None:
    """The same for objects that the collector does not track, and for finalizers in C."""
    loaded = load(pickled(thing=make()))

    assert type(loaded[0]["thing"]) is make
    del loaded
    gc.collect()

    assert [] == finalized


@pytest.mark.parametrize("make", [Owner, Part])
def test_other_objects_are_finalized(make: type) -> None:
    """Objects of the same classes that the program makes itself are finalized, before, while and after it loads."""
    own = vars(make).get("__del__")
    loaded = load(pickled(thing=make("loaded")))
    make("after").me = None  # type: ignore[attr-defined]  # ends the cycle

    assert ["after"] == finalized
    assert own is vars(make).get("__del__")
    assert "loaded" == loaded[0]["thing"].name


def test_other_threads() -> None:
    """Finalizers are off in the thread that loads only, and on while it imports a module."""
    finalizers = Finalizers()
    finalizers.mute(Part)

    def drop(name: str) -> None:
        Part(name).me = None

    with finalizers:
        drop("here")
        thread = threading.Thread(target=drop, args=("there",))
        thread.start()
        thread.join()
        with finalizers.paused():
            drop("paused")
    finalizers.finish(())

    assert ["there", "paused"] == finalized


def test_two_dumps_at_once() -> None:
    """A class gets its finalizer back when the last of the dumps that have it is loaded."""
    one, other = Finalizers(), Finalizers()
    own = vars(Owner)["__del__"]
    one.mute(Owner)
    other.mute(Owner)
    one.finish(())
    muted = vars(Owner)["__del__"]
    other.finish(())

    assert own is not muted
    assert own is vars(Owner)["__del__"]


def test_owners_in_pickles_of_other_programs() -> None:
    """A connection that is loaded is a stand-in with its attributes, and leaves the descriptor of that number open."""
    descriptor = os.open(os.devnull, os.O_RDWR)
    connection = multiprocessing.connection.Connection(descriptor)
    loaded, reader = load(pickled(connection=connection, cls=multiprocessing.connection.Connection))
    connection._handle = None  # type: ignore[attr-defined]  # so that this one does not close it either
    found = loaded["connection"]

    assert isinstance(found, tibidi.Dummy)
    assert (descriptor, "multiprocessing.connection.Connection") == (found._handle, found.type_name)
    assert multiprocessing.connection.Connection is loaded["cls"]
    assert ["illegal"] == [problem.reason for problem in reader.problems]
    del loaded, found
    gc.collect()
    os.close(descriptor)


def test_nothing_is_opened_while_loading(tmp_path: Path) -> None:
    """What opens or connects when a pickle calls it makes a stand-in; later it can be called by its name."""
    memory: Any = pytest.importorskip("multiprocessing.shared_memory")
    path = tmp_path / "file"
    path.write_text("text")
    member = pickled(
        file=Called(open, (str(path), "w")),
        memory=Called(memory.SharedMemory, ("tibidi-missing", True, 16)),
        proxy=Called(multiprocessing.managers.RebuildProxy, (None, None, "pickle", {})),
        opener=partial(open, str(path)),
    )
    loaded, _ = load(member)

    assert "text" == path.read_text()
    assert [True] * 3 == [isinstance(loaded[name], tibidi.Dummy) for name in ("file", "memory", "proxy")]
    assert "owned something outside the process" in repr(loaded["file"])
    with loaded["opener"]() as file:
        assert "text" == file.read()
