"""Instances of classes on built-in types come back with what they held, whatever methods the class overrides."""

from __future__ import annotations

from collections import OrderedDict, defaultdict, deque
from typing import TYPE_CHECKING, Any

import pytest
from crashing import Crasher

import tibidi

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def dump(python: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The dump of the program."""
    return Crasher(python, tmp_path_factory.mktemp("natives"))("val_natives.py").dump


@pytest.fixture(params=[True, False], ids=["live", "inert"])
def frame(request: pytest.FixtureRequest, dump: Path) -> Any:
    """The frame that crashed."""
    return tibidi.load(dump, trust=request.param).exceptions[-1].frames[-1]


def test_values(frame: Any) -> None:
    """No `__new__` of the application changes a value again, or refuses it."""
    assert (50, "m") == (frame["number"], frame["number"].unit)
    assert ("ab", b"xx") == (frame["text"], frame["data"])
    assert ((1, 2), 1) == (frame["row"], frozenset.__len__(frame["tags"]))
    assert frozenset.__contains__(frame["tags"], "red")
    assert "2024, 1, 2" in repr(frame["day"])


def test_dictionaries(frame: Any) -> None:
    """Neither `__setitem__`, `__init__` nor `items` of the application has a part in it."""
    listening, refusing = frame["listening"], frame["refusing"]

    assert ({"a": 2}, {"a": 1}) == (frame["scaled"], frame["frozen"])
    assert ([("a", 1)], 3) == (list(OrderedDict.items(frame["bounded"])), frame["bounded"].size)
    assert (["itself"], True) == (listening.seen, dict.__getitem__(listening, "itself") is listening)
    assert ([("a", 1)], int) == (list(defaultdict.items(refusing)), refusing.default_factory)


def test_sequences(frame: Any) -> None:
    """The items are those of the list, the queue or the set, not those that `__iter__` of the application shows."""
    window, kept = frame["window"], frame["kept"]

    assert ["real"] == list(list.__iter__(frame["shown"]))
    assert ([1, 2], 5) == (list(deque.__iter__(window)), window.maxlen)
    assert ["real"] == list(set.__iter__(kept))


def test_made_by_other_arguments(frame: Any) -> None:
    """What a class is pickled with may be anything; its content is what it held."""
    letters, root = frame["letters"], frame["root"]

    assert ("7", "NUM") == (str(frame["token"]), frame["token"].kind)
    assert (8, (1, 20), b"\xff\x00") == (frame["even"], frame["version"], frame["data_of_text"])
    assert ([0, 1, 4, 9], {"a", "b"}) == (frame["squares"], set(letters))
    assert ["a", "b"] == frame["boxed"]
    assert ("/", root) == (root.path, root["a"].parent)


def test_nothing_is_missing(dump: Path) -> None:
    """No value is left out."""
    assert () == tuple(tibidi.load(dump, trust=True).omissions)
