"""Dump each failed phase of a test, and print at the end how to open the dumps.

A phase is dumped when pytest has made its report, while the variables live and before `--pdb` or the teardown.  The
report carries the path: with pytest-xdist each worker writes its own dumps, and the controller prints.

PYTEST_DONT_REWRITE
"""

# A run without failures imports nothing but this: not even the settings, if the configuration file has none.

from __future__ import annotations

import bdb
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest

from tibidi.plugins.pytest import import_quickly

FIRST_WORKER = "gw0"
PATIENCE = 5.0  # seconds for a worker that has closed its pipes to end


class Failures:
    """The failures of a run, dumped into `directory`, by default the crash directory."""

    def __init__(self, config: pytest.Config, directory: str) -> None:
        given: dict[str, Any] = getattr(config, "workerinput", {})
        self._config = config
        self._worker: str = given.get("workerid", "")
        self._shared = given.get("tibidi") or {"directory": directory, "start": time.time()}
        self._dumps = self._begin() if self._shared["directory"] or config.getini("tibidi_dumps") else None
        self._node: Any = None  # what is reported next
        self._call: Any = None

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """Tell a worker of xdist where to write, and when the run began."""
        node.workerinput["tibidi"] = self._shared

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any, error: Any) -> None:
        """Note in the life record of a dead worker which signal ended it, as pytest uses its faulthandler."""
        worker = getattr(node.gateway._io, "popen", None) if error else None  # None on another machine
        if worker is not None:
            from tibidi.life.record import note_end

            with suppress(Exception):  # it may live, or its record cannot be written
                note_end(worker.pid, worker.wait(PATIENCE))

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> None:
        """Note which phase is reported next; a wrapper around the plugins that report it costs ten times as much."""
        self._node, self._call = item, call

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report: Any) -> None:
        """Dump a failure, or remove the dumps of a test that pytest-rerunfailures tries again."""
        if report.outcome == "passed":  # as most are
            return
        node, call = self._node, self._call
        if report.outcome == "rerun" and self._dumps:
            self._dumps.remove(report.nodeid)
        elif call and (node.nodeid, call.when) == (report.nodeid, report.when):
            self._dump(node, call, report)

    @pytest.hookimpl(tryfirst=True)
    def pytest_exception_interact(self, node: Any, call: pytest.CallInfo[Any], report: Any) -> None:
        """Dump a module that cannot be collected, and a failure that is logged later, as with pytest-rerunfailures."""
        self._dump(node, call, report)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Print how to open each dump, and write a table for GitHub Actions."""
        stats = terminalreporter.stats.items()
        reports = [each for kind, reports in stats if kind not in {"", "passed"} for each in reports]
        dumped = [each for each in reports if hasattr(each, "tibidi") and each.outcome == "failed"]
        if dumped and not self._worker:
            with _harmless():
                self._dumps = self._dumps or self._begin()
                self._dumps.conclude(dumped, terminalreporter)

    def _dump(self, node: Any, call: pytest.CallInfo[Any], report: Any) -> None:
        """Dump a failure after all plugins have changed its report."""
        self._node = self._call = None  # which leads to the frames
        exc = call.excinfo and call.excinfo.value
        if report.outcome != "failed" or exc is None or isinstance(exc, bdb.BdbQuit) or hasattr(report, "tibidi"):
            return
        if report.when == "collect" and self._worker not in {"", FIRST_WORKER}:  # all workers of xdist collect
            report.tibidi = "", ""
        else:
            report.tibidi = "", "the plugin failed"
            with _harmless():
                self._dumps = self._dumps or self._begin()
                report.tibidi = self._dumps.refusal(node) or self._dumps.add(exc, report, node)

    def _begin(self) -> Any:
        return import_quickly("tibidi.plugins.pytest.dumps").Dumps(self._config, self._shared, self._worker)


@contextmanager
def _harmless() -> Iterator[None]:
    """Print an error of this plugin in one line: raised in a hook, it would end the run of all tests."""
    try:
        yield
    except pytest.UsageError:
        raise
    except Exception as error:
        from tibidi import config

        if config.debug:
            raise
        sys.stderr.write(f"tibidi: {type(error).__name__}: {error}\n")
