"""`tibidi show`: a crash for reading, own frames in full, those of libraries in one line each.

Exceptions are in the order of the dump, root cause first, each under its path in omissions and loaded dumps.  They are
printed as a list, not as a tree, which would need recursion: a forged dump may claim any shape.
"""

from __future__ import annotations

import ast
import os
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from tibidi import model
from tibidi.culprit import cause_and_frame, subjects
from tibidi.model import ExceptionRecord, FailedTest, Omission, Summary, TaskRecord, ThreadRecord, Variable
from tibidi.present import history, phrases, vitals
from tibidi.present.frames import Frames
from tibidi.present.lines import ERROR, FAINT, HEADING, MESSAGE_CHARS, PLAIN, Line, cut
from tibidi.process.texts import printable, unix_path

CAPTURED_LINES = 20
# The relation of an exception to its parent, after the heading `exceptions[0]`.
RELATION_WORDS = {
    model.CAUSE: "the direct cause of {}",
    model.CONTEXT: "during whose handling {} was raised",
    model.MEMBER: "a member of {}",
}


class View(NamedTuple):
    """How to show a crash: `width` in characters, None for no limit; every frame and value in full; the last first."""

    width: int | None = None
    everything: bool = False
    newest_first: bool = False


def lines(summary: Summary, sources: Mapping[str, str], view: View) -> Iterator[Line]:
    """Yield the root cause, then exceptions, threads, tasks, and what is missing."""
    frames = Frames(summary.process, sources, width=view.width, everything=view.everything)
    yield from _headline(summary, frames)
    if summary.test is not None:
        yield from _test(summary.test, frames, view)
    places = {record.id: f"exceptions[{index}]" for index, record in enumerate(summary.exceptions)}
    exceptions = list(enumerate(summary.exceptions))
    for index, exception in exceptions[::-1] if view.newest_first else exceptions:
        yield []
        yield [(HEADING, f"exceptions[{index}]" + relation(exception, places))]
        yield from frames.stack(f"exceptions[{index}]", exception.frames, newest_first=view.newest_first)
        yield from _syntax(exception.attributes)
        yield from _message(exception, None if view.everything else MESSAGE_CHARS)
        for name, variable in exception.attributes.items():
            yield from frames.variable(f"exceptions[{index}].exception", name, variable)
    before = list(history.caught(summary, frames, everything=view.everything))
    yield from [[], *before] if before else []
    if summary.log:
        yield []
        yield from history.log(summary.log, view.width, everything=view.everything)
    yield from _others(summary, frames, view)
    yield []
    if view.everything:
        yield from ([(PLAIN, line)] for line in omissions(summary.omissions))
    elif summary.omissions:
        yield [(FAINT, f"{phrases.count(len(summary.omissions), 'omission')}: {reasons(summary.omissions)}; see --all")]
    else:
        yield [(FAINT, "Nothing is missing.")]


def _syntax(attributes: Mapping[str, Variable]) -> Iterator[Line]:
    """Yield the line that a SyntaxError is about, with a caret, as Python prints it."""
    if attributes.keys() >= {"filename", "lineno", "offset", "text"} and attributes["text"].type == "str":
        shown = {name: _value(attributes[name].preview) for name in ("filename", "lineno", "offset", "text")}
        text = str(shown["text"]).rstrip()
        indent = len(text) - len(text.lstrip())
        yield [(PLAIN, printable(f"  File {shown['filename']}, line {shown['lineno']}"))]
        yield [(PLAIN, printable(f"    {text.lstrip()}"))]
        if isinstance(shown["offset"], int) and indent < shown["offset"] <= len(text) + 1:
            yield [(FAINT, " " * (shown["offset"] + 3 - indent) + "^")]


def _value(preview: str) -> object:
    try:
        return ast.literal_eval(preview)
    except (ValueError, SyntaxError, MemoryError, RecursionError):  # a preview that was cut
        return preview


def omissions(records: Sequence[Omission]) -> Iterator[str]:
    """Yield what is missing, where and why."""
    if not records:
        yield "Nothing is missing."
        return
    yield f"{phrases.count(len(records), 'omission')}:"
    for record in records:
        yield printable(f"  {record.path}: {record.reason}" + (f", {record.detail}" if record.detail else ""))


def reasons(records: Sequence[Omission]) -> str:
    """Return how many things are missing for each reason."""
    counts = Counter(record.reason for record in records)
    return ", ".join(f"{number:,} {reason}" for reason, number in counts.items())


def _headline(summary: Summary, frames: Frames) -> Iterator[Line]:
    crash = subjects(summary)[-1]
    cause, frame = cause_and_frame(summary)
    place = "" if frame is None else frames.place(frame)
    if cause != crash:
        yield [(ERROR, phrases.caused_by(crash.type, cause.type, place))]
    else:
        text = "" if summary.exceptions or not crash.message else f": {crash.message}"
        yield [(ERROR, phrases.bare_type(crash.type) + text + (place and f" at {place}"))]
    process = summary.process
    program = os.path.basename(unix_path(" ".join(process.argv[:1])))
    command = " ".join([program, *process.argv[1:]]) or process.executable
    yield [(FAINT, cut(command, frames.width and frames.width // 2)), (FAINT, f", {phrases.origin(summary)}")]
    about = (phrases.elsewhere(summary.exceptions), phrases.without_values(summary.omissions), vitals.leak(summary))
    yield from ([(FAINT, each)] for each in (*about, phrases.out_of_memory(summary.exceptions)) if each)


def _test(test: FailedTest, frames: Frames, view: View) -> Iterator[Line]:
    """Yield the test that failed, with its parameters and fixtures, and the end of what was captured."""
    yield []
    yield [(HEADING, "test"), (PLAIN, f", {printable(', '.join(filter(None, test[:2])))}")]
    for path in ("params", "fixtures"):
        for name, variable in getattr(test, path).items():
            yield from frames.variable(f"test.{path}", name, variable)
    for name, text in test.captured.items():
        content = text.rstrip().split("\n")
        shown = content if view.everything else content[-CAPTURED_LINES:]
        yield [(FAINT, f"  captured {printable(name)}" + (", the last lines" if len(shown) < len(content) else ""))]
        yield from ([(PLAIN, f"    {cut(printable(line), frames.width and frames.width - 4)}")] for line in shown)


def _message(record: ExceptionRecord, width: int | None) -> Iterator[Line]:
    for line in phrases.crash_line(record.type, record.message).split("\n"):
        yield [(ERROR, cut(line, width))]
    for note in record.notes:
        yield from ([(PLAIN, line)] for line in note.split("\n"))


def relation(record: ExceptionRecord, places: Mapping[int, str]) -> str:
    """Return what an exception is to its parent; `places` has the path of each exception by its id."""
    if record.parent is None or record.relation not in RELATION_WORDS:
        return ""
    parent = places.get(record.parent, "an exception that is not in the dump")
    return ", " + RELATION_WORDS[record.relation].format(parent)


def _others(summary: Summary, frames: Frames, view: View) -> Iterator[Line]:
    """Yield threads and tasks: in full, or a line each and without the crashed thread.

    Without an exception, the first thread is what is shown in full.
    """
    stacks: list[tuple[str, ThreadRecord | TaskRecord]] = []
    for index, thread in enumerate(summary.threads):
        marks = [word for word, holds in (("crashed", thread.crashed), ("daemon", thread.daemon)) if holds]
        if view.everything or not (thread.crashed and summary.exceptions):
            stacks.append((f"threads[{index}], {', '.join([thread.name, *marks])}", thread))
    for index, task in enumerate(summary.tasks):
        stacks.append((f"tasks[{index}], {task.name}, {task.state}", task))
    if stacks and not view.everything:
        yield []
    first = None if summary.exceptions else "threads[0]"
    for title, stack in stacks:
        if view.everything or title.partition(",")[0] == first:
            yield []
            yield [(HEADING, title)]
            yield from frames.stack(title.partition(",")[0], stack.frames, newest_first=view.newest_first)
        else:
            yield [(PLAIN, title), *frames.innermost(stack.frames)]
