"""The hook for failed tests of unittest: errors and failures that a result is told of.

The line about the dump is added to the text of the failure, which the runner
prints at the end.  A worker of `manage.py test --parallel` sends its failures to
the runner without that text, and nose2 has texts of its own: there the line goes to stderr.
"""

from __future__ import annotations

import sys
from functools import wraps

from tibidi import TYPE_CHECKING, hooks
from tibidi.process import traceback_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType
    from typing import Any

    Function = Callable[..., Any]

FAILED_IMPORT = "_FailedTest"  # the class of the test that unittest makes for a module that it cannot import
SUBTEST = "_SubTest"  # the class of what addSubTest() is told of
REPLAY = "handle_event"  # of django.test.runner: tells a result of the failures of a worker, which has dumped them

_used = 0
# The exceptions of modules that could not be imported, by name: their tests have only a text of them.
_imports: dict[str, BaseException | None] = {}


def install(module: ModuleType) -> None:
    """Install the hook in the methods of a class of results, and in what makes a test of a failed import."""
    if module.__name__ == "unittest.loader":
        hooks.replace_function(module, "_make_failed_import_test", _wrap_import)
        return
    results = module.PluggableTestResult if module.__name__ == "nose2.result" else module.TestResult
    for name in ("addError", "addFailure", "addSubTest"):
        hooks.replace_function(results, name, _wrap)


def _wrap_import(previous: Function) -> Function:
    @wraps(previous)
    def make(name: str, *args: Any, **options: Any) -> Any:
        _imports[name] = sys.exc_info()[1]
        return previous(name, *args, **options)

    return make


def _wrap(previous: Function) -> Function:
    names = ("test", "subtest", "err") if previous.__name__ == "addSubTest" else ("test", "err")

    @wraps(previous)
    def add(result: Any, *args: Any, **options: Any) -> None:
        try:
            given = {**dict(zip(names, args)), **options}
            line = _report(given["err"][1], given[names[-2]], result)
        except Exception:  # noqa: BLE001 - no failure, or one that a runner tells in a way of its own
            line = ""
        known = [getattr(result, name, None) for name in ("errors", "failures")] if line else ()
        lists = [(each, len(each)) for each in known if type(each) is list]
        previous(result, *args, **options)
        for each, count in lists:
            if len(each) > count and type(each[-1]) is tuple and type(each[-1][-1]) is str:
                each[-1] = each[-1][0], f"{each[-1][1].rstrip()}\n{line}\n"
        if line and (hasattr(result, "events") or not lists):
            from tibidi.hooks import handling

            handling.write(f"\n{line}")  # behind the letters that a runner prints on one line

    return add


def _report(error: BaseException, test: Any, result: Any) -> str:
    """Dump a failure; return a line about the dump, or why there is none."""
    global _used
    caller: Any = sys._getframe(2)  # of the class of the result
    callers = {each.f_code.co_name for each in (caller, caller.f_back) if each}
    if not hooks.is_installed() or traceback_of(error) is None or REPLAY in callers:
        return ""
    from tibidi import config  # not before a test fails: many programs import unittest

    _used += 1
    if _used > config.test_dumps:
        line = f"tibidi: no dump: {config.test_dumps} tests were dumped already; raise TIBIDI_TEST_DUMPS"
        return line if config.test_dumps and not config.silent else ""
    return _dump(error, test, result) * (not config.silent)


def _dump(error: BaseException, test: Any, result: Any) -> str:
    from tibidi import config
    from tibidi.hooks import handling
    from tibidi.process.imports import import_module

    live = import_module("tibidi.capture.failed_test").LiveTest(test.id())
    if type(test).__name__ == FAILED_IMPORT:
        live.id, live.phase = test._testMethodName, "collect"
        imported = _imports.get(live.id)
        error = error if imported is None else imported
    if type(test).__name__ == SUBTEST:
        live.params = dict(test.params)
    buffers = {name: getattr(result, f"_{name}_buffer", None) for name in ("stdout", "stderr")}
    live.captured = {name: buffer.getvalue() for name, buffer in buffers.items() if buffer is not None}
    try:
        return handling.of_dump(import_module("tibidi.living").dump(error, None, test=live), None)[0]
    except Exception as problem:
        if config.debug:
            raise
        return handling.of_failure(problem)
