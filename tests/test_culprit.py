"""tibidi.culprit: the root cause, and what is the application's own code."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tibidi import config
from tibidi.culprit import Culprit, OwnCode, culprit, root_cause
from tibidi.model import CAUSE, CONTEXT, MEMBER, RAISED, ExceptionRecord, FrameRecord, ProcessRecord

if TYPE_CHECKING:
    from pathlib import Path

    from crashing import Crasher

PROCESS = ProcessRecord(argv=("/srv/shop/run.py",), cwd="/srv", executable="/srv/shop/.venv/bin/python")


def frame(file: str, module: str = "shop", name: str = "f") -> FrameRecord:
    """Return a frame in the third line of a file."""
    return FrameRecord(file, module, name, name, 3)


def exception(
    number: int, parent: int | None = None, relation: str = RAISED, *frames: FrameRecord, **more: bool
) -> ExceptionRecord:
    """Return an exception with these frames."""
    return ExceptionRecord(number, parent, relation, "builtins.KeyError", "", frames=frames, **more)


@pytest.mark.parametrize(
    ("file", "own"),
    [
        ("/srv/shop/price.py", True),
        ("/opt/editable/lib/price.py", True),
        ("/home/ada/lib/python/price.py", True),
        ("/srv/shop/.venv/lib/python3.11/site-packages/flask/app.py", False),
        ("/usr/lib/python3/dist-packages/yaml/__init__.py", False),
        ("/usr/local/lib/python3.13t/json/decoder.py", False),
        ("/opt/pypy/lib/pypy3.11/json/decoder.py", False),
        ("C:\\Python311\\Lib\\json\\decoder.py", False),
        ("C:\\Users\\ada\\shop\\price.py", True),
        ("/opt/python311.zip/json/decoder.py", False),
        ("/srv/shop/.venv/bin/flask", False),
        ("<string>", True),
        ("price.py", True),
    ],
)
def test_own_code(file: str, own: bool) -> None:
    """Own is what is not installed, on every system, whatever the system that reads the dump."""
    assert own is OwnCode(PROCESS).has(frame(file))


@pytest.mark.parametrize(("file", "module"), [("<frozen runpy>", "runpy"), ("asyncio/base_events.py", "asyncio.base")])
def test_frozen_standard_library(file: str, module: str) -> None:
    """A frame of the standard library without a real file is recognised by its module."""
    assert not OwnCode(PROCESS).has(frame(file, module))


def test_an_installed_application() -> None:
    """The folder of the program is own, even below site-packages, but not site-packages itself."""
    packages = "/usr/lib/python3.11/site-packages"
    package = OwnCode(PROCESS._replace(argv=(f"{packages}/shop/__main__.py",)))
    module = OwnCode(PROCESS._replace(argv=(f"{packages}/shop.py",)))

    assert package.has(frame(f"{packages}/shop/price.py"))
    assert not package.has(frame(f"{packages}/flask/app.py"))
    assert not module.has(frame(f"{packages}/flask/app.py"))


def test_named_code(monkeypatch: pytest.MonkeyPatch) -> None:
    """TIBIDI_OWN adds folders and modules."""
    monkeypatch.setattr(config, "own", ("house.tools", "/usr/lib/python3.11/site-packages/till"))
    own = OwnCode(PROCESS)
    packages = "/usr/lib/python3.11/site-packages"

    assert own.has(frame(f"{packages}/house/tools/a.py", "house.tools.a"))
    assert own.has(frame(f"{packages}/till/a.py", "till.a"))
    assert not own.has(frame(f"{packages}/house/b.py", "house.b"))


def test_the_innermost_own_frame() -> None:
    """The culprit is the innermost own frame of the root cause, else its innermost frame."""
    library = frame("/usr/lib/python3.11/decimal.py", "decimal")
    cause = exception(1, 0, CAUSE, frame("/srv/a.py"), frame("/srv/b.py"), library, library)
    crash = exception(0, None, RAISED, frame("/srv/c.py"))

    assert Culprit(0, 1) == culprit([cause, crash], PROCESS)
    assert Culprit(0, 1) == culprit([exception(0, None, RAISED, library, library)], PROCESS)
    assert Culprit(0, None) == culprit([exception(0)], PROCESS)


def test_a_context_is_a_cause_if_its_handler_raised() -> None:
    """A context counts if the function that handled it raised the next exception itself, and did not suppress it."""
    handler, helper = frame("/srv/a.py", name="handler"), frame("/srv/a.py", name="helper")
    context = exception(1, 0, CONTEXT, handler, helper)

    assert 0 == root_cause([context, exception(0, None, RAISED, frame("/srv/main.py"), handler)])
    assert 1 == root_cause([context, exception(0, None, RAISED, handler, helper)])
    assert 1 == root_cause([context, exception(0, None, RAISED, handler, suppress_context=True)])


def test_a_group_is_followed_to_its_first_leaf() -> None:
    """Of a group the first member counts, of a nested group its first member."""
    records = [exception(2, 1, MEMBER), exception(3, 1, MEMBER), exception(1, 0, MEMBER), exception(0)]

    assert 0 == root_cause(records)


def test_a_forged_loop_ends() -> None:
    """A dump whose exceptions cause each other has some root cause."""
    assert root_cause([exception(0, 1, CAUSE), exception(1, 0, CAUSE)]) in (0, 1)


PROGRAM = """\
import decimal
def money(text):
    return decimal.Decimal(text)
def report():
    try:
        return money("1,50")
    except decimal.InvalidOperation as error:
        raise ValueError("no report") from error
report()
"""


def test_of_a_real_crash(crash: Crasher, tmp_path: Path) -> None:
    """The list names the crash, its cause and the own frame that raised it."""
    program = tmp_path / "report.py"
    program.write_text(PROGRAM, encoding="utf-8")
    crash(program)

    listed = crash.run("-m", "tibidi", "list").stdout

    assert "ValueError, caused by InvalidOperation at report.py:3 in money" in listed
