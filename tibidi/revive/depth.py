"""Space for deep stacks: the recursion that ended a program must not end the debugger.

Measured on CPython 3.9 to 3.13: 20,000 revived frames fit into the usual 8 MiB of stack, 50,000 need a thread with a
larger one.  Calls by `exec`, for class bodies, use C stack on every version, and since 3.12 their number is limited
whatever the recursion limit: `exceptions` handles that.
"""

from __future__ import annotations

import _thread
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

MARGIN_FRAMES = 1000  # for the calls below and inside the revived stack
MAX_ON_THIS_STACK = 3000
BIG_STACK_BYTES = 512 << 20  # address space, not memory: pages are allocated on first use


def run_deep(work: Callable[[], None], depth: int) -> None:
    """Run `work`, which goes `depth` frames deep, on a stack that is large enough."""
    with recursion_limit(depth + MARGIN_FRAMES):
        if depth <= MAX_ON_THIS_STACK:
            work()
            return
        import threading  # few stacks are so deep

        with big_stack(depth):
            thread = threading.Thread(target=work, name="tibidi-deep")
            thread.start()
        thread.join()


@contextmanager
def recursion_limit(frames: int) -> Iterator[None]:
    """Allow `frames` more frames than are usually on the stack."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(max(before, frames + MARGIN_FRAMES))
    try:
        yield
    finally:
        sys.setrecursionlimit(before)


@contextmanager
def big_stack(depth: int) -> Iterator[None]:
    """Give the threads that are started meanwhile a stack for `depth` frames."""
    before = _thread.stack_size()
    if depth > MAX_ON_THIS_STACK:
        _thread.stack_size(BIG_STACK_BYTES)
    try:
        yield
    finally:
        _thread.stack_size(before)
