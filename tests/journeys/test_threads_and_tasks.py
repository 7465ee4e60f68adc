"""Threads and asyncio tasks: where they stood, with their variables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tibidi.dumpfile.reader import Reader

if TYPE_CHECKING:
    from pathlib import Path

    from crashing import Crasher

    from tibidi.model import Summary, TaskRecord, ThreadRecord


def summary_of(path: Path) -> Summary:
    """Return the summary of a dump."""
    with Reader(str(path)) as reader:
        return reader.summary


def names(record: ThreadRecord | TaskRecord) -> list[str]:
    """Return the names of the functions on a stack, outermost first."""
    return [frame.name for frame in record.frames]


def test_threads(crash: Crasher) -> None:
    """All threads are there with frames and variables, however they were started, and no thread of tibidi."""
    threads = summary_of(crash("tasks_threads.py").dump).threads
    by_name = {thread.name: thread for thread in threads}
    bare = next(thread for thread in threads if names(thread) == ["bare"])

    assert {"MainThread", "worker", "waiter-0", "waiter-1", bare.name} == set(by_name)
    assert ["MainThread"] == [thread.name for thread in threads if thread.crashed]
    assert "'waiter 1'" == by_name["waiter-1"].frames[0].locals["label"].preview
    assert ["wait", "wait", "wait"] == names(by_name["waiter-0"])
    assert by_name["worker"].daemon
    assert "int" == by_name["worker"].frames[0].locals["total"].type


def test_pending_tasks(crash: Crasher, tmp_path: Path) -> None:
    """Tasks that wait are there with the whole chain of awaits, and their variables."""
    crashed = crash("tasks_running.py", str(tmp_path / "dump.pkl"))
    tasks = {task.name: task for task in summary_of(tmp_path / "dump.pkl").tasks}

    assert "" == crashed.stderr
    assert {"first", "consumer", "waiter", "joined"} < set(tasks)
    assert ["branch", "leaf", "sleep"] == names(tasks["first"])
    assert "'branch 21'" == tasks["first"].frames[0].locals["label"].preview
    assert "42" == tasks["first"].frames[1].locals["doubled"].preview
    assert ["consume", "numbers", "sleep"] == names(tasks["consumer"])
    assert ["wait"] == names(tasks["waiter"])
    assert "wait_for" in names(tasks["joined"])
    assert all(task.state.startswith("pending, waiting for ") for task in tasks.values() if "main" not in names(task))
    assert ["running"] == [task.state for task in tasks.values() if "main" in names(task)]


def test_tasks_that_asyncio_run_has_cancelled(crash: Crasher) -> None:
    """Where a task stood when asyncio.run() cancelled it, because main() raised, is still known."""
    (task,) = [task for task in summary_of(crash("tasks_cancelled.py").dump).tasks if task.name == "child"]

    assert "cancelled" == task.state
    assert ["child", "sleep"] == names(task)
    assert "42" == task.frames[0].locals["doubled"].preview
