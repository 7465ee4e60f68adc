"""Turn what faulthandler wrote into threads with frames, as far as the sources are on this machine."""

from __future__ import annotations

import ast
import re
import tokenize
from functools import lru_cache

from tibidi import TYPE_CHECKING, model
from tibidi.model import FrameRecord, ThreadRecord
from tibidi.process import os

if TYPE_CHECKING:
    from collections.abc import Mapping

# Python/traceback.c: dump_frame, write_thread_id, and _Py_DumpStack (3.14).
HEAD = re.compile(r"(?P<current>Current )?[Tt]hread (?P<ident>0x[0-9a-f]+)(?: \[(?P<name>.*)\])? \(most recent call")
BARE_HEAD = re.compile(r"Stack \(most recent call|Current thread's (?P<c>C) stack trace")
FRAME = re.compile(r'  File "(?P<file>.*)", line (?P<line>\d+|\?+) in (?P<name>.*)')
C_FRAME = re.compile(r'  Binary file "(?P<file>.*?)"(?:, at (?P<name>\S*))? \[(?P<line>0x[0-9a-f]+)\]')
ESCAPED = re.compile(r"\\x[0-9a-f]{2}|\\u[0-9a-f]{4}|\\U000[0-9a-f]{5}")  # Python/traceback.c: _Py_DumpASCII
CUT = "..."  # the line after the stacks of 100 threads, where there are more
MISSING = ThreadRecord("not known: faulthandler writes the stacks of 100 threads, and not this one", 0, True, False)
MAX_SOURCES = 100
OURS = ("tibidi_autoinstall.py", "/hooks/hangs.py")


def threads(text: str) -> tuple[ThreadRecord, ...]:
    """Return the stacks in a text, that of the current thread first; C frames are a stack of their own."""
    found: list[tuple[ThreadRecord, list[FrameRecord]]] = []
    lines = ESCAPED.sub(_unescaped, text).splitlines()
    for line in lines:
        head, frame = HEAD.match(line) or BARE_HEAD.match(line), FRAME.match(line) or C_FRAME.match(line)
        if head:
            facts = head.groupdict()
            is_current = "current" not in facts or facts["current"] is not None
            name = "C stack" if facts.get("c") else facts.get("name") or ("current thread" if is_current else "thread")
            ident = int(facts.get("ident") or "0", 16)
            found.append((ThreadRecord(name, ident, is_current and not facts.get("c"), False), []))
        elif frame and found and not frame["file"].endswith(OURS):
            number = int(frame["line"]) if frame["line"].isdecimal() else 0
            name = (frame["name"] or "?").partition("+")[0] or "?"
            found[-1][1].insert(0, FrameRecord(frame["file"], _module(frame["file"]), name, name, number))
    made = [record._replace(frames=_without_bootstrap(frames)) for record, frames in found]
    found_one = any(record.crashed for record in made)  # else the main thread is the last: it was started first
    made = [record for record in (made if found_one else made[::-1]) if record.frames]
    if CUT in lines and not found_one:
        made.append(MISSING)
    return tuple(sorted(made, key=lambda record: not record.crashed))


def _unescaped(found: re.Match[str]) -> str:
    """Return the letter that faulthandler has escaped: it writes ASCII."""
    letter = chr(int(found[0][2:], 16))
    return letter if letter.isprintable() and not letter.isascii() else found[0]


def _module(file: str) -> str:
    """Return the name of the module that a file most likely is, without its package."""
    folder, _, base = file.rpartition("/")
    return folder.rpartition("/")[2] if base == "__init__.py" else base.partition(".")[0]


def _without_bootstrap(frames: list[FrameRecord]) -> tuple[FrameRecord, ...]:
    """Return a stack without the outermost frames of a thread, which are those of the threading module."""
    start = 0
    while start < len(frames) - 1 and frames[start].file.endswith("/threading.py"):
        start += 1
    return tuple(frames[start:])


def sources(found: tuple[ThreadRecord, ...]) -> dict[str, str]:
    """Return the text of the files on the stacks that are here."""
    names = dict.fromkeys(frame.file for thread in found for frame in thread.frames if frame.line)
    texts = {}
    for name in list(names)[:MAX_SOURCES]:
        if not (os.path.isfile(name) and os.path.getsize(name)):  # a pipe, or a file of /proc, may block
            continue
        try:
            with tokenize.open(name) as file:
                texts[name] = file.read(model.MAX_SOURCE_CHARACTERS)
        except (OSError, SyntaxError, ValueError):
            continue
    return texts


def placed(thread: ThreadRecord, texts: Mapping[str, str]) -> ThreadRecord:
    """Return a thread whose frames know where their functions begin, from the sources."""
    return thread._replace(frames=tuple([_placed(frame, texts.get(frame.file, "")) for frame in thread.frames]))


def _placed(frame: FrameRecord, text: str) -> FrameRecord:
    if frame.name == "<module>":
        return frame._replace(code=model.CodeRecord(model.MODULE))
    spans = _definitions(text).get(frame.name, ())
    first = [start for start, end in spans if start <= frame.line <= end] or [frame.line]
    return frame._replace(first_line=max(first[-1], 1), code=model.CodeRecord(model.FUNCTION))


@lru_cache(maxsize=MAX_SOURCES)
def _definitions(text: str) -> dict[str, list[tuple[int, int]]]:
    """Return the first and last lines of the functions and classes in a source, by name."""
    found: dict[str, list[tuple[int, int]]] = {}
    try:
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                found.setdefault(node.name, []).append((node.lineno, node.end_lineno or 0))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        pass
    return found
