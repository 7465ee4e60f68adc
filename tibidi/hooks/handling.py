"""What happens to an exception that a hook has caught: one crash, one dump, one line on stderr.

Imported at the first crash.
"""

from __future__ import annotations

import sys

from tibidi import TYPE_CHECKING, config, hooks
from tibidi.errors import DumpFailed, TibidiError
from tibidi.hooks.dedup import DumpedCrashes, place_of
from tibidi.look.anatomy import group_members
from tibidi.process import imports, io, os, time
from tibidi.process.interpreter import has_handler_raised
from tibidi.process.temporary import dump_lock
from tibidi.process.texts import printable

if TYPE_CHECKING:
    from threading import Thread

    from tibidi.process.watch import Watch

# A process that goes on after a crash waits no longer than this for the dump.
LIVING_SECONDS = 2.0
# A caller waits behind these hooks, so they wait only briefly for the dump of another thread.
URGENT_HOOKS = (hooks.LOGGING, hooks.TASK, hooks.UNRAISABLE, hooks.PRINTED)

# How long to wait for a reader of stderr that has stopped reading.
READER_SECONDS = 1.0

_dumped = DumpedCrashes()


def handle(
    exc: BaseException, hook: str, thread: Thread | None, watch: Watch, settings: hooks.Settings
) -> tuple[str, BaseException | None]:
    """Dump an exception unless there is a reason not to, and report the dump on stderr.

    `hook` caught it, `thread` ended by it, and `watch` waits for the dump.  Return the path of the dump that it is in
    now, or "", and what a signal handler raised meanwhile.
    """
    if not is_crash(exc, hook):
        return "", None
    start = time.monotonic()
    is_final = hook in hooks.FINAL_HOOKS
    patience = _patience(hook)
    seconds = config.max_seconds if is_final else min(LIVING_SECONDS, config.max_seconds)
    watch.deadline = start + (seconds if is_final else patience + seconds)
    with dump_lock(patience) as has_lock:
        # A crash that ends the process is dumped even if another thread hangs in its dump.
        if not has_lock and not is_final:
            return "", None
        if not is_final:
            watch.deadline = time.monotonic() + seconds
        return _handle(exc, hook, thread, watch, settings)


def answer(exc: BaseException, hook: str) -> str | None:
    """Return what `handle` would return where no dump is needed, else None; never wait for a lock."""
    known = _dumped.find(exc)
    return "" if known is None and hook not in hooks.FINAL_HOOKS and _dumped.is_refused(place_of(exc), hook) else known


def _patience(hook: str) -> float:
    """Return how many seconds to wait for the dump of another thread."""
    if hook in URGENT_HOOKS:
        return LIVING_SECONDS
    # The wait and the dump together must fit into the time of one dump where the process ends.
    return config.max_seconds / 2 if hook in hooks.FINAL_HOOKS else config.max_seconds


def reset_after_fork() -> None:
    """Forget which crashes were dumped: in a child of fork() none was."""
    global _dumped
    _dumped = DumpedCrashes()


def _handle(
    exc: BaseException, hook: str, thread: Thread | None, watch: Watch, settings: hooks.Settings
) -> tuple[str, BaseException | None]:
    """Dump an exception that was not dumped before, within its quota."""
    silent = settings.silent or config.silent
    known = _dumped.find(exc)
    if known is not None:
        return known, None
    place = place_of(exc)
    if hook not in hooks.FINAL_HOOKS and not _dumped.has_quota(place, hook):
        if _dumped.refuse(place) and not silent:
            write("tibidi: further identical crashes are not dumped for 60 s")
        return "", None
    _dumped.charge(place)
    lines, path, interrupt = _dump(exc, thread, watch, settings)
    _dumped.add(exc, path)  # also without a dump: another attempt would fail as well
    if not silent and not watch.is_over:  # else the crashed thread has said that it took too long
        write(*lines)
    return path, interrupt


def _dump(
    exc: BaseException, thread: Thread | None, watch: Watch, settings: hooks.Settings
) -> tuple[list[str], str, BaseException | None]:
    """Write the dump; return the lines for stderr, its path or "", and what a signal handler raised meanwhile."""
    try:
        dumper = imports.import_module("tibidi.dumper")
        path, interrupt = dumper.write(exc, settings.filename, watch, thread)
    except Exception as error:
        if has_handler_raised(error) or (config.debug and not isinstance(error, DumpFailed)):
            raise
        return [of_failure(error)], "", None
    return of_dump(path, exc if settings.replace else None), path, interrupt


def is_crash(exc: BaseException, hook: str) -> bool:
    """Return True unless the exception asks the program to end, or says that a pipe has no reader (`| head`)."""
    if issubclass(type(exc), hooks.ENDS):
        return hook == hooks.EXIT  # which asks for them only
    if issubclass(type(exc), BrokenPipeError):
        from tibidi.hooks.exits import is_reader_gone  # few programs end so

        return hook != hooks.UNRAISABLE and not is_reader_gone()
    members = group_members(exc)
    return not members or any(is_crash(member, hook) for member in members)


def of_dump(path: str, exc: BaseException | None) -> list[str]:
    """Return the lines about a dump at `path`, the first one with the exception if there is one."""
    line = f"Traceback dumped into: {_shown(path)}"
    return [line] if exc is None else [_headline(exc), line]


def of_failure(error: BaseException) -> str:
    """Return the line about a dump that failed."""
    reason = f"{error}; {error.hint}" if isinstance(error, TibidiError) else f"{type(error).__name__}: {error}"
    return f"tibidi: no dump: {reason}"


def write(*lines: str) -> None:
    """Write lines to stderr, unless it is closed or its reader has stopped reading."""
    if not _is_writable():
        return
    text = "".join(printable(line, kept="\n\t") + "\n" for line in lines)
    try:
        sys.stderr.write(text)
        sys.stderr.flush()
    except Exception:  # noqa: BLE001 - None, closed, full, or an object of the application that raises
        return


def _is_writable() -> bool:
    """Return True if a write to stderr does not block; assumed of anything but a real file."""
    if type(sys.stderr) is not io.TextIOWrapper:
        return True
    try:
        import select  # an extension module, needed only here

        poll = select.poll()
        poll.register(sys.stderr.fileno(), select.POLLOUT)
        return bool(poll.poll(READER_SECONDS * 1_000))
    except Exception:  # noqa: BLE001 - no poll() here, that of gevent, which may raise anything, or stderr is closed
        return True


def _headline(exc: BaseException) -> str:
    """Return the last line of the traceback."""
    name = type(exc).__name__
    try:
        text = str(exc)
    except Exception:  # noqa: BLE001 - the application's __str__ may raise anything
        text = "<exception str() failed>"
    return f"{name}: {text}" if text else name


def _shown(path: str) -> str:
    """Return a path as a user types it: with a tilde for the home directory, unless TIBIDI_DIR is set."""
    home = os.path.expanduser("~").rstrip(os.sep)  # nothing remains of "/", the home of a user without one
    if config.directory is None and home and os.path.isabs(path) and path.startswith(home + os.sep):
        return "~" + path[len(home) :]
    return path
