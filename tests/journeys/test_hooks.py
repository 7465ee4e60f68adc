"""Every hook that catches a crash, with TIBIDI_ENABLE=1 and no other change."""

from __future__ import annotations

import re
import sys
import textwrap
from typing import TYPE_CHECKING

import pytest

import tibidi
from tibidi.dumpfile.reader import Reader

if TYPE_CHECKING:
    from pathlib import Path

    from crashing import Crash, Crasher

    from tibidi.model import FrameRecord, Summary

LINE = "Traceback dumped into: "


def summary_of(path: Path) -> Summary:
    """Return the summary of a dump."""
    with Reader(str(path)) as reader:
        return reader.summary


def crashed_frame(path: Path) -> FrameRecord:
    """Return the innermost frame of the exception that a dump is about."""
    return summary_of(path).exceptions[-1].frames[-1]


def variable(path: Path, name: str) -> str:
    """Return the preview of a variable of that frame."""
    return crashed_frame(path).locals[name].preview


def announced(crash: Crash) -> list[str]:
    """Return the paths that were printed on stderr."""
    return [line[len(LINE) :] for line in crash.stderr.splitlines() if line.startswith(LINE)]


def test_main_thread(crash: Crasher) -> None:
    """The exception that ends the program is dumped after the normal traceback; the exit status is unchanged."""
    crashed = crash("divide.py", "5", "0")

    assert 1 == crashed.status
    assert [str(crashed.dump)] == announced(crashed)
    assert crashed.stderr.index("ZeroDivisionError") < crashed.stderr.index(LINE)
    assert "5" == variable(crashed.dump, "x")


def test_normal_traceback_is_unchanged(crash: Crasher) -> None:
    """Apart from one line, stderr is the same as without tibidi."""
    with_us = crash("divide.py", "5", "0")
    without = crash("divide.py", "5", "0", env={"TIBIDI_ENABLE": None})

    assert without.stderr == re.sub(f"{LINE}.*\n", "", with_us.stderr)
    assert [] == without.dumps


def test_threads(crash: Crasher) -> None:
    """Each thread that ends in an exception leaves a dump; the program goes on."""
    crashed = crash("hook_thread.py")
    frames = [crashed_frame(path) for path in crashed.dumps]

    assert 0 == crashed.status
    assert "main goes on\n" == crashed.stdout
    assert [("work", "0")] * 3 == [(frame.name, frame.locals["item"].preview) for frame in frames]
    crashed_threads = [thread.name for path in crashed.dumps for thread in summary_of(path).threads if thread.crashed]
    assert ["worker-0", "worker-1", "worker-2"] == sorted(crashed_threads)


def test_unraisable(crash: Crasher) -> None:
    """An exception in `__del__` is dumped, once however often it happens, and the program goes on."""
    crashed = crash("hook_unraisable.py")

    assert 0 == crashed.status
    assert "__del__" == crashed_frame(crashed.dump).name
    assert "{'name': 'resource-0'}" == variable(crashed.dump, "handle")
    assert 1 == crashed.stderr.count("further identical crashes are not dumped")


def test_atexit_callback(crash: Crasher) -> None:
    """An exception in an atexit callback is dumped, and printed as without tibidi."""
    crashed = crash("hook_atexit.py")
    without = crash("hook_atexit.py", env={"TIBIDI_ENABLE": None})

    assert 0 == crashed.status
    assert ("clean_up", "'data.lock'") == (crashed_frame(crashed.dump).name, variable(crashed.dump, "lock"))
    assert without.stderr.count("\n") + 1 == crashed.stderr.count("\n")


@pytest.mark.parametrize("kind", ["target", "subclass"])
@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_children(crash: Crasher, method: str, kind: str) -> None:
    """A child of multiprocessing leaves a dump that names its parent, after the normal traceback."""
    crashed = crash("hook_child.py", method, kind)
    parent, child, status = re.findall(r"\d+", crashed.stdout)
    process = summary_of(crashed.dump).process

    assert "1" == status
    assert int(child) == process.pid
    assert method == "forkserver" or int(parent) == process.ppid
    assert "work" == crashed_frame(crashed.dump).name
    assert crashed.stderr.index("ZeroDivisionError") < crashed.stderr.index(LINE)
    assert "tibidi/hooks" not in crashed.stderr


@pytest.mark.parametrize("method", ["fork", "spawn"])
@pytest.mark.parametrize("kind", ["futures", "pool"])
def test_pools(crash: Crasher, kind: str, method: str) -> None:
    """An exception in a worker of a pool is dumped there, with its variables; the parent handles it."""
    crashed = crash("hook_pool.py", kind, method)

    assert (0, 1) == (crashed.status, crashed.stdout.count("caught division by zero"))
    assert ("work", "0") == (crashed_frame(crashed.dump).name, variable(crashed.dump, "item"))


@pytest.mark.parametrize(("level", "count"), [("ERROR", 1), ("CRITICAL", 0)])
def test_future_that_nobody_reads(crash: Crasher, level: str, count: int) -> None:
    """The exception of a future whose result is never asked for counts as an error that is logged."""
    code = "from concurrent.futures import ThreadPoolExecutor as Pool\nPool().submit(int, 'x')"

    assert count == len(crash.run("-c", code, env={"TIBIDI_LOGGING": level}).dumps)


@pytest.mark.skipif(sys.version_info < (3, 14), reason="there is no pool of interpreters")
def test_a_pool_of_interpreters(crash: Crasher) -> None:
    """An exception in an interpreter of a pool is dumped there, with its variables; the parent handles it."""
    crashed = crash("hook_pool.py", "interpreters")

    assert (0, 1) == (crashed.status, crashed.stdout.count("caught division by zero"))
    assert ("work", "0") == (crashed_frame(crashed.dump).name, variable(crashed.dump, "item"))


@pytest.mark.parametrize("loop", ["asyncio", "uvloop"])
def test_task(crash: Crasher, loop: str) -> None:
    """The exception that ends a task is dumped if the task is never awaited, on any event loop."""
    pytest.importorskip(loop)
    crashed = crash("hook_task.py", loop, env={"PYTHONWARNINGS": "ignore"})

    assert (0, "main goes on\n") == (crashed.status, crashed.stdout)
    assert ("work", "0") == (crashed_frame(crashed.dump).name, variable(crashed.dump, "item"))


def test_deleted_excepthook(crash: Crasher) -> None:
    """Without any `sys.excepthook`, the interpreter prints the traceback itself, and the exit finds the exception."""
    crashed = crash.run("-c", "import sys; order = 5; del sys.excepthook; 1 / 0")

    assert "ZeroDivisionError" in crashed.stderr
    assert "builtins.ZeroDivisionError" == summary_of(crashed.dump).exceptions[-1].type


def test_replaced_excepthook(crash: Crasher) -> None:
    """An excepthook of the application that calls no other still runs, and there is a dump."""
    crashed = crash("hook_replaced.py")

    assert 1 == crashed.status
    assert ["their hook: ZeroDivisionError", f"{LINE}{crashed.dump}"] == crashed.stderr.splitlines()
    assert "work" == crashed_frame(crashed.dump).name


def test_logging(crash: Crasher) -> None:
    """With TIBIDI_LOGGING each kind of logged exception is dumped once, also when it ends the program."""
    crashed = crash("hook_logging.py", env={"TIBIDI_LOGGING": "ERROR"})
    kinds = [summary_of(path).exceptions[-1].type for path in crashed.dumps]

    assert 1 == crashed.status
    assert ["builtins.ValueError", "builtins.ZeroDivisionError"] == sorted(kinds)


def test_logged_and_then_the_next_one(crash: Crasher) -> None:
    """An exception that ends the program is not taken for an earlier one at the same place and address."""
    crashed = crash("hook_twice.py", env={"TIBIDI_LOGGING": "ERROR"})

    assert ["{'id': 1}", "{'id': 3}"] == sorted(variable(dump, "order") for dump in crashed.dumps)


@pytest.mark.parametrize("how", ["interrupt", "exit", "timeout"])
def test_signal_during_a_dump(crash: Crasher, how: str) -> None:
    """An exception of a signal handler during a dump cuts the dump short, but does not lose it."""
    crashed = crash("hook_interrupt.py", how)
    dump = tibidi.load(crashed.dump, trust=True)

    assert 1 == crashed.status
    assert [str(crashed.dump)] == announced(crashed)
    assert {"id": 5} == dump.exceptions[-1][-1]["quick"]
    assert any("interrupted" in omission.detail for omission in dump.omissions), dump.omissions


@pytest.mark.parametrize("where", ["tibidi.dumper", ".pkl.partial", "latest.pkl"])
def test_alarm_during_a_dump(crash: Crasher, where: str) -> None:
    """An alarm that a program has set reaches the program, whatever a dump is doing at the time."""
    code = f"""
        import logging, os, signal, sys
        class Expired(Exception): pass
        def expire(*_): raise Expired
        def ring(event, arguments):
            if rung == [False] and any({where!r} in str(each) for each in arguments):
                rung[0] = True
                os.kill(os.getpid(), signal.SIGALRM)
        rung = [None]
        sys.addaudithook(ring)
        signal.signal(signal.SIGALRM, expire)
        try:
            try:
                1 / 0
            except ZeroDivisionError as error:
                record = logging.makeLogRecord(dict(levelno=40, exc_info=(type(error), error, error.__traceback__)))
            logging.getLogger().addHandler(logging.NullHandler())
            rung[0] = False
            logging.getLogger().handle(record)
        except Expired:
            print("expired")
    """
    crashed = crash.run("-c", textwrap.dedent(code), env={"TIBIDI_LOGGING": "ERROR"})

    assert (0, "expired\n", "") == (crashed.status, crashed.stdout, "".join(announced(crashed)[1:]))
    assert "no dump" not in crashed.stderr


@pytest.mark.ends
@pytest.mark.parametrize(
    ("package", "program", "said", "where"),
    [
        ("flask", "hook_flask.py", "[500, 200, 500]\n", "order"),
        ("apscheduler", "hook_scheduler.py", "True\n", "job"),
        ("celery", "hook_celery.py", "the caller heard: division by zero\n", "work"),
    ],
)
def test_frameworks(crash: Crasher, package: str, program: str, said: str, where: str) -> None:
    """Exceptions that web frameworks, schedulers and task queues catch and log are dumped, and they go on."""
    pytest.importorskip(package)
    crashed = crash(program, env={"TIBIDI_LOGGING": "ERROR"})

    assert (0, said) == (crashed.status, crashed.stdout)
    assert where == crashed_frame(crashed.dump).name
    assert "0" == variable(crashed.dump, "item")


def test_logging_is_opt_in(crash: Crasher) -> None:
    """Without TIBIDI_LOGGING only the exception that ends the program is dumped."""
    crashed = crash("hook_logging.py")

    assert "builtins.ValueError" == summary_of(crashed.dump).exceptions[-1].type


@pytest.mark.parametrize(
    "code",
    [
        "raise KeyboardInterrupt",
        "raise SystemExit(3)",
        "import sys; sys.exit('message')",
        "raise GeneratorExit",
        "import threading, _thread; threading.Thread(target=_thread.exit).start()",
    ],
)
def test_ends_are_no_crashes(crash: Crasher, code: str) -> None:
    """An exception that asks a program to end leaves no dump."""
    without = crash.run("-c", code, env={"TIBIDI_ENABLE": None})
    crashed = crash.run("-c", code)

    assert [] == crashed.dumps
    assert (without.status, without.stderr) == (crashed.status, crashed.stderr)


def test_broken_pipe_is_no_crash(crash: Crasher) -> None:
    """A program whose reader has gone has not crashed."""
    code = "import os, sys; r, w = os.pipe(); os.close(r); os.dup2(w, 1); print('x' * 100_000, flush=True)"
    crashed = crash.run("-c", code)

    assert 0 != crashed.status
    assert "BrokenPipeError" in crashed.stderr
    assert [] == crashed.dumps


@pytest.mark.skipif(sys.version_info < (3, 11), reason="exception groups came with Python 3.11")
def test_groups(crash: Crasher) -> None:
    """A group is a crash if one of its members is."""
    ends = crash.run("-c", "raise BaseExceptionGroup('x', [KeyboardInterrupt()])")
    crashed = crash.run("-c", "raise BaseExceptionGroup('x', [KeyboardInterrupt(), KeyError(1)])")

    assert [] == ends.dumps
    assert 1 == len(crashed.dumps)


FORK = """
    import os
    pid = os.fork()
    if pid:
        os.waitpid(pid, 0)
        print(os.getpid(), pid)
    else:
        inside = "child"
        1 / 0
"""


def test_fork(crash: Crasher) -> None:
    """A child of os.fork() leaves a dump of its own that names its parent."""
    crashed = crash.run("-c", textwrap.dedent(FORK))
    process = summary_of(crashed.dump).process

    assert [process.ppid, process.pid] == [int(word) for word in crashed.stdout.split()]


EXPLICIT = """
    import tibidi
    tibidi.set_excepthook({arguments})
    x = 5
    x / 0
"""


@pytest.mark.parametrize("enabled", ["1", None])
def test_explicit_hook(crash: Crasher, enabled: str | None) -> None:
    """`set_excepthook()` prints one line instead of the traceback, and overrides the start hook."""
    crashed = crash.run("-c", textwrap.dedent(EXPLICIT.format(arguments="")), env={"TIBIDI_ENABLE": enabled})

    assert 1 == crashed.status
    assert "ZeroDivisionError: division by zero\nTraceback dumped into: traceback.pkl\n" == crashed.stderr
    assert [] == crashed.dumps
    assert "5" == variable(crash.work / "traceback.pkl", "x")


def test_explicit_hook_that_chains(crash: Crasher) -> None:
    """With replace=False the normal traceback comes first."""
    code = textwrap.dedent(EXPLICIT.format(arguments="'a.pkl', replace=False"))
    crashed = crash.run("-c", code, env={"TIBIDI_ENABLE": None})

    assert crashed.stderr.startswith("Traceback (most recent call last):\n")
    assert crashed.stderr.endswith("Traceback dumped into: a.pkl\n")


def test_explicit_hook_without_dump(crash: Crasher) -> None:
    """If no dump can be written, the traceback is printed, and the reason."""
    code = textwrap.dedent(EXPLICIT.format(arguments="'missing/a.pkl'"))
    crashed = crash.run("-c", code, env={"TIBIDI_ENABLE": None})

    assert 1 == crashed.status
    assert "Traceback (most recent call last):\n" in crashed.stderr
    said = "No such file or directory: missing/a.pkl; name a file in a folder that can be written"
    assert f"tibidi: no dump: {said}\n" in crashed.stderr


def test_silence(crash: Crasher) -> None:
    """With TIBIDI_SILENT nothing is printed."""
    silent = crash("divide.py", "5", "0", env={"TIBIDI_SILENT": "1"})
    without = crash("divide.py", "5", "0", env={"TIBIDI_ENABLE": None})

    assert without.stderr == silent.stderr
    assert 1 == len(silent.dumps)
