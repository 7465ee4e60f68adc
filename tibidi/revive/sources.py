"""Put the captured source text where debuggers look for it.

Debuggers that ask `linecache` get the captured text from there: an entry without a modification time is never checked
against the disk (see `linecache.checkcache`), so it is valid even if a different file has the name here.  Debuggers
that open files themselves, as IDEs do, would show that different file: for these the frames are revived under the name
of a copy, and so are files whose name makes a debugger skip them.
"""

from __future__ import annotations

import bdb
import linecache
import os
import re
import sys
from collections.abc import Iterable, Iterator, Mapping

from tibidi.process.interpreter import python_version
from tibidi.process.texts import printable, source_lines
from tibidi.revive.mismatch import is_file, local_text, same_text

FROZEN = r"<frozen (\w+(?:\.\w+)*)>"
FOLDER_PREFIX = "tibidi-sources-"
MAX_NAME = 100  # characters of the file name of a copy, well below the limits of file systems
COPY_PREFIX = "captured_"
# `DONT_TRACE` in _pydevd_bundle/pydevd_dont_trace_files.py: by base name, in any folder.
SKIPPED_BY_PYDEVD = frozenset({
    "Queue.py", "_weakrefset.py", "codecs.py", "cp1252.py", "dis.py", "io.py", "linecache.py", "queue.py", "socket.py",
    "threading.py", "utf_8.py", "weakref.py",
})  # fmt: skip
KEPT_CONTROLS = "\t\n\f"  # harmless, and part of ordinary source files


def add_to_linecache(sources: Mapping[str, str], files: Iterable[str]) -> None:
    """Add the captured sources to linecache, and empty entries for the other `files`."""
    for name in files:
        # Otherwise linecache would call __loader__ of the frame's globals, an object from the dump.
        if name not in sources and not is_file(name):
            _enter(name, "")
    for name, text in sources.items():
        _enter(name, text)


def frozen_sources(files: Iterable[str], python: str) -> dict[str, str]:
    """Return the texts of frozen modules of the standard library, such as `<frozen runpy>`, if this is their Python."""
    found: dict[str, str] = {}
    for file in files if python == python_version() else ():
        match = file.startswith("<") and re.fullmatch(FROZEN, file)
        if match:
            base = os.path.join(os.path.dirname(os.__file__), *match[1].split("."))
            text = local_text(f"{base}.py") or local_text(os.path.join(base, "__init__.py"))
            found.update({file: text} if text else {})
    return found


def extract_copies(sources: Mapping[str, str]) -> dict[str, str]:
    """Extract the sources that debuggers would not show under their own names; return the new name of each."""
    hidden = [
        name
        for name, text in sources.items()
        if _is_skipped(name) or (is_file(name) and not same_text(local_text(name), text))
    ]
    if not hidden:
        return {}
    folder = _make_folder()
    renamed = {}
    for number, name in enumerate(hidden):
        renamed[name] = _extract(os.path.join(folder, str(number)), name, sources[name])
        _enter(renamed[name], sources[name])
    return renamed


def _make_folder() -> str:
    """Make a folder that is removed when the debugger ends; remove those of killed debuggers now."""
    import atexit
    import shutil  # 3 ms with `tempfile`, and seldom needed
    import tempfile

    for path in _abandoned(tempfile.gettempdir()):
        shutil.rmtree(path, ignore_errors=True)
    folder = tempfile.mkdtemp(prefix=f"{FOLDER_PREFIX}{os.getpid()}-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def _abandoned(place: str) -> Iterator[str]:
    """Yield the folders of debuggers that no longer run: a customer's sources must not stay around."""
    from tibidi.store.retention import is_alive
    from tibidi.store.user_directories import is_mine

    try:
        found = [entry for entry in os.scandir(place) if entry.name.startswith(FOLDER_PREFIX)]
    except OSError:  # writable, but not readable
        return
    for entry in found:
        pid = entry.name[len(FOLDER_PREFIX) :].partition("-")[0]
        is_folder = entry.is_dir(follow_symlinks=False)
        if pid.isdecimal() and not is_alive(int(pid)) and is_folder and is_mine(entry.stat(follow_symlinks=False)):
            yield entry.path


def _is_skipped(name: str) -> bool:
    """Return True if the loaded debugger never stops in files of this name, where threads usually wait."""
    return "pydevd" in sys.modules and os.path.basename(name) in SKIPPED_BY_PYDEVD


def _extract(folder: str, name: str, text: str) -> str:
    """Write one copy under the last part of its name, which people recognise."""
    os.mkdir(folder, 0o700)
    prefix = COPY_PREFIX if _is_skipped(name) else ""
    path = os.path.join(folder, prefix + printable(os.path.basename(name))[-MAX_NAME:])
    with open(path, "w", encoding="utf-8", errors="backslashreplace", newline="") as file:
        file.write(text)
    return path


def _enter(name: str, text: str) -> None:
    """Add a text to linecache with visible control characters, as debuggers print lines as they are."""
    harmless = [printable(line, kept=KEPT_CONTROLS) + "\n" for line in source_lines(text)]
    for key in {printable(name), bdb.Bdb().canonic(printable(name))}:  # pdb looks for relative names below the cwd
        linecache.cache[key] = (len(text), None, harmless, key)
