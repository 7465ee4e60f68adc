"""Source text that is not a UTF-8 file: in another encoding, in `linecache`, in an archive, or too large."""

from __future__ import annotations

import re
import sys

from tibidi.capture.sources import BOM, decode
from tibidi.process.texts import source_lines

# Of a larger file, only the lines around those of the frames are kept; the others are empty, so that line numbers hold.
LINES_AROUND = 200

# PEP 263, in the first two lines.
COOKIE = rb"[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)"


def decoded(data: bytes) -> str:
    """Return source code that has a byte order mark, or may declare its encoding, as text."""
    encoding = "utf-8"
    if data.startswith(BOM):
        data = data[len(BOM) :]
    else:
        cookies = (re.match(COOKIE, line) for line in data.split(b"\n", 2)[:2] if b"coding" in line)
        encoding = next((cookie[1].decode("ascii", "replace") for cookie in cookies if cookie), encoding)
    try:
        return data.decode(encoding, "backslashreplace")
    except (LookupError, TypeError, ValueError):  # an unknown encoding, or not a text encoding
        return data.decode("utf-8", "backslashreplace")


def cached_or_archived(name: str, namespace: dict[str, object]) -> str | None:
    """Return a text that `linecache` or the importer of a zip archive has."""
    return _from_linecache(name) or (None if name.startswith("<") else _from_archive(name, namespace))


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


def around(text: str, lines: set[int]) -> str:
    """Return the lines near `lines`, and empty lines for all others."""
    wanted: set[int] = set()
    for number in lines:
        wanted.update(range(number - LINES_AROUND, number + LINES_AROUND))
    return "".join(f"{line}\n" if number in wanted else "\n" for number, line in enumerate(source_lines(text), start=1))
