"""The dumps of a run, within its budget.

PYTEST_DONT_REWRITE
"""

from __future__ import annotations

import linecache
import sys
from collections.abc import Sequence
from typing import Any

import pytest

from tibidi import config as settings
from tibidi.errors import BadSetting
from tibidi.plugins.pytest import import_quickly
from tibidi.process import os, time
from tibidi.process.imports import import_module

MAX_SHARE = 0.05  # of the time of a run, for all dumps but the first
# Why a failure has no dump, where that holds for many; in the closing lines, after their number.
NO_BUDGET = "a run leaves {} dumps"
NO_TIME = "after 1 dump, a run spends {:.0%} of its time on more"


class Dumps:
    """The dumps of a process: of a run, or of a worker of xdist."""

    def __init__(self, config: pytest.Config, shared: dict[str, Any], worker: str) -> None:
        self._shared, self._worker = shared, worker
        self._limit, self._is_given = _limit(config)
        self._count, self._seconds = 0, 0.0
        self._written: dict[str, list[str]] = {}
        settings.keep = max(settings.keep, self._limit)
        settings.directory = shared["directory"] or settings.directory

    def refusal(self, node: Any) -> tuple[str, str] | None:
        """Return "" and why this run leaves no further dump, None if it may."""
        allowed = MAX_SHARE * (time.time() - self._shared["start"])
        is_free = self._is_given or len(node.session.items) <= self._limit or self._seconds <= allowed
        if self._worker and self._count < self._limit and (is_free or not self._count):
            self._count = max(self._count, self._count_of_all())
        if self._count >= self._limit:
            return "", NO_BUDGET.format(self._limit)
        return None if is_free or not self._count else ("", NO_TIME.format(MAX_SHARE))

    def add(self, exc: BaseException, report: Any, node: Any) -> tuple[str, str]:
        """Dump the failure of a test; return the path, or "" and why there is none."""
        begun = time.monotonic()
        try:
            with import_module("tibidi.process.temporary").dump_settings():  # the imports need them already
                path: str = import_module("tibidi.living").dump(_crash(exc), None, test=_live_test(report, node))
        except (Exception, pytest.fail.Exception) as error:  # the latter from the signal handler of pytest-timeout
            if settings.debug:
                raise
            return "", f"{type(error).__name__}: {error}"
        finally:
            self._seconds += time.monotonic() - begun
        self._count += 1
        self._written.setdefault(report.nodeid, []).append(path)
        return path, ""

    def remove(self, test: str) -> None:
        """Remove the dumps of a test."""
        directory: Any = import_module("tibidi.store.directory")
        for path in self._written.pop(test, ()):
            self._count -= 1
            directory.unlink(path)
            there = directory.CrashDirectory(os.path.dirname(path))
            there.point_latest(there.latest() or path)

    def conclude(self, reports: Sequence[Any], terminalreporter: pytest.TerminalReporter) -> None:
        """Print how to open each dump, and write a table for GitHub Actions."""
        if not self._limit:
            return
        summary = import_quickly("tibidi.plugins.pytest.summary")
        if not settings.silent:
            terminalreporter.section("core dumps")
            terminalreporter.write_line("\n".join(summary.lines(reports, self._shared["directory"])))
        summary.write_table(reports, self._shared["directory"])

    def _count_of_all(self) -> int:
        """Return how many dumps the workers have written."""
        entries = import_module("tibidi.store.directory").CrashDirectory.locate(create=False).entries()
        return sum(entry.changed >= self._shared["start"] for entry in entries)


def _limit(config: pytest.Config) -> tuple[int, bool]:
    """Return how many dumps a run may leave, and whether a setting says so; the environment precedes the file."""
    is_set, number = "TIBIDI_TEST_DUMPS" in os.environ, config.getini("tibidi_dumps")
    try:
        if not is_set:
            settings.test_dumps = number or settings.test_dumps
    except BadSetting as error:
        raise pytest.UsageError(str(error).replace("test_dumps", "tibidi_dumps")) from None
    return settings.test_dumps, is_set or bool(number)


def _live_test(report: Any, node: Any) -> Any:
    test = import_module("tibidi.capture.failed_test").LiveTest(report.nodeid, report.when, str(node.path))
    test.params = dict(getattr(getattr(node, "callspec", None), "params", {}))
    given = (getattr(node, "funcargs", None) or {}).items()
    test.fixtures = {name: value for name, value in given if name not in {*test.params, "request"}}
    test.captured = {title.replace("Captured ", "", 1): text for title, text in report.sections}
    return test


def _crash(exc: BaseException) -> BaseException:
    """Return the exception of the application: pytest and doctest wrap some."""
    doctest: Any = sys.modules.get("doctest")
    kind = type(exc)
    if (kind.__module__, kind.__name__) == ("_pytest.doctest", "MultipleDoctestFailures"):
        exc = exc.failures[0]  # type: ignore[attr-defined]  # what it is for
    if doctest is not None and isinstance(exc, doctest.UnexpectedException):
        for number, example in enumerate(exc.test.examples):
            name = f"<doctest {exc.test.name}[{number}]>"
            linecache.cache[name] = len(example.source), None, example.source.splitlines(keepends=True), name
        exc = exc.exc_info[1]
    cause = exc.__cause__ if isinstance(exc, pytest.Collector.CollectError) else None
    return exc if cause is None else cause
