"""tibidi.hooks.handling: what happens to an exception that a hook has caught."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from crashing import Crasher

CATCH = """
from tibidi import hooks

def crash(number):
    try:
        return {}[number]
    except KeyError as error:
        return error
"""
MORE = "tibidi: further identical crashes are not dumped for 60 s"


def test_one_exception_is_one_dump(crash: Crasher) -> None:
    """An exception that two hooks catch is dumped once, and both know that it is in a dump."""
    code = "error = crash(1); print(hooks.report(error, hooks.TASK), hooks.report(error, hooks.EXCEPTHOOK))"
    end = crash.run("-c", f"{CATCH}\n{code}")

    assert f"{end.dump} {end.dump}\n" == end.stdout
    assert f"Traceback dumped into: {end.dump}\n" == end.stderr


def test_quota(crash: Crasher) -> None:
    """Of crashes at one place that are only logged the first is dumped, and the first refusal is reported."""
    end = crash.run("-c", f"{CATCH}\nprint(*[bool(hooks.report(crash(number), hooks.LOGGING)) for number in range(3)])")

    assert "True False False\n" == end.stdout
    assert [f"Traceback dumped into: {end.dump}", MORE] == end.stderr.splitlines()


@pytest.mark.parametrize("again", ["crash(3)", "known"])
def test_without_a_dump_it_costs_nothing(crash: Crasher, again: str) -> None:
    """A crash that is refused, or in a dump already, is answered in few calls, before a thread or a lock is taken."""
    code = f"""
import sys
known = crash(0)
for error in known, crash(1), crash(2):
    hooks.report(error, hooks.LOGGING)
error, calls = {again}, []
sys.setprofile(lambda frame, event, function: calls.append(getattr(function, "__name__", event)))
path = hooks.report(error, hooks.LOGGING)
sys.setprofile(None)
print(len(calls) < 120, {{"start_new_thread", "acquire", "setrlimit", "close"}} & {{*calls}}, path)
"""
    end = crash.run("-c", f"{CATCH}\n{code}")

    assert f"True set() {end.dump if again == 'known' else ''}\n" == end.stdout


def test_what_ends_the_process_has_no_quota(crash: Crasher) -> None:
    """What ends the process is dumped although its like was dumped before."""
    code = "print(all([hooks.report(crash(0), hooks.LOGGING), hooks.report(crash(1), hooks.EXCEPTHOOK)]))"
    end = crash.run("-c", f"{CATCH}\n{code}")

    assert ("True\n", 2) == (end.stdout, len(end.dumps))


def test_failed_dump_is_not_tried_again(crash: Crasher) -> None:
    """Where no dump could be written for one hook, the next hook does not try it for the same exception."""
    code = "[hooks.report(error, hook, settings=hooks.Settings('missing/a.pkl')) for hook in ('task', 'leftover')]"
    end = crash.run("-c", f"{CATCH}\nerror = crash(1); print({code})")

    assert "['', '']\n" == end.stdout
    assert 1 == end.stderr.count("tibidi: no dump: No such file or directory: ")


@pytest.mark.parametrize("exc", ["SystemExit(1)", "KeyboardInterrupt()", "None", "'text'"])
def test_no_crash(crash: Crasher, exc: str) -> None:
    """What is no crash leaves no dump and no line."""
    end = crash.run("-c", f"from tibidi import hooks; print(hooks.report({exc}, hooks.THREAD))")

    assert ("\n", "", []) == (end.stdout, end.stderr, end.dumps)


def test_silent(crash: Crasher) -> None:
    """With TIBIDI_SILENT there is a dump and no line."""
    end = crash.run("-c", f"{CATCH}\nhooks.report(crash(1), hooks.THREAD)", env={"TIBIDI_SILENT": "1"})

    assert ("", 1) == (end.stderr, len(end.dumps))


def test_no_dump(crash: Crasher) -> None:
    """Where no dump can be written one line says why."""
    code = "print(hooks.report(crash(1), hooks.THREAD, settings=hooks.Settings('missing/dump.pkl')))"
    end = crash.run("-c", f"{CATCH}\n{code}")

    assert "\n" == end.stdout
    assert end.stderr.startswith("tibidi: no dump: No such file or directory: ")
    assert 1 == end.stderr.count("\n")
