"""The live objects of a crash: frames, exceptions, threads and tasks, as they were found.

They keep application objects alive, and are therefore dropped with the dump.
The plain data about them is in `tibidi.model`.
"""

from __future__ import annotations

import sys
from collections import deque
from contextlib import contextmanager
from itertools import repeat

from tibidi import TYPE_CHECKING
from tibidi.look.anatomy import error_text, type_name
from tibidi.model import CO_OPTIMIZED, CRASH, FAILED, Omission
from tibidi.process.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import CodeType, FrameType

    from tibidi.capture.failed_test import LiveTest

UNSHARED = 3  # references to a dictionary of variables: by the frame, by a name here, by the argument of getrefcount()
PROXY = "FrameLocalsProxy"  # what f_locals is since Python 3.13 (PEP 667)

# The kinds of roots.
LOCALS = "locals"
EXCEPTION = "exception"
GLOBALS = "globals"


class LiveFrame:
    """A frame at the instruction where it was.

    `namespace` is a copy of its variables, taken once, so that both passes
    see the same; for the frame of a module it is the dictionary of globals itself.
    """

    __slots__ = ("frame", "lasti", "lineno", "namespace")

    def __init__(self, frame: FrameType, lineno: int, lasti: int, namespace: dict[str, object]) -> None:
        self.frame = frame
        self.lineno = lineno
        self.lasti = lasti
        self.namespace = namespace


class LiveException:
    """An exception of the chain or tree; `id` is its index among all, `parent` the id of the one it belongs to."""

    def __init__(self, exception: BaseException, relation: str) -> None:
        self.exception = exception
        self.relation = relation
        self.id = 0
        self.parent: int | None = None
        self.frames: list[LiveFrame] = []


class LiveThread:
    """A thread and its stack, outermost frame first."""

    def __init__(self, name: str, ident: int, *, crashed: bool, daemon: bool) -> None:
        self.name = name
        self.ident = ident
        self.crashed = crashed
        self.daemon = daemon
        self.frames: list[LiveFrame] = []


class LiveTask:
    """An asyncio task and its chain of awaits, outermost coroutine first."""

    def __init__(self, name: str, state: str) -> None:
        self.name = name
        self.state = state
        self.frames: list[LiveFrame] = []


class LiveCrash:
    """The live objects that a dump is made of; `omissions` lists those that were too many.

    `kind` and `reason` are those of the summary; `test` is the test that
    failed; `extras` are variables that are in no frame, by their path.
    """

    def __init__(self, kind: str = CRASH, reason: str = "", test: LiveTest | None = None) -> None:
        self.kind = kind
        self.reason = reason
        self.test = test
        self.exceptions: list[LiveException] = []
        self.threads: list[LiveThread] = []
        self.tasks: list[LiveTask] = []
        self.omissions: list[Omission] = []
        self.extras: dict[str, dict[str, object]] = {}
        self._namespaces: dict[int, dict[str, object]] = {}

    def stacks(self) -> Iterator[LiveException | LiveThread | LiveTask]:
        """Yield everything that has frames, the exception that ended the program first."""
        yield from reversed(self.exceptions)
        yield from self.threads
        yield from self.tasks

    def frame(self, frame: FrameType, lineno: int | None, lasti: int) -> LiveFrame:
        """Return the live frame of a frame; in several stacks it has one namespace."""
        namespace = self._namespaces.get(id(frame))
        if namespace is None:
            namespace = self._namespaces[id(frame)] = _namespace(frame)
        return LiveFrame(frame, lineno or frame.f_code.co_firstlineno, lasti, namespace)

    def frame_now(self, frame: FrameType) -> LiveFrame:
        """Return the live frame of a running or suspended frame."""
        return self.frame(frame, frame.f_lineno, frame.f_lasti)


class Root(NamedTuple):
    """A value to pickle, and its paths in the dump, of which it may have several.

    `value` is a dictionary of locals, an exception, or the globals of a module,
    in which case `codes` are the code objects that were running in it.
    """

    paths: tuple[str, ...]
    kind: str
    value: object
    codes: tuple[CodeType, ...] = ()


@contextmanager
def shielded(omissions: list[Omission], path: str) -> Iterator[None]:
    """Turn an error inside into an omission, so that it costs one part of pass one and not the dump."""
    try:
        yield
    except Exception as error:  # noqa: BLE001 - whatever went wrong is in the dump
        omissions.append(Omission(path, FAILED, error_text(error)))


def _namespace(frame: FrameType) -> dict[str, object]:
    """Copy the variables of a frame; {} where only application code could read them."""
    try:
        variables = frame.f_locals
        if variables is frame.f_globals:
            return frame.f_globals
        if issubclass(type(variables), dict):  # the bodies of enumerations have a subclass
            copy = dict.copy(variables)
            # Others have it too if the application has called locals().  PyPy does not count references.
            if frame.f_code.co_flags & CO_OPTIMIZED and getattr(sys, "getrefcount", id)(variables) == UNSHARED:
                _empty_snapshot(frame, variables)
            return copy
        return dict(variables) if type_name(type(variables)) == PROXY else {}
    except Exception:  # noqa: BLE001 - a mapping of the application
        return {}


def _empty_snapshot(frame: FrameType, snapshot: dict[str, object]) -> None:
    """Remove the variables from the dictionary that reading `f_locals` has left in the frame of a function.

    Until Python 3.12 the frame keeps it (Objects/frameobject.c, PyFrame_FastToLocalsWithError), and so what the
    variables refer to now.  It is filled again whenever it is read.  Under a trace function it must stay: the variables
    are set from it after each call (Python/sysmodule.c, call_trampoline).
    """
    threading = sys.modules.get("threading")
    is_traced = sys.gettrace() is not None or sys.getprofile() is not None or frame.f_trace is not None
    if not is_traced and getattr(threading, "_trace_hook", None) is getattr(threading, "_profile_hook", None) is None:
        code = frame.f_code
        names = code.co_varnames + code.co_cellvars + code.co_freevars
        deque(map(snapshot.pop, names, repeat(None)), 0)  # in one call, so that no other thread sees the half of it


def module_name(namespace: dict[str, object]) -> str:
    """Return `__name__` of a dictionary of globals, `?` if that is no str."""
    name = dict.get(namespace, "__name__")
    return name if type(name) is str else "?"


def globals_path(name: str, number: int) -> str:
    """Return the path in the dump of the globals of a module, the `number`th one of that name."""
    return f"modules[{name if number == 1 else f'{name}#{number}'!r}]"


def is_session(namespace: dict[str, object]) -> bool:
    """Return True for the variables of a session of IPython or marimo, which has those of all its cells."""
    return "_ih" in namespace or "__marimo__" in namespace


def qualname(live: LiveFrame) -> str:
    """Return the qualified name of the code of a frame, its plain name where that is not known."""
    code = live.frame.f_code
    if hasattr(code, "co_qualname"):
        name: str = code.co_qualname
        return name
    from tibidi.look import qualnames

    return qualnames.qualname(live)
