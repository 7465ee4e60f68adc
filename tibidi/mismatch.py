"""What differs between the machine of the crash and this one.

A developer reads a crash against a checkout, an environment and an
interpreter that may be others than those that crashed.  Nothing of the
application is imported to find out: files are read, distributions listed.
"""

from __future__ import annotations

import importlib.util
import io
import os
import platform
import re
import sys
from typing import TYPE_CHECKING
from typing import NamedTuple

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
        *_package_mismatches(summary.process.packages),
    ]


def local_text(path: str) -> str | None:
    """Return the text of a source file as the interpreter decodes it, None when it can't be had."""
    try:
        with open(path, "rb") as file:
            return importlib.util.decode_source(file.read())
    except (OSError, ValueError, SyntaxError):  # gone, a name no file can have, an unknown encoding
        return None


def same_text(one: str | None, other: str) -> bool:
    """Tell whether two texts have the same lines, however they end."""
    return one is not None and list(_lines(one)) == list(_lines(other))


# --- sources


def _source_mismatches(frames: list[FrameRecord], sources: Mapping[str, str]) -> Iterator[Mismatch]:
    missing = []
    for name, text in sources.items():
        stood_at = sorted({frame.line for frame in frames if frame.file == name})
        here = _checkout(name, {frame.module for frame in frames if frame.file == name})
        if here is None:
            missing.append(name)
            continue
        local = local_text(here)
        if local is not None and not same_text(local, text):
            yield Mismatch(SOURCE, here, _difference(_lines(text), _lines(local), stood_at))
    application = [name for name in missing if not name.startswith("<") and not LIBRARY_FOLDERS.search(name)]
    if application:
        detail = "no such file here; the text in the dump is shown"
        yield Mismatch(SOURCE, ", ".join(application), detail, serious=False)


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
    if _is_file(name):
        return name
    if name.startswith("<") or LIBRARY_FOLDERS.search(name):
        return None
    parts = [part for part in re.split(r"[/\\]", name) if part not in ("", ".", "..")]
    shortest = max((len(module.split(".")) for module in modules if module != "__main__"), default=1)
    roots = [os.getcwd(), os.path.join(os.getcwd(), "src"), *sys.path]
    tails = [os.path.join(*parts[start:]) for start in range(len(parts) - shortest + 1)]
    return next((path for tail in tails for root in roots if _is_file(path := os.path.join(root, tail))), None)


def _is_file(path: str) -> bool:
    try:
        return os.path.isfile(path)
    except ValueError:  # a name that no file can have
        return False


def _lines(text: str) -> list[str]:
    return [line.rstrip("\r\n") for line in io.StringIO(text, newline=None)]


def _line(lines: list[str], number: int) -> str | None:
    return lines[number - 1].strip() if 0 < number <= len(lines) else None


def _shown(line: str | None) -> str:
    if line is None:
        return "missing"
    return repr(line if len(line) <= MAX_SHOWN_LINE else line[: MAX_SHOWN_LINE - 1] + "…")


def _frames(summary: Summary) -> Iterator[FrameRecord]:
    for stacks in (summary.exceptions, summary.threads, summary.tasks):
        for stack in stacks:
            yield from stack.frames


# --- the interpreter and what is installed


def _python_mismatches(process: ProcessRecord) -> Iterator[Mismatch]:
    here = platform.python_version()
    if process.python and process.python != here:
        same_line = process.python.split(".")[:2] == here.split(".")[:2]
        yield Mismatch(PYTHON, "Python", f"{here} here, it was {process.python}", serious=not same_line)
    implementation = platform.python_implementation()
    if process.implementation and process.implementation.lower() != implementation.lower():
        yield Mismatch(PYTHON, "implementation", f"{implementation} here, it was {process.implementation}")
    system = platform.system()
    if process.platform and not process.platform.lower().startswith(system.lower()):
        yield Mismatch(PLATFORM, "platform", f"{platform.platform()} here, it was {process.platform}")
    elif process.platform and process.platform != platform.platform():
        yield Mismatch(PLATFORM, "platform", f"{platform.platform()} here, it was {process.platform}", serious=False)


def _package_mismatches(packages: Mapping[str, str]) -> Iterator[Mismatch]:
    here = _installed() if packages else {}
    missing = []
    for name, version in sorted(packages.items()):
        local = here.get(_normal(name))
        if local is None:
            missing.append(f"{name} {version}")
        elif local != version:
            yield Mismatch(PACKAGE, name, f"{local} here, it was {version}")
    if missing:
        yield Mismatch(PACKAGE, ", ".join(missing), "not installed here", serious=False)


def _installed() -> dict[str, str]:
    from importlib.metadata import distributions  # 38 ms that only a look at a dump needs to pay

    return {_normal(each.metadata["Name"] or ""): each.version for each in distributions()}


def _normal(name: str) -> str:
    """Return the name of a distribution as the index compares them (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()
