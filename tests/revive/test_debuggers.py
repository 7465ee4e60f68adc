"""Which debugger opens a dump, and in which frame."""

from __future__ import annotations

import sys
import threading

import pytest
from revive import kinds
from revive.building import dump_of
from revive.test_exceptions import caught

from tibidi.errors import TibidiError
from tibidi.revive import debuggers


def test_no_debugger(monkeypatch: pytest.MonkeyPatch) -> None:
    """PYTHONBREAKPOINT=0 prints the banner and starts no debugger."""
    monkeypatch.setenv("PYTHONBREAKPOINT", "0")
    said: list[str] = []
    debuggers.debug(dump_of(caught(kinds.nested)), say=said.append)

    assert said[0].startswith("IndexError: ")
    assert "PYTHONBREAKPOINT=0, so no debugger is started." == said[-1]


def test_debugpy_that_does_not_debug(monkeypatch: pytest.MonkeyPatch) -> None:
    """A debugpy that was imported but never started, as IPython does, is left alone."""
    pytest.importorskip("debugpy.server.api")
    monkeypatch.setenv("PYTHONBREAKPOINT", "0")
    said: list[str] = []
    debuggers.debug(dump_of(caught(kinds.nested)), say=said.append)

    assert "PYTHONBREAKPOINT=0, so no debugger is started." == said[-1]


@pytest.mark.parametrize("name", ["nosuchdebugger.set_trace", "pdb.nothing", "nothing", ".set_trace"])
def test_debugger_that_cannot_be_imported(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A PYTHONBREAKPOINT that cannot be imported is an error that names it."""
    monkeypatch.setenv("PYTHONBREAKPOINT", name)
    monkeypatch.setattr(sys, "breakpointhook", sys.__breakpointhook__)

    with pytest.raises(TibidiError, match=f"PYTHONBREAKPOINT={name} can't be used"):
        debuggers.debug(dump_of(caught(kinds.nested)), say=str)


@pytest.mark.parametrize(("number", "function", "others"), [(1, "caused", 0), (None, "inner", 1)])
def test_breakpoint_hook(number: int | None, function: str, others: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """A breakpoint hook is called in the crashed frame, while the other stacks are on threads of their own."""
    seen = []

    def hook() -> None:
        names = {thread.name for thread in threading.enumerate()}
        seen.append((sys._getframe(1).f_code.co_name, threading.current_thread().name, names))

    monkeypatch.setattr(sys, "breakpointhook", hook)
    dump = dump_of(caught(kinds.caused))
    debuggers.debug(dump, say=str, number=number)

    ((name, thread, names),) = seen
    assert (function, "crashed") == (name, thread)
    assert f"exception {others}: {['IndexError', 'RuntimeError'][others]}" in names
    assert dump.exceptions[1 - others].exception is sys.last_value
