"""Ways in which a program can fail, as scripts/doors tries them: those that are fast."""

from __future__ import annotations

import re
import shutil
from typing import TYPE_CHECKING

import pytest
from crashing import PROGRAMS

from tibidi.dumpfile.reader import Reader

if TYPE_CHECKING:
    from pathlib import Path

    from crashing import Crash, Crasher

pytestmark = pytest.mark.ends

NAMES = [
    "asyncio_server",
    "child_manager",
    "exit_child",
    "exit_deep",
    "exit_message",
    "log_in_code",
    "log_text",
    "plain_finalize",
    "plain_thread_hook",
    "pool_futures_init",
    "pool_threads_init",
    "pool_threads_unseen",
    "pool_threads_unseen_at_exit",
    "printed_logging_handler",
    "printed_print_exc",
    "printed_queue",
    "printed_socketserver",
    "printed_udp",
    "printed_wsgiref",
    "printed_xmlrpc",
]
NO_CRASHES = [
    "exit_argparse",
    "exit_caught",
    "exit_optparse",
    "exit_status",
    "exit_typer_status",
    "log_outside",
    "pool_threads_seen",
    "printed_logging_disk",
    "printed_print_exc_off",
    "printed_print_exc_text",
    "printed_socketserver_gone",
]
# With libraries, where they are installed.
LIBRARIES = [
    "child_billiard",
    "exit_click",
    "exit_click_abort",
    "exit_click_status",
    "log_loguru",
    "log_loguru_catch",
    "log_structlog",
    "log_structlog_json",
    "one_rich",
    "pool_joblib_loky",
    "pool_joblib_threading",
    "printed_cleo",
    "web_bottle_caught",
    "web_flask",
    "web_flask_debug",
    "web_litestar",
]

# loky's resource tracker warns of semaphores now and then, whoever runs it: joblib's issues 1091 and 1273.
TRACKER = re.compile(r".*resource_tracker\.py:\d+: UserWarning: .*\n(?:  warnings\.warn\(.*\n)?")


def facts(name: str) -> dict[str, str]:
    """Return what the comment at the top of a program says of it."""
    lines = (PROGRAMS / "doors" / f"{name}.py").read_text(encoding="utf-8").splitlines()
    return dict(line[2:].split(": ", 1) for line in lines[1:] if line.startswith("# ") and ": " in line)


def run(crash: Crasher, name: str, *, enabled: bool = True) -> Crash:
    """Run a program of tests/programs/doors."""
    env = dict(pair.split("=", 1) for pair in facts(name).get("env", "").split())
    env |= {"PYTHONPATH": str(crash.work), "TIBIDI_ENABLE": str(int(enabled))}
    shutil.copytree(PROGRAMS / "doors", crash.work, dirs_exist_ok=True)
    return crash(crash.work / f"{name}.py", env=env)


def orders(path: Path) -> list[str]:
    """Return the variables called `order` in a dump."""
    with Reader(str(path)) as reader:
        frames = [frame for record in reader.summary.exceptions for frame in record.frames]
    return [frame.locals["order"].preview for frame in frames if frame.name == "work"]


def plain(text: str) -> list[str]:
    """Return the lines of an output without those of tibidi, and without numbers and addresses."""
    text = TRACKER.sub("", text)
    return sorted(
        re.sub(r"0x[0-9a-f]+|\d+", "", line) for line in text.splitlines() if "Traceback dumped into: " not in line
    )


@pytest.mark.parametrize("name", [*NAMES, *LIBRARIES])
def test_doors(crash: Crasher, name: str) -> None:
    """A failure that a library catches leaves one dump with its variables, and changes nothing else."""
    for need in facts(name).get("needs", "").split():
        pytest.importorskip(need)
    without = run(crash, name, enabled=False)
    crashed = run(crash, name)

    assert [] == without.dumps
    assert (without.status, plain(without.stdout)) == (crashed.status, plain(crashed.stdout))
    assert plain(without.stderr) == plain(crashed.stderr)
    assert "{'id': 7, 'amount': 0}" in orders(crashed.dump)


def test_task_that_is_kept(crash: Crasher) -> None:
    """A task that failed, and that nobody has awaited when the program ends, leaves a dump: asyncio prints it later."""
    assert ["{'id': 7, 'amount': 0}"] == orders(run(crash, "asyncio_task_kept").dump)


@pytest.mark.parametrize("name", NO_CRASHES)
def test_no_doors(crash: Crasher, name: str) -> None:
    """A client that has gone is no crash, nor is what an application handles, nor an exit without an exception."""
    for need in facts(name).get("needs", "").split():
        pytest.importorskip(need)
    assert [] == run(crash, name).dumps


def test_variables_that_stayed_in_a_worker(crash: Crasher) -> None:
    """`info`, `show` and the debugger say so where only the parent's dump is at hand, and name no text a cause."""
    crashed = run(crash, "pool_multiprocessing_main")
    [parent] = [path for path in crashed.dumps if not orders(path)]
    said = "variables of the failing frame stayed in the worker process"
    info = crash.run("-m", "tibidi", "info", str(parent)).stdout
    show = crash.run("-m", "tibidi", "show", str(parent)).stdout
    debugger = crash.run("-m", "tbdebug", str(parent), stdin="q\n").stdout

    assert 2 == len(crashed.dumps)
    assert [1, 1, 1] == [text.count(said) for text in (info, show, debugger)]
    assert "root cause" not in info
    assert "caused by" not in show
