"""`tibidi repro` and `retry`: a crash becomes a test, in a clean checkout on another path."""

from __future__ import annotations

import ast
import json
import re
import shutil
from typing import TYPE_CHECKING, NamedTuple

import pytest
from crashing import PROGRAMS
from dumpfile import samples

from tibidi.tools.definition import rebound

if TYPE_CHECKING:
    from pathlib import Path

    from crashing import Crash, Crasher

pytestmark = pytest.mark.ends

REPRODUCED = "reproduced"


class Row(NamedTuple):
    """A program, what the verdict says of its crash, and the fix: a text of the program, and another one."""

    program: str
    says: str
    fix: tuple[str, str]
    verdict: str = REPRODUCED
    arguments: tuple[str, ...] = ()
    needs: str = "json"


TABLE = [
    Row("dataclass_method", "decimal.DivisionByZero", ("/ count", "/ count if count else Decimal(0)")),
    Row("decimal_and_date", "decimal.DivisionByZero", ("/ days", "/ days if days else Decimal(0)")),
    Row("dataframe", "KeyError: 'amount' at dataframe.py:6 in revenue", ("[column]", "['price']"), needs="pandas"),
    Row("enumeration", "KeyError: <Level.HIGH: 2>", ("LOW: 10", "LOW: 10, Level.HIGH: 20")),
    Row("closure", "ZeroDivisionError: division by zero at closure.py:7 in scale", ("/ factor", "/ (factor or 1)")),
    Row("method_of_self", "KeyError: 'USD' at method_of_self.py:12", ("limits[currency]", "limits.get(currency, 9)")),
    Row("generator", "ZeroDivisionError: division by zero at generator.py:6", ("/ other", "/ (other or 1)")),
    Row("coroutine", "AttributeError: 'NoneType' object has no attribute 'upper'", (".upper()", "")),
    Row("recursion", "ZeroDivisionError: division by zero at recursion.py:12", ('1 / tree["depth"]', "1")),
    Row("class_of_main", "IndexError: list index out of range", ("children[0].label", "label")),
    Row("row", "ZeroDivisionError: division by zero at row.py:22", ("/ user.visits", "* 2"), needs="sqlalchemy"),
    Row("rebound", "ValueError: invalid literal for int() with base 10: 'two'", ("int(text[1])", "text[1]")),
    Row("mutated", "IndexError: list index out of range", (" + [][len(taken)]", "")),
    Row("redacted", "login() does not raise; password is redacted", ("> 12", "> 99"), "passes here"),
    Row("lock", "KeyError: 'b' at lock.py:12 in add", ("[name] += amount", "[name] = amount")),
    Row("keyword_only", "ZeroDivisionError: division by zero", ("total / people", "total / (people or 1)")),
    Row("variadic", "TypeError: sequence item 2: expected str instance", ("join(parts)", "join(map(str, parts))")),
    Row("properties", "ZeroDivisionError", ("/ len(self.prices)", "/ (len(self.prices) or 1)")),
    Row("decorated", "ZeroDivisionError: division by zero at decorated.py:23 in inverse", ("number - 4", "9")),
    Row("cause", "ValueError: invalid literal for int() with base 10: '80a'", ("int(text, 10)", "int(text, 16)")),
    Row("program", "ZeroDivisionError", ("len(lengths) - 2", "9"), arguments=("ada", "bob")),
    Row("generator_argument", "ZeroDivisionError", ("/ len(numbers)", "")),
    Row("passes", "connect() does not raise", ("> 1", "> 9"), "passes here"),
]


@pytest.fixture
def checkout(crash: Crasher, tmp_path: Path) -> Checkout:
    """Crash a program of the table, and go to a checkout of it elsewhere."""
    return Checkout(crash, tmp_path)


class Checkout:
    """Two copies of a program: one crashed and is gone, the other is worked on."""

    def __init__(self, crash: Crasher, place: Path) -> None:
        self.crash = crash
        self.there = place / "srv" / "app"
        self.here = place / "home of ada" / "project"

    def take(self, program: str, *arguments: str, python: Path | None = None) -> Path:
        """Crash the program; return its dump."""
        self.there.mkdir(parents=True)
        source = PROGRAMS / "repro" / f"{program}.py"
        shutil.copy(source, self.there)
        secret = {"TIBIDI_TEST_PASSWORD": "correct horse battery"}
        dump = self.crash(self.there / source.name, *arguments, cwd=self.there, python=python, env=secret).dump
        shutil.rmtree(self.there)
        (self.here / "tests").mkdir(parents=True)
        shutil.copy(source, self.here)
        return dump

    def run(self, *argv: str) -> Crash:
        """Run a command of tibidi in the checkout."""
        return self.crash.run("-m", "tibidi", *argv, cwd=self.here, env={"TIBIDI_ENABLE": None})

    def fix(self, program: str, fix: tuple[str, str]) -> None:
        """Apply the known fix."""
        path = self.here / f"{program}.py"
        text = path.read_text(encoding="utf-8")
        assert fix[0] in text
        path.write_text(text.replace(*fix), encoding="utf-8")

    def pytest(self) -> str:
        """Run the test by pytest from another folder, which loads no plugins; return the last line that it prints."""
        (test,) = (self.here / "tests").glob("test_crash_*.py")
        return self.crash.run(
            "-m",
            "pytest",
            "-q",
            "-p",
            "no:cacheprovider",
            str(test),
            env={"TIBIDI_ENABLE": None, "PYTHONDONTWRITEBYTECODE": "1", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        ).stdout.splitlines()[-1]


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.program)
def test_programs(checkout: Checkout, pythons: dict[str, Path], row: Row) -> None:
    """The test fails as the program did on another Python, or the verdict says why not; after the fix it passes."""
    pytest.importorskip(row.needs)
    *_, other = pythons.values() if row.needs == "json" else (None,)
    dump = checkout.take(row.program, *row.arguments, python=other)
    ended = checkout.run("repro", str(dump))
    verdict, wrote = ended.stdout.splitlines()
    is_reproduced = row.verdict == REPRODUCED

    assert (row.verdict, True) == (verdict.partition(":")[0], row.says in verdict), ended
    assert (not is_reproduced, "file: tests/test_crash_") == (ended.status, wrote[:23])
    assert ("1 failed" if is_reproduced else "1 passed") in checkout.pytest()
    checkout.fix(row.program, row.fix)
    assert "1 passed" in checkout.pytest()


def test_there_are_enough() -> None:
    """At least 16 of the first 20 programs are reproduced, and no verdict is expected to be wrong."""
    assert 20 <= len(TABLE)
    assert 16 <= sum(row.verdict == REPRODUCED for row in TABLE[:20])


def test_retry(checkout: Checkout) -> None:
    """`retry` says how the call ends on the code that is here: in the same crash, another error, or a result."""
    dump = checkout.take("decimal_and_date")
    crashed = checkout.run("retry", "--json", str(dump))
    verdict = json.loads(crashed.stdout)
    (again,) = crashed.dumps
    summary = json.loads(checkout.run("show", "--json", str(again)).stdout)

    assert (1, "reproduced", str(again)) == (crashed.status, verdict["outcome"], verdict["file"])
    assert "exceptions[0].frames[2]" == verdict["frame"]
    assert ["interest"] == [frame["name"] for frame in summary["exceptions"][0]["frames"]]
    checkout.fix("decimal_and_date", ("/ days", "/ dayz"))
    wrong = checkout.run("retry", str(dump))
    assert (1, True) == (wrong.status, "another error: NameError: name 'dayz' is not defined" in wrong.stdout)
    assert "it was decimal.DivisionByZero" in wrong.stdout
    checkout.fix("decimal_and_date", ("/ dayz", "/ (days or 1)"))
    fixed = checkout.run("retry", str(dump))
    assert (0, "passes here: interest() returns Decimal('21.875000')\n") == (fixed.status, fixed.stdout)


UNGUARDED = """\
class Order:
    class Line:
        count = 0

    def __init__(self):
        self.lines = [self.Line()]

    def price(self):
        return 1 / self.lines[0].count

print("before")
print("the program runs"), Order().price()
"""


def test_retry_of_a_script(crash: Crasher, tmp_path: Path) -> None:
    """The dump of `retry` is not the latest crash, which is what to retry again, and does not run the script."""
    (tmp_path / "app.py").write_text(UNGUARDED)
    dump = crash(tmp_path / "app.py").dump
    first, second = (crash.run("-m", "tibidi", "retry", "--json", cwd=tmp_path) for _ in range(2))
    again = json.loads(second.stdout)["file"]
    opened = crash.run("-m", "tbdebug", "-c", "p self.lines[0].count, type(self)", "-c", "q", again, cwd=tmp_path)
    listed = crash.run("-m", "tibidi", "list", "--all", "--json")

    assert ["reproduced"] * 2 == [json.loads(each.stdout)["outcome"] for each in (first, second)]
    assert [dump.name] == [each["dump"] for each in json.loads(listed.stdout)]
    assert "(0, <class '__main__.Order'>)" in opened.stdout
    assert not any("runs" in each.stdout + each.stderr for each in (second, opened))


def test_an_assertion_of_pytest(crash: Crasher, tmp_path: Path) -> None:
    """A failed assertion is the same without what pytest adds to its message; another message is another error."""
    program = tmp_path / "test_app.py"
    text = 'def test_bare():\n    assert len("abc") == 4\ndef test_told():\n    assert len("abc") == 4, "too short"\n'
    program.write_text(text)
    crash.run("-m", "pytest", "-q", "-p", "no:cacheprovider", "--tibidi", cwd=tmp_path)
    tests = [f"test_app.py::test_{name}" for name in ("bare", "told")]
    again = [crash.run("-m", "tibidi", "retry", test, cwd=tmp_path).stdout for test in tests]
    program.write_text(text.replace("too short", "too long"))
    other = crash.run("-m", "tibidi", "retry", tests[1], cwd=tmp_path).stdout

    assert [True] * 2 == [said.startswith("reproduced: AssertionError") for said in again], again
    assert other.startswith("another error: AssertionError: too long at test_app.py:4 in test_told, it was 'too short'")


def test_a_moved_line(checkout: Checkout) -> None:
    """The line is compared by its text: it may have moved, but another line of the function is another error."""
    dump = checkout.take("decimal_and_date")
    checkout.fix("decimal_and_date", ("def interest", "# a comment\ndef interest"))
    assert "at decimal_and_date.py:10 in interest, then line 9: the source differs here" in (
        moved := checkout.run("repro", str(dump)).stdout
    ), moved
    checkout.fix("decimal_and_date", ("    days = ", "    amount / 0\n    days = "))
    other = checkout.run("repro", "--force", str(dump))
    assert (1, True) == (other.status, "it was at decimal_and_date.py:9 in interest, 'return amount" in other.stdout)


def test_literals(checkout: Checkout) -> None:
    """Values that have an expression stand in the test, without a data file."""
    checkout.run("repro", str(checkout.take("dataclass_method")))
    (test,) = (checkout.here / "tests").iterdir()
    text = test.read_text(encoding="utf-8")

    assert "Order(name='tea', total=Decimal('3.5'), day=datetime.date(2026, 11, 22), items=[])" in text
    assert "whether the call had changed self is not known" in text


def test_expected_failure(checkout: Checkout) -> None:
    """With --expect-failure the test passes as long as the crash is there; an existing test is not replaced."""
    dump = checkout.take("method_of_self")
    ended = checkout.run("repro", "--expect-failure", str(dump))
    refused = checkout.run("repro", str(dump))

    assert ended.stdout.startswith("reproduced: KeyError: 'USD'")
    assert "1 passed" in checkout.pytest()
    assert (2, True) == (refused.status, "exists; remove it, or replace it with --force" in refused.stderr)
    checkout.fix("method_of_self", ("limits[currency]", "limits.get(currency, 9)"))
    assert "1 failed" in checkout.pytest()


def test_a_named_frame(checkout: Checkout) -> None:
    """--exception and --frame name the call; one that cannot be made says why, and writes nothing."""
    dump = checkout.take("cause")
    outer = checkout.run("repro", "--exception", "1", "--frame", "1", str(dump))
    missing = checkout.run("repro", "--frame", "9", str(dump))

    assert outer.stdout.startswith("reproduced: cause.ConfigError: no port at cause.py:21 in read")
    assert (2, True) == (missing.status, "the dump has no exceptions[0].frames[9]" in missing.stderr)
    (checkout.here / "cause.py").unlink()
    gone = checkout.run("repro", "--force", str(dump))
    assert (1, True) == (
        gone.status,
        re.match(r"cannot be called: exceptions\[0\]\.frames\[1\], [\w.]*number", gone.stdout) is not None,
    )
    assert "file" not in gone.stdout


STARRED = "def pay(*prices, **options):\n    return prices[0] / options['rate']\npay(1, rate=0)\n"


def test_lost_arguments(crash: Crasher, tmp_path: Path) -> None:
    """Of a dump without the values of *prices and **options it says that these are missing; so does one without any."""
    (tmp_path / "app.py").write_text(STARRED)
    dump = crash(tmp_path / "app.py").dump
    crash.run("-m", "tibidi", "scrub", "-o", "small.pkl", "--drop", "values", str(dump), cwd=tmp_path)
    data = dump.read_bytes()
    (tmp_path / "cut.pkl").write_bytes(data[: data.index(b"values/0001.pkl") + 60])

    small, cut = (
        crash.run("-m", "tibidi", "retry", "--live", name, "--frame", "1", cwd=tmp_path)
        for name in ("small.pkl", "cut.pkl")
    )
    assert (2, "") == (small.status, small.stdout)
    assert "no function can be called: the variables were left out by scrub" in small.stderr
    assert 1 == cut.status
    assert cut.stdout.startswith("cannot be called: exceptions[0].frames[1], pay: prices is <Dummy tuple: ")


MUTE = "class Mute(Exception):\n    def __str__(self): raise KeyError\nraise Mute('no licence')\n"
GUARDED = "def main():\n    import lib\n    lib.pay(0)\nif __name__ == '__main__':\n    main()\n"


@pytest.mark.parametrize(("program", "frame"), [("import lib\nlib.pay(0)\n", "1"), (GUARDED, "2")])
def test_error_without_a_text(crash: Crasher, tmp_path: Path, program: str, frame: str) -> None:
    """A module that cannot be imported here is told of in one line, even if the error does not tell what it is."""
    (tmp_path / "lib.py").write_text("def pay(price):\n    return 1 / price\n")
    (tmp_path / "app.py").write_text(program)
    dump = crash(tmp_path / "app.py", cwd=tmp_path).dump
    (tmp_path / "lib.py").write_text(MUTE)
    ended = crash.run("-m", "tibidi", "retry", "--frame", frame, str(dump), cwd=tmp_path)

    assert "lib.Mute: no licence" in ended.stdout + ended.stderr
    assert "Traceback" not in ended.stderr


def test_only_signed_dumps(checkout: Checkout) -> None:
    """Nothing runs for a dump that another key has signed, unless --live trusts it."""
    dump = checkout.take("program", "ada", "bob")
    (checkout.crash.key_file).write_bytes(b"k" * 40)
    refused = checkout.run("repro", str(dump))
    trusted = checkout.run("repro", "--live", str(dump))

    assert (2, True) == (refused.status, "not signed with your key" in refused.stderr)
    assert (0, True) == (trusted.status, "reproduced: ZeroDivisionError" in trusted.stdout)


REPLACING = """
import os, sys
from tibidi.__main__ import main
dump, other = sys.argv[1:]
opened = []
def hook(event, arguments):
    if event == "open" and arguments[0] == dump:
        opened.append(event)
        if len(opened) == 4:  # before it was opened to ask whether it is packed, two events, and for the signature
            os.replace(other, dump)
sys.addaudithook(hook)
sys.exit(main(["retry", dump]))
"""


def test_replaced_meanwhile(checkout: Checkout) -> None:
    """Nothing runs for a file that takes the place of the dump whose signature was checked."""
    dump = checkout.take("program", "ada", "bob")
    other = dump.with_name("other")
    other.write_bytes(samples.dump_bytes(b"k" * 40))
    ended = checkout.crash.run("-c", REPLACING, str(dump), str(other), cwd=checkout.here)

    assert not other.exists()
    assert (2, "") == (ended.status, ended.stdout)
    assert "not signed with your key" in ended.stderr


@pytest.mark.parametrize(
    ("body", "line", "expected"),
    [
        ("x = 1\n    crash(x)", 3, {"x": 2}),
        ("crash(x)\n    x = 1", 2, {}),
        ("x = crash(\n        x)", 3, {}),
        ("for _ in y:\n        crash(x)\n        x = 1", 3, {"x": 4}),
        ("for x in y:\n        crash(x)", 3, {"x": 2}),
        ("z = [x for x in y]\n    crash(x)", 3, {}),
        ("with y as x:\n        crash(x)", 3, {"x": 2}),
        ("x += 1; crash(x)", 2, {"x": 2}),
        ("def x():\n        pass\n    crash(x)", 4, {"x": 2}),
        ("try:\n        pass\n    except E as y:\n        crash(y)", 5, {"y": 4}),
        ("def inner():\n        x = 1\n    crash(x)", 4, {}),
        ("if (x := y):\n        crash(x)", 3, {"x": 2}),
        ("import x\n    crash(x)", 3, {"x": 2}),
        ("del x\n    crash(y)", 3, {"x": 2}),
        ("nonlocal x\n    x = 1\n    crash(x)", 4, {"x": 3}),
        ("try:\n        crash(x)\n    except E:\n        x = 1\n        raise", 3, {"x": 5}),
        ("try:\n        crash(x)\n    except E as x:\n        raise", 3, {"x": 4}),
        ("try:\n        crash(x)\n    finally:\n        x = 1", 3, {"x": 5}),
        ("try:\n        pass\n    except E:\n        crash(x)\n    except F:\n        x = 1", 5, {}),
        ("try:\n        pass\n    except E:\n        crash(x)\n    finally:\n        x = 1", 5, {"x": 7}),
        ("try:\n        pass\n    finally:\n        crash(x)\n        x = 1", 5, {}),
        ("try:\n        crash(x)\n    except E:\n        raise\n    else:\n        x = 1", 3, {}),
    ],
)
def test_rebound(body: str, line: int, expected: dict[str, int]) -> None:
    """Parameters that may have been bound again before a line was reached are found."""
    node = ast.parse(f"def function(x, y):\n    {body}\n").body[0]

    assert expected == rebound(node, ("x", "y"), line)


AGAIN = """
def change(price):
    try:
        return 1 / (price - 4)
    finally:
        price = 9
def outer(price):
    def less():
        nonlocal price
        price -= 4
        return 1 / price
    return less()
{call}(4)
"""


@pytest.mark.parametrize(
    ("call", "says"), [("change", "price was bound again at line 6"), ("outer", "price was bound again at line 10")]
)
def test_bound_again(crash: Crasher, tmp_path: Path, call: str, says: str) -> None:
    """An argument that `finally` binds again, or a function a variable of an outer one, is not taken for the first."""
    (tmp_path / "again.py").write_text(AGAIN.format(call=call))
    dump = crash(tmp_path / "again.py").dump
    frame = crash.run("-m", "tibidi", "retry", "--frame", "1" if call == "change" else "2", str(dump), cwd=tmp_path)

    assert says in frame.stdout
