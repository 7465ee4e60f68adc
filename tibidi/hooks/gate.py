"""The way from every door to the dumper, and what is kept for it from the start on.

A door is hung at the start of an application and may never be used, so here
is only what must be there before the crash: the path that modules were
imported from, the reserve, which functions of others were replaced by ours,
and whether crashes are let in.  What a crash needs (`tibidi.hooks.desk`, the
dumper, cloudpickle) is imported when it comes.
"""

# No `from __future__ import annotations` here: importing it costs 0.1 ms at every start.

import sys

from tibidi.pristine import os

TYPE_CHECKING = False  # as typing's, which is too dear to import at every start
if TYPE_CHECKING:
    from collections.abc import Callable
    from threading import Thread
    from types import TracebackType
    from typing import Any

# The doors by name; what crashes come through is told in the dump and decides how long it may take.
EXCEPTHOOK = "excepthook"
THREAD = "thread"
UNRAISABLE = "unraisable"
CHILD = "child"
POOL = "pool"
TASK = "task"
LOGGING = "logging"
LEFTOVER = "leftover"
# How a program is asked to end, which is no crash.
ENDS = (KeyboardInterrupt, SystemExit, GeneratorExit)
# Behind these doors the process ends.
LAST_DOORS = (EXCEPTHOOK, CHILD, LEFTOVER)

RESERVED_BYTES = 40 << 20
# The pipe stands here or below, away from the low numbers that programs count on, and within every usual limit.
HIGHEST_DESCRIPTOR = 1_023


class Settings:
    """Where a dump goes, and what is said of it.

    `filename` None is the crash directory; with `replace`, our lines stand in
    the place of the traceback; `silent` says nothing at all.
    """

    def __init__(self, filename: "str | None" = None, replace: bool = False, silent: bool = False) -> None:
        self.filename = filename
        self.replace = replace
        self.silent = silent


class Reserve:
    """What a process that has crashed because it ran out of it gets back for its dump.

    A pipe that nobody uses, and a block of address space that is never
    touched and therefore costs no memory.
    """

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


FROM_ENVIRONMENT = Settings()
# Reads `__traceback__` of an exception whose class has its own idea of reading attributes.
traceback_of: "Callable[[BaseException], TracebackType | None]" = vars(BaseException)["__traceback__"].__get__

reserve = Reserve()
# Where modules were imported from at the start, and where the program's own are, to be asked last.
start_path: list[str] = []
program_path: list[str] = []
_is_open = False
# What hangs where: owner, name, original, replacement.
_doors: "list[tuple[object, str, Any, Any]]" = []


def open_up() -> None:
    """Let crashes in from now on; called again, it changes nothing."""
    global _is_open
    if _is_open:
        return
    _is_open = True
    if not start_path:
        _remember_path()
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=_after_fork)
    reserve.fill()


def close() -> None:
    """Let nothing in any more."""
    global _is_open
    _is_open = False
    reserve.release()


def is_open() -> bool:
    """Say whether crashes are let in."""
    return _is_open


def hang(owner: object, name: str, wrap: "Callable[[Any], Any]") -> None:
    """Put `wrap(original)` in the place of somebody's function, unless what is there is ours already."""
    original = getattr(owner, name)
    if not is_ours(original):
        replacement = wrap(original)
        setattr(owner, name, replacement)
        _doors.append((owner, name, original, replacement))


def take_down() -> None:
    """Put back what was replaced, last first, where nobody has replaced ours since."""
    while _doors:
        owner, name, original, replacement = _doors.pop()
        if getattr(owner, name, None) is replacement:
            setattr(owner, name, original)


def is_ours(function: object) -> bool:
    """Say whether this function is a door of ours."""
    return any(replacement is function for *_, replacement in _doors)


def expect(exc: object) -> None:
    """Make room for an exception that is about to be printed, and reported after that.

    Printing a traceback where there is no memory at all leaves the
    interpreter damaged: CPython 3.13 loses its table of interned strings.
    """
    if issubclass(type(exc), MemoryError):
        reserve.release()


def report(exc: object, door: str, *, thread: "Thread | None" = None, settings: "Settings" = FROM_ENVIRONMENT) -> bool:
    """Dump an exception and say so on stderr; tell whether it is in a dump now.

    It is not dumped when it is no crash, or when too many like it were; when
    the dump fails, a line on stderr says why.  Raises nothing, except that a
    KeyboardInterrupt or SystemExit from a signal reaches an application that
    lives on.
    """
    # These first of all: importing anything here can make the interpreter forget that it is to end by SIGINT.
    if not isinstance(exc, BaseException) or issubclass(type(exc), ENDS) or not _is_open or sys.is_finalizing():
        return False
    try:
        with reserve:
            from tibidi.hooks import startpath

            desk = startpath.import_module("tibidi.hooks.desk")
            return bool(desk.receive(exc, door, thread, settings))
    except (KeyboardInterrupt, SystemExit):
        if door in LAST_DOORS:
            return False
        raise
    except BaseException as error:  # noqa: BLE001 - nothing of ours leaves a door, whatever it is
        _say_what_failed(error)
        return False


def _say_what_failed(error: BaseException) -> None:
    """Say in one line why there is no dump, with whatever can still be imported: nothing."""
    config = sys.modules.get("tibidi.config")  # not there: no variable has set anything
    if config is not None and config.silent:
        return
    try:
        if config is not None and config.debug:
            sys.__excepthook__(type(error), error, error.__traceback__)
        sys.stderr.write(f"tibidi: no dump: {type(error).__name__}: {error}\n")
        sys.stderr.flush()
    except Exception:  # noqa: BLE001 - no stderr, or one that raises
        return


def _remember_path() -> None:
    """Keep `sys.path`, the directory of the program apart.

    The start hook runs before that is in it.  Code that calls
    `set_excepthook()` runs after: a `json.py` beside it must not be ours.
    """
    main = getattr(sys.modules.get("__main__"), "__file__", None)
    programs = {"", os.path.dirname(os.path.abspath(main)) if isinstance(main, str) else ""}
    for entry in sys.path:
        if isinstance(entry, str):
            (program_path if entry in programs else start_path).append(entry)


def _after_fork() -> None:
    """Begin anew in a child: locks may be held by threads that are not there."""
    desk = sys.modules.get("tibidi.hooks.desk")
    if desk is not None:
        desk.begin_anew()


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
