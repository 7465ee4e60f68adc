"""Code objects of revived frames."""

from __future__ import annotations

import dis

import pytest

from tibidi.model import FUNCTION
from tibidi.revive import compiler
from tibidi.revive.compiler import CodeSpec, Holder, Position, Signature

SPEC = CodeSpec("shop.py", "pay", "Cart.pay", FUNCTION, 5, Position(7, 8, 4, 9), compiler.RAISE)


def positions(spec: CodeSpec, name: str) -> list[tuple[int | None, ...]]:
    """Return the position of each instruction that works on this attribute of the holder."""
    instructions = [each for each in dis.get_instructions(compiler.code_for(spec, Holder())) if each.argval == name]
    return [tuple(each.positions or ()) for each in instructions]


@pytest.mark.parametrize("ending", compiler.ENDINGS)
def test_one_holder(ending: str) -> None:
    """Every ending has the holder as its one constant of its own, and the captured names and lines."""
    holder = Holder()
    code = compiler.code_for(SPEC._replace(ending=ending), holder)

    assert [holder] == [each for each in code.co_consts if each is not None]
    assert ("shop.py", "pay", 5) == (code.co_filename, code.co_name, code.co_firstlineno)
    assert {7} == {line for _, line in dis.findlinestarts(code) if line not in {None, 5}}


def test_holders_are_not_shared() -> None:
    """Two frames with equal specifications have the same bytecode, but holders of their own."""
    one, two = Holder(), Holder()
    first, second = compiler.code_for(SPEC, one), compiler.code_for(SPEC._replace(), two)

    assert first.co_code == second.co_code
    assert (one in first.co_consts, one in second.co_consts) == (True, False)


@pytest.mark.skipif(not compiler.HAS_POSITIONS, reason="positions came with Python 3.11")
def test_columns_are_those_of_the_statement() -> None:
    """The last statement has the captured columns; the nodes below it have none."""
    code = compiler.code_for(SPEC, Holder())

    assert (7, 8, 4, 9) in set(code.co_positions())
    assert [(7, 7, None, None)] == positions(SPEC, "exception")


@pytest.mark.skipif(not compiler.HAS_MONITORING, reason="the gap is for sys.monitoring, which came with Python 3.12")
def test_gap_has_no_line() -> None:
    """Between the callback and the exception there is an instruction without a line."""
    found = positions(SPEC._replace(ending=compiler.BREAK), "callback")

    assert [7, None] == [line for line, *_ in found]


def test_parameters() -> None:
    """Parameters are passed in each of the five ways; odd names such as `.0` are fine."""
    signature = Signature(("a",), (".0",), ("k",), "rest", "options")
    code = compiler.code_for(SPEC._replace(signature=signature), Holder())

    assert ("a", ".0", "k", "rest", "options") == code.co_varnames
    assert (2, 1, 1) == (code.co_argcount, code.co_posonlyargcount, code.co_kwonlyargcount)
