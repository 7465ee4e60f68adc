"""tibidi.capture.tasks: the tasks of asyncio, without running code of their classes."""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING

from tibidi.capture import tasks as capture
from tibidi.capture.stacks import survey

if TYPE_CHECKING:
    from collections.abc import Coroutine
    from typing import Any

    import pytest

    from tibidi.look.frames import LiveCrash, LiveTask


async def leaf(amount: int) -> None:
    """Wait for ever."""
    await asyncio.sleep(600 + amount)


async def branch(amount: int) -> None:
    """Wait for the leaf."""
    label = f"branch {amount}"
    await leaf(amount)
    assert label


async def fail() -> None:
    """Fail at once."""
    raise ValueError("in a task")


class CountingTask(asyncio.Task):  # type: ignore[type-arg]  # of no matter what
    """A task that counts the calls of its methods."""

    calls = 0

    def get_name(self) -> str:
        """Count."""
        type(self).calls += 1
        return "another name"

    def done(self) -> bool:
        """Count."""
        type(self).calls += 1
        return super().done()


async def surveyed(*tasks: asyncio.Task[None]) -> LiveCrash:
    """Let tasks run until they wait, then return what is alive; cancel them."""
    await asyncio.sleep(0.01)
    crash = survey(ValueError("x"))
    for task in tasks:
        (asyncio.Task if isinstance(task, asyncio.Task) else type(task)).cancel(task)
    await asyncio.gather(*tasks, return_exceptions=True)
    return crash


def run(main: Coroutine[Any, Any, LiveCrash]) -> tuple[LiveCrash, dict[str, LiveTask]]:
    """Return what main() returns, and its tasks by name."""
    crash = asyncio.run(main)
    return crash, {task.name: task for task in crash.tasks}


def test_pending() -> None:
    """A task that waits has the functions that await each other, outermost first, and their variables."""

    async def main() -> LiveCrash:
        return await surveyed(asyncio.create_task(branch(21), name="pending"))

    task = run(main())[1]["pending"]
    assert task.state.startswith("pending, waiting for ")
    assert ["branch", "leaf", "sleep"] == [live.frame.f_code.co_name for live in task.frames]
    assert "branch 21" == task.frames[0].namespace["label"]


def test_running() -> None:
    """The task that dumps is running, and comes first."""

    async def main() -> LiveCrash:
        return await surveyed(asyncio.create_task(leaf(1)))

    crash, _ = run(main())
    assert ["running"] == [each.state for each in crash.tasks[:1]]


def test_failed() -> None:
    """A task that failed and is still referred to has the frames of its traceback."""

    async def main() -> LiveCrash:
        return await surveyed(asyncio.create_task(fail(), name="failed"))

    task = run(main())[1]["failed"]
    assert "failed" == task.state
    assert ["fail"] == [live.frame.f_code.co_name for live in task.frames]


def test_task_in_python() -> None:
    """A task of the class in Python, the only one on PyPy, has its state as an attribute of the class."""

    async def main() -> LiveCrash:
        loop, kind = asyncio.get_running_loop(), asyncio.tasks._PyTask  # type: ignore[attr-defined]  # not in typeshed
        return await surveyed(kind(leaf(1), loop=loop, name="in Python"))

    task = run(main())[1]["in Python"]
    assert "pending, waiting for _asyncio.Future" == task.state
    assert ["leaf", "sleep"] == [live.frame.f_code.co_name for live in task.frames]


def test_methods_of_a_subclass_are_not_called() -> None:
    """Name and state are read from the fields of asyncio's own class."""
    calls: list[int] = []

    async def main() -> LiveCrash:
        task = CountingTask(leaf(1), loop=asyncio.get_running_loop(), name="counting")
        await asyncio.sleep(0.01)
        calls.append(CountingTask.calls)
        crash = survey(ValueError("x"))
        calls.append(CountingTask.calls)
        asyncio.Task.cancel(task)
        return crash

    assert run(main())[1]["counting"].state.startswith("pending")
    assert calls[1] - calls[0] == (sys.version_info >= (3, 14))  # asyncio.all_tasks(), in C, asks each if it is done


def test_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of very many tasks some are left out, and the omission says how many."""
    monkeypatch.setattr(capture, "MAX_TASKS", 2)

    async def main() -> LiveCrash:
        return await surveyed(*[asyncio.create_task(leaf(number)) for number in range(4)])

    crash, _ = run(main())
    assert 2 == len(crash.tasks)
    (omission,) = [each for each in crash.omissions if each.path == "tasks"]
    assert 3 <= int(omission.detail.partition(" more tasks")[0])  # those of other tests may be there as well
