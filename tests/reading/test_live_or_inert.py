"""What cannot be rebuilt live is what the inert reader makes of it; where live can be better, it is."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

DUMP = """
import tibidi
try:
    work()
except ZeroDivisionError as error:
    tibidi.dump_exception(error, "it.pkl")
"""
LOOK = """
import json, sys, tibidi
for name in sys.argv[2:]:
    sys.modules[name] = None
dump = tibidi.load("it.pkl", trust=True)
inert = tibidi.load("it.pkl", trust=False).exceptions[-1].frames[-1].locals
v = dump.exceptions[-1].frames[-1].locals
print(json.dumps([repr(eval(each)) for each in sys.argv[1].splitlines()]))
print(json.dumps([[each.path, each.reason, each.detail] for each in dump.omissions]))
"""


def look(folder: Path, program: str, wanted: str, *without: str) -> tuple[list[str], list[list[str]]]:
    """Run a program that crashes in `work`; return the repr of expressions on its variables, and the omissions."""
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "TIBIDI_KEY_FILE": f"{folder}/key"}
    outputs = []
    for command in (["run.py"], ["-c", LOOK, wanted, *without]):
        (folder / "run.py").write_text(program + DUMP)
        done = subprocess.run(
            [sys.executable, *command], capture_output=True, text=True, cwd=folder, env=environ, timeout=60, check=False
        )
        assert (0, "") == (done.returncode, done.stderr)
        outputs.append(done.stdout)
    values, omissions = map(json.loads, outputs[1].splitlines())
    return values, omissions


CLASSES = """
import abc, typing
class Meta(type):
    def __new__(meta, name, bases, body, *, table):
        return super().__new__(meta, name, bases, body)
    def __init__(cls, name, bases, body, *, table):
        super().__init__(name, bases, body)
class Row(metaclass=Meta, table="rows"):
    def __init__(self): self.id = 7
    def twice(self): return self.id * 2
class Plugin:
    known = {}
    def __init_subclass__(cls, *, key, **more):
        super().__init_subclass__(**more)
        Plugin.known[key] = cls
class Own(Plugin, key="own"):
    def __init__(self): self.id = 8
    def twice(self): return self.id * 2
class Pair(typing.NamedTuple):
    x: int
def work():
    class Slotted:
        __slots__ = ("a",)
    row, own, pair, slotted, get = Row(), Own(), Pair(5), Slotted(), getattr
    lock = __import__("functools").partial(getattr, {}, "zz", 5)
    slotted.a = 1
    1 / 0
"""


def test_classes_with_demanding_metaclasses(tmp_path: Path) -> None:
    """A class whose metaclass or `__init_subclass__` wants keywords is made without them, and works."""
    wanted = "v['row'].twice()\nv['own'].twice()\nv['pair'].x\nhasattr(v['slotted'], '__dict__')\nv['lock']()\nv['get']"
    values, omissions = look(tmp_path, CLASSES, wanted)

    assert ["14", "16", "5", "False", "5", "<built-in function getattr>"] == values
    assert [] == omissions


REFUSING = """
class Key:
    def __init__(self): self.k = [1]
    def __hash__(self): return hash(str(self.k))
    def __eq__(self, other): return self.k == other.k
class Frozen(dict):
    def __setitem__(self, key, value): raise TypeError("frozen")
    def __reduce__(self): return Frozen, (), None, None, iter(self.items())
class Bad:
    def __init__(self): self.a = 1
    def __setstate__(self, state): raise RuntimeError("no state")
class Line(list):
    def append(self, item): raise TypeError("closed")
    extend = append
    def __reduce__(self): return Line, (), None, iter(self)
class Remade:
    def __reduce__(self): return make, (4,), {"a": 3}
def make(number): raise LookupError("not today")
def work():
    frozen, nested, remade, line = Frozen(a=1), [{"k": (Bad(),)}], Remade(), Line([1, 2])
    frozen_too = frozen
    1 / 0
"""


def test_objects_that_refuse(tmp_path: Path) -> None:
    """An object that cannot be made, filled or given its state is its inert view; its omission leads to it."""
    wanted = "v['frozen']\nv['nested']\nv['remade'].a\nv['frozen'] is v['frozen_too']\nv['line']\ninert['line']"
    values, omissions = look(tmp_path, REFUSING, wanted)
    at = "exceptions[0].frames[1].locals"

    assert ["{'a': 1}", "[{'k': (<__main__.Bad a=1>,)}]", "3", "True", "[1, 2]", "[1, 2]"] == values
    assert [
        [f"{at}['frozen']", "failed here", "__main__.Frozen: TypeError: frozen"],
        [f"{at}['nested'][0]['k'][0]", "failed here", "__main__.Bad: RuntimeError: no state"],
        [f"{at}['remade']", "failed here", "__main__.make: LookupError: not today"],
        [f"{at}['line']", "failed here", "__main__.Line: TypeError: closed"],
    ] == omissions


TABLES = """
import pandas, numpy
class Holder: pass
def work():
    df = pandas.DataFrame({"price": [1.5, 2.5], "name": ["a", "b"]})
    array, holder = numpy.arange(4), Holder()
    holder.df = df
    1 / 0
"""


def test_tables_without_their_library(tmp_path: Path) -> None:
    """Without pandas and numpy, tables and arrays are as an inert dump has them, in live objects as well."""
    pytest.importorskip("pandas")
    wanted = "list(v['df']['price'])\nv['array']\nv['holder'].df is v['df']\ntype(v['holder']).__name__"
    values, omissions = look(tmp_path, TABLES, wanted, "pandas", "numpy", "pyarrow")

    assert ["[1.5, 2.5]", "array([0, 1, 2, 3])", "True", "'Holder'"] == values
    assert {"missing here"} == {reason for _, reason, _ in omissions}


DJANGO = """
import os, sys
sys.path.insert(0, os.getcwd())
os.environ["DJANGO_SETTINGS_MODULE"] = "shop_settings"
import django
django.setup()
from shop.models import Book
def work():
    book, query = Book(title="t", price=5), Book.objects.filter(price__gt=1).exclude(title="q")
    1 / 0
"""


def test_models_of_django(tmp_path: Path) -> None:
    """Django is set up before its models are rebuilt; a query that was not run keeps what it asks for."""
    pytest.importorskip("django")
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "__init__.py").touch()
    (tmp_path / "shop" / "models.py").write_text(
        "from django.db import models\n"
        "class Book(models.Model):\n"
        "    title = models.CharField(max_length=50)\n"
        "    price = models.IntegerField()\n"
    )
    (tmp_path / "shop_settings.py").write_text(
        "INSTALLED_APPS = ['shop']\nDEFAULT_AUTO_FIELD='django.db.models.AutoField'\n"
    )
    values, omissions = look(tmp_path, DJANGO, "v['book'].price + 1\nv['query'].state['where']\ndump.prepared")

    assert ["6", "{'price__gt': 1, 'NOT AND 1': {'title__exact': 'q'}}"] == values[:2]
    assert "'Django is set up with shop_settings, as the crashed program had it.'" == values[2]
    assert [["exceptions[0].frames[1].locals['query']", "lazy"]] == [each[:2] for each in omissions]


GAPS = """
import collections, socket, threading
class Service:
    lock, sock, generator = threading.Lock(), socket.socket(), (each for each in [1])
class Own:
    def __init__(self):
        self.rows = [1, {("a", 1): {None: threading.Lock()}}]
class Labelled(property):
    pass
class Uses:
    value = Labelled(lambda self: 5)
def work():
    service, own, uses = Service(), Own(), Uses()
    odd = {Own: [collections.deque([1, threading.Lock()])]}
    1 / 0
"""
CHECK = "[type(eval(each.path, vars(dump))).__name__ for each in dump.omissions]"


def test_gaps(tmp_path: Path) -> None:
    """Each gap has its own path once, also those in a class, and the path leads to the stand-in."""
    values, omissions = look(tmp_path, GAPS, f"{CHECK}\nv['uses'].value")
    at = "exceptions[0].frames[1].locals"

    assert "['Dummy', 'Dummy', 'NotPickleable', 'Dummy', 'Dummy']" == values[0]
    assert "5" == values[1]
    assert [
        f"{at}['service'].lock",
        f"{at}['service'].sock",
        f"{at}['service'].generator",
        f"{at}['own'].rows[1][('a', 1)][None]",
        f"list({at}['odd'].values())[0][0][1]",
    ] == [path for path, _, _ in omissions]


def test_what_needs_a_missing_library(tmp_path: Path) -> None:
    """Times in zones of a library that is missing here are what they were; only the library is said to be missing."""
    pytest.importorskip("dateutil.tz")
    program = (
        "import datetime\nimport dateutil.tz\n"
        "def work():\n"
        "    times = [datetime.datetime(2024, 1, day, tzinfo=dateutil.tz.tzutc()) for day in (1, 2)]\n"
        "    1 / 0\n"
    )
    values, omissions = look(tmp_path, program, "v['times'][1].isoformat()", "dateutil", "dateutil.tz")

    assert ["'2024-01-02T00:00:00+00:00'"] == values
    assert {"missing here"} == {reason for _, reason, _ in omissions}
