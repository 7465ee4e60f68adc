"""What is put aside at the start for a crash that has run out of it.

A process that crashes because it has no descriptors or no memory left has
none for its dump either.  So a pipe is held that nobody uses, and a block of
address space that is never touched and therefore costs no memory; both are
given back to the process while a dump is written.
"""

from __future__ import annotations

import sys

from tibidi.pristine import os

RESERVED_BYTES = 40 << 20
# The pipe stands here or below, away from the low numbers that programs count on, and within every usual limit.
HIGHEST_DESCRIPTOR = 1_023


class Reserve:
    """Descriptors and memory put aside."""

    def __init__(self) -> None:
        self._memory: bytes | None = None
        self._pipe: tuple[int, ...] = ()
        self._identity: tuple[int, int] | None = None
        self._limits: tuple[int, int] | None = None

    def fill(self) -> None:
        """Put aside what is not yet; a process that has none to spare goes on without."""
        if self._memory is None:
            try:
                self._memory = bytes(RESERVED_BYTES)  # calloc: pages that are never touched are never there
            except MemoryError:
                return
        if not self._pipe and os.name == "posix":
            try:
                self._take_pipe()
            except OSError:
                return

    def release(self) -> None:
        """Give everything back to the process."""
        self._memory = None
        for descriptor in self._pipe:
            # Somebody who closed all descriptors may have got the number again: theirs is not ours to close.
            if self._is_ours(descriptor):
                os.close(descriptor)
        self._pipe = ()

    def __enter__(self) -> None:
        """Let a crash have it."""
        self.release()
        self._raise_limit()

    def __exit__(self, *_: object) -> None:
        """Put everything aside again, for the next crash of a process that lives on."""
        self._restore_limit()
        self.fill()

    def _take_pipe(self) -> None:
        ends = os.pipe()
        status = os.fstat(ends[0])
        self._identity = status.st_dev, status.st_ino  # the same for both ends, and no other file's
        top = min(os.sysconf("SC_OPEN_MAX") - 1, HIGHEST_DESCRIPTOR)
        self._pipe = tuple(_moved(end, top - place) for place, end in enumerate(ends))

    def _is_ours(self, descriptor: int) -> bool:
        try:
            status = os.fstat(descriptor)
        except OSError:
            return False
        return (status.st_dev, status.st_ino) == self._identity

    def _raise_limit(self) -> None:
        """Allow as many descriptors as may be: whoever lowered the limit since the start has imported `resource`."""
        resource = sys.modules.get("resource")
        if resource is None:
            return
        try:
            limits = resource.getrlimit(resource.RLIMIT_NOFILE)
            if not 0 <= limits[0] < HIGHEST_DESCRIPTOR:  # -1 is RLIM_INFINITY
                return
            self._limits = limits
            resource.setrlimit(resource.RLIMIT_NOFILE, (limits[1], limits[1]))
            if 0 <= limits[1] < HIGHEST_DESCRIPTOR:
                resource.setrlimit(resource.RLIMIT_NOFILE, (HIGHEST_DESCRIPTOR, HIGHEST_DESCRIPTOR))  # root may
        except (AttributeError, OSError, ValueError):  # AttributeError: not the module of that name that we know
            return

    def _restore_limit(self) -> None:
        if self._limits is not None:
            resource = sys.modules["resource"]
            resource.setrlimit(resource.RLIMIT_NOFILE, self._limits)
            self._limits = None


def _moved(descriptor: int, number: int) -> int:
    """Move a descriptor to a number, if that is free; return where it is."""
    if number <= descriptor:
        return descriptor
    try:
        os.fstat(number)
    except OSError:
        os.dup2(descriptor, number, inheritable=False)
        os.close(descriptor)
        return number
    return descriptor
