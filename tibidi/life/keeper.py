"""Keeps the life record of this process right when it forks, becomes another program, or uses faulthandler itself.

`tibidi_autoinstall` begins the record, and calls this module for what most
programs never do, so that they need not load it.  Each of GUARDS gets the
function that was called and its arguments; where this module cannot be loaded,
that function is called at once.
"""

from __future__ import annotations

import _signal  # type: ignore[import-not-found]  # the functions that `signal` wraps

from tibidi import TYPE_CHECKING, process
from tibidi.process import CLOSED, get_frame, identity, os, packages, sys

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import CodeType, FrameType
    from typing import Any

    LifeRecord = tuple[int, str, int, tuple[int, int]]

FATAL = [getattr(_signal, f"SIG{name}", 0) for name in ("SEGV", "BUS", "ILL", "FPE", "ABRT")]

# In a child of fork(): the code of the function that called it.
_forked_in: CodeType | None = None


def _start() -> Any:
    """Return the start hook: where there is a record, it has begun it."""
    return packages["tibidi_autoinstall"]


def write(data: bytes) -> None:
    """Append to the record, unless its descriptor is another file by now."""
    record = process.life_record
    try:
        if record is not None and ensure_open(record):
            os.write(record[2], data)
    except OSError:
        return


def note_argv() -> None:
    """Note the command line of a child of multiprocessing, which learns late which program it is part of."""
    start = packages.get("tibidi_autoinstall")
    if start and "-c" in start.command_line():  # else it was forked by the program itself
        write(f"told: argv {start.harmless(start.program_argv())!a}\n".encode())


def ensure_open(record: LifeRecord) -> bool:
    """Open the file of a record again if the application has closed all descriptors; return True if it is open.

    It is not in a child of fork() that has no record yet, nor if its descriptor is another file by now.
    """
    if record[0] == os.getpid() and identity(record[2]) == CLOSED:
        try:
            descriptor = os.open(record[1], _start().PRIVATE & ~(os.O_CREAT | os.O_EXCL))
            if identity(descriptor) == record[3]:
                os.dup2(descriptor, record[2], inheritable=False)
            os.close(descriptor)
            os.lseek(record[2], 1, os.SEEK_SET)  # the first byte is locked by who makes a dump
            os.lockf(record[2], os.F_TLOCK, 0)
        except OSError:
            return False
    return record[0] == os.getpid() and identity(record[2]) == record[3]


# --- forks


def before_fork() -> None:
    """Block the signals that would be noted in no record, or in that of the parent."""
    _start().block_stops()


def after_fork() -> None:
    """Unblock them in the parent; open its record again if, as a daemon, it has closed all descriptors."""
    if process.life_record is not None:
        ensure_open(process.life_record)
    _start().unblock_stops()


def begin_in_child() -> None:
    """Begin the record of a child; not in one that `subprocess` makes, which runs another program at once.

    Nor in one that the application forks inside a dump, which ends with the thread of the dump.
    """
    global _forked_in
    frame = get_frame(1).f_back  # of the callback for forks: who forked
    _forked_in = frame and frame.f_code
    try:
        _replace_record(frame)
    finally:
        after_fork()


def _replace_record(frame: FrameType | None) -> None:
    record, process.life_record = process.life_record, None
    if record is None or not os or identity(record[2]) not in (record[3], CLOSED):
        return
    if frame is None or not (frame.f_code.co_name in ("_execute_child", "_fork_exec") or _is_inside_dump(frame)):
        _start().begin_record(os.path.dirname(record[1]), record[2])
    if process.life_record is None:
        nowhere, writing = os.pipe()  # unlike /dev/null it is there after chroot() as well
        os.dup2(nowhere, record[2], inheritable=False)  # else faulthandler would write to the record of the parent
        os.close(nowhere)
        os.close(writing)


def _is_inside_dump(frame: FrameType | None) -> bool:
    while frame is not None and frame.f_globals.get("__name__") != "tibidi.process.watch":
        frame = frame.f_back
    return frame is not None


# --- the end of the process, or of its program


def _exit(previous: Callable[[int], object], status: int) -> None:
    """Note where the process ended, unless it is how this process has to end."""
    caller = get_frame(1).f_back  # of the guard; None if C code calls it, such as that of atexit
    try:
        number = range(status).stop  # by its __index__()
        record = process.life_record
        if record is not None and record[0] != os.getpid():  # forked by C code
            _replace_record(caller)
        # A pool of billiard (Celery) replaces a worker that ends with EX_RECYCLE after its number of tasks.
        good = 0, caller and caller.f_globals.get("EX_RECYCLE")
        if caller is None or number in good or caller.f_code is _forked_in or _is_in_handler(caller):
            _start().end_record()
        elif process.life_record is not None and ensure_open(process.life_record):
            import faulthandler

            write(f"os._exit({number:d})\n".encode())
            faulthandler.dump_traceback(process.life_record[2])
    finally:
        previous(status)


def _is_in_handler(frame: FrameType | None) -> bool:
    """Return True within the application's handler for a signal that asks a program to end: it ends as it was asked."""
    handlers = [getattr(_signal.getsignal(number), "__code__", None) for number in _start().STOPS]
    while frame is not None and not any(frame.f_code is each for each in handlers):
        frame = frame.f_back
    return frame is not None


def _execute(previous: Callable[..., object], *arguments: object, **options: object) -> None:
    """End the record, and begin it again if there is no such program."""
    record = process.life_record
    is_own = record is not None and record[0] == os.getpid()
    _start().end_record()
    try:
        previous(*arguments, **options)
    finally:
        if record is not None and is_own:
            _start().begin_record(os.path.dirname(record[1]), record[2])


# --- the signals and the faulthandler of the application


def catch_more(descriptor: int) -> None:
    """Have faulthandler write to the record about hangs and requests for a snapshot, where settings ask for them."""
    import faulthandler

    settings, hangs = sys.modules["tibidi.config"], sys.modules.get("tibidi.hooks.hangs")
    # C code such as uwsgi forks, and a child waits at its exit for a timer that it lacks.
    if hangs and not _start().is_python():
        hangs._timers.clear()
        faulthandler.cancel_dump_traceback_later()
    for timer in hangs._timers if hangs else ():
        timer(settings.hang_seconds, file=descriptor)
    asked = settings.snapshot_signal
    if _start().NOTED and asked and callable(_signal.getsignal(asked)):  # our hook, which runs when Python code can
        faulthandler.register(asked, descriptor, all_threads=sys.version_info >= (3, 14), chain=True)


def _enable(previous: Callable[..., object], *arguments: object, **options: object) -> None:
    """Note that fatal signals do not come to the record any more."""
    previous(*arguments, **options)
    _start().catches_fatal = False
    write(b"faulthandler: enabled by the application\n")


def _disable(previous: Callable[[], bool]) -> bool:
    """Have fatal signals come to the record again."""
    if _start().catches_fatal:
        return False
    was_enabled = previous()
    if process.life_record is not None and ensure_open(process.life_record):
        _start().originals["enable"](process.life_record[2])
        _start().catches_fatal = True
    return was_enabled


def _is_enabled(previous: Callable[[], bool]) -> bool:
    """Return whether the application has enabled it, since many enable it only if it is not."""
    return previous() and not _start().catches_fatal


def _register(previous: Callable[..., object], signum: int, *arguments: object, **options: object) -> None:
    """Note that a request to stop does not come to the record any more."""
    previous(signum, *arguments, **options)
    if signum in _start().STOPS:
        write(b"faulthandler: has a signal that stops the application\n")


def _handle(previous: Callable[[int, object], object], number: int, handler: object, /) -> object:
    """Have a signal noted in the record again that the application does not handle any more."""
    result, record = previous(number, handler), process.life_record
    if type(handler) is int and handler == 0 and record is not None and ensure_open(record):  # SIG_DFL
        import faulthandler

        if number in _start().NOTED:
            faulthandler.unregister(number)
            _start().originals["register"](number, record[2], all_threads=False, chain=True)
        elif number in FATAL and _start().catches_fatal:
            _catch_again(record[2], previous)
    return result


def _catch_again(descriptor: int, set_handler: Callable[[int, object], object]) -> None:
    """Have faulthandler write about all fatal signals, but for those that the application handles."""
    _start().originals["disable"]()
    _start().originals["enable"](descriptor)
    for number in FATAL:
        if callable(_signal.getsignal(number)):
            set_handler(number, _signal.getsignal(number))


# By the name of what the application calls.
GUARDS: dict[str, Callable[..., Any]] = {
    "_exit": _exit,
    "execv": _execute,
    "execve": _execute,
    "enable": _enable,
    "disable": _disable,
    "is_enabled": _is_enabled,
    "register": _register,
    "signal": _handle,
}
