"""Room for deep stacks: recursion that ended a program must not end ours.

Measured on CPython 3.9 to 3.13: 20,000 revived frames fit into the usual
8 MiB of stack, 50,000 want a thread with a larger one.  Calls by `exec`, for
class bodies, spend C stack on every version, and from 3.12 on their number is
limited whatever the recursion limit: see `exceptions` for what happens then.
"""

from __future__ import annotations

import sys
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterator

MARGIN_FRAMES = 1000  # for what runs below and inside the revived stack
MAX_ON_THIS_STACK = 3000
BIG_STACK_BYTES = 512 << 20  # address space, not memory: pages come on first use


def with_room(work: Callable[[], None], depth: int) -> None:
    """Run `work`, which goes `depth` frames deep, where there is room for it."""
    with recursion_limit(depth + MARGIN_FRAMES):
        if depth <= MAX_ON_THIS_STACK:
            work()
            return
        with big_stack(depth):
            thread = threading.Thread(target=work, name="tibidi-deep")
            thread.start()
        thread.join()


@contextmanager
def recursion_limit(frames: int) -> Iterator[None]:
    """Allow for `frames` more frames than are on the stack usually."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(max(before, frames + MARGIN_FRAMES))
    try:
        yield
    finally:
        sys.setrecursionlimit(before)


@contextmanager
def big_stack(depth: int) -> Iterator[None]:
    """Give threads that are started within a stack for `depth` frames."""
    before = threading.stack_size()
    if depth > MAX_ON_THIS_STACK:
        threading.stack_size(BIG_STACK_BYTES)
    try:
        yield
    finally:
        threading.stack_size(before)
