"""The exceptions that were swallowed before a crash are in its dump."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import pytest

import tibidi

if TYPE_CHECKING:
    from pathlib import Path

    from crashing import Crash, Crasher

    from tibidi.history import SwallowedException

needs_monitoring = pytest.mark.skipif(sys.version_info < (3, 12), reason="needs sys.monitoring, of Python 3.12")
# Uses every third-party tool in the same way: it runs, and the dump has what was swallowed.
PROGRAM = (
    "def price(name):\n    try:\n        return {}[name]\n    except KeyError:\n        return None\nprice('pear')\n"
)


def own(crashed: Crash) -> list[SwallowedException]:
    """Return what the program itself has swallowed."""
    return [each for each in tibidi.load(crashed.dump).swallowed if "python3" not in each.file]


def gaps(crashed: Crash) -> list[str]:
    """Return why not everything was counted."""
    return [each.detail for each in tibidi.load(crashed.dump).omissions if each.path == "swallowed"]


@needs_monitoring
def test_swallowed(crash: Crasher) -> None:
    """A dump has type, message, places and number of what was caught and not raised again, the last one last."""
    crashed = crash("before_swallowed.py")
    found = own(crashed)

    assert [
        ("__main__.Shortage", "apples, 2", 3, "caught", "raising"),
        ("builtins.TypeError", "raised again", 1, "caught", "raising"),
        ("builtins.ValueError", "invalid literal for int() with base 10: 'x'", 1, "<module>", "<module>"),
        ("types.Passing", "5", 1, "run", "run"),
        ("builtins.RuntimeError", "password=<redacted>", 1, "caught", "raising"),
    ] == [(each.type, each.message, each.times, each.name, each.raised_name) for each in found]
    assert b"mellon" not in crashed.dump.read_bytes()
    assert ["before_swallowed.py"] * 2 == [name.rpartition("/")[2] for name in (found[0].file, found[0].raised_file)]
    assert (found[0].line, found[0].raised_line, "__main__") == (42, 23, found[0].module)
    assert sorted(each.time for each in found) == [each.time for each in found]
    assert [] == gaps(crashed)


@needs_monitoring
def test_shown(crash: Crasher) -> None:
    """`show`, `info`, the page, JSON and the debugger have them."""
    crash("before_swallowed.py")
    shown = crash.run("-m", "tibidi", "show", "--plain", env={"COLUMNS": "200"}, cwd=crash.work).stdout
    page = crash.work / "page.html"
    crash.run("-m", "tibidi", "show", "--html", str(page))
    typed = crash.run("-m", "tbdebug", "--inert", "-c", "swallowed", "-c", "q").stdout
    records = json.loads(crash.run("-m", "tibidi", "show", "--json").stdout)["swallowed"]
    analysis = json.loads(crash.run("-m", "tibidi", "analyze", "--json").stdout)["before"]

    expected = "in caught, 3 times, raised at before_swallowed.py:23 in raising: Shortage: apples, 2"
    assert all(expected in text for text in (shown, typed, page.read_text(encoding="utf-8"), analysis[0]))
    assert any(("__main__.Shortage", 3) == (each["type"], each["times"]) for each in records)
    assert "swallowed exceptions" in crash.run("-m", "tibidi", "info").stdout


@needs_monitoring
def test_many(crash: Crasher) -> None:
    """Where a program uses a million exceptions a second, they are not counted for a while, and the dump says so."""
    code = """
import gc, time
def control(number):
    for each in range(number):
        try:
            {}[each]
        except KeyError:
            pass
control(300_000)
events = sys.monitoring.get_events(4)
time.sleep(1.1)
gc.collect()
print(events, sys.monitoring.get_events(4) > 0)
control(1000)
1 / 0"""
    crashed = crash.run("-c", "import sys" + code)
    (loop,) = own(crashed)

    assert "0 True\n" == crashed.stdout
    assert ["more than 30,000 exceptions a second once: some in the meantime were not counted"] == gaps(crashed)
    assert 11_000 < loop.times < 100_000
    assert loop.message.isdigit()


@needs_monitoring
def test_many_places(crash: Crasher) -> None:
    """Of very many handlers those are kept that swallowed something last."""
    code = """
for number in range(400):
    exec(f"def f{number}():\\n try: {{}}[{number}]\\n except KeyError: pass\\nf{number}()")
1 / 0"""
    found = own(crash.run("-c", code))

    assert [str(number) for number in range(400)][-len(found) :] == [each.message for each in found]
    assert 75 <= len(found) <= 100


@needs_monitoring
@pytest.mark.parametrize(("setting", "expected"), [("2", 2), ("off", 0)])
def test_setting(crash: Crasher, setting: str, expected: int) -> None:
    """TIBIDI_SWALLOWED says how many there are; without any, no tool id is used."""
    code = "import sys\nfor kind in (KeyError, ValueError, OSError):\n try: raise kind\n except kind: pass\n"
    crashed = crash.run("-c", code + "print(sys.monitoring.get_tool(4)); 1/0", env={"TIBIDI_SWALLOWED": setting})

    assert expected == len(tibidi.load(crashed.dump).swallowed)
    assert ("tibidi\n" if expected else "None\n") == crashed.stdout


@needs_monitoring
def test_nothing_swallowed(crash: Crasher) -> None:
    """A program that swallows nothing does not even import the hook, and its dump says nothing of it."""
    crashed = crash.run("-c", "import sys; print('tibidi.hooks.swallowed' in sys.modules); 1/0")

    assert "False\n" == crashed.stdout
    assert ((), []) == (tibidi.load(crashed.dump).swallowed, gaps(crashed))


@needs_monitoring
def test_gives_way(crash: Crasher) -> None:
    """Another tool gets the tool id, with no event of ours left, and the dump says so."""
    code = """
import sys
monitoring = sys.monitoring
monitoring.use_tool_id(4, "mine")
seen = []
monitoring.register_callback(4, monitoring.events.RAISE, lambda code, offset, exc: seen.append(type(exc).__name__))
print(monitoring.get_tool(4), monitoring.get_events(4))
monitoring.set_events(4, monitoring.events.RAISE)
price('again')
print(seen)
1 / 0"""
    crashed = crash.run("-c", PROGRAM + code)

    assert "mine 0\n['KeyError']\n" == crashed.stdout
    assert ["another tool has our id of sys.monitoring"] == gaps(crashed)
    assert ["pear"] == [each.message for each in own(crashed)]


@needs_monitoring
def test_uninstall(crash: Crasher) -> None:
    """After uninstall() the tool id is free, and the interpreter has no callback of ours."""
    code = "import gc, sys, tibidi\ntibidi.uninstall()\nprint(sys.monitoring.get_tool(4), gc.callbacks)\n"

    assert "None []\n" == crash.run("-c", PROGRAM + code).stdout
    assert "None []\n" == crash.run("-c", code + PROGRAM).stdout


@needs_monitoring
@pytest.mark.parametrize("depth", [1, 100])
def test_recursion(crash: Crasher, depth: int) -> None:
    """Handlers of a RecursionError run, and what they return is returned."""
    code = """
def endless(n):
    return endless(n + 1)
def outer(n):
    if n:
        return outer(n - 1)
    try:
        endless(0)
    except RecursionError:
        return "handled"
"""
    crashed = crash.run("-c", f"{code}print(outer({depth}))\n1/0")

    assert "handled\n" == crashed.stdout
    assert ["builtins.RecursionError"] == [each.type for each in own(crashed)]


def test_context(crash: Crasher) -> None:
    """Before Python 3.12, and where nothing was swallowed, there are the exceptions that were being handled."""
    code = """
def price():
    return {}["pear"]
try:
    price()
except KeyError:
    raise ValueError("no price") from None
"""
    found = tibidi.load(crash.run("-c", code, env={"TIBIDI_SWALLOWED": "off"}).dump).swallowed

    assert [("builtins.KeyError", "'pear'", 5, "price")] == [
        (each.type, each.message, each.line, each.raised_name) for each in found
    ]


@needs_monitoring
@pytest.mark.parametrize(
    ("module", "options", "expected"),
    [
        ("coverage", ["run"], ""),
        ("cProfile", [], "function calls"),
        ("pdb", ["-c", "break 4", "-c", "continue", "-c", "continue"], "Breakpoint 1 at"),
        ("trace", ["--count", "--summary", "-C", "."], "cov%"),
    ],
)
def test_other_tools(crash: Crasher, module: str, options: list[str], expected: str) -> None:
    """Coverage, profilers and debuggers run as ever, those of sys.monitoring included."""
    pytest.importorskip(module)
    program = crash.work / "shop.py"
    program.write_text(PROGRAM + "import tibidi\ntry:\n    1 / 0\nexcept ArithmeticError as error:\n")
    with program.open("a") as file:
        file.write("    print(sorted(each.type for each in tibidi.load(tibidi.dump_exception(error)).swallowed))\n")
    ran = crash.run("-m", module, *options, "shop.py", cwd=crash.work, env={"COVERAGE_CORE": "sysmon"})

    assert "builtins.KeyError" in ran.stdout
    assert expected in ran.stdout


@needs_monitoring
def test_coroutine_at_the_end_of_the_interpreter(crash: Crasher) -> None:
    """What a coroutine catches when the interpreter, which has cleared its builtins, collects it, ends the process."""
    code = """
import builtins, resource
resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))
class Wait:
    def __await__(self):
        yield
async def send():
    try:
        await Wait()
    except BaseException:
        try:
            raise ValueError("late")
        except ValueError:
            pass
builtins.kept = send()
builtins.kept.send(None)
1 / 0
"""
    crashed = crash.run("-c", code)

    assert 1 == crashed.status
    assert crashed.stderr.endswith(f"ZeroDivisionError: division by zero\nTraceback dumped into: {crashed.dump}\n")


@needs_monitoring
@pytest.mark.parametrize("how", ["crash", "call"])
def test_exceptions_of_a_dump(crash: Crasher, how: str) -> None:
    """A dump, which may raise any number of exceptions at any depth, has none of them counted; later ones are."""
    code = """
import sys, tibidi
def lookup(name):
    try:
        return {}[name]
    except KeyError:
        return None
class Deep:
    def __reduce__(self):
        for _ in range(50):
            lookup("within")
        return Deep, ()
def work(number):
    deep = Deep()
    lookup("before")
    1 / 0
if sys.argv[1] == "call":
    try:
        work(1)
    except ZeroDivisionError as error:
        tibidi.dump_exception(error, "called.pkl")
    lookup("between")
work(2)
"""
    crashed = crash.run("-c", code, how)
    times = {"crash": [("before", 1)], "call": [("before", 3)]}[how]

    assert times == [(each.message, each.times) for each in own(crashed) if each.name == "lookup"]


@needs_monitoring
def test_sitecustomize(crash: Crasher, tmp_path: Path) -> None:
    """What sitecustomize.py handles at each start, as that of Debian does, does not load the hook."""
    code = "print('customized')\ntry:\n    import not_there\nexcept ImportError:\n    pass\n"
    (tmp_path / "sitecustomize.py").write_text(code, encoding="utf-8")
    code = "import sys; print('tibidi.hooks.swallowed' in sys.modules); 1/0"
    crashed = crash.run("-c", code, env={"PYTHONPATH": str(tmp_path)})

    assert "customized\nFalse\n" == crashed.stdout
