"""tibidi.capture.exceptions: the frames of tibidi and of its launchers are no part of the application's stack."""

from __future__ import annotations

import sys
import threading
from typing import TYPE_CHECKING

from tibidi.capture import exceptions as launcher

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType


def frame_of(file: str, name: str = "function", module: str = "some_module") -> FrameType:
    """Return a frame of a function of that name in that file."""
    namespace = {"__name__": module, "sys": sys}
    exec(compile(f"def {name}():\n    return sys._getframe()\n", file, "exec"), namespace)
    function: Callable[[], FrameType] = namespace[name]  # type: ignore[assignment]  # just defined
    return function()


RUNPY = frame_of("<frozen runpy>", module="runpy")
COMMAND = frame_of(launcher.PACKAGE + "commands/tbdump.py")
HOOK = frame_of(launcher.PACKAGE + "hooks/__init__.py")
SCRIPT = frame_of("/usr/bin/tbdump")
APPLICATION = frame_of("/srv/app.py")


def without_launcher(*frames: FrameType) -> list[FrameType]:
    """Return what is left of a stack."""
    return launcher.without_launcher(list(frames), list(frames))


def test_own_frames() -> None:
    """A frame is tibidi's if its file is in the package, and not if that only looks similar."""
    assert launcher.is_ours(HOOK)
    assert not launcher.is_ours(frame_of(launcher.PACKAGE.rstrip("/") + "_plugin/hooks.py"))


def test_tbdump() -> None:
    """`python -m tbdump` and the console script are left out, with the runpy that runs the program."""
    assert [APPLICATION] == without_launcher(RUNPY, SCRIPT, COMMAND, RUNPY, RUNPY, APPLICATION)
    assert [APPLICATION] == without_launcher(SCRIPT, COMMAND, APPLICATION)


def test_runpy_of_the_application() -> None:
    """The application's own use of runpy stays, and so does a stack without a launcher."""
    assert [RUNPY, APPLICATION] == without_launcher(RUNPY, APPLICATION)
    assert [APPLICATION, RUNPY] == without_launcher(COMMAND, APPLICATION, RUNPY)


def test_functions_that_hooks_wrap() -> None:
    """A hook around the function of a thread or process is left out at the outer end only."""
    assert [APPLICATION, HOOK] == without_launcher(HOOK, APPLICATION, HOOK)
    assert [APPLICATION] == launcher.without_hook([APPLICATION, HOOK, HOOK])
    assert [HOOK, APPLICATION] == launcher.without_hook([HOOK, APPLICATION])


def test_threading() -> None:
    """What the threading module puts around the function of a thread is left out."""
    stacks: list[list[FrameType]] = []

    def look() -> None:
        frame: FrameType | None = sys._getframe()
        stack: list[FrameType] = []
        while frame is not None:
            stack.insert(0, frame)
            frame = frame.f_back
        stacks.append(stack)

    thread = threading.Thread(target=look)
    thread.start()
    thread.join()

    assert len(stacks[0]) > 1
    assert ["look"] == [frame.f_code.co_name for frame in launcher.without_bootstrap(stacks[0])]
