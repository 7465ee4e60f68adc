"""Attributes are read by the interpreter's own means, and by nobody else's."""

from __future__ import annotations

import collections
import functools
from typing import Any

import pytest

from tibidi.look.anatomy import dictionary


class Plain:
    """A class statement's."""


class Form(collections.OrderedDict):
    """Of a type written in C that has a dictionary itself."""


class Failure(ValueError):
    """Of an exception."""


@pytest.mark.parametrize(
    "thing", [Plain(), Form(a=1), Failure(), functools.partial(print)], ids=lambda thing: type(thing).__name__
)
def test_dictionary(thing: Any) -> None:
    """What the interpreter keeps attributes in is read, on every version."""
    thing.note = "kept"

    assert {"note": "kept"} == dictionary(thing)


def test_dictionary_of_a_proxy() -> None:
    """A proxy written in C would answer for what it stands for: it is not asked."""
    wrapt = pytest.importorskip("wrapt")
    thing = Plain()
    thing.note = "kept"  # type: ignore[attr-defined]  # any attribute

    assert {} == dictionary(wrapt.ObjectProxy(thing)) == dictionary(wrapt.ObjectProxy([1]))
