"""Objects that cannot be rebuilt are stand-ins, alone; everything around them is as it was."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

SHOP = """\
import collections, enum
class Cart:
    def __init__(self):
        self.items, self.me = [1], self
class Bad:
    def __init__(self):
        self.x = 1
    def __setstate__(self, state):
        raise RuntimeError("no way")
class Holder:
    def __init__(self):
        self.bad, self.open = Bad(), True
    def __del__(self):
        assert self.open
class Exits(Bad):
    def __setstate__(self, state):
        raise SystemExit(3)
class Bag(dict):
    pass
class Key:
    def __init__(self):
        self.k = 1
    def __hash__(self):
        return hash(self.k)
    def __eq__(self, other):
        return self.k == other.k
class Color(enum.Enum):
    RED = 1
Point = collections.namedtuple("Point", "x y")
class Error(ValueError):
    pass
"""
PROGRAM = """\
import sys
import shop, tibidi
shared = [1]
def go():
    holder = shop.Holder()
    cart, bad, bag, point, red = shop.Cart(), shop.Bad(), shop.Bag(a=1), shop.Point(1, 2), shop.Color.RED
    good = [shared, bad, shop.Bad(), shared]
    exits, keys = shop.Exits(), {shop.Key(): 1}
    raise shop.Error("oops")
def outer():
    mine, worse = shared, shop.Bad()
    go()
try:
    outer()
except ValueError as error:
    tibidi.dump_exception(error, "whole.pkl")
"""
LOOK = """\
import tibidi
dump = tibidi.load("whole.pkl", trust=True)
crash = dump.exceptions[-1]
inner, outer = crash[-1], crash[-2]
red = inner["red"]
print(inner["cart"].me is inner["cart"], inner["good"][0] is inner["good"][3] is outer["mine"])
print(inner["good"][1] is inner["bad"], inner["cart"].items, inner["bag"], inner["point"].y, red.name, red.value)
print(type(crash.exception).__name__, crash.exception, isinstance(crash.exception, ValueError), len(inner["keys"]))
print(inner["bad"])
print(inner["exits"])
for omission in dump.omissions:
    print(omission.path, omission.here, omission.detail)
"""
KEPT = [
    "True True",
    "True [1] {'a': 1} 2 RED 1",
    "Error oops True 1",
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a dump of a program, and the module that its classes are from."""
    (tmp_path / "shop.py").write_text(SHOP)
    (tmp_path / "run.py").write_text(PROGRAM)
    run(tmp_path, "run.py")
    return tmp_path


def run(folder: Path, program: str) -> list[str]:
    """Run a program in a folder; return the lines that it prints."""
    found = os.pathsep.join(path for path in sys.path if path)
    environment = {
        **os.environ,
        "PYTHONPATH": found,
        "TIBIDI_KEY_FILE": str(folder / "key"),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    command = [sys.executable, program]
    done = subprocess.run(command, capture_output=True, text=True, cwd=folder, env=environment, timeout=60, check=False)

    assert (0, "") == (done.returncode, done.stderr)
    return done.stdout.splitlines()


def look(folder: Path) -> list[str]:
    """Load the dump live and print what is in it."""
    (folder / "look.py").write_text(LOOK)
    return run(folder, "look.py")


def test_state_that_is_refused(folder: Path) -> None:
    """An object whose `__setstate__` raises is its inert view, alone; the omission has its path and the reason."""
    lines = look(folder)

    assert KEPT == lines[:3]
    assert ["<shop.Bad x=1>", "<shop.Exits x=1>"] == lines[3:5]
    assert [
        "exceptions[0].frames[2].locals['holder'].bad True shop.Bad: RuntimeError: no way",
        "exceptions[0].frames[2].locals['bad'] True shop.Bad: RuntimeError: no way",
        "exceptions[0].frames[2].locals['good'][2] True shop.Bad: RuntimeError: no way",
        "exceptions[0].frames[2].locals['exits'] True shop.Exits: SystemExit: 3",
        "exceptions[0].frames[1].locals['worse'] True shop.Bad: RuntimeError: no way",
    ] == lines[5:]


def test_module_that_is_missing(folder: Path) -> None:
    """Without the module there are stand-ins of the same make, and it is told once."""
    (folder / "shop.py").unlink()
    lines = look(folder)

    assert KEPT == lines[:3]
    assert "modules['shop'] True a stub, since here: ModuleNotFoundError: No module named 'shop'" == lines[-1]
    assert 1 == sum("modules[" in line for line in lines)


@pytest.mark.parametrize("failure", ["raise SystemExit(3)", "1 / 0", "raise KeyError('x')", "def f(:"])
def test_module_that_fails(failure: str, folder: Path) -> None:
    """A module that cannot be imported here is as one that is missing, and is tried once."""
    (folder / "shop.py").write_text(f"print('imported')\n{failure}\n")
    lines = [line for line in look(folder) if line != "imported"]

    assert KEPT == lines[:3]
    assert 1 == sum("modules['shop'] True a stub, since here: " in line for line in lines)


def test_class_that_has_moved(folder: Path) -> None:
    """A class that is not in its module any more is a stand-in of the same make; the others are themselves."""
    (folder / "shop.py").write_text(SHOP.replace("class Bag", "class Sack").replace("Point = ", "Spot = "))
    lines = look(folder)

    assert KEPT == lines[:3]
    assert ["modules['shop']['Bag']", "modules['shop']['Point']"] == sorted(
        line.split()[0] for line in lines if "moved" in line
    )


KINDS = """\
import collections, enum
class Cart:
    class Line:
        pass
    def __init__(self):
        self.x, self.me = 1, self
    def total(self):
        return 5
class Counting(collections.defaultdict):
    pass
class Colour(enum.Enum):
    RED = 1
class Level(enum.IntEnum):
    LOW = 10
class Slotted:
    __slots__ = ("a", "b")
    def __init__(self):
        self.a, self.b = 3, "q"
class Listed:
    def __getstate__(self):
        return [3, "q"]
    def __setstate__(self, state):
        self.taken = state
class Meta(type):
    pass
class Base(metaclass=Meta):
    pass
def plain(number):
    return number
"""
CRASH_OF_KINDS = """\
import kinds, tibidi
class Model(kinds.Base):
    def __init__(self):
        self.id = 5
def inner():
    x, method, bound, line = 42, kinds.Cart.total, kinds.Cart().total, kinds.Cart.Line()
    cart, red, low, slotted, listed = kinds.Cart(), kinds.Colour.RED, kinds.Level.LOW, kinds.Slotted(), kinds.Listed()
    counting, model, function = kinds.Counting(list, {"a": [1]}), Model(), kinds.plain
    1 / 0
def outer():
    important = {"order": 4711}
    inner()
try:
    outer()
except ZeroDivisionError as error:
    tibidi.dump_exception(error, "whole.pkl")
"""
LOOK_AT_KINDS = """\
import tibidi
dump = tibidi.load("whole.pkl", trust=True)
inner, outer = dump.exceptions[-1][-1], dump.exceptions[-1][-2]
print(inner["x"], outer["important"], inner["cart"].x, inner["cart"].me is inner["cart"], inner["line"])
print(inner["cart"])
print(inner["red"], repr(inner["red"]), inner["red"].value)
print(repr(inner["low"]), inner["low"] + 1, inner["low"].name)
print(inner["slotted"].a, inner["slotted"].b, inner["listed"].state)
print(inner["counting"], inner["model"].id)
for name in ("function", "method", "bound"):
    try:
        print(inner[name](1))
    except (RuntimeError, TypeError) as error:
        print(type(error).__name__, error)
print([each for each in dump.omissions if not each.path.startswith("modules")])
"""


MODELS = """
class Model:
    def __init__(self, name): self.name = name
    def __reduce__(self): return revive, (self.name,), {"price": 3}
def revive(name): return Model(name)
class Fragile:
    def __reduce__(self): return revive_fragile, (4711,)
def revive_fragile(number): raise LookupError("not today")
"""
CRASH_OF_MODELS = """
import models, tibidi
def work():
    model, fragile = models.Model("x"), models.Fragile()
    1 / 0
try:
    work()
except ZeroDivisionError as error:
    tibidi.dump_exception(error, "m.pkl")
"""
LOOK_AT_MODELS = """
import tibidi
found = tibidi.load("m.pkl", trust=True).exceptions[-1][-1]
for name in ("model", "fragile"):
    print(found[name], type(found[name]).__name__, getattr(found[name], "price", None))
"""


def test_what_a_function_has_made(tmp_path: Path) -> None:
    """It is made again by the function; where that cannot be, what stands for it has the name of its class."""
    (tmp_path / "models.py").write_text(MODELS)
    (tmp_path / "run.py").write_text(CRASH_OF_MODELS)
    (tmp_path / "look.py").write_text(LOOK_AT_MODELS)
    run(tmp_path, "run.py")
    here = run(tmp_path, "look.py")
    (tmp_path / "models.py").unlink()
    elsewhere = run(tmp_path, "look.py")

    assert here[0].startswith("<models.Model object at ")
    assert here[0].endswith(" Model 3")
    assert "<models.Fragile(4711)> Fragile None" == here[1]
    assert "<models.Model('x') price=3: its class is not on this machine> Model 3" == elsewhere[0]
    assert "<models.Fragile(4711): its class is not on this machine> Fragile None" == elsewhere[1]


def test_kinds_of_a_missing_module(tmp_path: Path) -> None:
    """Nothing behind a missing name is lost; what is left of it can be looked at, and does not pretend to work."""
    (tmp_path / "kinds.py").write_text(KINDS)
    (tmp_path / "run.py").write_text(CRASH_OF_KINDS)
    run(tmp_path, "run.py")
    (tmp_path / "kinds.py").unlink()
    (tmp_path / "look.py").write_text(LOOK_AT_KINDS)
    lines = run(tmp_path, "look.py")

    assert "42 {'order': 4711} 1 True <kinds.Cart.Line: its class is not on this machine>" == lines[0]
    assert "<kinds.Cart x=1, me=<...>: its class is not on this machine>" == lines[1]
    assert "<kinds.Colour.RED: 1> <kinds.Colour.RED: 1> 1" == lines[2]
    assert "<kinds.Level.LOW: 10> 11 LOW" == lines[3]
    assert "3 q [3, 'q']" == lines[4]
    assert "{'a': [1]}" in lines[5]
    assert lines[5].endswith(" 5")
    assert "RuntimeError kinds.plain cannot be called here: it is not on this machine" == lines[6]
    assert "RuntimeError kinds.Cart.total cannot be called here: it is not on this machine" == lines[7]
    assert "not callable" in lines[8] or "cannot be called here" in lines[8]
    assert "[]" == lines[9]
