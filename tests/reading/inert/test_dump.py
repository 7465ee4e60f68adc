"""A whole dump, opened inert: the zoo of what programs have in their variables."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tibidi.loader import load

if TYPE_CHECKING:
    from pathlib import Path

    from tibidi.dump import Dump

SHOP = """\
import collections, enum
class Bag(dict): pass
class Row(list): pass
class Name(str): pass
class Count(int): pass
class Level(enum.IntEnum):
    LOW = 1
class Color(enum.Enum):
    RED = "r"
Point = collections.namedtuple("Point", "x y")
class Shut(KeyError): pass
class Basket(collections.OrderedDict): pass
"""
PROGRAM = """\
import dataclasses, sys, threading, types
import shop, tibidi

RATE = 3

@dataclasses.dataclass
class Item:
    name: str
    price: float = 1.0

    def total(self):
        return self.price * RATE

class Tax(float):
    pass

def pay(cart):
    bag, row, name, count = shop.Bag(a=1), shop.Row([1]), shop.Name("n"), shop.Count(5)
    level, red, point, basket = shop.Level.LOW, shop.Color.RED, shop.Point(1, 2), shop.Basket(z=1)
    item, kind, tax, bound = Item("tea"), Item, Tax(0.5), cart.append
    add = lambda x: x + RATE
    lock, module, total = threading.Lock(), sys, item.total
    proxy, view = types.MappingProxyType({"k": [1]}), memoryview(b"ab")
    bag.note = "attribute"
    try:
        {}["k"]
    except KeyError as error:
        raise shop.Shut("closed", 5) from error

try:
    pay([1])
except KeyError as error:
    tibidi.dump_exception(error, "whole.pkl")
"""


@pytest.fixture(scope="module")
def dump(tmp_path_factory: pytest.TempPathFactory) -> Dump:
    """The dump of a program, opened where nothing of it can be imported."""
    folder: Path = tmp_path_factory.mktemp("zoo")
    (folder / "shop.py").write_text(SHOP)
    (folder / "run.py").write_text(PROGRAM)
    found = os.pathsep.join(path for path in sys.path if path)
    environment = {**os.environ, "PYTHONPATH": found, "TIBIDI_KEY_FILE": str(folder / "key")}
    subprocess.run([sys.executable, "run.py"], cwd=folder, env=environment, check=True, timeout=60)
    return load(folder / "whole.pkl", trust=False)


def test_containers(dump: Dump) -> None:
    """What is built on a plain type is one, with its items, attributes and behaviour."""
    crash = dump.exceptions[-1][-1]

    assert (True, {"a": 1}, "attribute") == (isinstance(crash["bag"], dict), crash["bag"], crash["bag"].note)
    assert (True, [1], "Row") == (isinstance(crash["row"], list), crash["row"], type(crash["row"]).__name__)
    assert ("n", 6, 1.0) == (crash["name"], crash["count"] + 1, crash["tax"] * 2)
    assert ["z"] == list(crash["basket"])


def test_named_tuples_and_enumerations(dump: Dump) -> None:
    """Fields of named tuples, names and values of members are there."""
    crash = dump.exceptions[-1][-1]
    point, level, red = crash["point"], crash["level"], crash["red"]

    assert (1, 2, (1, 2), "Point(x=1, y=2)") == (point.x, point.y, tuple(point), repr(point))
    assert ("LOW", 1, True, "<Level.LOW: 1>") == (level.name, level.value, level == 1, repr(level))
    assert ("RED", "r", "<Color.RED: 'r'>") == (red.name, red.value, repr(red))


def test_exceptions(dump: Dump) -> None:
    """Exceptions are real ones, linked as they were, of inert classes on the right base."""
    crash = dump.exceptions[-1]
    cause = dump.exceptions[0].exception

    assert isinstance(crash.exception, KeyError)
    assert ("Shut", ("closed", 5)) == (type(crash.exception).__name__, crash.exception.args)
    assert crash.exception.__cause__ is cause
    assert (KeyError, "'k'") == (type(cause), str(cause))
    with pytest.raises(KeyError, match="closed"):
        raise crash.exception


def test_by_value(dump: Dump) -> None:
    """Functions and classes of the program show where they are from, and their source."""
    crash = dump.exceptions[-1][-1]
    item, kind, add = crash["item"], crash["kind"], crash["add"]

    assert "<__main__.Item name='tea', price=1.0>" == repr(item)
    assert type(item) is kind
    assert kind.__source__.startswith("class Item:\n    name: str\n")
    assert kind.total.__source__.startswith("    def total(self):\n")
    assert "<lambda> of" in repr(add)
    assert add.__globals__ is crash.globals
    assert 3 == crash["RATE"]
    with pytest.raises(TypeError, match="cannot be called"):
        add(1)


def test_what_has_no_value(dump: Dump) -> None:
    """Modules, locks and bound methods print as what they were."""
    crash = dump.exceptions[-1][-1]

    assert "<module 'sys' (inert)>" == repr(crash["module"])
    assert "lock" in repr(crash["lock"])
    assert "<append of [1] (inert)>" == repr(crash["bound"])
    assert ("<mappingproxy({'k': [1]})>", [1]) == (repr(crash["proxy"]), crash["proxy"]["k"])
    assert b"ab" == crash["view"]
    assert "<total of <__main__.Item name='tea', price=1.0> (inert)>" == repr(crash["total"])
