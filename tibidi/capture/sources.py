"""The text of every file on a captured stack.

It comes from the file itself, or, if there is none (an interactive cell, a doctest, `exec` of a registered string),
from `linecache`; from a zip archive by its importer.  Loaders of the application are not called.
"""

from __future__ import annotations

import sys

from tibidi import TYPE_CHECKING
from tibidi.model import MAX_SOURCE_CHARACTERS
from tibidi.process import os, read_file
from tibidi.process.texts import ascii_safe

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tibidi.look.frames import LiveCrash, LiveFrame

MAX_FILE_BYTES = 64 << 20
FROZEN = "<frozen "  # modules that are compiled into the interpreter
BOM = b"\xef\xbb\xbf"


def sources(crash: LiveCrash) -> Iterator[tuple[str, str, str]]:
    """Yield name and text of each file, those of the crashed frames first, and what is missing in it, or ""."""
    lines: dict[str, set[int]] = {}
    frames: dict[str, LiveFrame] = {}
    for stack in crash.stacks():
        for live in reversed(stack.frames):
            name = live.frame.f_code.co_filename
            frames.setdefault(name, live)
            lines.setdefault(name, set()).add(live.lineno)
    for name, live in frames.items():
        text = text_of(name, live.frame.f_globals)
        if text is None:
            if not name.startswith(FROZEN):
                yield ascii_safe(name), "", "there is no file of this name, nor does linecache know it"
        elif len(text) > MAX_SOURCE_CHARACTERS:
            from tibidi.capture.sources_elsewhere import LINES_AROUND, around

            yield ascii_safe(name), around(text, lines[name]), f"only {LINES_AROUND} lines around those of the frames"
        else:
            yield ascii_safe(name), text, ""


def text_of(name: str, namespace: dict[str, object]) -> str | None:
    """Return the text of the source file `name`, None if it is not available."""
    data = None if name.startswith("<") else _from_file(name)
    if data is not None:
        return decode(data)
    from tibidi.capture.sources_elsewhere import cached_or_archived

    return cached_or_archived(name, namespace)


def decode(data: bytes) -> str:
    """Return source code as text, in its declared encoding; undecodable bytes become escapes."""
    if data.startswith(BOM) or b"coding" in b"".join(data.split(b"\n", 2)[:2]):
        from tibidi.capture.sources_elsewhere import decoded  # few files have either

        text = decoded(data)
    else:
        text = data.decode("utf-8", "backslashreplace")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _from_file(name: str) -> bytes | None:
    for path in _places(name):
        try:
            if os.path.isfile(path) and os.path.getsize(path) <= MAX_FILE_BYTES:
                return read_file(path)
        except (OSError, ValueError):
            continue
    return None


def _places(name: str) -> Iterator[str]:
    """Yield the paths that a file may have: a relative name may be relative to an entry of sys.path."""
    yield name
    if not os.path.isabs(name):
        yield from [os.path.join(folder, name) for folder in sys.path if type(folder) is str]
