"""The hook for exits that an exception led to, such as `sys.exit("no such file")` in an `except` block.

Installed with TIBIDI_EXITS=errors.  No hook of the interpreter is called for SystemExit.  So `sys.exit()`, `exit()` and
`quit()` keep it, from Python 3.12 on also `raise SystemExit` (by `sys.monitoring`), and the exit handler that runs last
reports it if nobody caught it: its traceback then begins in the outermost frame of the main thread, or that frame has
not advanced since.
"""

from __future__ import annotations

import atexit
import builtins
import sys
from _thread import get_ident
from functools import wraps
from types import CodeType, FrameType, ModuleType, TracebackType

from tibidi import TYPE_CHECKING, hooks
from tibidi.process import NAME, TOOL, cause_or_context, context_of, monitoring, traceback_of
from tibidi.process.watch import callers

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    Exit = Callable[..., Any]
    Stack = list[tuple[FrameType, int, int]]

# Errors of the command line are no crashes: those of argparse, click, optparse and getopt.
USAGE = {"ArgumentError", "ArgumentTypeError", "UsageError", "OptParseError", "GetoptError"}
REQUEST = "Exit"  # by which code under click and typer asks for an exit: what led to it is its own context

_main_thread = get_ident()
# The latest exit of the main thread that an exception led to, and its stack.
_latest: list[tuple[Any, Stack]] = []
# The latest exception of click: since version 8.5 it exits after its `except` blocks, when nothing is handled any more.
_made: list[BaseException] = []


def install(module: ModuleType | None = None) -> None:
    """Install the hook, once, or in `click.exceptions`."""
    if module is not None:
        for kind in (module.Abort, module.ClickException, module.Exit):
            hooks.replace_function(kind, "__init__", _wrap_init)
        return
    hooks.install_in_modules({"click.exceptions": "exits"})
    if hooks.is_hook(sys.exit) or (monitoring and monitoring.get_tool(TOOL) == NAME):
        return
    atexit.unregister(hooks.report_unseen)
    atexit.register(hooks.report_unseen)
    if monitoring and monitoring.get_tool(TOOL) is None:
        monitoring.use_tool_id(TOOL, NAME)
        monitoring.register_callback(TOOL, monitoring.events.RAISE, _see)
        monitoring.set_events(TOOL, monitoring.events.RAISE)
        return
    hooks.replace_function(sys, "exit", _wrap)
    for name in ("exit", "quit"):
        if hasattr(builtins, name):  # not with -S
            hooks.replace_function(type(getattr(builtins, name)), "__call__", _wrap)


def unseen(catcher: Any = None) -> list[BaseException]:
    """Return the exit that ends the process, if an exception led to it and nobody but `catcher` caught it."""
    exits, _latest[:] = _latest[:], []
    found = []
    for exc, stack in exits:
        outermost, instruction, _ = stack[-1]
        tb: Any = traceback_of(exc)
        caught_in = None if tb is None else tb.tb_frame
        is_unseen = caught_in is outermost or outermost.f_lasti == instruction
        if is_unseen or (catcher and caught_in and caught_in.f_code is catcher.__code__):
            found.append(BaseException.with_traceback(exc, traceback_of_stack(stack)))
    return found


def stack_of(frame: FrameType | None) -> Stack:
    """Return a stack that is running, innermost frame first: frame, last instruction, line."""
    return [(each, max(each.f_lasti, 0), each.f_lineno or 1) for each in callers(frame)]


def traceback_of_stack(stack: Stack) -> TracebackType | None:
    """Return a traceback of an exception raised on this stack: before Python 3.12 that of an exit is shorter."""
    tb = None
    for frame, instruction, line in stack:
        tb = TracebackType(tb, frame, instruction, line)
    return tb


def _wrap(previous: Exit) -> Exit:
    @wraps(previous)
    def exit(*args: object, **options: object) -> object:
        try:
            return previous(*args, **options)
        except SystemExit as exc:
            try:
                _keep(exc)
            except Exception:  # noqa: BLE001, S110 - the stack is full
                pass
            raise

    return exit


def _see(code: CodeType, offset: int, exc: BaseException, anything: type[Exception] = Exception) -> None:
    """Look at an exception that is raised, for `sys.monitoring`, until uninstall()."""
    try:
        if not hooks.is_installed():
            monitoring.free_tool_id(TOOL)
        if issubclass(type(exc), SystemExit):
            _keep(exc)
    except anything:  # the stack is full; what is raised here would take the place of `exc`
        pass


def _wrap_init(previous: Callable[..., None]) -> Callable[..., None]:
    @wraps(previous)
    def __init__(self: BaseException, *args: object, **options: object) -> None:  # noqa: N807 - it replaces one
        previous(self, *args, **options)
        _made[:] = [self]

    return __init__


def _keep(exc: BaseException) -> None:
    """Keep an exit of the main thread, until the next one."""
    if get_ident() != _main_thread:
        return
    stack = stack_of(sys._getframe(1).f_back)  # without the function that has caught it
    if not stack:  # C code has called it, such as that of atexit
        return
    for made in _made:
        tb = traceback_of(made)
        if tb is not None and tb.tb_frame is stack[0][0] and context_of(exc) is None:  # caught where it exits
            vars(BaseException)["__context__"].__set__(exc, made)
    _made.clear()
    try:
        _latest[:] = [(exc, stack)] if _is_error(exc) else []
    except Exception:  # noqa: BLE001 - a class of the application may override `code`
        _latest.clear()


def _is_error(exc: Any) -> bool:
    """Return True if an exit has a message or a status other than 0, and comes from a crash."""
    if exc.code is None or exc.code == 0:
        return False
    causes: dict[int, BaseException] = {}
    cause = cause_or_context(exc)
    while cause is not None and id(cause) not in causes:
        causes[id(cause)] = cause
        cause = cause_or_context(cause)
    kinds = {kind.__name__ for each in map(type, causes.values()) if each.__name__ != REQUEST for kind in each.__mro__}
    if not kinds or kinds & USAGE:
        return False
    return not any(issubclass(type(each), hooks.ENDS) for each in causes.values())


def is_reader_gone() -> bool:
    """Return True if stdout or stderr is a pipe whose reading end is closed."""
    try:
        import select  # an extension module that few processes ever need

        poll = select.poll()
        for descriptor in (1, 2):
            poll.register(descriptor, 0)  # errors are always reported
        return any(event & select.POLLERR for _, event in poll.poll(0))
    except (ImportError, AttributeError, OSError):
        return sys.platform == "win32"
