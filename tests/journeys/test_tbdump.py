"""`python -m tbdump`: the program runs as without it, and its crash goes to traceback.pkl."""

from __future__ import annotations

import json
import os
import sys
import textwrap
from typing import TYPE_CHECKING

import pytest
from crashing import PROGRAMS

from tibidi.dumpfile.reader import Reader

if TYPE_CHECKING:
    from pathlib import Path

    from crashing import Crasher

    from tibidi.model import ExceptionRecord

# What a program can see of how it was started.
LOOK = """
    import json, sys
    class Here: pass
    facts = {name: repr(value) for name, value in globals().items() if name.startswith("__") and name != "__loader__"}
    loader = __loader__ if isinstance(__loader__, type) else type(__loader__)
    print(json.dumps([sys.argv, sys.path, facts, loader.__name__, sys.modules["__main__"].Here is Here]))
"""


@pytest.fixture
def work(crash: Crasher) -> Path:
    """Return a working directory with a script, a package, a directory and a zip file to run."""
    import zipfile

    look = textwrap.dedent(LOOK)
    for path in ("look.py", "package/__init__.py", "package/__main__.py", "package/module.py", "folder/__main__.py"):
        (crash.work / path).parent.mkdir(exist_ok=True)
        (crash.work / path).write_text("" if "init" in path else look, encoding="utf-8")
    with zipfile.ZipFile(crash.work / "archive.zip", "w") as archive:
        archive.writestr("__main__.py", look)
    (crash.work / "elsewhere").mkdir()
    (crash.work / "elsewhere" / "link.py").symlink_to("../look.py")
    return crash.work


def run(crash: Crasher, *args: str) -> tuple[int, str, str]:
    """Run the interpreter without the start hook."""
    crashed = crash.run(*args, env={"TIBIDI_ENABLE": None})
    return crashed.status, crashed.stdout, crashed.stderr


def crash_of(path: Path) -> ExceptionRecord:
    """Return the exception that a dump is about."""
    with Reader(str(path)) as reader:
        return reader.summary.exceptions[-1]


@pytest.mark.parametrize(
    "args",
    [
        ["look.py", "a", "-o", "--help"],
        ["elsewhere/link.py"],
        ["./package/../look.py"],
        ["-m", "package"],
        ["-m", "package.module", "-m", "-c"],
        ["folder", "x"],
        ["archive.zip"],
        ["-c", textwrap.dedent(LOOK), "-x"],
    ],
)
@pytest.mark.usefixtures("work")
def test_program_sees_what_it_sees_without(crash: Crasher, args: list[str]) -> None:
    """sys.argv, sys.path, `__main__` with all its names, and its loader are the same."""
    without, ours = run(crash, *args), run(crash, "-m", "tbdump", *args)

    assert (0, "", 0, "") == (without[0], without[2], ours[0], ours[2])
    assert json.loads(without[1].replace(" at 0x", "")) is not None
    assert _stable(without[1]) == _stable(ours[1])


def _stable(text: str) -> object:
    argv, path, facts, loader, is_main = json.loads(text)
    facts = {name: value.partition(" object at ")[0] for name, value in facts.items()}
    return argv, path, facts, loader, is_main


@pytest.mark.skipif(sys.version_info < (3, 11), reason="-P came with Python 3.11")
@pytest.mark.usefixtures("work")
def test_safe_path(crash: Crasher) -> None:
    """With -P the program's directory is not on sys.path, as without tbdump."""
    assert _stable(run(crash, "-P", "look.py")[1]) == _stable(run(crash, "-P", "-m", "tbdump", "look.py")[1])


def test_crash(crash: Crasher) -> None:
    """The dump is traceback.pkl in the working directory, with the program's own frames only; the status is 1."""
    status, stdout, stderr = run(crash, "-m", "tbdump", str(PROGRAMS / "divide.py"), "5", "0")
    crashed = crash_of(crash.work / "traceback.pkl")

    assert (1, "") == (status, stdout)
    assert "ZeroDivisionError: division by zero\nTraceback dumped into: traceback.pkl\n" == stderr
    assert ["<module>", "divide"] == [frame.name for frame in crashed.frames]
    assert "5" == crashed.frames[-1].locals["x"].preview


def test_only_one_dump(crash: Crasher) -> None:
    """If the start hook is active too, the dump is only where tbdump was told to put it."""
    crashed = crash.run("-m", "tbdump", "-o", "named.pkl", str(PROGRAMS / "divide.py"), "5", "0")

    assert [] == crashed.dumps
    assert 1 == crashed.stderr.count("Traceback dumped into: named.pkl\n")
    assert "divide" == crash_of(crash.work / "named.pkl").frames[-1].name


@pytest.mark.parametrize(
    "code",
    [
        "import sys; sys.exit(3)",
        "import sys; sys.exit('message')",
        "raise SystemExit",
        "print('fine')",
        "import atexit; atexit.register(print, 'at exit')",
    ],
)
def test_ends_as_without(crash: Crasher, code: str) -> None:
    """A program that does not crash ends as without tbdump, and leaves no file."""
    assert run(crash, "-c", code) == run(crash, "-m", "tbdump", "-c", code)
    assert [] == list(crash.work.iterdir())


def test_keyboard_interrupt(crash: Crasher) -> None:
    """A program that is interrupted ends by SIGINT, and leaves no file."""
    without, ours = (
        run(crash, "-c", "raise KeyboardInterrupt"),
        run(crash, "-m", "tbdump", "-c", "raise KeyboardInterrupt"),
    )

    assert without[0] == ours[0]
    assert ours[2].endswith("KeyboardInterrupt\n")
    assert [] == list(crash.work.iterdir())


def test_replaced_hook(crash: Crasher) -> None:
    """A program's own excepthook runs, and there is a dump."""
    status, _, stderr = run(crash, "-m", "tbdump", str(PROGRAMS / "hook_replaced.py"))

    assert 1 == status
    assert "their hook: ZeroDivisionError\nTraceback dumped into: traceback.pkl\n" == stderr
    assert (crash.work / "traceback.pkl").exists()


@pytest.mark.parametrize("code", ["x = (", "import no_such_module_at_all"])
def test_program_that_does_not_begin(crash: Crasher, code: str) -> None:
    """A syntax error, or an import that fails, is a crash like any other."""
    script = crash.work / "script.py"
    script.write_text(code, encoding="utf-8")
    status, _, stderr = run(crash, "-m", "tbdump", "script.py")

    assert 1 == status
    assert stderr.endswith("Traceback dumped into: traceback.pkl\n")
    assert crash_of(crash.work / "traceback.pkl").type in {"builtins.SyntaxError", "builtins.ModuleNotFoundError"}


@pytest.mark.parametrize("code", ["rate = int('1,5')", "import no_such_module_at_all", "None.attribute"])
def test_package_that_does_not_begin(crash: Crasher, code: str) -> None:
    """An exception of a package that is imported to run its `__main__` is a crash."""
    package = crash.work / "package"
    package.mkdir()
    (package / "__init__.py").write_text(code, encoding="utf-8")
    (package / "__main__.py").write_text("", encoding="utf-8")
    status, _, stderr = run(crash, "-m", "tbdump", "-m", "package")

    assert 1 == status
    assert stderr.endswith("Traceback dumped into: traceback.pkl\n")
    assert "__init__.py" in crash_of(crash.work / "traceback.pkl").frames[-1].file


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ([], "tbdump: no program to run; usage: "),
        (["-m", "no.such.module"], "tbdump: cannot find module 'no.such.module': No module named 'no'; usage: "),
        (["missing.py"], "tbdump: cannot open 'missing.py': no such file; usage: "),
        (["-m", "no_such_module"], "tbdump: no module named 'no_such_module'; usage: "),
        (["-m"], "tbdump: -m needs an argument; usage: "),
        (["."], "tbdump: cannot run '.': there is no __main__.py in it; usage: "),
    ],
)
def test_nothing_to_run(crash: Crasher, args: list[str], message: str) -> None:
    """A script that cannot be run is one line and status 2."""
    status, stdout, stderr = run(crash, "-m", "tbdump", *args)

    assert (2, "", 1) == (status, stdout, stderr.count("\n"))
    assert stderr.startswith(message)


def test_help(crash: Crasher) -> None:
    """`--help` shows the usage."""
    status, stdout, _ = run(crash, "-m", "tbdump", "--help")

    assert 0 == status
    assert "python -m tbdump divide.py 5 0" in stdout


def test_shebang(crash: Crasher) -> None:
    """A script can name tbdump in its first line."""
    script = crash.work / "script"
    script.write_text(f"#!/usr/bin/env -S {crash.python} -m tbdump\nimport sys\nint(sys.argv[1])\n", encoding="utf-8")
    script.chmod(0o755)
    import subprocess

    done = subprocess.run(
        [str(script), "x"], cwd=crash.work, env=crash.environment({}), capture_output=True, check=False
    )

    assert 1 == done.returncode
    assert "builtins.ValueError" == crash_of(crash.work / "traceback.pkl").type


def test_older_dump_outlives_a_failure(crash: Crasher) -> None:
    """A dump that cannot be written does not damage an existing one."""
    run(crash, "-m", "tbdump", "-c", "1 / 0")
    before = (crash.work / "traceback.pkl").read_bytes()
    limited = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100)); 1 / 0"
    status, _, stderr = run(crash, "-m", "tbdump", "-c", limited)

    assert 1 == status
    assert "ZeroDivisionError" in stderr
    assert "tibidi: no dump: File too large" in stderr
    assert before == (crash.work / "traceback.pkl").read_bytes()
    assert ["traceback.pkl"] == os.listdir(crash.work)
