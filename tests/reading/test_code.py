"""Code objects of another version of Python are compiled again from the captured source, never loaded."""

from __future__ import annotations

import sys
import textwrap
from typing import TYPE_CHECKING, Any

import pytest

from tibidi.reading import makers
from tibidi.reading.code import Compiler, LostCode
from tibidi.reading.unpickler import ValuesReader
from tibidi.words.code import key_of, pack, walk

if TYPE_CHECKING:
    import types

FILE = "shop.py"
SOURCE = textwrap.dedent(
    """
    def decorate(function):
        return function

    def outer(x):
        y = 2
        @decorate
        def inner(n, *, factor=1):
            return x * y * n * factor
        return inner

    class Shop:
        def total(self, prices):
            return sum(price for price in prices)

    pair = (lambda a: a + 1, lambda a: a + 2, lambda b: b * 3)
    """
)
OTHER_MAGIC = b"\0\0\r\n"


def codes() -> dict[str, types.CodeType]:
    """Return every code object of the source, by name and position."""
    return {
        f"{code.co_name}:{n}": code for n, code in enumerate(walk(compile(SOURCE, FILE, "exec", dont_inherit=True)))
    }


@pytest.mark.parametrize("name", codes())
def test_each_code_object_is_found_again(name: str) -> None:
    """Whatever its kind, the same code comes out of a new compilation: lambdas on one line, too."""
    code = codes()[name]

    assert code == Compiler({FILE: SOURCE}).find(key_of(code))


def test_the_same_version_uses_its_bytes() -> None:
    """For the version that wrote it, code comes back without any source."""
    code = codes()["<module>:0"]

    assert code == ValuesReader(live=True, sources={}).code(*pack(code))


def test_bytes_of_another_version_are_not_touched() -> None:
    """Bytes under another magic number, however broken, are ignored in favour of the source."""
    code = next(code for code in codes().values() if code.co_name == "inner")
    arguments = (OTHER_MAGIC, b"broken bytes", *key_of(code))

    assert code == ValuesReader(live=True, sources={FILE: SOURCE}).code(*arguments)


@pytest.mark.parametrize(
    ("sources", "reason"),
    [
        ({}, "source is not in the dump"),
        ({FILE: "x = ("}, "cannot be compiled"),
        ({FILE: "x = 1"}, "not in the captured"),
    ],
)
def test_a_function_without_source_says_so(sources: dict[str, str], reason: str) -> None:
    """Where the source is missing or does not fit, the function says where it came from, and why it fails."""
    code = next(code for code in codes().values() if code.co_name == "total")
    lost: Any = ValuesReader(live=True, sources=sources).code(OTHER_MAGIC, b"", *key_of(code))
    function: Any = makers._function(lost, {}, "total", None)

    assert isinstance(lost, LostCode)
    assert "total" == function.__name__
    with pytest.raises(RuntimeError, match=f"total of shop.py, line 13.*{reason}"):
        function(1, 2)


@pytest.mark.parametrize(
    ("source", "found"),
    [
        # Python 3.14 keeps the first number of each among the constants, too.
        ("rules = {'small': lambda x: x in (1, 2), 'large': lambda x: x in (8, 9)}", sys.version_info >= (3, 14)),
        ("more = [lambda a: lambda: a + 1, lambda a: lambda: a + 2]", False),
        ("same = [lambda x: x in (1, 2), lambda x: x in (1, 2)]", True),
        ("nested = [lambda a: lambda: a + 1, lambda a: lambda: a + 1]", True),
        ("names = [lambda x: x.small in (1, 2), lambda x: x.large in (8, 9)]", True),
    ],
)
def test_functions_that_look_alike(source: str, found: bool) -> None:
    """Of several functions on one line that the key fits equally, none is taken, unless all of them do the same."""
    lambdas = [each for each in compile(source, FILE, "exec").co_consts if hasattr(each, "co_name")]
    compiler = Compiler({FILE: source})

    assert lambdas  # before Python 3.11, one of two that are the same
    for each in lambdas:
        code = compiler.find(key_of(each))
        assert found == (not isinstance(code, LostCode))
        if isinstance(code, LostCode):
            assert code.reason.endswith("and several on its line look like it")
        else:
            assert (each.co_code, each.co_names) == (code.co_code, code.co_names)


def test_functions_of_another_version_work(round_trip: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Functions, closures, methods and lambdas that another version wrote work once compiled again."""
    namespace: dict[str, Any] = {"__name__": "__main__"}
    exec(compile(SOURCE, FILE, "exec", dont_inherit=True), namespace)
    monkeypatch.setattr("tibidi.words.code.MAGIC_NUMBER", OTHER_MAGIC)
    round_trip.sources = {FILE: SOURCE}
    frame = {"inner": namespace["outer"](5), "shop": namespace["Shop"](), "pair": namespace["pair"]}
    loaded = round_trip(frame, __main__=namespace).locals

    assert 60 == loaded["inner"](2, factor=3)
    assert 6 == loaded["shop"].total([1, 2, 3])
    assert [11, 12, 30] == [function(10) for function in loaded["pair"]]
