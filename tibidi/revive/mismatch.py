"""What differs between the machine of the crash and this one.

A developer reads a crash against a checkout, an environment and an
interpreter that may be others than those that crashed.  Nothing of the
application is imported to find out: files are read, distributions listed.
"""

from __future__ import annotations

import importlib.util
import os
import re
import sys
from typing import TYPE_CHECKING
from typing import NamedTuple

from tibidi.model import MAX_SOURCE_CHARACTERS
from tibidi.process import interpreter
from tibidi.process.texts import source_lines

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Iterator
    from collections.abc import Mapping

    from tibidi.model import FrameRecord
    from tibidi.model import ProcessRecord
    from tibidi.model import Summary

SOURCE = "source"
PACKAGE = "package"
PYTHON = "python"
PLATFORM = "platform"

MAX_LOCAL_BYTES = 64 << 20
MAX_PARTS = 32  # of a path that is looked for here
NETWORK = ("\\\\", "//")  # Windows would go and look
MAX_SHOWN_LINE = 60  # characters of a source line in a message
LIBRARY_FOLDERS = re.compile(r"[/\\](?:lib(?:64)?[/\\]python[\d.]+t?|site-packages|dist-packages|Lib)[/\\]")


class Mismatch(NamedTuple):
    """One difference: `kind` is SOURCE, PACKAGE, PYTHON or PLATFORM, `subject` the file or package.

    `serious` are those that make a reader look at the wrong thing: the
    short report has them, the full one has all.
    """

    kind: str
    subject: str
    detail: str
    serious: bool = True

    def __str__(self) -> str:
        """Return the one line that reports it."""
        return f"{self.subject}: {self.detail}"


def mismatches(summary: Summary, sources: Mapping[str, str]) -> list[Mismatch]:
    """Return what differs here, in the order in which it matters."""
    return [
        *_source_mismatches(list(_frames(summary)), sources),
        *_python_mismatches(summary.process),
        *_platform_mismatches(summary.process.platform),
        *_package_mismatches(summary.process.packages, {frame.module for frame in _frames(summary)}),
    ]


def local_text(path: str) -> str | None:
    """Return the text of a source file as the interpreter decodes it, None when it can't be had."""
    try:
        with open(path, "rb") as file:
            return importlib.util.decode_source(file.read(MAX_LOCAL_BYTES))
    except (OSError, ValueError, SyntaxError):  # gone, a name no file can have, an unknown encoding
        return None


def same_text(local: str | None, captured: str) -> bool:
    """Tell whether two texts have the same lines, however they end."""
    if local is None:
        return False
    ours, theirs = _comparable(local, captured)
    return ours == theirs


def _comparable(local: str, captured: str) -> tuple[list[str], list[str]]:
    """Return the lines of both; of a large file only some were captured, and the others are as they are here."""
    ours, theirs = source_lines(local), source_lines(captured)
    if len(local) > MAX_SOURCE_CHARACTERS:
        theirs[: len(ours)] = [line or other for line, other in zip(theirs, ours)]
    return ours, theirs


# --- sources


def _source_mismatches(frames: list[FrameRecord], sources: Mapping[str, str]) -> Iterator[Mismatch]:
    missing = []
    numbers: dict[str, set[int]] = {}
    modules: dict[str, set[str]] = {}
    for frame in frames:
        numbers.setdefault(frame.file, set()).add(frame.line)
        modules.setdefault(frame.file, set()).add(frame.module)
    for name, text in sources.items():
        stood_at = sorted(numbers.get(name, ()))
        here = _checkout(name, modules.get(name, ()))
        if here is None:
            missing.append(name)
            continue
        local = local_text(here)
        if local is not None and not same_text(local, text) and not _is_cut(text, local):
            ours, theirs = _comparable(local, text)
            yield Mismatch(SOURCE, here, _difference(theirs, ours, stood_at))
    application = [name for name in missing if not name.startswith("<") and not LIBRARY_FOLDERS.search(name)]
    if application:
        detail = "no such file here; the text in the dump is shown"
        yield Mismatch(SOURCE, ", ".join(application), detail, serious=False)


def _is_cut(captured: str, local: str) -> bool:
    """Tell whether the captured text ends within a line that goes on here: the dump was cut there."""
    return not captured.endswith("\n") and local.startswith(captured)


def _difference(captured: list[str], local: list[str], stood_at: Iterable[int]) -> str:
    """Say where two texts differ, first of all at a line that a captured frame stands at."""
    for line in stood_at:
        then, now = _line(captured, line), _line(local, line)
        if then != now:
            return f"line {line} of the stack is {_shown(now)} here, it was {_shown(then)}"
    length = min(len(captured), len(local))
    first = next((number for number in range(length) if captured[number] != local[number]), length)
    return f"differs here from line {first + 1} on, the lines of the stack are the same"


def _checkout(name: str, modules: Iterable[str]) -> str | None:
    """Return the local file for a captured one: of its name, else of its module below the cwd or sys.path."""
    if name.startswith(NETWORK):  # the name is a stranger's, and asking for it would tell him
        return None
    if _is_file(name):
        return name
    if name.startswith("<") or LIBRARY_FOLDERS.search(name):
        return None
    parts = [part for part in re.split(r"[/\\]", name) if part not in ("", ".", "..")][-MAX_PARTS:]
    shortest = max((len(module.split(".")) for module in modules if module != "__main__"), default=1)
    roots = [os.getcwd(), os.path.join(os.getcwd(), "src"), *sys.path]
    tails = [os.path.join(*parts[start:]) for start in range(len(parts) - shortest + 1)]
    return next((path for tail in tails for root in roots if _is_file(path := os.path.join(root, tail))), None)


def _is_file(path: str) -> bool:
    try:
        return os.path.isfile(path)
    except ValueError:  # a name that no file can have
        return False


def _line(text: list[str], number: int) -> str | None:
    return text[number - 1].strip() if 0 < number <= len(text) else None


def _shown(line: str | None) -> str:
    if line is None:
        return "missing"
    return repr(line if len(line) <= MAX_SHOWN_LINE else line[: MAX_SHOWN_LINE - 1] + "…")


def _frames(summary: Summary) -> Iterator[FrameRecord]:
    for stacks in (summary.exceptions, summary.threads, summary.tasks):
        for stack in stacks:
            yield from stack.frames


# --- the interpreter and what is installed


def _python_mismatches(there: ProcessRecord) -> Iterator[Mismatch]:
    here = interpreter.python_version()
    if there.python and there.python != here:
        same_line = there.python.split(".")[:2] == here.split(".")[:2]
        yield Mismatch(PYTHON, "Python", f"{here} here, it was {there.python}", serious=not same_line)
    if there.implementation not in ("", sys.implementation.name):
        yield Mismatch(PYTHON, "implementation", f"{sys.implementation.name} here, it was {there.implementation}")


def _platform_mismatches(there: str) -> Iterator[Mismatch]:
    """Compare system, release and machine: another release is told, another system or machine is serious."""
    here = interpreter.platform()
    if there and there != here:
        same = (here.split("-")[0], here.split("-")[-1]) == (there.split("-")[0], there.split("-")[-1])
        yield Mismatch(PLATFORM, "platform", f"{here} here, it was {there}", serious=not same)


def _package_mismatches(packages: Mapping[str, str], modules: Iterable[str]) -> Iterator[Mismatch]:
    """Compare versions; first come the packages that, by their names, captured stacks run through."""
    here = {_normal(name): version for name, version in interpreter.packages().items()} if packages else {}
    stood_in = {_normal(module.partition(".")[0]) for module in modules}
    missing = []
    for name, version in sorted(packages.items(), key=lambda item: (_normal(item[0]) not in stood_in, item)):
        local = here.get(_normal(name))
        if local is None:
            missing.append(f"{name} {version}")
        elif local != version:
            yield Mismatch(PACKAGE, name, f"{local} here, it was {version}")
    if missing:
        yield Mismatch(PACKAGE, ", ".join(missing), "not installed here", serious=False)


def _normal(name: str) -> str:
    """Return the name of a distribution as the index compares them (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()
