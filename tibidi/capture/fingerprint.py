"""The fingerprint of a crash: the same for one bug on every machine, different for two.

It is a digest of the exception that ended the program and of its root cause: their types, and where they passed from
one package to the next.  It covers module, name and statement of the last function there and of its caller.  It ignores
lines, folders, messages, other callers and modules of Python itself, all of which differ between crashes of one bug.

A statement is found by scanning the text, not by the parser of the running Python, so that every version finds the
same.  It is the whole statement, because versions report different lines of one that spans several.
"""

from __future__ import annotations

import re
from itertools import groupby

from tibidi import TYPE_CHECKING
from tibidi.capture.sources import text_of
from tibidi.culprit import root_cause
from tibidi.look.anatomy import STANDARD_MODULES
from tibidi.process import os
from tibidi.process.digest import sha256
from tibidi.process.temporary import call

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tibidi.look.frames import LiveException, LiveThread
    from tibidi.model import ExceptionRecord, FrameRecord

LENGTH = 16  # hexadecimal digits
PACKAGES = 4  # the innermost ones
INNERMOST = 30  # frames; a recursion is the same crash whatever its depth
MAX_SECONDS = 0.5  # a file system may not answer
SCRIPTS = ("__main__", "__mp_main__")
# Frames that Python 3.12 and later no longer have (PEP 709).
INLINED = ("<listcomp>", "<dictcomp>", "<setcomp>")
STANDARD = r"/lib(?:64)?/(?:python|pypy)[\d.]+t?/(?!(?:site|dist)-packages/)"

# A string; what is skipped: a comment, a continued line, spaces; a word; any other character.
PARTS = (
    r"(?s)(?P<string>[A-Za-z]{0,3}(?:(\"\"\"|''')(?:\\.|[^\\])*?\2|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'))"
    r"|(?P<skip>\#[^\n]*|\\\n|[^\S\n]+)|\w+|."
)
DEFINITIONS = ("def ", "class ", "async ", "@")
MAX_LINES = 400  # before and behind the line


def fingerprint(exceptions: tuple[ExceptionRecord, ...], live: Sequence[LiveException | LiveThread]) -> str:
    """Return the fingerprint of a crash, without statements if the sources cannot be read in time."""
    try:
        return call(lambda: _fingerprint(exceptions, live), MAX_SECONDS)
    except TimeoutError:
        return _fingerprint(exceptions, [])


def _fingerprint(exceptions: tuple[ExceptionRecord, ...], live: Sequence[LiveException | LiveThread]) -> str:
    words = []
    for index in dict.fromkeys((root_cause(exceptions), len(exceptions) - 1)):
        record = exceptions[index]
        words.append(record.type.rpartition(".")[2])
        for number in _numbers(record):
            frame, text = record.frames[number], ""
            if live:
                source = text_of(frame.file, live[index].frames[number].frame.f_globals) or ""
                text = _statement(source, frame.first_line, frame.line)
            words.append(f"{_module(frame)} {frame.name} {text}")
    return sha256("\n".join(words).encode("utf-8", "replace")).hexdigest()[:LENGTH]


def _numbers(record: ExceptionRecord) -> list[int]:
    """Return the numbers of the last frame of each package and of its caller, those of the innermost packages."""
    frames = record.frames
    own = [number for number, frame in enumerate(frames) if not _is_skipped(frame)] or list(range(len(frames)))
    if record.type == "builtins.RecursionError":  # in whichever function of a circle, or below it, the limit was met
        names = [frames[number].name for number in own[-INNERMOST * 2 :]]
        circle = {name for name in names if names.count(name) > 2}
        own = sorted((n for n in own[-INNERMOST:] if frames[n].name in circle), key=lambda n: frames[n].name)[:1] or own
    found: list[int] = []
    runs = [list(run) for _, run in groupby(own, key=lambda n: _package(frames[n]))]
    for numbers in runs[-PACKAGES:]:
        # The caller of the first call: a recursion is the same crash whatever its depth.
        functions = [(frames[n].module, frames[n].name) for n in numbers]
        first = functions.index(functions[-1])
        found += [*numbers[max(first - 1, 0) : first], numbers[-1]]
    # What a main module executes on the way in is how the program was started.
    return [n for n in found if n == own[-1] or frames[n].name != "<module>"]


def _is_skipped(frame: FrameRecord) -> bool:
    is_standard = frame.module.partition(".")[0] in STANDARD_MODULES or re.search(STANDARD, frame.file)
    return bool(is_standard) or frame.name in INLINED


def _module(frame: FrameRecord) -> str:
    """Return the last part of the name of a module, of a script that of its file."""
    if frame.module not in SCRIPTS:
        return frame.module.rpartition(".")[2]
    name = os.path.basename(frame.file)
    return "" if name.startswith("<") or "ipykernel_" in frame.file else name.partition(".")[0]


def _package(frame: FrameRecord) -> str:
    if frame.module not in SCRIPTS:
        return frame.module.partition(".")[0]
    name = _module(frame)
    return os.path.basename(os.path.dirname(frame.file)) if name == "__main__" else name


def _statement(text: str, first: int, line: int) -> str:
    """Return the statement at a line, with its number among identical ones from the line `first` on; "" if none is."""
    lines = text.split("\n")
    if first <= 1:  # a module is scanned from the definition before the line
        first = next((n for n in range(line, 1, -1) if lines[n - 1 : n] and lines[n - 1].startswith(DEFINITIONS)), 1)
    first = max(first, line - MAX_LINES)
    earlier: list[str] = []
    for found, end in _statements("\n".join([*lines[first - 1 : line + MAX_LINES], ""]), first):
        if end >= line:
            return f"{found} #{earlier.count(found)}" if found else ""
        earlier.append(found)
    return ""


def _statements(text: str, number: int) -> Iterator[tuple[str, int]]:
    """Yield the statements of a text whose first line has that number, and the number of the last line of each."""
    depth = 0
    words: list[str] = []
    for match in re.finditer(PARTS, text):
        part = match[0]
        if part == "\n" and depth <= 0:
            yield " ".join(words), number
            words, depth = [], 0
        elif part in "([{":
            depth += 1
        elif part in ")]}":
            depth -= 1
            if words[-1:] == [","]:  # formatters add a comma where they break a line
                words.pop()
        number += part.count("\n")
        if not match["skip"] and part != "\n":
            words.append(part.replace("'", '"') if match["string"] else part)
