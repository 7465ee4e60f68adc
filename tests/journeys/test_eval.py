"""`tibidi eval`: the value of an expression in a frame."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest
from crashing import Crasher

if TYPE_CHECKING:
    from pathlib import Path


pytestmark = pytest.mark.ends


@pytest.fixture(scope="module")
def crash(python: Path, tmp_path_factory: pytest.TempPathFactory) -> Crasher:
    """Run programs with one crash directory for all tests, which only look at what is there."""
    return Crasher(python, tmp_path_factory.mktemp("eval"))


@pytest.fixture(scope="module")
def shop(crash: Crasher) -> Path:
    """The dump of a program with several suspicious values."""
    return crash("suspicious.py").dump


@pytest.mark.parametrize(
    ("expression", "printed"),
    [
        ("len(cart.lines)", "2"),
        ("cart.lines[-1]['sku'][:1]", "'B'"),
        ("[line['price'] for line in cart.lines if line['price']]", "[3]"),
        ("sorted(known.keys())", "['spring']"),
        ("index + 1 > 2 and not coupons", "True"),
        ("type(cart)", "<inert __main__.Cart>"),
        ("max([1, index * 2.5])", "5.0"),
        ("cart.lines[0].get('no', 'nothing')", "'nothing'"),
        ("sum(index for _ in range(3))", "6"),
    ],
)
def test_eval(crash: Crasher, shop: Path, expression: str, printed: str) -> None:
    """Expressions are evaluated in the frame, without objects of the program."""
    assert (0, printed + "\n") == (
        (ended := crash.run("-m", "tibidi", "eval", str(shop), expression)).status,
        ended.stdout,
    )


@pytest.mark.parametrize(
    "expression",
    [
        "open('/tmp/tibidi-was-here', 'w')", "__import__('os')", "cart.__class__.__mro__", "(lambda: 1)()",
        "cart.pay()", "type('X', (), {})", "type(*[1, 2, 3])", "sorted([1], key=pay)",
        "[g.gi_frame for g in [(x for x in [1])]]",
        "f'{cart}'", "(x := 1)", "'{0.__class__}'.format(cart)", "pay(cart)", "globals()", "print(1)", "await cart",
        "known.__init__", "vars(cart)", "getattr(cart, 'lines')", "import os", "", "x" * 3_000 + "(",
    ],
)  # fmt: skip
def test_eval_refuses(crash: Crasher, shop: Path, expression: str) -> None:
    """What is not in the small language is refused in one line, and nothing of it runs."""
    ended = crash.run("-m", "tibidi", "eval", str(shop), expression)

    assert (2, "", 1) == (ended.status, ended.stdout, len(ended.stderr.splitlines()))
    assert re.search("not evaluated in an inert dump|not an expression", ended.stderr)


@pytest.mark.parametrize(
    ("expression", "says"),
    [
        ("9**9**9**9", "Unfinished: it takes more than 5 s"),
        ("'x' * 10**11", "MemoryError"),
        ("[0] * 10**11", "MemoryError"),
        ("missing", "NameError: name 'missing' is not defined"),
    ],
)
def test_eval_is_bounded(crash: Crasher, shop: Path, expression: str, says: str) -> None:
    """An expression that takes too long or too much memory ends, and an exception is one line."""
    ended = crash.run("-m", "tibidi", "eval", str(shop), expression)

    assert 1 == ended.status
    assert ended.stdout.startswith(says)


def test_eval_live(crash: Crasher, shop: Path) -> None:
    """With --live any Python is evaluated, with the objects of the program; --json and --max are for programs."""
    live = crash.run("-m", "tibidi", "eval", "--live", str(shop), "cart.lines.copy().pop()['sku'].center(6)").stdout
    cut = json.loads(crash.run("-m", "tibidi", "eval", "--json", "--max", "20", str(shop), "cart.note * 9").stdout)

    assert "' B-18 '\n" == live
    assert {"type", "value", "error"} == cut.keys()
    assert 20 == len(cut["value"])


NEVER_RAISED = """
def check(amount):
    raise ValueError("too much") from KeyError("never raised")
check(5)
"""


def test_cause_that_was_never_raised(crash: Crasher, tmp_path: Path) -> None:
    """Where the root cause has no frames, those of what it caused are taken: of `eval`, `analyze` and `retry`."""
    (tmp_path / "paying.py").write_text(NEVER_RAISED)
    dump = crash(tmp_path / "paying.py").dump
    value = crash.run("-m", "tibidi", "eval", str(dump), "amount")
    page = json.loads(crash.run("-m", "tibidi", "analyze", "--json", str(dump)).stdout)
    again = crash.run("-m", "tibidi", "retry", str(dump), cwd=tmp_path)

    assert (0, "5\n", "") == (value.status, value.stdout, value.stderr)
    assert ["KeyError: 'never raised'", "ValueError: too much"] == page["messages"]
    assert ['> 3 |     raise ValueError("too much") from KeyError("never raised")'] == [
        line for line in page["source"] if line.startswith(">")
    ]
    assert {"name": "amount", "type": "int", "value": "5"} in page["values"]
    assert "paying.py:3 in check" in page["crash"]
    assert "ValueError: too much at paying.py:3 in check" in again.stdout


RAISING = """
class Stop(BaseException):
    pass
class Mute(Exception):
    def __str__(self):
        return self.text
def stop():
    raise Stop("enough")
def mute():
    raise Mute
1 / 0
"""


@pytest.mark.parametrize(
    ("expression", "says"),
    [
        ("stop()", "Stop: enough"),
        ("mute()", "Mute: AttributeError: 'Mute' object has no attribute 'text'"),
        ("exit(3)", "SystemExit: 3"),
    ],
)
def test_eval_live_raises(crash: Crasher, tmp_path: Path, expression: str, says: str) -> None:
    """Any exception that the expression raises is one line, also one that is no Exception or has no text."""
    (tmp_path / "raising.py").write_text(RAISING)
    dump = crash(tmp_path / "raising.py").dump
    ended = crash.run("-m", "tibidi", "eval", "--live", str(dump), expression)

    assert (1, says + "\n", "") == (ended.status, ended.stdout, ended.stderr)


def test_options_between_arguments(crash: Crasher, shop: Path) -> None:
    """Options may be anywhere: before, between and behind a dump and an expression or a text."""
    between = crash.run("-m", "tibidi", "eval", str(shop), "--json", "1 + 1", env={"TIBIDI_ENABLE": None})
    found = crash.run("-m", "tibidi", "find", "nowhere", "--json", str(shop), env={"TIBIDI_ENABLE": None})

    assert (0, "2") == (between.status, json.loads(between.stdout)["value"])
    assert (1, []) == (found.status, json.loads(found.stdout))


def test_eval_of_a_table(crash: Crasher) -> None:
    """A table is printed in rows."""
    pytest.importorskip("pandas")
    dump = crash.run("-c", "import pandas; table = pandas.DataFrame({'a': [1, 2]}); 1 / 0").dump

    rows = crash.run("-m", "tibidi", "eval", str(dump), "table", env={"TIBIDI_ENABLE": None}).stdout.splitlines()

    assert ["a", "0  1", "1  2", "[2 rows x 1 columns, inert]"] == [row.strip() for row in rows]
