"""Classes of `__main__` come back working, on the version that had them and on every other."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

import tibidi

if TYPE_CHECKING:
    from pathlib import Path

    from crashing import Crasher

LOOK = """
import sys, tibidi
for path in sys.argv[1:]:
    print(path, file=sys.stderr)
    dump = tibidi.load(path, trust=True)
    frame = dump.exceptions[-1][-1]
    values, classes = frame.locals, frame.globals
    assert 4 == values["ws"].v and 5 == values["rd"].a and ["one"] == list(values["dk"].values())
    assert (1, 7) == values["nt"] == classes["NT"](1) and "NT(a=9, b=7)" == repr(values["nt"]._replace(a=9))
    assert "NT2(x=3, y='q')" == repr(values["nt2"]) and (3, "q") == values["nt2"].both()
    assert "A(x=1, y=[2])" == repr(values["a"]) and classes["A"](1, [2]) == values["a"] and 2 == values["a"].total()
    assert {classes["C"](): 1} == {values["c"]: 1} and "C(n=8)" == repr(classes["C"](8))
    assert values["col"] is classes["Color"].RED and "RED" == values["col"].up()
    assert classes["Fl"].A in values["fl"] and values["wm"].f().startswith("<")
    assert [] == [each for each in dump.omissions if each.path.startswith("exceptions")], dump.omissions
"""

LOOK_AT_KINDS = """
import sys, tibidi
for path in sys.argv[1:]:
    print(path, file=sys.stderr)
    dump = tibidi.load(path, trust=True)
    frame = dump.exceptions[-1][-1]
    values, classes = frame.locals, frame.globals
    Code, Temperature, Access = (classes[name] for name in ("Code", "Temperature", "Access"))
    assert values["code"] is Code.X is Code(1) and (1, "ex", bytes([1])) == (Code.X.value, Code.X.label, bytes(Code.X))
    assert "why" == Code.Y.label and ["X", "Y"] == [each.name for each in Code]
    assert values["hot"] is values["warm"] is Temperature.WARM is Temperature((5, 6)) and (5, 6, 1) == (
        values["hot"].low, values["hot"].high, values["hot"].span)
    assert ["HOT", "COLD", "WARM"] == list(Temperature.__members__) and 2 == len(Temperature)
    assert values["left"].opposite.opposite is values["left"] is classes["Side"].LEFT
    assert values["both"] is Access.BOTH is Access.READ | Access.WRITE and Access.READ in values["both"]
    assert 20 == values["level"] == values["level"] + 0 and "HIGH" == values["level"].name
    assert (1, 1) == values["point"] == values["point"].value and values["point"] is classes["Point"].UNIT
    assert 6 == values["cached"](3) and 120 == values["recursive"](5) and 5 == values["cached"].cache_info().maxsize
    assert {"x": 1} == values["reader"].data and 1 == values["reader"].x
    assert ("f", (1,)) == (values["frozen"].name, values["frozen"].tags)
    expected = {"failed", "failed here"}
    missing = [each for each in dump.omissions if each.path.startswith("exceptions") and each.reason not in expected]
    assert [] == missing, dump.omissions
"""


@pytest.mark.once
@pytest.mark.parametrize(
    ("program", "look"), [("val_classes.py", LOOK), ("val_kinds.py", LOOK_AT_KINDS)], ids=["classes", "kinds"]
)
def test_classes_come_back_working_everywhere(
    pythons: dict[str, Path], crash: Crasher, program: str, look: str
) -> None:
    """On every version and from every version.

    Classes: named tuples, dataclasses, enumerations, own `__setstate__`, `__reduce__` and `__hash__`.  Kinds: members
    with attributes and aliases, cached functions, slotted and self-answering objects.
    """
    dumps = [str(crash(program, python=maker).dumps[-1]) for maker in pythons.values()]
    for python in pythons.values():
        environ = {**os.environ, "TIBIDI_SILENT": "1"}  # the key is another one, which would be said
        command = [python, "-c", look, *dumps]
        looked = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)

        assert (0, dumps) == (looked.returncode, looked.stderr.split()), f"{python}: {looked.stderr}"


def test_class_that_an_instance_is_reduced_to(crash: Crasher) -> None:
    """An `__init__` that loading calls has its globals, whether the class or a base says how it is reduced."""
    program = """
        from decimal import Decimal
        class Reduced:
            def __reduce__(self):
                return type(self), (str(self.amount),)
        class Money(Reduced):
            def __init__(self, amount):
                self.amount = rounded(Decimal(amount))
        class Price:
            def __init__(self, amount):
                self.amount = Decimal(amount)
            def __reduce_ex__(self, protocol):
                return Price, (str(self.amount),)
        def rounded(amount):
            return amount.quantize(Decimal("0.1"))
        def pay(money, price):
            1 / 0
        pay(Money("2.25"), Price("7"))
    """
    dump = tibidi.load(crash.run("-c", textwrap.dedent(program)).dump, trust=True)
    values = dump.exceptions[-1][-1].locals

    assert [] == [each for each in dump.omissions if each.path.startswith("exceptions")]
    assert (Decimal("2.2"), Decimal(7)) == (values["money"].amount, values["price"].amount)


def test_hooks_do_not_run_again(crash: Crasher) -> None:
    """What `__init_subclass__` of a class in the dump wrote down is as it was; a hook of a library does run."""
    program = """
        from typing import Generic, TypeVar
        T = TypeVar("T")
        class Plugin(Generic[T]):
            names, by_tag = [], {}
            def __init_subclass__(cls, tag=None, **options):
                super().__init_subclass__(**options)
                cls.names.append(cls.__name__)
                cls.by_tag[tag] = cls.__name__
        class First(Plugin[T], tag="a"):
            pass
        class Second(First[int], tag="b"):
            pass
        def run(first, second):
            1 / 0
        run(First(), Second())
    """
    dump = tibidi.load(crash.run("-c", textwrap.dedent(program)).dump, trust=True)
    names = dump.exceptions[-1][-1].globals
    plugin, first, second = (names[name] for name in ("Plugin", "First", "Second"))

    assert (["First", "Second"], {"a": "First", "b": "Second"}) == (plugin.names, plugin.by_tag)
    assert ((names["T"],), ()) == (first.__parameters__, second.__parameters__)
    type("Third", (second,), {}, tag="c")  # the hook is back
    assert ["First", "Second", "Third"] == plugin.names


def test_annotations(crash: Crasher) -> None:
    """Classes and functions keep their annotations: as source code, if a name in them is not defined."""
    program = """
        import enum
        class Order:
            number: int
            tags: "list[str]" = ()
        class Level(enum.Enum):
            unit: str
            LOW = 1
        def pack(order: Order, box: {missing}) -> int:
            1 / 0
        pack(Order(), Level.LOW)
    """
    late = sys.version_info >= (3, 14)
    text = textwrap.dedent(program).replace("{missing}", "Missing" if late else "'Missing'")
    dump = tibidi.load(crash.run("-c", text).dump, trust=True)
    values = dump.exceptions[-1][0].globals
    order = values["Order"]

    assert {"number": int, "tags": "list[str]"} == order.__annotations__
    assert {"unit": str} == values["Level"].__annotations__
    expected = {"order": "Order", "box": "Missing", "return": "int"}
    assert (expected if late else {"order": order, "box": "Missing", "return": int}) == values["pack"].__annotations__


@pytest.mark.skipif(sys.version_info < (3, 11), reason="typing has no TypeVarTuple")
@pytest.mark.parametrize("syntax", ["typing", "PEP 695"])
def test_generic_classes(crash: Crasher, syntax: str) -> None:
    """Classes that are generic over parameters of functions and over several types stay so."""
    if syntax == "PEP 695" and sys.version_info < (3, 12):
        pytest.skip("the syntax is that of Python 3.12")
    heads = ("[**P]", "[*Ts]") if syntax == "PEP 695" else ("(Generic[P])", "(Generic[Unpack[Ts]])")
    program = f"""
        from typing import Generic, ParamSpec, TypeVarTuple, Unpack
        P, Ts = ParamSpec("P"), TypeVarTuple("Ts")
        class Task{heads[0]}:
            def __init__(self, function): self.function = function
        class Row{heads[1]}:
            def __init__(self, *cells): self.cells = cells
        task, row, kind = Task(len), Row(1, "a"), Row[int, str]
        1 / 0
    """
    dump = tibidi.load(crash.run("-c", textwrap.dedent(program)).dump, trust=True)
    values = dump.exceptions[-1][-1]
    task, row = values["Task"], values["Row"]

    assert (task, row) == (type(values["task"]), type(values["row"]))
    assert (2, (1, "a")) == (task(len).function("ab"), values["row"].cells)
    assert ("P", "Ts") == (task.__parameters__[0].__name__, row.__parameters__[0].__name__)
    assert values["kind"] == row[int, str]
    assert [] == [each for each in dump.omissions if not each.path.startswith("sources")]


@pytest.mark.skipif(sys.version_info < (3, 11), reason="enum has no boundaries")
def test_flags_with_a_boundary(crash: Crasher) -> None:
    """A flag that keeps unknown bits is one that is loaded live, and keeps others."""
    program = """
        import enum
        class Access(enum.Flag, boundary=enum.KEEP):
            READ = 1
            WRITE = 2
        both = Access.READ | Access(8)
        1 / 0
    """
    values = tibidi.load(crash.run("-c", textwrap.dedent(program)).dump, trust=True).exceptions[-1][-1]

    assert values["Access"] is type(values["both"])
    assert (9, 17) == (values["both"].value, values["Access"](17).value)
    assert values["Access"].READ in values["both"]
