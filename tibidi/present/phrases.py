"""Sizes, times, types and counts as text."""

from __future__ import annotations

import os

from tibidi import TYPE_CHECKING
from tibidi.culprit import is_remote
from tibidi.model import SCRUBBED, SEALED, UNAVAILABLE, ExceptionRecord, FrameRecord, Omission, Summary
from tibidi.process.texts import unix_path

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tibidi.dump import DumpedFrame

WORKER_DUMP = "tibidi: traceback dumped into: "  # begins the note that a worker of a cluster adds
UNITS = ("B", "KiB", "MiB", "GiB")


def size(number: int) -> str:
    """Return a number of bytes in the largest unit that gives at least 1."""
    amount = float(number)
    for unit in UNITS[:-1]:
        if amount < 1024:
            return f"{amount:.0f} {unit}" if unit == "B" or amount >= 10 else f"{amount:.1f} {unit}"
        amount /= 1024
    return f"{amount:.1f} {UNITS[-1]}"


def moment(text: str) -> str:
    """Return an ISO 8601 time to the second; any other text is returned unchanged."""
    form = "".join("0" if char in "0123456789" else char for char in text[:19])
    return text[:19].replace("T", " ") if form == "0000-00-00T00:00:00" else text


def minute(text: str) -> str:
    """Return an ISO 8601 time to the minute."""
    return moment(text)[: len("2026-11-22 21:50")]


def place(file: str, line: int, name: str) -> str:
    """Return where something was raised."""
    return f"{file}:{line} in {name}"


def frame_place(frame: FrameRecord | DumpedFrame) -> str:
    """Return where a frame was, without the folder of its file."""
    return place(os.path.basename(unix_path(frame.file)), frame.line, frame.name)


def bare_type(name: str) -> str:
    """Return the name of a type without its module."""
    return name.rpartition(".")[2]


def caused_by(type_name: str, cause: str, place: str) -> str:
    """Return `ReportError, caused by InvalidOperation at report.py:34 in money`."""
    return f"{bare_type(type_name)}, caused by {bare_type(cause)}" + (place and f" at {place}")


def title(crash: ExceptionRecord, cause: ExceptionRecord, place: str) -> str:
    """Return `IndexError at shop.py:9 in pay`; with another exception as its cause, what `caused_by` returns."""
    if cause is not crash:
        return caused_by(crash.type, cause.type, place)
    return bare_type(crash.type) + (place and f" at {place}")


def short_type(name: str) -> str:
    """Return the dotted name of a type as tracebacks print it: bare for builtins and `__main__`."""
    module, _, rest = name.partition(".")
    return rest if rest and module in ("builtins", "__main__") else name


def crash_line(type_name: str, message: str) -> str:
    """Return `Type: message`, or `Type` alone, as in the last line of a traceback."""
    name = short_type(type_name)
    return f"{name}: {message}" if message else name


def count(number: int, noun: str) -> str:
    """Return `1 frame`, `2 frames`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def origin(summary: Summary) -> str:
    """Return when and where a dump was made: `2026-11-22 21:50:00 UTC on vm, Python 3.11.7`, if sealed without host."""
    host = summary.process.hostname
    return f"{moment(summary.time)} UTC{host and f' on {host}'}, Python {summary.process.python}"


def without_values(omissions: Sequence[Omission]) -> str:
    """Return a sentence if all values are missing against the intention, sealed or scrubbed, else ""."""
    for each in omissions:
        if (each.path, each.reason) == ("values", UNAVAILABLE):
            return f"There are no variables: {each.detail}."
        if (each.path, each.reason) == ("values", SEALED):
            return f"The variables are sealed; {each.detail}"
        if (each.path, each.reason) == ("values", SCRUBBED):
            return f"The variables were left out by scrub: {each.detail}."
    return ""


def out_of_memory(exceptions: Sequence[ExceptionRecord]) -> str:
    """Return the command that lists the largest values if memory ran out, else ""."""
    is_short = any(record.type.endswith("MemoryError") for record in exceptions)
    return "The largest values: python -m tibidi mem DUMP" * is_short


def elsewhere(exceptions: Sequence[ExceptionRecord]) -> str:
    """Return a sentence if the failing frame was in another process, else ""."""
    notes = [note for record in exceptions for note in record.notes if note.startswith(WORKER_DUMP)]
    if not notes and not any(map(is_remote, exceptions)):
        return ""
    dump = notes[-1][len(WORKER_DUMP) :] if notes else "that of the worker, if tibidi is on there"
    return f"The variables of the failing frame stayed in the worker process; the dump with them is {dump}"
