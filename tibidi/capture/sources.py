"""The text of every file on a captured stack.

It comes from the file itself, or, if there is none (an interactive cell, a
doctest, `exec` of a registered string), from `linecache`; from a zip archive by
its importer.  Loaders of the application are not called.
"""

from __future__ import annotations

import re
import sys

from tibidi import TYPE_CHECKING
from tibidi.model import MAX_SOURCE_CHARACTERS
from tibidi.process import io
from tibidi.process import os
from tibidi.process.texts import ascii_safe
from tibidi.process.texts import source_lines

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tibidi.look.frames import LiveCrash
    from tibidi.look.frames import LiveFrame

# Of a larger file, only the lines around those of the frames are kept; the others are empty, so that line numbers hold.
LINES_AROUND = 200
MAX_FILE_BYTES = 64 << 20

FROZEN = "<frozen "  # modules that are compiled into the interpreter

# PEP 263, in the first two lines.
COOKIE = rb"[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)"
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
            yield ascii_safe(name), _around(text, lines[name]), f"only {LINES_AROUND} lines around those of the frames"
        else:
            yield ascii_safe(name), text, ""


def text_of(name: str, namespace: dict[str, object]) -> str | None:
    """Return the text of the source file `name`, None if it is not available."""
    if name.startswith("<"):
        return _from_linecache(name)
    data = _from_file(name)
    if data is None:
        return _from_linecache(name) or _from_archive(name, namespace)
    return decode(data)


def decode(data: bytes) -> str:
    """Return source code as text, in its declared encoding; undecodable bytes become escapes."""
    encoding = "utf-8"
    if data.startswith(BOM):
        data = data[len(BOM) :]
    else:
        for line in data.split(b"\n", 2)[:2]:
            cookie = re.match(COOKIE, line) if b"coding" in line else None
            if cookie:
                encoding = cookie[1].decode("ascii", "replace")
                break
    try:
        text = data.decode(encoding, "backslashreplace")
    except (LookupError, TypeError, ValueError):  # an unknown encoding, or not a text encoding
        text = data.decode("utf-8", "backslashreplace")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _from_file(name: str) -> bytes | None:
    for path in _places(name):
        try:
            if os.path.isfile(path) and os.path.getsize(path) <= MAX_FILE_BYTES:
                return _content(path)
        except (OSError, ValueError):
            continue
    return None


def _content(path: str) -> bytes:
    with io.open(path, "rb") as file:
        return bytes(file.read())


def _places(name: str) -> Iterator[str]:
    """Yield the paths that a file may have: a relative name may be relative to an entry of sys.path."""
    yield name
    if not os.path.isabs(name):
        for folder in sys.path:
            if type(folder) is str:
                yield os.path.join(folder, name)


def _from_linecache(name: str) -> str | None:
    """Return a cached text; a lazy entry, which is a function of a loader, is not called."""
    cache = getattr(sys.modules.get("linecache"), "cache", None)
    entry = cache.get(name) if type(cache) is dict else None
    if type(entry) is not tuple or len(entry) != 4 or type(entry[2]) is not list:
        return None
    return "".join(line for line in entry[2] if type(line) is str)


def _from_archive(name: str, namespace: dict[str, object]) -> str | None:
    loader = dict.get(namespace, "__loader__")
    zipimport = sys.modules.get("zipimport")
    if zipimport is None or type(loader) is not getattr(zipimport, "zipimporter", None):
        return None
    try:
        return decode(loader.get_data(name))  # type: ignore[attr-defined]  # its exact type was checked
    except (OSError, EOFError, ImportError):
        return None


def _around(text: str, lines: set[int]) -> str:
    """Return the lines near `lines`, and empty lines for all others."""
    wanted: set[int] = set()
    for number in lines:
        wanted.update(range(number - LINES_AROUND, number + LINES_AROUND))
    return "".join(f"{line}\n" if number in wanted else "\n" for number, line in enumerate(source_lines(text), start=1))
