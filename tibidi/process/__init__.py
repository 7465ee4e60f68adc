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
is why it is in the `__init__` of the package, and imports nothing of tibidi:
one more module costs 0.15 ms.
"""

# No `from __future__ import annotations` here: importing it costs 0.1 ms at every start.

import atexit as atexit
import builtins as builtins
import sys as sys
from _thread import RLock as RLock
from _thread import allocate_lock as allocate_lock
from _thread import get_ident as get_ident
from _thread import stack_size as stack_size
from _thread import start_new_thread as start_new_thread

TYPE_CHECKING = False
if TYPE_CHECKING:
    import io as io
    import os as os
    import time as time
    from collections.abc import Callable
    from types import TracebackType
    from typing import Any
else:

    def _isolated(name):
        """Return a copy of a module with its present attributes; submodules are not copied."""
        copy = type(sys)(name)
        vars(copy).clear()  # an update of an empty dictionary is a copy of its memory, and takes a tenth of the time
        vars(copy).update(vars(__import__(name)))
        copy.__name__ = f"tibidi.process.{name}"  # pyfakefs replaces modules by their names, wherever they are
        return copy

    os = _isolated("os")
    os.path = _isolated("posixpath" if os.name == "posix" else "ntpath")
    time = _isolated("time")
    io = _isolated("io")

# For the functions of this module, too: sandboxes delete some of the built-in ones, tests replace some.
own_builtins = getattr(sys.modules.get("tibidi_autoinstall"), "own_builtins", None) or {**vars(builtins)}
globals()["__builtins__"] = own_builtins

get_frame = sys._getframe  # a wrapper in Python would return the frame of its own caller

# The settings in the environment; `tibidi.config` parses them when it is imported.
environ = {_name: os.environ[_name] for _name in os.environ if _name.startswith("TIBIDI_")}
# Those that need no check at the start, since any text is valid.
NEVER_WRONG = {"TIBIDI_ENABLE", "TIBIDI_DIR", "TIBIDI_KEY_FILE", "TIBIDI_REDACT"}
MAX_SECONDS = 10.0  # the default of TIBIDI_MAX_SECONDS
NO_ANSWER = "given up after {:.0f} s: a file system or an import does not answer"

FOLDER = __file__[: -len("tibidi/process/__init__.py")]
# `sys.path` without the directories of the program, since tibidi must not import a `json.py` from there.  The start
# hook runs before the first of them is in `sys.path`, a call of `set_excepthook()` afterwards.
_main = getattr(sys.modules.get("__main__"), "__file__", None)
_programs = {"", os.path.dirname(os.path.abspath(_main)) if isinstance(_main, str) else ""}
if os.environ.get("PYTHONPATH"):  # it may also have the folders of Python and of packages
    _own = FOLDER[:-1], os.path.dirname(getattr(os, "__file__", ""))
    _named = map(os.path.abspath, os.environ["PYTHONPATH"].split(os.pathsep))
    _programs.update([_entry for _entry in _named if "-packages" not in _entry and not _entry.startswith(_own)])
start_path = [_entry for _entry in sys.path if isinstance(_entry, str) and _entry not in _programs]
program_path = [_entry for _entry in sys.path if isinstance(_entry, str) and _entry in _programs]

RESERVED_BYTES = 40 << 20
# The pipe has this number and the next lower one: above the low numbers that programs rely on, and below the limits
# that they set themselves.  A descriptor beyond a lowered limit is of no use: new ones must be below it.
HIGHEST_DESCRIPTOR = 63
ENOUGH_DESCRIPTORS = 1_023  # a lower limit of open files is raised for a dump

# The import system: an application may delete it from `sys.modules`.
importlib: "Any" = sys.modules["_frozen_importlib"]
monitoring: "Any" = getattr(sys, "monitoring", None)  # since Python 3.12
TOOL, NAME = 4, "tibidi"  # our tool there: PEP 669 reserves this id for no kind of tool
# Characters of a text that hooks keep: of the log and its arguments, of the message of an exception that was caught.
MAX_LOGGED, MAX_CAUGHT = 2000, 200
# The identifiers of the threads that make a dump while another one waits for them, or print a traceback.
dump_threads: "set[int]" = set()

# The files of code that runs in every program: of imports, and of tibidi.
_starter = getattr(sys.modules.get("tibidi_autoinstall"), "main", None)
STARTER = _starter.__code__.co_filename if _starter else "tibidi_autoinstall.py"
EVERYWHERE = ("<frozen ", __file__[: -len("process/__init__.py")], STARTER)
# The first modules, by name: the application may empty `sys.modules`.
packages = {_name: sys.modules[_name] for _name in ("sys", "tibidi", __name__) if _name in sys.modules}
# What the start hook has put in the place of functions until `tibidi.hooks` is loaded: their owner, name, the function,
# its placeholder, and a list with the function that the placeholder calls.
placeholders: "list[tuple[object, str, Any, Any, list[Any]]]" = []

CLOSED = (0, 0)  # for the device and inode of a file


class Reserve:
    """Memory and descriptors set aside for a crash; a context manager that releases them and fills them again.

    Threads that crash at the same time share it: the last one to leave fills
    it again.  It stays empty in a process without hooks.
    """

    def __init__(self) -> None:
        self._memory: bytes | None = None
        self._pipe: tuple[int, ...] = ()
        self._identity: tuple[int, int] | None = None
        self._limits: Any = None
        self._lock = RLock()  # reentrant, for signal handlers and finalizers
        self._crashes = 0
        self._is_kept = False

    def reset_after_fork(self) -> None:
        """Forget the crashes of other threads, which do not exist in a child of fork()."""
        self._lock = RLock()
        if self._crashes:
            self._crashes = 1
            self.__exit__()

    def fill(self) -> None:
        """Set aside what is missing from the reserve; a process that has nothing to spare goes without."""
        with self._lock:
            self._is_kept = True
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
                if identity(descriptor) == self._identity:
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
                sys.modules["resource"].setrlimit(sys.modules["resource"].RLIMIT_NOFILE, self._limits)
                self._limits = None
            if self._is_kept:
                self.fill()

    def drop(self) -> None:
        """Release the reserve, and do not fill it again after a dump."""
        self._is_kept = False
        self.release()

    def _take_pipe(self) -> None:
        ends = os.pipe()
        self._identity = identity(ends[0])  # the same for both ends, and no other file's
        top = min(os.sysconf("SC_OPEN_MAX") - 1, HIGHEST_DESCRIPTOR)
        self._pipe = tuple([moved(end, top - place) for place, end in enumerate(ends)])

    def _lift_limit(self) -> None:
        """Raise the limit of open files; an application that lowered it since the start has imported `resource`."""
        resource: Any = sys.modules.get("resource")
        try:
            soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
            # Raised by the crash of another thread; -1 is RLIM_INFINITY.
            if self._limits is not None or not 0 <= soft < ENOUGH_DESCRIPTORS:
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
        lines = read_file("/proc/self/limits").splitlines()  # the module `resource` takes ten times as long
    except OSError:
        return RESERVED_BYTES
    limits = [line.split()[3] for line in lines if line.startswith((b"Max address", b"Max data"))]
    return min([RESERVED_BYTES, *[int(limit) // 16 for limit in limits if limit.isdigit()]])


def read_file(path: str) -> bytes:
    """Return the content of a file; open() takes three times as long for a small one, such as those of proc(5)."""
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
    try:
        return b"".join(iter(lambda: os.read(descriptor, 1 << 13), b""))  # a read may return less than there is
    finally:
        os.close(descriptor)


def identity(descriptor: int) -> "tuple[int, int]":
    """Return device and inode of the open file, CLOSED for a closed descriptor."""
    try:
        status = os.fstat(descriptor)
    except OSError:
        return CLOSED
    return status.st_dev, status.st_ino


def moved(descriptor: int, number: int) -> int:
    """Move a descriptor to `number` if that is free; return its number."""
    if number <= descriptor or identity(number) != CLOSED:
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


def cause_or_context(exc: BaseException) -> "BaseException | None":
    """Return the exception that another one is printed below, whether by `raise ... from` or not."""
    cause = cause_of(exc)
    return context_of(exc) if cause is None else cause


def own_spec(name: str) -> "Any":
    """Return the spec of a module of tibidi, without the finders of the application; None in a frozen program.

    The module `importlib` would cost a third of a millisecond at each start.
    """
    external = importlib._bootstrap_external  # its functions on files are not those of `os`, which may be patched
    path = FOLDER + name.replace(".", external.path_sep)
    path += ".py" if external._path_isfile(f"{path}.py") else f"{external.path_sep}__init__.py"
    spec = external.spec_from_file_location(name, path) if external._path_isfile(path) else None
    if spec is not None:
        spec.loader.exec_module = _execute
    return spec


def _execute(module: "Any") -> None:
    module.__builtins__ = own_builtins
    exec(module.__spec__.loader.get_code(module.__name__), vars(module))  # noqa: S102 - a module of tibidi


def load_own(name: str) -> "Any":
    """Return a module of tibidi, importing it without the finders of the application: some change all modules."""
    for each, module in packages.items():
        sys.modules.setdefault(each, module)
    parent, _, child = name.rpartition(".")
    attributes = vars(load_own(parent)) if parent else {}
    spec = None if name in sys.modules else own_spec(name)
    if spec:
        with importlib._ModuleLockManager(name):  # Lib/importlib/_bootstrap.py, _load()
            if name not in sys.modules:
                attributes[child] = importlib._load_unlocked(spec)
    __import__(name)
    return sys.modules[name]


def why_unreadable(error: BaseException) -> str:
    """Return why an import failed, if this process may not read the file, as after setuid(); else ""."""
    files = {"the standard library": getattr(os, "__file__", ""), "tibidi": __file__}
    # In a frozen program no module has a file.
    for what, file in files.items() if isinstance(error, ImportError) and not hasattr(sys, "frozen") else ():
        try:
            os.stat(file)
        except OSError as reason:
            return f"{what} cannot be read: {file}: {reason.strerror}"
    return ""
