"""Find out what differs between the machine of the crash and this one.

A developer reads a crash next to a checkout, an environment and an interpreter that may differ from those of the crash.
No application code is imported to compare them: files are read and distributions are listed.
"""

from __future__ import annotations

import importlib.util
import os
import re
import sys
from collections.abc import Iterable, Iterator, Mapping

from tibidi.culprit import OwnCode
from tibidi.model import MAX_SOURCE_CHARACTERS, FrameRecord, ProcessRecord, Summary
from tibidi.process import interpreter
from tibidi.process.hints import NamedTuple
from tibidi.process.texts import source_lines

SOURCE = "source"
PACKAGE = "package"
PYTHON = "python"
PLATFORM = "platform"

MAX_LOCAL_BYTES = 64 << 20
MAX_PARTS = 32  # of a captured path that is searched here
NETWORK = ("\\\\", "//")  # Windows would connect to the host that a hostile dump names
MAX_SHOWN_LINE = 60  # characters of a source line in a message


class Mismatch(NamedTuple):
    """One difference: `kind` is SOURCE, PACKAGE, PYTHON or PLATFORM, `subject` the file or package.

    A `serious` one misleads the reader of the crash.  The banner of the debugger has only these, `info` has all.
    """

    kind: str
    subject: str
    detail: str
    serious: bool = True

    def __str__(self) -> str:
        """Return the one line that reports it."""
        return f"{self.subject}: {self.detail}"


def mismatches(summary: Summary, sources: Mapping[str, str]) -> list[Mismatch]:
    """Return what differs here, the most important first."""
    return [
        *_source_mismatches(summary.frames(), sources, OwnCode(summary.process)),
        *_interpreter_mismatches(summary.process),
        *_package_mismatches(summary.process.packages, {frame.module for frame in summary.frames()}),
    ]


def local_text(path: str) -> str | None:
    """Return the text of a source file as the interpreter decodes it, or None."""
    try:
        with open(path, "rb") as file:
            return importlib.util.decode_source(file.read(MAX_LOCAL_BYTES))
    except (OSError, ValueError, SyntaxError):  # missing, an impossible name, an unknown encoding
        return None


def same_text(local: str | None, captured: str) -> bool:
    """Return True if two texts have the same lines, whatever their line ends."""
    if local is None:
        return False
    ours, theirs = _comparable(local, captured)
    return ours == theirs


def is_file(path: str) -> bool:
    """Return True if `path` is a regular file here; a dump may have any text as a name."""
    try:
        return os.path.isfile(path)
    except ValueError:  # an impossible name
        return False


def _comparable(local: str, captured: str) -> tuple[list[str], list[str]]:
    """Return the lines of both; lines of a large file that were not captured are taken from the local one."""
    ours, theirs = source_lines(local), source_lines(captured)
    if len(local) > MAX_SOURCE_CHARACTERS:
        theirs[: len(ours)] = [line or other for line, other in zip(theirs, ours)]
    return ours, theirs


# --- sources


def _source_mismatches(frames: list[FrameRecord], sources: Mapping[str, str], own: OwnCode) -> Iterator[Mismatch]:
    """Compare files that have the same path here; own ones also with a file of their module elsewhere."""
    missing = []
    by_file: dict[str, list[FrameRecord]] = {}
    for frame in frames:
        by_file.setdefault(frame.file, []).append(frame)
    for name, text in sources.items():
        is_here = not name.startswith(NETWORK) and is_file(name)
        own_modules = {frame.module for frame in by_file.get(name, ()) if own.has(frame)}
        here = name if is_here else find_here(name, own_modules) if own_modules else None
        if here is None:
            missing += [name] if own_modules and not name.startswith("<") else []
            continue
        local = local_text(here)
        if local is None or same_text(local, text):
            continue
        if text.endswith("\n") or not local.startswith(text):  # else the dump was truncated within a line
            lines = sorted({frame.line for frame in by_file.get(name, ())})
            yield Mismatch(SOURCE, here, _difference(*_comparable(local, text), lines))
    if missing:
        detail = "no such file here; the text in the dump is shown"
        yield Mismatch(SOURCE, ", ".join(missing), detail, serious=False)


def _difference(local: list[str], captured: list[str], lines: Iterable[int]) -> str:
    """Describe where two texts differ, preferably at the line of a captured frame."""
    for line in lines:
        then, now = _line(captured, line), _line(local, line)
        if then != now:
            return f"line {line} of the stack is {_shown(now)} here, it was {_shown(then)}"
    length = min(len(captured), len(local))
    first = next((number for number in range(length) if captured[number] != local[number]), length)
    return f"differs here from line {first + 1} on, the lines of the stack are the same"


def find_here(name: str, modules: Iterable[str]) -> str | None:
    """Return the file of these modules below the cwd or sys.path whose path ends as a captured one, None without it."""
    if name.startswith(("<", *NETWORK)):
        return None
    parts = [part for part in re.split(r"[/\\]", name) if part not in ("", ".", "..")][-MAX_PARTS:]
    shortest = max((len(module.split(".")) for module in modules if module != "__main__"), default=1)
    roots = [os.getcwd(), os.path.join(os.getcwd(), "src"), *sys.path]
    tails = [os.path.join(*parts[start:]) for start in range(len(parts) - shortest + 1)]
    return next((path for tail in tails for root in roots if is_file(path := os.path.join(root, tail))), None)


def _line(text: list[str], number: int) -> str | None:
    return text[number - 1].strip() if 0 < number <= len(text) else None


def _shown(line: str | None) -> str:
    if line is None:
        return "missing"
    return repr(line if len(line) <= MAX_SHOWN_LINE else line[: MAX_SHOWN_LINE - 1] + "…")


# --- the interpreter and what is installed


def _interpreter_mismatches(there: ProcessRecord) -> Iterator[Mismatch]:
    """Compare Python, system, release and machine: only another minor version, system or machine is serious."""
    here = interpreter.python_version()
    if there.python and there.python != here:
        same_line = there.python.split(".")[:2] == here.split(".")[:2]
        yield Mismatch(PYTHON, "Python", f"{here} here, it was {there.python}", serious=not same_line)
    if there.implementation not in ("", sys.implementation.name):
        yield Mismatch(PYTHON, "implementation", f"{sys.implementation.name} here, it was {there.implementation}")
    ours, theirs = interpreter.platform(), there.platform
    if theirs and theirs != ours:
        same = (ours.split("-")[0], ours.split("-")[-1]) == (theirs.split("-")[0], theirs.split("-")[-1])
        yield Mismatch(PLATFORM, "platform", f"{ours} here, it was {theirs}", serious=not same)


def _package_mismatches(packages: Mapping[str, str], modules: Iterable[str]) -> Iterator[Mismatch]:
    """Compare versions; the packages in which captured frames are, by their names, come first."""
    here = {_normal(name): version for name, version in interpreter.packages().items()} if packages else {}
    on_stack = {_normal(module.partition(".")[0]) for module in modules}
    missing = []
    for name, version in sorted(packages.items(), key=lambda item: (_normal(item[0]) not in on_stack, item)):
        local = here.get(_normal(name))
        if local is None:
            missing.append(f"{name} {version}")
        elif local != version:
            yield Mismatch(PACKAGE, name, f"{local} here, it was {version}")
    if missing:
        yield Mismatch(PACKAGE, ", ".join(missing), "not installed here", serious=False)


def _normal(name: str) -> str:
    """Return the normalized name of a distribution (PEP 503)."""
    words = name.lower().replace("_", "-").replace(".", "-").split("-")  # a pattern takes longer to compile
    return "-".join(word for word in words if word)
