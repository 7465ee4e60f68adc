"""Describe what cannot be pickled: which file, which address, which lock, where a generator stands.

Exact types only, read by C code of the interpreter: no application code runs,
nothing is flushed, read or moved.
"""

from __future__ import annotations

import io
import sys
import types

from tibidi import TYPE_CHECKING
from tibidi.look.anatomy import exact_type
from tibidi.look.anatomy import mro
from tibidi.look.anatomy import type_name

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import CodeType

MAX_CHARS = 300


def describe(thing: object) -> str:
    """Return what a thing was, in one line; empty where nothing is known of it."""
    text = TABLE.get(exact_type(thing)) or _by_name(type(thing))
    if text is None:
        return ""
    try:
        return text(thing)[:MAX_CHARS]
    except Exception:  # noqa: BLE001 - a closed socket, a detached buffer
        return ""


def _generator(thing: types.GeneratorType[object, object, object]) -> str:
    return _suspended("generator", thing.gi_code, thing.gi_frame)


def _coroutine(thing: types.CoroutineType[object, object, object]) -> str:
    return _suspended("coroutine", thing.cr_code, thing.cr_frame)


def _async_generator(thing: types.AsyncGeneratorType[object, object]) -> str:
    return _suspended("asynchronous generator", thing.ag_code, thing.ag_frame)


def _suspended(kind: str, code: CodeType, frame: types.FrameType | None) -> str:
    name = getattr(code, "co_qualname", code.co_name)
    where = f"at line {frame.f_lineno}" if frame is not None else "finished"
    return f"{kind} {name} of {code.co_filename}, {where}"


def _frame(frame: types.FrameType) -> str:
    return f"frame of {frame.f_code.co_name} in {frame.f_code.co_filename}, line {frame.f_lineno}"


def _traceback(tb: types.TracebackType) -> str:
    return f"traceback through {tb.tb_frame.f_code.co_name}, line {tb.tb_lineno}"


def _text_file(file: io.TextIOWrapper) -> str:
    words = f"file {file.name!r}, mode {getattr(file, 'mode', '?')!r}, encoding {file.encoding}"
    return words + _position(file.buffer)


def _binary_file(file: io.BufferedReader) -> str:
    return f"file {file.name!r}, mode {file.mode!r}" + _position(file)


def _position(file: object) -> str:
    if getattr(file, "closed", True):
        return ", closed"
    try:
        return f", at byte {file.tell()}"  # type: ignore[attr-defined]  # one of the types of io
    except (OSError, ValueError):  # a pipe, a terminal
        return ""


def _socket(thing: object) -> str:
    import _socket  # loaded already, as there is a socket

    raw = _socket.socket
    words = [f"socket fd {raw.fileno(thing)}"]  # type: ignore[arg-type]  # a subclass of it
    for label, get in (("from", raw.getsockname), ("to", raw.getpeername)):
        try:
            words.append(f"{label} {get(thing)!r}")  # type: ignore[arg-type]  # likewise
        except OSError:  # not bound, not connected
            continue
    return " ".join(words)


def _by_name(cls: type) -> Callable[..., str] | None:
    """Return how to describe an instance of a type that may not be loaded, or that has no public name."""
    socket = sys.modules.get("_socket")
    if socket is not None and issubclass(cls, socket.socket):
        return _socket
    # The repr of these is C code: that of a lock says whether it is locked, that of a thread's handle its number.
    is_known = type_name(cls).startswith(("_thread.", "select.", "_io.")) and len(mro(cls)) == 2
    return cls.__repr__ if is_known else None


TABLE: dict[type, Callable[..., str]] = {
    types.GeneratorType: _generator,
    types.CoroutineType: _coroutine,
    types.AsyncGeneratorType: _async_generator,
    types.FrameType: _frame,
    types.TracebackType: _traceback,
    io.TextIOWrapper: _text_file,
    io.BufferedReader: _binary_file,
    io.BufferedWriter: _binary_file,
    io.BufferedRandom: _binary_file,
    io.FileIO: _binary_file,
}
