"""What is kept from the start for a crash, whatever is patched, changed or used up later.

Test suites and freezing libraries replace `os.path.exists`, `open` or
`time.time` while our hook may have to write a dump.  So the capture side
takes what it needs from here: copies of the modules whose functions stay what
they were when this module was imported (the idea is that of coverage.py's
`isolate_module`); the settings; and where modules are imported from.

And a process that has crashed because it ran out of memory or descriptors
gets some back for its dump, from the `reserve`: a block of address space that
is never touched and therefore costs no memory, a pipe that nobody uses, and
leave to open as many files as may be.

All of this is imported at every start, so it must cost next to nothing.
"""

# No `from __future__ import annotations` here: importing it costs 0.1 ms at every start.

import sys as _sys
from _thread import RLock as _RLock

from tibidi import TYPE_CHECKING

if TYPE_CHECKING:
    import io as io
    import os as os
    import time as time
    from typing import Any
else:

    def _isolated(name):
        """Return a copy of a module with the attributes that it has now; its submodules are the same as before."""
        module = __import__(name)
        copy = type(_sys)(name, module.__doc__)
        copy.__dict__.update(module.__dict__)
        return copy

    os = _isolated("os")
    os.path = _isolated("posixpath" if os.name == "posix" else "ntpath")
    time = _isolated("time")
    io = _isolated("io")

# The settings; `tibidi.config` reads them when something asks for one.
environ = {_name: os.environ[_name] for _name in os.environ if _name.startswith("TIBIDI_")}

# `sys.path`, the program's directory apart: a `json.py` in it must not be ours.  The start hook runs before
# that is in `sys.path`, code that calls `set_excepthook()` runs after.
_main = getattr(_sys.modules.get("__main__"), "__file__", None)
_programs = {"", os.path.dirname(os.path.abspath(_main)) if isinstance(_main, str) else ""}
start_path = [_entry for _entry in _sys.path if isinstance(_entry, str) and _entry not in _programs]
program_path = [_entry for _entry in _sys.path if isinstance(_entry, str) and _entry in _programs]

RESERVED_BYTES = 40 << 20
# The pipe stands here or below, away from the low numbers that programs count on, and within every usual limit.
HIGHEST_DESCRIPTOR = 1_023


class Reserve:
    """A process has one; it can be released and filled again as often as there are crashes.

    Threads that crash at the same moment share it: it is filled again when
    the last of them is through.
    """

    def __init__(self) -> None:
        self._memory: bytes | None = None
        self._pipe: tuple[int, ...] = ()
        self._identity: tuple[int, int] | None = None
        self._limits: Any = None
        self._lock = _RLock()  # reentrant, for signal handlers and finalizers
        self._crashes = 0

    def reset_after_fork(self) -> None:
        """Be as before any crash: in a child of fork() the threads that had one are not there."""
        self._lock = _RLock()
        if self._crashes:
            self._crashes = 1
            self.__exit__()

    def fill(self) -> None:
        """Put aside what is not yet; a process that has none to spare goes on without."""
        with self._lock:
            try:
                if self._memory is None:
                    self._memory = bytes(RESERVED_BYTES)  # calloc: pages that are never touched are never there
                if not self._pipe and os.name == "posix":
                    self._take_pipe()
            except Exception:  # noqa: BLE001 - no memory, no descriptors, or a file system that a test has made up
                return

    def release(self) -> None:
        """Give everything back to the process."""
        with self._lock:
            self._memory = None
            for descriptor in self._pipe:
                # Somebody who closed all descriptors may have got the number again: theirs is not ours to close.
                if _identity(descriptor) == self._identity:
                    _close(descriptor)
            self._pipe = ()

    def __enter__(self) -> None:
        """Let a crash have it."""
        with self._lock:
            self._crashes += 1
            self.release()
            self._lift_limit()

    def __exit__(self, *_: object) -> None:
        """Put everything aside again, for the next crash of a process that lives on."""
        with self._lock:
            self._crashes = max(0, self._crashes - 1)  # this may be a child that began anew inside a crash
            if self._crashes:
                return
            if self._limits is not None:
                resource = _sys.modules["resource"]
                resource.setrlimit(resource.RLIMIT_NOFILE, self._limits)
                self._limits = None
            self.fill()

    def _take_pipe(self) -> None:
        ends = os.pipe()
        self._identity = _identity(ends[0])  # the same for both ends, and no other file's
        top = min(os.sysconf("SC_OPEN_MAX") - 1, HIGHEST_DESCRIPTOR)
        self._pipe = tuple([_moved(end, top - place) for place, end in enumerate(ends)])

    def _lift_limit(self) -> None:
        """Allow as many descriptors as may be: whoever lowered the limit since the start has imported `resource`."""
        if self._limits is not None:  # another thread's crash has
            return
        resource: Any = _sys.modules.get("resource")
        try:
            soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
            if not 0 <= soft < HIGHEST_DESCRIPTOR:  # -1 is RLIM_INFINITY
                return
            self._limits = soft, hard
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
            if 0 <= hard < HIGHEST_DESCRIPTOR:
                resource.setrlimit(resource.RLIMIT_NOFILE, (HIGHEST_DESCRIPTOR, HIGHEST_DESCRIPTOR))  # root may
        except (AttributeError, OSError, ValueError):  # AttributeError: None, or not the module that we know
            return


def _identity(descriptor: int) -> "tuple[int, int] | None":
    """Return device and inode of what is open there; None where nothing is."""
    try:
        status = os.fstat(descriptor)
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _close(descriptor: int) -> None:
    try:
        os.close(descriptor)
    except OSError:  # another thread of the application has, in this moment
        return


def _moved(descriptor: int, number: int) -> int:
    """Move a descriptor to a number, if that is free; return where it is."""
    if number <= descriptor or _identity(number) is not None:
        return descriptor
    os.dup2(descriptor, number, inheritable=False)
    os.close(descriptor)
    return number


reserve = Reserve()
