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

A dump is made in a `DumpThread`, which the crashed thread waits for with a
`Watch`: a network file system that does not answer holds a thread in the
kernel for ever, where no signal interrupts it, be it in an import, in
`mkdir()` or in `fsync()`.

All of this is imported at every start, so it must cost next to nothing.  That
is why it is in the `__init__` of the package: finding one more module costs
0.15 ms.
"""

# No `from __future__ import annotations` here: importing it costs 0.1 ms at every start.

import builtins as builtins
import sys as sys
from _thread import RLock as _RLock
from _thread import allocate_lock as _allocate_lock
from _thread import get_ident as _get_ident
from _thread import stack_size as _stack_size
from _thread import start_new_thread as _start_new_thread

from tibidi import TYPE_CHECKING

if TYPE_CHECKING:
    import io as io
    import os as os
    import time as time
    from collections.abc import Callable, Iterator, Sequence
    from types import FrameType, TracebackType
    from typing import Any, TypeVar

    F = TypeVar("F", bound=Callable[..., object])
    T = TypeVar("T")
else:

    def _isolated(name):
        """Return a copy of a module with its present attributes; submodules are not copied."""
        module = __import__(name)
        copy = type(sys)(name, module.__doc__)
        copy.__dict__.update(module.__dict__)
        copy.__name__ = f"tibidi.process.{name}"  # pyfakefs replaces modules by their names, wherever they are
        return copy

    os = _isolated("os")
    os.path = _isolated("posixpath" if os.name == "posix" else "ntpath")
    time = _isolated("time")
    io = _isolated("io")

get_frame = sys._getframe  # a wrapper in Python would return the frame of its own caller

# The settings in the environment; `tibidi.config` parses them when it is imported.
environ = {_name: os.environ[_name] for _name in os.environ if _name.startswith("TIBIDI_")}

# `sys.path` without the directory of the program, since tibidi must not import a `json.py` from there.  The start
# hook runs before that directory is in `sys.path`, a call of `set_excepthook()` afterwards.
_main = getattr(sys.modules.get("__main__"), "__file__", None)
_programs = {"", os.path.dirname(os.path.abspath(_main)) if isinstance(_main, str) else ""}
start_path = [_entry for _entry in sys.path if isinstance(_entry, str) and _entry not in _programs]
program_path = [_entry for _entry in sys.path if isinstance(_entry, str) and _entry in _programs]

RESERVED_BYTES = 40 << 20
# The pipe has this number and the next lower one: above the low numbers that programs rely on, and below the limits
# that they set themselves.  A descriptor beyond a lowered limit is of no use: new ones must be below it.
HIGHEST_DESCRIPTOR = 63
ENOUGH_DESCRIPTORS = 1_023  # a lower limit of open files is raised for a dump
# Stack that a level of recursion takes, on the versions that need most.
BYTES_PER_LEVEL = 2 << 10
# The stack for a dump, except for its values; an application may have set a smaller default.
DUMP_STACK_BYTES = 8 << 20
# What a dump may take after its deadline, to end the file that it has written.
FINISH_SECONDS = 2.0
POLL_SECONDS = 0.05
NO_ANSWER = "given up after {:.0f} s: a file system or an import does not answer"

# The import system: an application may delete it from `sys.modules`.
importlib: "Any" = sys.modules["_frozen_importlib"]
# thread -> the lock that it waits for; from Python 3.12 on a list of locks, which is referenced weakly.
_waits: "Any" = getattr(importlib, "_blocking_on", None)
_List: "Any" = getattr(importlib, "_List", None)
monitoring: "Any" = getattr(sys, "monitoring", None)  # since Python 3.12
TOOL, NAME = 4, "tibidi"  # our tool there: PEP 669 reserves this id for no kind of tool
# The identifiers of the threads that make a dump while another one waits for them, or print a traceback.
dump_threads: "set[int]" = set()


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
                    self._memory = bytes(_affordable_bytes())  # calloc: untouched pages take no memory
                # A program that may open so few files needs all of them: else Python cannot even open its script.
                if not self._pipe and os.name == "posix" and os.sysconf("SC_OPEN_MAX") > 15:
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
                    os.closerange(descriptor, descriptor + 1)  # no error if another thread has just closed it
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
                resource = sys.modules["resource"]
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
        resource: Any = sys.modules.get("resource")
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


def _affordable_bytes() -> int:
    """Return how much memory the reserve has: at most a sixteenth of what the process may have (getrlimit(2))."""
    try:
        with io.open("/proc/self/limits", "rb", 0) as file:  # the module `resource` takes ten times as long
            lines = file.readall().splitlines()
    except OSError:
        return RESERVED_BYTES
    limits = [line.split()[3] for line in lines if line.startswith((b"Max address", b"Max data"))]
    return min([RESERVED_BYTES, *[int(limit) // 16 for limit in limits if limit.isdigit()]])


def _identity(descriptor: int) -> "tuple[int, int] | None":
    """Return device and inode of the open file, None for a closed descriptor."""
    try:
        status = os.fstat(descriptor)
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _moved(descriptor: int, number: int) -> int:
    """Move a descriptor to `number` if that is free; return its number."""
    if number <= descriptor or _identity(number) is not None:
        return descriptor
    os.dup2(descriptor, number, inheritable=False)
    os.close(descriptor)
    return number


reserve = Reserve()

# These read an attribute even of an exception whose class overrides attribute access.
traceback_of: "Callable[[BaseException], TracebackType | None]" = vars(BaseException)["__traceback__"].__get__
cause_of: "Callable[[BaseException], BaseException | None]" = vars(BaseException)["__cause__"].__get__
context_of: "Callable[[BaseException], BaseException | None]" = vars(BaseException)["__context__"].__get__
arguments_of: "Callable[[BaseException], Any]" = vars(BaseException)["args"].__get__


def callers(frame: "FrameType | None") -> "Iterator[FrameType]":
    """Yield a frame and its callers, the innermost first."""
    while frame is not None:
        yield frame
        frame = frame.f_back


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


class NoThread(RuntimeError):
    """No thread can be started, for example during finalization."""


class Waiting:
    """A fake module lock: tells importlib that the current thread waits for the thread `owner`.

    A module that logs an exception in its own body is dumped in the middle of
    its import.  Pickling an instance of one of its classes imports the module,
    whose lock the waiting thread holds.  importlib resolves such deadlocks by
    returning the half imported module (`_ModuleLock.has_deadlock` in
    Lib/importlib/_bootstrap.py), if it knows which thread waits for which.
    """

    def __init__(self) -> None:
        self.owner: Any = None
        self._thread = _get_ident()
        self._locks: Any = None
        self._before: object = None
        if _waits is None:
            return
        if _List is None:
            self._before = _waits.get(self._thread)  # set in a finalizer or a signal handler that runs inside an import
            _waits[self._thread] = self
        else:
            self._locks = _waits.setdefault(self._thread, _List())
            self._locks.append(self)

    def end(self) -> None:
        """Forget that the thread waits; a second call is a no-op."""
        if self._locks is not None:
            if self in self._locks:
                self._locks.remove(self)
        elif _waits is not None and _waits.get(self._thread) is self:
            if self._before is None:
                del _waits[self._thread]
            else:
                _waits[self._thread] = self._before


class DumpThread:
    """A bare thread that calls `function` once, with the levels of recursion that its stack allows.

    It has a copy of the context, so that context variables have their values.
    Once the function has returned, this refers to nothing of it but its
    exception, which `take_error` hands over.
    """

    def __init__(self, function: "Callable[[int], object]", stack_sizes: "Sequence[int]") -> None:
        self.error: BaseException | None = None
        self._function = function
        self._is_abandoned = False
        self._done = _allocate_lock()
        self._done.acquire()
        contexts: Any = sys.modules.get("_contextvars")  # without that module there are no variables
        self._call = contexts.copy_context().run if contexts else lambda function, levels: function(levels)
        self._waiting = Waiting()
        try:
            self.ident, self.levels = self._start(stack_sizes)
        except BaseException:
            self._waiting.end()
            raise

    def wait(self, seconds: float) -> bool:
        """Wait until the function has returned, `seconds` at most; return True if it has."""
        if not self._done.acquire(timeout=max(0.0, seconds)):
            return False
        self._done.release()
        return True

    def take_error(self) -> "BaseException | None":
        """Return the exception of the function, and forget it: its traceback has a frame that refers to this object."""
        error, self.error = self.error, None
        return error

    def abandon(self) -> None:
        """Stop waiting for the thread."""
        self._waiting.end()
        self._is_abandoned = True
        self.error = None

    def _start(self, stack_sizes: "Sequence[int]") -> tuple[int, int]:
        before = _stack_size()
        for size in stack_sizes:
            try:
                _stack_size(size)
                levels = size // BYTES_PER_LEVEL
                return _start_new_thread(self._run, (levels,)), levels
            except (RuntimeError, MemoryError, ValueError):
                continue
            finally:
                _stack_size(before)
        raise NoThread("no thread can be started")

    @runs_a_dump
    def _run(self, levels: int) -> None:
        self._waiting.owner = ident = _get_ident()
        dump_threads.add(ident)
        try:
            if not self._is_abandoned:  # before it began: then `interrupt` does not reach it
                self._call(self._function, levels)
        except BaseException as error:  # noqa: BLE001 - the waiting thread decides, also about SystemExit
            self.error = None if self._is_abandoned else error
        finally:
            del self._function, self._call  # now: this thread ends some time after the caller has gone on
            self._waiting.end()
            dump_threads.discard(ident)
            self._done.release()


class Watch:
    """The crashed thread, as it waits for a dump that another thread makes.

    `ident` and `frame` are those of the crashed thread.  `deadline` (of
    time.monotonic) may be changed meanwhile.  `interrupt` is what a signal
    handler raised in the crashed thread: then the dump must be finished
    quickly.  With `is_over` nobody waits any more.
    """

    def __init__(self, seconds: float) -> None:
        self.ident = _get_ident()
        self.frame: FrameType | None = None
        self.deadline = time.monotonic() + seconds
        self.interrupt: BaseException | None = None
        self._pending: BaseException | None = None
        self.is_over = False

    def run(self, function: "Callable[[Watch], T]") -> "T":
        """Return the result of `function`; raise its exception, or TimeoutError soon after the deadline.

        If no thread can be started, it is called in this one.
        """
        results: list[T] = []
        start = time.monotonic()
        self.frame = get_frame(1)
        try:
            thread = DumpThread(lambda _: results.append(function(self)), (DUMP_STACK_BYTES,))
        except NoThread:
            self.frame = None
            return function(self)
        try:
            while not results and thread.error is None and not self.is_over:
                self._wait(thread)
            error = thread.take_error()
            if not results and error is None:
                thread.abandon()
                if "tibidi.process.temporary" in sys.modules:
                    sys.modules["tibidi.process.temporary"].reset()  # the thread may never do it
                error = self.interrupt or TimeoutError(NO_ANSWER.format(time.monotonic() - start))
            if error is not None:
                raise error
            return results[0]
        finally:
            self.is_over = True
            self.frame = error = None  # they refer to this object, and to the frame of this call

    def check(self) -> None:
        """Raise what a signal handler raised in the crashed thread, once."""
        error, self._pending = self._pending, None
        try:
            if error is not None:
                raise error
        finally:
            del error

    def _wait(self, thread: DumpThread) -> None:
        try:
            left = self.deadline + FINISH_SECONDS - time.monotonic()
            self.is_over = not thread.wait(min(POLL_SECONDS, left)) and left <= 0
        except BaseException as error:  # noqa: BLE001 - a signal handler has raised it
            self.interrupt = self._pending = error
            self.deadline = min(self.deadline, time.monotonic())
