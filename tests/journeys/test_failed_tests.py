"""Failed tests of pytest and unittest leave dumps, in real runs."""

from __future__ import annotations

import importlib.util
import json
import re
import shlex
import textwrap
import zipfile
from typing import TYPE_CHECKING

import pytest
from _pytest import config as pytest_config

import tibidi
from tibidi.dumpfile.headline import peek

if TYPE_CHECKING:
    from pathlib import Path

    from crashing import Crash, Crasher

pytestmark = pytest.mark.ends

CONFTEST = """
    import pytest

    @pytest.fixture
    def db():
        return {"users": ["ann", "bob"], "password": "hunter2hunter2"}

    @pytest.fixture(autouse=True)
    def rate():
        return 17

    @pytest.fixture
    def broken(db):
        raise OSError("no database")

    @pytest.fixture
    def lazy(request):
        return request.getfixturevalue("broken")

    @pytest.fixture
    def unclean():
        yield 5
        raise ValueError("left over")
"""
SUITE = """
    import logging
    import unittest

    import pytest

    def total(items):
        return sum(items)

    @pytest.mark.parametrize("n", [1, 3, "a/b"])
    def test_total(n, db, request, capsys):
        print("printed", n)
        logging.getLogger("shop").warning("logged %s", n)
        items = list(range(n)) if n != "a/b" else [n]
        assert total(items) == n

    def test_setup(broken): pass
    def test_lazy(lazy): pass
    def test_both(unclean): assert 1 == 2
    def test_given_up(): pytest.fail("given up")

    @pytest.mark.xfail
    def test_expected(): assert False
    @pytest.mark.xfail(strict=True)
    def test_unexpected(): pass
    @pytest.mark.skip
    def test_skipped(): assert False
    def test_fine(rate): assert rate == 17

    class TestOfClass:
        price = 5
        def test_method(self):
            assert self.price == 6

    class TestCase(unittest.TestCase):
        def test_case(self):
            self.assertEqual(2, 3)
"""
EXPECTED = {
    ("test_shop.py::test_total[1]", "call"): "builtins.AssertionError",
    ("test_shop.py::test_total[a/b]", "call"): "builtins.TypeError",
    ("test_shop.py::test_setup", "setup"): "builtins.OSError",
    ("test_shop.py::test_lazy", "setup"): "builtins.OSError",
    ("test_shop.py::test_both", "call"): "builtins.AssertionError",
    ("test_shop.py::test_both", "teardown"): "builtins.ValueError",
    ("test_shop.py::test_given_up", "call"): "builtins.Failed",
    ("test_shop.py::TestOfClass::test_method", "call"): "builtins.AssertionError",
    ("test_shop.py::TestCase::test_case", "call"): "builtins.AssertionError",
}


# By their names in pytest.
PLUGINS = ("anyio", "cacheprovider", "hypothesispytest", "timeout", "xdist", "xdist.looponfail")


@pytest.fixture
def suite(crash: Crasher) -> Path:
    """A folder with tests."""
    write(crash.work, "conftest.py", CONFTEST)
    write(crash.work, "test_shop.py", SUITE)
    return crash.work


def write(folder: Path, name: str, text: str) -> None:
    """Write a file of a suite."""
    (folder / name).write_text(textwrap.dedent(text), encoding="utf-8")


def run(crash: Crasher, *args: str, plugin: str = "", **env: str | None) -> Crash:
    """Run pytest, without the plugins that the tests of tibidi use, which take half of a start, but for one."""
    without = [f"-pno:{name}" for name in PLUGINS if not plugin or plugin not in name]
    return crash.run("-m", "pytest", "-q", *without, *args, env=env)


def commands(end: Crash) -> list[str]:
    """Return the lines that open dumps."""
    return re.findall(r"^(?:TIBIDI_DIR=\S+ )?python -m tbdebug .*$", end.stdout, re.MULTILINE)


def found_in(dumps: list[Path]) -> dict[tuple[str, str], str]:
    """Return the type of exception by node id and phase."""
    loaded = [tibidi.load(dump) for dump in dumps]
    assert all(dump.test is not None for dump in loaded)
    return {(dump.test.id, dump.test.phase): dump.exceptions[-1].type for dump in loaded if dump.test}


def test_a_dump_for_each_failed_phase(crash: Crasher, suite: Path) -> None:
    """Each failed phase leaves one dump and a line that opens it; expected failures and skips leave none."""
    del suite
    end = run(crash)

    assert EXPECTED == found_in(end.dumps)
    assert len(EXPECTED) == len(end.dumps)
    assert len(EXPECTED) == len(commands(end))
    assert "python -m tbdebug 'test_shop.py::test_total[a/b]'" in commands(end)


def test_every_command_takes_a_node_id(crash: Crasher, suite: Path, tmp_path: Path) -> None:
    """The printed commands open the dumps from another folder; of two phases the first is found by the id."""
    del suite
    end = run(crash)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    for command in commands(end)[:3]:
        words = shlex.split(command)[2:]
        opened = crash.run("-m", *words, "-c", "p sorted(locals())", "-c", "q", cwd=elsewhere)
        assert 0 == opened.status, opened.stderr
    shown = crash.run("-m", "tibidi", "show", "--json", "test_shop.py::test_both", cwd=elsewhere)
    end_of_id = crash.run("-m", "tibidi", "info", "test_total[a/b]", cwd=elsewhere)
    missing = crash.run("-m", "tibidi", "show", "test_shop.py::test_none", cwd=elsewhere)

    assert "call" == json.loads(shown.stdout)["test"]["phase"]
    assert "test         test_shop.py::test_total[a/b], call\n" in end_of_id.stdout
    assert 1 == missing.status
    assert "no dump of a test test_shop.py::test_none" in missing.stderr


def test_what_is_known_of_a_test(crash: Crasher, suite: Path) -> None:
    """The dump has fixtures, parameters and captured texts, with secrets redacted; `show` prints them."""
    del suite
    run(crash, "-k", "test_total")
    dump = tibidi.load(next(path for path in crash.dumps() if peek(str(path)).test.endswith("[1]")))
    shown = crash.run("-m", "tibidi", "show", "--plain", "test_total[1]").stdout

    assert dump.test is not None
    assert {"n": 1} == dump.test.params
    assert {"db", "rate", "capsys"} <= dump.test.fixtures.keys()
    assert ["ann", "bob"] == dump.test.fixtures["db"]["users"]
    assert dump.test.fixtures["db"] is dump.exceptions[-1].frames[-1].locals["db"]
    assert "hunter2hunter2" not in repr(dump.test.fixtures)
    assert "printed 1\n" == dump.test.captured["stdout call"]
    assert "logged 1" in dump.test.captured["log call"]
    assert "test, test_shop.py::test_total[1], call\n      n: int = 1\n" in shown
    assert "  captured stdout call\n    printed 1\n" in shown


def test_page(crash: Crasher, suite: Path) -> None:
    """`show --html` has the test with its parameters, fixtures and captured texts."""
    for library in ("jinja2", "pygments"):
        pytest.importorskip(library)
    run(crash, "-k", "test_total")
    crash.run("-m", "tibidi", "show", "--html", "page.html", "test_total[1]")
    page = (suite / "page.html").read_text(encoding="utf-8")

    assert "<h2>The test test_shop.py::test_total[1], call</h2>" in page
    assert "<b>n</b> <i>int</i> <code>1</code>" in page
    assert "<b>rate</b> <i>int</i> <code>17</code>" in page
    assert "<summary>captured stdout call</summary><pre class=source>printed 1" in page
    assert "hunter2hunter2" not in page


def test_nothing_of_the_runner(crash: Crasher, suite: Path) -> None:
    """Stacks begin in the test, have no frames of pytest, and no value leads to the session and its other tests."""
    del suite
    run(crash, "-k", "test_total or lazy or case or given")
    for path in crash.dumps():
        dump = tibidi.load(path)
        modules = [frame.module.partition(".")[0] for stack in dump.exceptions for frame in stack]
        with zipfile.ZipFile(path) as archive:
            pickles = b"".join(archive.read(name) for name in archive.namelist() if name.endswith(".pkl"))
        test = dump.test
        assert test is not None

        assert modules[0] in {"test_shop", "conftest"}
        assert not {"_pytest", "pluggy"} & {*modules}
        assert () == dump.threads[0].frames
        assert b"_collection_cache" not in pickles
        assert path.stat().st_size < 60_000
        if test.id.endswith("test_lazy"):
            assert ["lazy", "broken"] == [frame.name for frame in dump.exceptions[-1] if frame.module == "conftest"]
            assert any("frames of _pytest, pluggy" in each.detail for each in dump.omissions)
        if test.id.endswith("test_given_up"):
            assert ["test_given_up"] == [frame.name for frame in dump.exceptions[-1]]


def test_temporaries_of_assertions(crash: Crasher, suite: Path) -> None:
    """What assertion rewriting keeps is in the dump, but not in `show`."""
    del suite
    run(crash, "-k", "test_method")
    frame = tibidi.load(crash.dumps()[-1]).exceptions[-1].frames[-1]
    plain, everything = (
        crash.run("-m", "tibidi", "show", "--plain", *option, "test_method").stdout for option in ((), ("--all",))
    )

    assert 5 == next(value for name, value in frame.locals.items() if name.startswith("@py_assert") and value == 5)
    assert "@py_assert" not in plain
    assert "@py_assert" in everything


@pytest.mark.parametrize("way", ["option", "bare option", "ini", "environment off", "no plugin"])
def test_ways_to_ask(crash: Crasher, suite: Path, way: str) -> None:
    """The option precedes the environment, and that the configuration file; `--tibidi tests` is no folder."""
    args, enable, place = {
        "option": (["--tibidi=dumps"], None, suite / "dumps"),
        "bare option": (["--tibidi", "test_shop.py"], "0", crash.directory),
        "ini": (["-o", "tibidi=dumps"], None, suite / "dumps"),
        "environment off": (["-o", "tibidi=true"], "0", None),
        "no plugin": (["-p", "no:tibidi"], "1", None),
    }[way]
    end = run(crash, *args, "-k", "test_method", TIBIDI_ENABLE=enable)

    found = [path for folder in (suite / "dumps", crash.directory) for path in folder.glob("2*.pkl")]
    assert ([] if place is None else [place]) == [path.parent for path in found]
    assert "1 failed" in end.stdout
    if place == suite / "dumps":
        assert ["TIBIDI_DIR=dumps python -m tbdebug test_shop.py::TestOfClass::test_method"] == commands(end)


def test_budget_and_table(crash: Crasher, suite: Path) -> None:
    """A run leaves so many dumps as the setting says, and says how many it refused; GitHub gets a table."""
    table = suite / "summary.md"
    end = run(crash, TIBIDI_TEST_DUMPS="3", GITHUB_STEP_SUMMARY=str(table))
    rows = table.read_text(encoding="utf-8").splitlines()

    assert 3 == len(end.dumps) == len(commands(end))
    assert f"no dump of {len(EXPECTED) - 3} more: a run leaves 3 dumps; set TIBIDI_TEST_DUMPS" in end.stdout
    assert len(EXPECTED) == sum(row.startswith("| `test_shop.py::") for row in rows)
    assert any("| `python -m tbdebug 'test_shop.py::test_total[1]'` |" in row for row in rows)


def test_errors_of_the_plugin(crash: Crasher) -> None:
    """A table that cannot be written and a worker that hangs do not end the run."""
    pytest.importorskip("xdist")
    write(crash.work, "test_fails.py", "def test_fails(): assert 1 == 2")
    write(crash.work, "test_hangs.py", "import os, time\ndef test_hangs(): os.closerange(0, 100); time.sleep(8)")
    end = run(crash, "test_fails.py", GITHUB_STEP_SUMMARY=str(crash.work))
    hung = run(crash, "-n1", "--max-worker-restart=0", "test_hangs.py", plugin="xdist")

    assert "1 failed" in end.stdout
    assert "tibidi: IsADirectoryError: " in end.stderr
    assert "1 failed" in hung.stdout
    assert "INTERNALERROR" not in end.stdout + hung.stdout


def test_no_budget(crash: Crasher, suite: Path) -> None:
    """With 0 a run leaves no dumps, and does not say so."""
    end = run(crash, TIBIDI_TEST_DUMPS="0")

    assert [] == end.dumps
    assert "core dumps" not in end.stdout


def test_loaders(crash: Crasher) -> None:
    """Only the plugin itself is loaded by the import hook of pytest, which takes several times as long."""
    code = """
    import sys
    def test_loaders():
        hooked = [name for name, module in sys.modules.items() if name.startswith("tibidi.plugins.pytest.")
                  and "rewrite" in type(module.__spec__.loader).__module__]
        assert [] == hooked and "tibidi.plugins.pytest.failures" in sys.modules
        assert "tibidi.plugins.pytest.dumps" not in sys.modules  # before a test fails
    """
    write(crash.work, "test_loaders.py", textwrap.dedent(code))
    end = run(crash)

    assert "1 passed" in end.stdout


def test_budget_of_time(crash: Crasher) -> None:
    """Many failures leave one dump, and more in a twentieth of the time, in a used folder too; a number is a number."""
    text = "import pytest\n@pytest.mark.parametrize('n', range(60))\ndef test_many(n): assert n < 0\n"
    write(crash.work, "test_many.py", text)
    first, second = run(crash), run(crash)
    wanted = run(crash, TIBIDI_TEST_DUMPS="21")

    for end in (first, second):
        assert 1 <= len(end.dumps) == len(commands(end)) < 20
        left = 60 - len(end.dumps)
        assert f"no dump of {left} more: after 1 dump, a run spends 5% of its time on more; set TIBI" in end.stdout
    assert 21 == len(wanted.dumps) == len(commands(wanted))


def test_workers_of_xdist(crash: Crasher, suite: Path) -> None:
    """With pytest-xdist four workers write, and the controller prints a line for each failure, once."""
    pytest.importorskip("xdist")
    write(suite, "test_broken.py", "import not_there")
    end = run(crash, "-n", "4", "--continue-on-collection-errors", plugin="xdist")

    collected = {("test_broken.py", "collect"): "builtins.ModuleNotFoundError"}
    assert {**EXPECTED, **collected} == found_in(end.dumps)
    assert len(EXPECTED) + 1 == len(commands(end)) == len(set(commands(end)))
    assert 1 < len({peek(str(path)).pid for path in end.dumps})


def test_conftest_that_fails(crash: Crasher, suite: Path) -> None:
    """A `conftest.py` that cannot be imported ends the run, and leaves one dump of the exception of the application."""
    if not hasattr(pytest_config, "_print_import_error"):
        pytest.skip("this pytest prints it elsewhere")
    write(suite, "conftest.py", "x = 5\ny = x / 0")
    end = run(crash)

    assert (4, "builtins.ZeroDivisionError") == (end.status, tibidi.load(end.dump).exceptions[-1].type)
    assert 1 == end.stderr.count("Traceback dumped into: ")


def test_modules_that_cannot_be_collected(crash: Crasher, suite: Path) -> None:
    """The dump of a module has the exception of the application, not that of pytest, and opens by its name."""
    for path in suite.glob("test_*.py"):
        path.unlink()
    write(suite, "test_import.py", "import not_there")
    write(suite, "test_module.py", "x = 5\ny = x / 0")
    write(suite, "test_syntax.py", "def f(:")
    end = run(crash)
    shown = crash.run("-m", "tibidi", "show", "--plain", "test_module.py").stdout

    assert {
        ("test_import.py", "collect"): "builtins.ModuleNotFoundError",
        ("test_module.py", "collect"): "builtins.ZeroDivisionError",
        ("test_syntax.py", "collect"): "builtins.SyntaxError",
    } == found_in(end.dumps)
    assert "ZeroDivisionError at test_module.py:2 in <module>" in shown
    assert "x: int = 5" in shown


def test_hypothesis_and_doctest(crash: Crasher) -> None:
    """Hypothesis leaves a dump of the final example only; an example of a doctest, of its exception and its source."""
    pytest.importorskip("hypothesis")
    text = """
        from hypothesis import given, settings, strategies as st

        @settings(deadline=None)
        @given(st.integers())
        def test_small(number):
            '''
            >>> rate = 0
            >>> 1 / rate
            '''
            assert number < 100
    """
    write(crash.work, "test_hypothesis.py", text)
    end = run(crash, "--doctest-modules", plugin="hypothesis")
    small, example = sorted((tibidi.load(dump) for dump in end.dumps), key=lambda dump: dump.exceptions[-1].type)

    assert 2 == len(commands(end))
    assert 100 == small.exceptions[-1].frames[-1].locals["number"]
    assert ["test_small"] == [frame.name for frame in small.exceptions[-1]]
    assert 0 == example.exceptions[-1].frames[-1].locals["rate"]
    assert "1 / rate\n" == example.sources[example.exceptions[-1].frames[-1].file]


def test_reruns_and_coroutines(crash: Crasher) -> None:
    """Attempts that are tried again leave no dump; the stack of a coroutine begins in the test."""
    for name in ("pytest_rerunfailures", "pytest_asyncio"):
        if importlib.util.find_spec(name) is None:
            pytest.skip(f"{name} is not installed")
    text = """
        import pytest
        tries = []

        @pytest.mark.flaky(reruns=3)
        def test_passes_in_the_end():
            tries.append(1)
            assert len(tries) == 3

        @pytest.mark.flaky(reruns=1)
        def test_never_passes():
            tries.append(1)
            assert len(tries) == 0

        @pytest.mark.asyncio
        async def test_coroutine():
            x = 3
            assert x == 4
    """
    write(crash.work, "test_plugins.py", text)
    end = run(crash, "-o", "asyncio_default_fixture_loop_scope=function")
    dumps = {dump.test.id.partition("::")[2]: dump for dump in map(tibidi.load, end.dumps) if dump.test}

    assert {"test_never_passes", "test_coroutine"} == dumps.keys()
    assert 2 == len(end.dumps) == len(commands(end))
    assert 5 == len(dumps["test_never_passes"].modules["test_plugins"]["tries"])
    assert ["test_coroutine"] == [frame.name for frame in dumps["test_coroutine"].exceptions[-1]]


def test_subtests(crash: Crasher, suite: Path) -> None:
    """Each failed subtest of a test leaves a dump with its own values."""
    if not hasattr(pytest, "Subtests"):
        pytest.skip("this pytest has no subtests")
    text = """
        def test_each(subtests):
            for number in range(3):
                with subtests.test(number=number):
                    assert number == 1
    """
    write(suite, "test_subtests.py", text)
    end = run(crash, "test_subtests.py")

    numbers = [tibidi.load(dump).exceptions[-1].frames[-1].locals["number"] for dump in sorted(end.dumps)]
    assert {0, 2} == {*numbers}
    assert 2 == len(numbers) == len(commands(end))


def test_unittest(crash: Crasher) -> None:
    """Errors, failures, subtests and failed imports of unittest leave a dump each, named at the end of their text."""
    text = """
        import unittest

        class Shop(unittest.TestCase):
            def setUp(self): self.price = 9
            def test_total(self):
                print("printed")
                self.assertEqual(self.price, 1)
            def test_each(self):
                for i in range(3):
                    with self.subTest(i=i):
                        self.assertEqual(i, 1)
            @unittest.expectedFailure
            def test_expected(self): self.fail()
            def test_skipped(self): self.skipTest("no")
    """
    write(crash.work, "shop.py", text)
    write(crash.work, "broken.py", "import not_there")
    end = crash.run("-m", "unittest", "-b", "shop", "broken")
    shown = crash.run("-m", "tibidi", "show", "--plain", "Shop.test_total").stdout

    assert {
        ("shop.Shop.test_total", ""): "builtins.AssertionError",
        ("shop.Shop.test_each (i=0)", ""): "builtins.AssertionError",
        ("shop.Shop.test_each (i=2)", ""): "builtins.AssertionError",
        ("broken", "collect"): "builtins.ModuleNotFoundError",
    } == found_in(end.dumps)
    assert 4 == end.stderr.count("\nTraceback dumped into: ")
    assert "AssertionError at shop.py:8 in test_total" in shown
    assert "  captured stdout\n    printed\n" in shown
    assert 4 == len(end.dumps)


@pytest.mark.parametrize(("silent", "lines"), [(None, 2), ("1", 0)])
def test_silent_unittest(crash: Crasher, silent: str | None, lines: int) -> None:
    """With TIBIDI_SILENT nothing is printed, neither about a dump nor about those beyond the number that is allowed."""
    text = "import unittest\nclass Shop(unittest.TestCase):\n    def test_a(self): 1 / 0\n    def test_b(self): 1 / 0\n"
    write(crash.work, "shop.py", text)
    end = crash.run("-m", "unittest", "shop", env={"TIBIDI_SILENT": silent, "TIBIDI_TEST_DUMPS": "1"})

    assert (1, lines) == (len(end.dumps), end.stderr.count("dumped"))


def test_django(crash: Crasher) -> None:
    """`manage.py test` leaves dumps, in parallel as well: one for each failure."""
    pytest.importorskip("django")
    pytest.importorskip("tblib")  # without it Django cannot send the failures of workers
    write(
        crash.work,
        "settings.py",
        'SECRET_KEY = "x"\nINSTALLED_APPS = []\nDATABASES = {}\nROOT_URLCONF = "settings"\nurlpatterns = []\n',
    )
    for name in ("test_one", "test_two"):
        text = f"""
            from django.test import SimpleTestCase

            class {name.title().replace("_", "")}(SimpleTestCase):
                def test_view(self):
                    self.assertEqual(self.client.get("/").status_code, 200)
        """
        write(crash.work, f"{name}.py", text)
    for option in ((), ("--parallel", "2")):
        end = crash.run("-m", "django", "test", *option, env={"DJANGO_SETTINGS_MODULE": "settings"})
        assert ["test_one.TestOne.test_view", "test_two.TestTwo.test_view"] == sorted(
            peek(str(path)).test for path in end.dumps
        )
        assert 2 == end.stderr.count("Traceback dumped into: ")


def test_exceptions_with_attributes_of_pytest(crash: Crasher) -> None:
    """An exception of the application with an attribute `failures` is dumped, not what the attribute holds."""
    text = """
        class Batch(Exception):
            def __init__(self, failures): self.failures = failures
        def test_text(): raise Batch(["row 1"])
        def test_error(): raise Batch([KeyError("row 1")])
        def test_number(): raise Batch(3)
    """
    write(crash.work, "test_batch.py", text)
    end = run(crash)

    assert {"test_batch.Batch"} == set(found_in(end.dumps).values())
    assert 3 == len(end.dumps)


def test_unittest_of_another_kind(crash: Crasher) -> None:
    """A test with an attribute `params` of its own is dumped; a result with texts that are none goes on."""
    text = """
        import unittest

        class Shop(unittest.TestCase):
            params = ["a", "b"]
            def test_total(self): self.fail()

        class Result(unittest.TextTestResult):
            def _exc_info_to_string(self, error, test): return error[1]
            def printErrorList(self, flavour, errors): pass

        if __name__ == "__main__":
            unittest.main(testRunner=unittest.TextTestRunner(resultclass=Result))
    """
    write(crash.work, "shop.py", text)
    end = crash.run("shop.py")

    assert (1, 1) == (end.status, len(end.dumps))
    assert "FAILED (failures=1)" in end.stderr


def test_a_secret_in_a_node_id(crash: Crasher) -> None:
    """A secret parameter is neither in the name of the file nor in the dump; the printed line opens it by its name."""
    text = """
        import pytest

        @pytest.mark.parametrize("password", ["hunter2hunter2"])
        def test_named(password): assert not password

        @pytest.mark.parametrize("url", ["postgres://ann:Xy7kPq29zLmW@db/shop"])
        def test_found(url): assert not url
    """
    write(crash.work, "test_login.py", text)
    end = run(crash)
    told = [peek(str(path)).test + path.name for path in end.dumps]
    opened = [crash.run("-m", *shlex.split(line)[2:], "-c", "q") for line in commands(end)]

    assert 2 == len(told) == len(opened)
    assert not [each for each in told if "hunter2hunter2" in each or "Xy7kPq29zLmW" in each]
    assert [0, 0] == [each.status for each in opened]


def test_timeout(crash: Crasher) -> None:
    """With the method `signal` of pytest-timeout a test that takes too long leaves a dump, and the next one runs."""
    if importlib.util.find_spec("pytest_timeout") is None:
        pytest.skip("pytest_timeout is not installed")
    text = """
        import time

        def test_slow():
            rest = 30
            time.sleep(rest)

        def test_next(): assert 1 == 2
    """
    write(crash.work, "test_slow.py", text)
    end = run(crash, "--timeout=0.5", "--timeout-method=signal", plugin="timeout")
    slow = next(dump for dump in map(tibidi.load, end.dumps) if dump.test and dump.test.id.endswith("test_slow"))

    assert 2 == len(end.dumps) == len(commands(end))
    assert "2 failed" in end.stdout
    assert "Timeout" in slow.exceptions[-1].message
    assert 30 == slow.exceptions[-1].frames[-1].locals["rest"]


def test_sphinx(crash: Crasher) -> None:
    """An exception of an extension, which Sphinx reports itself, leaves one dump, with its cause."""
    pytest.importorskip("sphinx")
    write(crash.work, "conf.py", "import sys; sys.path.insert(0, '.'); extensions = ['broken']")
    write(crash.work, "index.rst", "Title\n=====\n")
    write(crash.work, "broken.py", "def setup(app): app.connect('builder-inited', lambda app: 1 / 0)")
    end = crash.run("-m", "sphinx", "-q", ".", "out")
    dump = tibidi.load(end.dump)

    assert ["builtins.ZeroDivisionError", "sphinx.errors.ExtensionError"] == [each.type for each in dump.exceptions]
    assert 1 == end.stderr.count("Traceback dumped into: ")
