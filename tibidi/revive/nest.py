"""A whole stack as something that can be called: every frame calls the next one."""

from __future__ import annotations

import functools
import itertools
import operator
from typing import TYPE_CHECKING

from tibidi.revive.code import CALL
from tibidi.revive.code import EXECUTE
from tibidi.revive.code import HAS_MONITORING
from tibidi.revive.code import PARK
from tibidi.revive.code import RAISE
from tibidi.revive.code import STOP
from tibidi.revive.code import Holder
from tibidi.revive.frames import revived

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterator
    from collections.abc import Mapping
    from collections.abc import Sequence

    from tibidi.dump import DumpedFrame
    from tibidi.revive.frames import Call


def raising(frames: Sequence[DumpedFrame], exception: BaseException, renamed: Mapping[str, str]) -> Call:
    """Return the call that makes the stack and raises `exception` at its inner end."""
    holder = Holder()
    holder.exception = exception
    return _nest(frames, RAISE, holder, renamed)


def stopping(
    frames: Sequence[DumpedFrame],
    exception: BaseException,
    doors: Sequence[Callable[[], object]],
    renamed: Mapping[str, str],
) -> Call:
    """Return the call that makes the stack, calls each door in its innermost frame and then raises.

    The doors are called from C, so that no frame of ours lies between the
    captured one and a debugger that looks at its caller.
    """
    holder = Holder()
    holder.exception = exception
    calls = map(operator.methodcaller("__call__"), doors)
    holder.door = functools.partial(list, calls) if HAS_MONITORING else calls
    return _nest(frames, STOP, holder, renamed)


def parking(frames: Sequence[DumpedFrame], arrive: Callable[[], Iterator[object]], renamed: Mapping[str, str]) -> Call:
    """Return the call that makes the stack, and whose innermost frame iterates over what `arrive` returns there."""
    holder = Holder()
    holder.door = itertools.chain.from_iterable(map(operator.methodcaller("__call__"), [arrive]))
    return _nest(frames, PARK, holder, renamed)


def _nest(frames: Sequence[DumpedFrame], ending: str, holder: Holder, renamed: Mapping[str, str]) -> Call:
    """Build from the inside out: each frame needs the call of the one it calls."""
    call = revived(frames[-1], ending, holder, renamed)
    for frame in reversed(frames[:-1]):
        holder = Holder()
        holder.callee, holder.arguments = call
        call = revived(frame, EXECUTE if call.arguments else CALL, holder, renamed)
    return call
