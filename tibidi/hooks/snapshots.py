"""Snapshots that nobody calls in code: at TIBIDI_SNAPSHOT_SIGNAL, by `tibidi snap`, or of a process that hangs."""

from __future__ import annotations

import _signal  # type: ignore[import-not-found]  # `signal` without its enumerations, unknown to typeshed
import sys
from functools import wraps

from tibidi import TYPE_CHECKING, config, hooks
from tibidi.hooks import handling
from tibidi.model import SNAPSHOT
from tibidi.process import io, os, reserve
from tibidi.process.imports import import_module
from tibidi.process.temporary import headroom

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

FATAL = {getattr(_signal, f"SIG{name}", 0) for name in ("SEGV", "BUS", "ILL", "FPE", "ABRT")}  # of faulthandler
NO_SIGNAL = 0
_number = NO_SIGNAL  # that of the handler
_taking = 0  # the process whose main thread takes a snapshot: not that of a child


def install() -> None:
    """Install the handler of the signal; only the main thread can."""
    global _number
    try:
        _signal.signal(NO_SIGNAL if config.snapshot_signal in FATAL else config.snapshot_signal, _take_at_signal)
        _number = config.snapshot_signal or NO_SIGNAL
        hooks.replace_function(_signal, "signal", _wrap_signal)
    except (ValueError, OSError):  # another thread, or a signal such as KILL
        handling.write(f"tibidi: TIBIDI_SNAPSHOT_SIGNAL: signal {config.snapshot_signal} cannot be handled here")
        config.snapshot_signal = None  # so that the life record does not say that it can


def _wrap_signal(call: Callable[[int, Any], Any]) -> Any:
    @wraps(call)
    def signal(number: int, handler: Any, /) -> Any:  # the life record says whether the handler is ours
        previous = call(number, handler)
        now = _number if handler is _take_at_signal else NO_SIGNAL
        if number == _number and now != (config.snapshot_signal or NO_SIGNAL):
            config.snapshot_signal = now or None
            note(f"signal {now}")
        return previous

    return signal


def _take_at_signal(*_: object) -> None:
    """Take a snapshot; a signal that comes meanwhile asks for the same one."""
    global _taking
    if _taking == os.getpid():
        return
    _taking = os.getpid()
    try:
        take()
    finally:
        _taking = 0


def answer(path: str) -> None:
    """Take a snapshot for `tibidi snap`, in a thread of its own, and write to this file where the dump is."""
    text = take() or "no dump: the stderr of the process says why"
    with io.open(f"{path}.new", "w") as file:
        file.write(text)
    os.rename(f"{path}.new", path)


def take(reason: str = "", told: str = "snapshot") -> str:
    """Take a snapshot, print a line, and note the dump in the life record; return its path, "" if that failed."""
    try:
        with reserve, headroom():
            path: str = import_module("tibidi.living").dump(None, None, SNAPSHOT, reason)
        line = handling.of_dump(path, None)[0].replace("Traceback", "Snapshot", 1)
    except Exception as error:  # noqa: BLE001 - the process goes on
        path, line = "", handling.of_failure(error)
    note(f"{told} {path or line}")
    if not config.silent:
        handling.write(line)
    return path


def note(text: str) -> None:
    """Note in the life record, if there is one, how the text that it has so far was handled."""
    life: Any = sys.modules.get("tibidi_autoinstall")
    if life is not None:
        life.write(f"told: {text}\n".encode("utf-8", "replace"))
