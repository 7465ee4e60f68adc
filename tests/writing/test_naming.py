"""tibidi.writing.naming: gives the results of cloudpickle without cloudpickle."""

from __future__ import annotations

import collections
import copyreg
import dataclasses
import functools
import io
import json
import logging
import subprocess
import sys
import types

import cloudpickle
import pytest
from cloudpickle.cloudpickle import _should_pickle_by_reference

from tibidi.writing import naming
from tibidi.writing.reducers import FILE_TYPES

# `reducers` and `naming` have their own reducers for these.
OUR_OWN = {
    types.CellType,
    types.CodeType,
    types.ModuleType,
    dataclasses._FIELD_BASE,
    *FILE_TYPES,
    *naming.ORDINARY_REDUCERS,
}


def by_value() -> None:
    """Be a function; the one within is not found by its name."""


LAMBDA = lambda: None  # noqa: E731 - its name is not that of the variable


@pytest.mark.parametrize(
    "thing",
    [
        json.dumps,
        json.JSONDecoder,
        logging.Logger.info,
        by_value,
        LAMBDA,
        types.SimpleNamespace,
        dict,
        functools.partial,
    ],
)
def test_same_answer(thing: object, monkeypatch: pytest.MonkeyPatch) -> None:
    """Functions and classes are importable without cloudpickle exactly if they are with it."""
    expected = _should_pickle_by_reference(thing)
    monkeypatch.delitem(sys.modules, "cloudpickle")

    assert expected == naming.is_importable(thing)


def test_registered(monkeypatch: pytest.MonkeyPatch) -> None:
    """A module that the application has registered with cloudpickle is pickled by value."""
    cloudpickle.register_pickle_by_value(json)
    try:
        assert not naming.is_importable(json.dumps)
    finally:
        cloudpickle.unregister_pickle_by_value(json)


def test_types_of_cloudpickle() -> None:
    """The reducer of cloudpickle is used for every type that it has one for."""
    theirs = {each for each in cloudpickle.Pickler._dispatch_table if isinstance(each, type)} - OUR_OWN

    assert theirs
    assert set() == {cls for cls in theirs if not naming.may_be_theirs(cls)}


def test_other_types() -> None:
    """It is not used for other types, except those registered with copyreg."""
    assert not any(map(naming.may_be_theirs, (int, list, collections.deque, collections.OrderedDict, io.BytesIO)))
    copyreg.pickle(types.SimpleNamespace, lambda thing: (types.SimpleNamespace, ()))
    try:
        assert naming.reducer_for(types.SimpleNamespace) is not None
    finally:
        del copyreg.dispatch_table[types.SimpleNamespace]


def test_small_dumps_load_no_cloudpickle(tmp_path_factory: pytest.TempPathFactory) -> None:
    """A crash in functions of a script, with plain values, is dumped without importing cloudpickle."""
    place = tmp_path_factory.mktemp("small")
    program = f"""
import sys, tibidi
def divide(x, y):
    return x / y
try:
    divide([1, {{"a": (2.0, b"")}}], 0)
except TypeError as error:
    tibidi.dump_exception(error, {str(place / "small.pkl")!r})
old = ["dataclasses", "inspect"] * (sys.version_info < (3, 14))  # which from then on colours tracebacks with them
sys.exit(sorted({{"cloudpickle", "logging", *old}} & sys.modules.keys()) or 0)
"""
    (place / "program.py").write_text(program, encoding="utf-8")

    end = subprocess.run([sys.executable, place / "program.py"], capture_output=True, text=True, check=False)

    assert (0, "") == (end.returncode, end.stderr)
