"""This process as it was at the start, whatever the application patches, changes or uses up later.

Test suites and libraries such as freezegun replace `os.path.exists`, `open` or
`time.time` while a hook may have to write a dump.  So the crash side imports
`os`, `time` and `io` from here: copies of the modules, made when this module was
imported (the idea is that of `isolate_module` in coverage.py).  The settings
in the environment and `sys.path` are kept as well.

A process that crashed because it ran out of memory or descriptors gets some
back for its dump from the `reserve`: a block of address space that is never
touched and therefore costs no memory, an unused pipe, and a raised limit of
open files.

All of this is imported at every start, so it must cost next to nothing.  That
is why it is in the `__init__` of the package: finding one more module costs
0.15 ms.
"""

# No `from __future__ import annotations` here: importing it costs 0.1 ms at every start.

import sys as _sys
from _thread import RLock as _RLock

from tibidi import TYPE_CHECKING

if TYPE_CHECKING:
    import io as io
    import os as os
    import time as time
    from collections.abc import Callable
    from types import FrameType
    from types import TracebackType
    from typing import Any
    from typing import TypeVar

    F = TypeVar("F", bound=Callable[..., object])
else:

    def _isolated(name):
        """Return a copy of a module with its present attributes; submodules are not copied."""
        module = __import__(name)
        copy = type(_sys)(name, module.__doc__)
        copy.__dict__.update(module.__dict__)
        return copy

    os = _isolated("os")
    os.path = _isolated("posixpath" if os.name == "posix" else "ntpath")
    time = _isolated("time")
    io = _isolated("io")

# The settings in the environment; `tibidi.config` parses them when it is imported.
environ = {_name: os.environ[_name] for _name in os.environ if _name.startswith("TIBIDI_")}

# `sys.path` without the directory of the program, since tibidi must not import a `json.py` from there.  The start
# hook runs before that directory is in `sys.path`, a call of `set_excepthook()` afterwards.
_main = getattr(_sys.modules.get("__main__"), "__file__", None)
_programs = {"", os.path.dirname(os.path.abspath(_main)) if isinstance(_main, str) else ""}
start_path = [_entry for _entry in _sys.path if isinstance(_entry, str) and _entry not in _programs]
program_path = [_entry for _entry in _sys.path if isinstance(_entry, str) and _entry in _programs]

RESERVED_BYTES = 40 << 20
# The pipe has this number and the next lower one: above the low numbers that programs rely on, and below the limits
# that they set themselves.  A descriptor beyond a lowered limit is of no use: new ones must be below it.
HIGHEST_DESCRIPTOR = 63
ENOUGH_DESCRIPTORS = 1_023  # a lower limit of open files is raised for a dump


class Reserve:
    """Memory and descriptors set aside for a crash; a context manager that releases them and fills them again.

    Threads that crash at the same time share it: the last one to leave fills
    it again.
    """

    def __init__(self) -> None:
        self._memory: bytes | None = None
        self._pipe: tuple[int, ...] = ()
        self._identity: tuple[int, int] | None = None
        self._limits: Any = None
        self._lock = _RLock()  # reentrant, for signal handlers and finalizers
        self._crashes = 0

    def reset_after_fork(self) -> None:
        """Forget the crashes of other threads, which do not exist in a child of fork()."""
        self._lock = _RLock()
        if self._crashes:
            self._crashes = 1
            self.__exit__()

    def fill(self) -> None:
        """Set aside what is missing from the reserve; a process that has nothing to spare goes without."""
        with self._lock:
            try:
                if self._memory is None:
                    self._memory = bytes(RESERVED_BYTES)  # calloc: untouched pages take no memory
                if not self._pipe and os.name == "posix":
                    self._take_pipe()
            except Exception:  # noqa: BLE001 - no memory, no descriptors, or a fake file system of a test
                return

    def release(self) -> None:
        """Give the memory and the descriptors back to the process."""
        with self._lock:
            self._memory = None
            for descriptor in self._pipe:
                # The application may have closed all descriptors and opened a file of its own under this number.
                if _identity(descriptor) == self._identity:
                    _close(descriptor)
            self._pipe = ()

    def __enter__(self) -> None:
        """Release the reserve for a crash."""
        with self._lock:
            self._crashes += 1
            self.release()
            self._lift_limit()

    def __exit__(self, *_: object) -> None:
        """Fill the reserve again, for the next crash of a process that goes on."""
        with self._lock:
            self._crashes = max(0, self._crashes - 1)  # 0 in a child that was forked inside a crash
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
        """Raise the limit of open files; an application that lowered it since the start has imported `resource`."""
        if self._limits is not None:  # raised by the crash of another thread
            return
        resource: Any = _sys.modules.get("resource")
        try:
            soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
            if not 0 <= soft < ENOUGH_DESCRIPTORS:  # -1 is RLIM_INFINITY
                return
            self._limits = soft, hard
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
            if 0 <= hard < ENOUGH_DESCRIPTORS:
                resource.setrlimit(resource.RLIMIT_NOFILE, (ENOUGH_DESCRIPTORS, ENOUGH_DESCRIPTORS))  # allowed for root
        except (AttributeError, OSError, ValueError):  # AttributeError: None, or another module of that name
            return


def _identity(descriptor: int) -> "tuple[int, int] | None":
    """Return device and inode of the open file, None for a closed descriptor."""
    try:
        status = os.fstat(descriptor)
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _close(descriptor: int) -> None:
    try:
        os.close(descriptor)
    except OSError:  # another thread has just closed it
        return


def _moved(descriptor: int, number: int) -> int:
    """Move a descriptor to `number` if that is free; return its number."""
    if number <= descriptor or _identity(number) is not None:
        return descriptor
    os.dup2(descriptor, number, inheritable=False)
    os.close(descriptor)
    return number


reserve = Reserve()

# Reads `__traceback__` even of an exception whose class overrides attribute access.
traceback_of: "Callable[[BaseException], TracebackType | None]" = vars(BaseException)["__traceback__"].__get__

# Code objects below which everything on a stack is part of a dump, by id: hashing a code object takes long.
_dump_codes: set[int] = set()


def runs_a_dump(function: "F") -> "F":
    """Mark a function, as a decorator: what it calls is part of a dump."""
    _dump_codes.add(id(function.__code__))
    return function


def is_inside_dump(frame: "FrameType | None") -> bool:
    """Return True if `frame` or a caller of it is making a dump, so that a failure there is not another crash.

    A finalizer or a signal handler may fail in the middle of a dump, when
    modules are half imported; so this needs no import.
    """
    while frame is not None:
        if id(frame.f_code) in _dump_codes:
            return True
        frame = frame.f_back
    return False
