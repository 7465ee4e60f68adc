"""tibidi.hooks: installing and uninstalling, once and beside the hooks of others."""

from __future__ import annotations

import asyncio
import importlib
import sys
import threading
from importlib.machinery import SourceFileLoader
from typing import TYPE_CHECKING

import pytest

from tibidi import config, hooks, process

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from crashing import Crasher


@pytest.fixture(autouse=True)
def _uninstalled() -> Iterator[None]:
    """Leave no hook behind."""
    yield
    hooks.uninstall()


def state() -> list[object]:
    """Return what the hooks change in this process."""
    loop = asyncio.BaseEventLoop
    return [sys.excepthook, sys.unraisablehook, threading.excepthook, loop.call_exception_handler, *sys.meta_path]


def test_uninstall_restores_everything() -> None:
    """After uninstall() every function and the list of finders are as before."""
    before = state()
    hooks.install_all()
    between = state()
    hooks.uninstall()

    assert before == state()
    assert not hooks.is_installed()
    assert [] == [each for each in between[:4] if each in before]


def test_twice_is_once() -> None:
    """A second installation replaces nothing and adds nothing."""
    hooks.install_all()
    before = state()
    hooks.install_all()

    assert before == state()


def test_foreign_hook_over_ours(capsys: pytest.CaptureFixture[str]) -> None:
    """A hook that somebody put over ours stays after uninstall(), and what it calls still prints the traceback."""
    original = sys.excepthook
    hooks.install()
    ours = sys.excepthook

    def foreign(*args: object) -> None:
        ours(*args)  # type: ignore[arg-type]  # passed on as they came

    sys.excepthook = foreign  # type: ignore[assignment]  # likewise
    try:
        hooks.uninstall()
        error = ValueError("still printed")
        sys.excepthook(ValueError, error, None)

        assert sys.excepthook is foreign
        assert "ValueError: still printed\n" == capsys.readouterr().err
    finally:
        sys.excepthook = original


def test_knows_its_own_functions() -> None:
    """A function that a hook replaced is found again; any other function is returned as it is."""
    original = sys.excepthook
    hooks.install()

    assert hooks.is_hook(sys.excepthook)
    assert not hooks.is_hook(original)
    assert original is hooks.replaced_by(sys.excepthook)
    assert print is hooks.replaced_by(print)


@pytest.fixture
def late_module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The name of a module that can be imported and was not yet; it has what the hook for logging replaces."""
    source = "class Logger:\n    def callHandlers(self, record): pass\n"
    (tmp_path / "late_for_hooks.py").write_text(source, encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    yield "late_for_hooks"
    sys.modules.pop("late_for_hooks", None)


def test_module_that_is_imported_later(late_module: str) -> None:
    """The hook is installed after the import, by the module's own loader, which is as before afterwards."""
    hooks.install_in_modules({late_module: "logs"})
    assert late_module not in sys.modules
    module = importlib.import_module(late_module)
    loader = module.__spec__.loader  # type: ignore[union-attr]  # it has one

    assert hooks.is_hook(module.Logger.callHandlers)
    assert SourceFileLoader is type(loader)
    assert "exec_module" not in vars(loader)


def test_module_that_is_already_imported(late_module: str) -> None:
    """The hook is installed at once."""
    module = importlib.import_module(late_module)
    hooks.install_in_modules({late_module: "logs"})

    assert hooks.is_hook(module.Logger.callHandlers)


def test_module_that_does_not_fit(late_module: str, tmp_path: Path) -> None:
    """A module without what the hook replaces is imported all the same."""
    (tmp_path / "late_for_hooks.py").write_text("answer = 42\n", encoding="utf-8")
    hooks.install_in_modules({late_module: "logs"})

    assert 42 == importlib.import_module(late_module).answer


def test_finder_leaves_other_modules_alone() -> None:
    """The finder has no spec for a module without a hook."""
    hooks.install_all()

    assert hooks.PostImportFinder.find_spec("json") is None


@pytest.mark.parametrize(("asked", "count"), [("", 0), ("import tibidi; tibidi.set_excepthook(None); ", 1)])
def test_at_a_prompt(crash: Crasher, asked: str, count: int) -> None:
    """An exception at a prompt ends nothing: it is dumped only if the program has called set_excepthook()."""
    assert count == len(crash.run("-c", f"import sys; sys.ps1 = '>>> '; {asked}1 / 0").dumps)


def test_default_deadline() -> None:
    """The time for the imports of a first crash is the default of the setting, which is not loaded by then."""
    assert config.SETTINGS["max_seconds"].default == process.MAX_SECONDS
