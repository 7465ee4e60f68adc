"""Frames for reading: source, carets and variables of own frames; a line for each frame of a library.

Carets are computed here, as the output of the `traceback` module depends on the Python that runs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from tibidi.culprit import INSTALLED, OwnCode
from tibidi.model import MODULE, FrameRecord, ProcessRecord, Variable
from tibidi.present import phrases
from tibidi.present.lines import CODE, FAINT, NAME, PLACE, PLAIN, VALUE, Line, cut, table
from tibidi.process.texts import printable, source_lines, unix_path

BEFORE, AFTER = 2, 1  # lines of source around the one that was running
MAX_PERIOD = 4  # frames of a recursion that repeat
SHOWN_TURNS = 3  # of a recursion, as in Python's tracebacks
LONG = 40  # characters; a value that is longer is shown once
TEMPORARY = "@"  # begins the names of what pytest's assertion rewriting keeps
# What a module defines and imports is only counted; its other variables are shown.
DEFINITIONS = r"<(?:class|module|function|built-in function|lazy_import) "


class Frames:
    """Shows stacks of one process."""

    def __init__(
        self, process: ProcessRecord, sources: Mapping[str, str], *, width: int | None, everything: bool
    ) -> None:
        self._own = OwnCode(process)
        self.is_own = self._own.has
        program = unix_path(process.argv[0]) if process.argv else ""
        folders = (unix_path(process.cwd).rstrip("/"), program.rpartition("/")[0])
        self._folders = [f"{folder}/" for folder in folders if folder]
        self._texts = {name: source_lines(text) for name, text in sources.items()}
        self.width = width
        self._everything = everything
        self._path = ""
        self._shown: dict[tuple[str, str], tuple[str, str]] = {}  # type, preview -> path of the frame, name

    def stack(self, path: str, frames: Sequence[FrameRecord], *, newest_first: bool = False) -> Iterator[Line]:
        """Yield the stack at `path` in the dump, the outermost frame first unless `newest_first`."""
        self._path = path
        blocks = list(self._blocks(frames))
        for block in blocks[::-1] if newest_first else blocks:
            yield from block

    def one(self, number: int, frame: FrameRecord) -> Iterator[Line]:
        """Yield one frame of a stack."""
        self._path = ""
        return self._frame(number, frame)

    def place(self, frame: FrameRecord) -> str:
        """Return where a frame was, by the short name of its file."""
        return phrases.place(self._file(frame), frame.line, frame.name)

    def innermost(self, frames: Sequence[FrameRecord]) -> Line:
        """Return the place of the innermost own frame, else of the innermost."""
        return [(FAINT, f", at {self.place(frames[self._own.innermost(frames)])}")] if frames else []

    def _blocks(self, frames: Sequence[FrameRecord]) -> Iterator[list[Line]]:
        number = 0
        while number < len(frames):
            period, turns = (0, 0) if self._everything else _recursion(frames, number)
            if number + period * turns == len(frames):
                turns -= 1  # the frame that crashed is shown
            if turns > SHOWN_TURNS:
                shown = period * SHOWN_TURNS
                for each in range(number, number + shown):
                    yield list(self._frame(each, frames[each]))
                repeated = phrases.count(period * turns - shown, "frame")
                yield [[(FAINT, f"  … {repeated} more of the same recursion, up to [{number + period * turns - 1}]")]]
                number += period * turns
            else:
                yield list(self._frame(number, frames[number]))
                number += 1

    def _frame(self, number: int, frame: FrameRecord) -> Iterator[Line]:
        label = f"  [{number}] "
        if not self.is_own(frame) and not self._everything:
            text = f"{label}{self.place(frame)}"
            line = self.line(frame, frame.line).strip()
            room = None if self.width is None else self.width - len(text) - 4
            yield [(FAINT, text), (FAINT, f"    {cut(line, room)}" if line and (room is None or room > 20) else "")]
            return
        yield [(PLAIN, label), (PLACE, self.place(frame))]
        yield from self._source(frame)
        yield from self._variables(number, frame)

    def around(self, frame: FrameRecord, before: int, after: int) -> list[tuple[int, str]]:
        """Return the numbered lines around that of a frame, not before its function begins, without indentation.

        There are none if the source is not in the dump.
        """
        if not self.line(frame, frame.line):
            return []
        start, last = max(frame.line - before, min(frame.first_line, frame.line), 1), frame.line + after
        found = [(number, self.line(frame, number)) for number in range(start, last + 1)]
        while not found[0][1].strip():
            del found[0]
        while not found[-1][1].strip():
            del found[-1]
        indent = min(len(text) - len(text.lstrip()) for _, text in found if text.strip())
        return [(number, text[indent:]) for number, text in found]

    def line(self, frame: FrameRecord, number: int) -> str:
        """Return a line of the source of a frame, "" if it is not in the dump."""
        text = self._texts.get(frame.file, ())
        return text[number - 1].expandtabs(1) if 0 < number <= len(text) else ""

    def _source(self, frame: FrameRecord) -> Iterator[Line]:
        found = self.around(frame, BEFORE, AFTER)
        if not found:
            return
        digits = len(str(found[-1][0]))
        room = None if self.width is None else self.width - digits - 9
        whole = self.line(frame, frame.line)
        for number, text in found:
            mark, carets = (">", _carets(frame, whole)[len(whole) - len(text) :]) if number == frame.line else (" ", "")
            hidden = _hidden(text, carets, room)
            shown = "…" + text[hidden + 1 :] if hidden else text
            yield [(FAINT, f"    {mark} {number:{digits}} | "), (CODE, cut(shown, room))]
            if carets and whole.isprintable():
                yield [(FAINT, f"      {'':{digits}} | "), (FAINT, carets[hidden:][:room])]

    def _variables(self, number: int, frame: FrameRecord) -> Iterator[Line]:
        hidden = 0
        for name, variable in frame.locals.items():
            if not self._everything and name.startswith(TEMPORARY):
                continue
            if not self._everything and is_definition(frame, variable):
                hidden += 1
                continue
            yield from self.variable(f"{self._path}[{number}]", name, variable)
        if hidden:
            yield [(FAINT, f"      + {phrases.count(hidden, 'definition')} and imports")]

    def variable(self, path: str, name: str, variable: Variable) -> Iterator[Line]:
        """Yield a variable of the frame, or an attribute of the exception, at `path` in the dump."""
        head = f"{name}: {phrases.bare_type(variable.type)} = "
        preview = variable.preview
        here = (path, name)
        before = self._shown.setdefault((variable.type, preview), here)
        if before != here and len(preview) > LONG and not self._everything:
            place = before[0][len(self._path) :] if before[0].startswith(f"{self._path}[") else before[0]
            yield [(NAME, f"      {head}"), (FAINT, f"as {before[1]} in {place}")]
            return
        if variable.table is not None:
            yield [(NAME, f"      {name}: "), (VALUE, variable.table.title)]
            room = None if self.width is None else self.width - 8
            yield from ([(VALUE, f"        {row}")] for row in table(variable.table.rows, room))
            return
        room = None if self._everything or self.width is None else max(self.width - len(head) - 6, 20)
        yield [(NAME, f"      {head}"), (VALUE, cut(printable(preview), room))]

    def _file(self, frame: FrameRecord) -> str:
        """Return the name of a file below the working directory, the program's folder, or that of its package."""
        file = unix_path(frame.file)
        if self.is_own(frame):
            folder = next(filter(file.startswith, self._folders), "")
            return file[len(folder) :]
        found = list(re.finditer(f"(?=({INSTALLED[4:]}))", file, re.IGNORECASE))  # they may overlap
        return file[found[-1].end(1) :] if found else file


def is_definition(frame: FrameRecord, variable: Variable) -> bool:
    """Return True for what a module defines or imports: functions, classes and modules."""
    return frame.code.kind == MODULE and re.match(DEFINITIONS, variable.preview) is not None


def _recursion(frames: Sequence[FrameRecord], start: int) -> tuple[int, int]:
    """Return how many frames repeat from `start` on, and how often."""
    for period in range(1, MAX_PERIOD + 1):
        end = start + period
        while end < len(frames) and _is_same(frames[end], frames[end - period]):
            end += 1
        if end - start > period * SHOWN_TURNS:
            return period, (end - start) // period
    return 0, 0


def _is_same(one: FrameRecord, other: FrameRecord) -> bool:
    return (one.line, one.name, one.file) == (other.line, other.name, other.file)


def _carets(frame: FrameRecord, line: str) -> str:
    """Return the marks under the part of `line` that was being executed, "" if that is the whole line."""
    if frame.column is None or frame.end_column is None or frame.end_line != frame.line:
        return ""
    data, offsets = line.encode("utf-8", "surrogatepass"), (frame.column, frame.end_column)
    start, end = (len(data[:offset].decode("utf-8", "ignore")) for offset in offsets)
    indent = len(line) - len(line.lstrip())
    if end - start >= len(line.strip()) or not indent <= start < end:
        return ""
    return " " * start + "^" * (end - start)


def _hidden(text: str, carets: str, room: int | None) -> int:
    """Return how many characters are left out at the beginning of a line, so that what the carets mark is shown."""
    if room is None or len(carets) <= max(room - 8, 1):
        return 0
    return max(carets.find("^") - room // 3, 0) if len(text) > room else 0
