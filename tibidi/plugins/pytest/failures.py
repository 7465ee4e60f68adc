"""Dump each failed phase of a test, and say at the end how to open the dumps.

A phase is dumped when pytest has made its report, while the variables live and
before `--pdb` or the teardown.  The report carries the path: with pytest-xdist
each worker writes its own dumps, and the controller prints.

PYTEST_DONT_REWRITE
"""

from __future__ import annotations

import bdb
import linecache
import sys
from collections.abc import Generator
from contextlib import suppress
from typing import Any

import pytest

from tibidi import config as settings
from tibidi.errors import BadSetting
from tibidi.plugins.pytest import summary
from tibidi.plugins.pytest.summary import Failure
from tibidi.process import os, time
from tibidi.process.imports import import_module
from tibidi.store.directory import CrashDirectory

Wrapper = Generator[None, Any, None]
FIRST_WORKER = "gw0"
COLLECT = "collect"
ALWAYS = 3  # dumps that a run leaves, however long they take
MAX_SHARE = 0.1  # of the time of a run, for more of them


class Failures:
    """The failures of a run, dumped into `directory`, by default the crash directory."""

    def __init__(self, config: pytest.Config, directory: str) -> None:
        given: dict[str, Any] = getattr(config, "workerinput", {})
        self._worker: str = given.get("workerid", "")
        self._shared = given.get("tibidi") or {"directory": directory, "start": time.time()}
        self._limit, self._is_given = _limit(config)
        self._tests, self._seconds = 0, 0.0
        self._failures: list[Failure] = []
        self._written: dict[str, list[str]] = {}
        settings.keep = max(settings.keep, self._limit)
        settings.directory = self._shared["directory"] or settings.directory

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """Tell a worker of xdist where to write, and when the run began."""
        node.workerinput["tibidi"] = self._shared

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Note how many tests there are."""
        self._tests = len(session.items)

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> Wrapper:
        """Dump a failed phase, after all plugins had their say about the report."""
        report = (yield).get_result()
        if report.outcome == "failed" and call.excinfo is not None and not isinstance(call.excinfo.value, bdb.BdbQuit):
            report.tibidi = self._dump(call.excinfo.value, report, report.when, item)

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_make_collect_report(self, collector: pytest.Collector) -> Wrapper:
        """Dump a module that cannot be collected; with xdist all workers try to, and the first one dumps."""
        report = (yield).get_result()
        if report.outcome == "failed" and getattr(report, "call", None) is not None:
            is_mine = self._worker in {"", FIRST_WORKER}
            report.tibidi = self._dump(report.call.excinfo.value, report, COLLECT, collector) if is_mine else ("", "")

    def pytest_runtest_logreport(self, report: Any) -> None:
        """Take down a failure, or remove the dumps of a test that pytest-rerunfailures tries again."""
        if report.outcome == "passed":  # as most are
            return
        if report.outcome == "rerun":
            self._failures = [each for each in self._failures if each.id != report.nodeid]
            for path in self._written.pop(report.nodeid, ()):
                with suppress(OSError):
                    os.unlink(path)
                directory = CrashDirectory(os.path.dirname(path))
                directory.point_latest(directory.latest() or path)
        self._take_down(report, report.when)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Take down a module that cannot be collected."""
        self._take_down(report, COLLECT)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Print how to open each dump, and write a table for a job of GitHub."""
        if self._failures and not self._worker and self._limit:
            if not settings.silent:
                terminalreporter.section("core dumps")
                lines = summary.lines(self._failures, self._shared["directory"])
                terminalreporter.write_line("\n".join(lines))
            summary.write_table(self._failures, self._shared["directory"])

    def _dump(self, exc: BaseException, report: Any, phase: str, node: Any) -> tuple[str, str]:
        """Dump the failure of a test; return the path, or why there is none."""
        refusal, begun = self._refusal(), time.monotonic()
        if refusal:
            return "", refusal
        try:
            test = _live_test(report, phase, node)
            path: str = import_module("tibidi.living").dump(_crash(exc), None, test=test)
        except (Exception, pytest.fail.Exception) as error:  # the latter from the signal handler of pytest-timeout
            if settings.debug:
                raise
            return "", f"{type(error).__name__}: {error}"
        finally:
            self._seconds += time.monotonic() - begun
        self._written.setdefault(report.nodeid, []).append(path)
        return path, ""

    def _refusal(self) -> str:
        """Return why there is no further dump in this run, "" if there is one."""
        count = sum(map(len, self._written.values()))
        if self._worker:  # others write as well
            entries = CrashDirectory.locate(create=False).entries()
            count = max(count, sum(entry.changed >= self._shared["start"] for entry in entries))
        if count >= self._limit:
            return summary.NO_BUDGET.format(self._limit)
        is_few = count < ALWAYS or self._tests <= self._limit
        if self._is_given or is_few or self._seconds <= MAX_SHARE * (time.time() - self._shared["start"]):
            return ""
        return summary.NO_TIME.format(ALWAYS, MAX_SHARE)

    def _take_down(self, report: Any, phase: str) -> None:
        is_known = phase == COLLECT and report.nodeid in {each.id for each in self._failures}  # from another worker
        if report.outcome == "failed" and hasattr(report, "tibidi") and not is_known:
            crash = getattr(report.longrepr, "reprcrash", None)
            message = str(getattr(crash, "message", report.longrepr)).strip().partition("\n")[0]
            self._failures.append(Failure(report.nodeid, phase, message, *report.tibidi))


def _limit(config: pytest.Config) -> tuple[int, bool]:
    """Return how many dumps a run may leave, and whether a setting says so; the environment precedes the file."""
    is_set, number = "TIBIDI_TEST_DUMPS" in os.environ, config.getini("tibidi_dumps")
    try:
        if not is_set:
            settings.test_dumps = number or settings.test_dumps
    except BadSetting as error:
        raise pytest.UsageError(str(error).replace("test_dumps", "tibidi_dumps")) from None
    return settings.test_dumps, is_set or bool(number)


def _live_test(report: Any, phase: str, node: Any) -> Any:
    test = import_module("tibidi.capture.failed_test").LiveTest(report.nodeid, phase, str(node.path))
    test.params = dict(getattr(getattr(node, "callspec", None), "params", {}))
    given = (getattr(node, "funcargs", None) or {}).items()
    test.fixtures = {name: value for name, value in given if name not in {*test.params, "request"}}
    test.captured = {title.replace("Captured ", "", 1): text for title, text in report.sections}
    return test


def _crash(exc: BaseException) -> BaseException:
    """Return the exception of the application: pytest and doctest wrap some."""
    doctest: Any = sys.modules.get("doctest")
    exc = next(iter(getattr(exc, "failures", ())), exc)  # MultipleDoctestFailures
    if doctest is not None and isinstance(exc, doctest.UnexpectedException):
        for number, example in enumerate(exc.test.examples):
            name = f"<doctest {exc.test.name}[{number}]>"
            linecache.cache[name] = len(example.source), None, example.source.splitlines(keepends=True), name
        exc = exc.exc_info[1]
    is_wrapper = isinstance(exc, pytest.Collector.CollectError) and exc.__cause__ is not None
    return exc.__cause__ or exc if is_wrapper else exc
