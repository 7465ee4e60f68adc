"""The dumps of the crash directory, or of any folder: the latest, those with a name, and that of a test."""

from __future__ import annotations

import os

from tibidi.dumpfile.headline import peek, peek_or_nothing
from tibidi.dumpfile.partial import SUFFIX
from tibidi.errors import DumpNotFound, NotADump
from tibidi.life.judge import judge
from tibidi.process.texts import unix_path
from tibidi.store.directory import LATEST, CrashDirectory, Entry, entry_of, newest


def latest() -> str:
    """Return the path of the latest dump; raise DumpNotFound."""
    directory = crash_directory()
    path = directory.latest()
    if path is None:
        raise DumpNotFound(
            f"there is no dump in {directory.path} yet", "let a program crash with TIBIDI_ENABLE=1, or name a file"
        )
    if path.endswith(SUFFIX) and not os.path.getsize(path):
        raise DumpNotFound(f"there is nothing in {path} yet", "it may be being written: try again in a moment")
    return path


def crash_directory() -> CrashDirectory:
    """Return the crash directory; first, the life records of dead processes in it become dumps."""
    directory = CrashDirectory.locate(create=False)
    judge(directory.path)
    return directory


def of_test(name: str, entries: list[Entry]) -> str | None:
    """Return the dump of the test with this node id, or the end of one, None if there is none.

    Of several runs the newest counts, and of that the first dump: a teardown often fails because the test did.
    """
    tests = [(entry, peek_or_nothing(entry.path).test) for entry in entries]
    ends = (f"/{name}", f"::{name}", f".{name}")
    tests = [pair for pair in tests if pair[1] and name]
    found = [pair for pair in tests if pair[1] == name] or [pair for pair in tests if pair[1].endswith(ends)]
    names = sorted({test for _, test in found})
    if len(names) > 1:
        raise DumpNotFound(f"{name} is {len(names)} tests: {', '.join(names[:5])}")
    return next((entry.path for entry, _ in found if entry.pid == found[-1][0].pid), None)


def named(directory: CrashDirectory, name: str) -> str:
    """Return the path of the dump with this name, or of the only one whose name contains it; raise DumpNotFound."""
    entries = directory.entries()
    last = newest(entries)
    if name in {"latest", LATEST} and last:
        return last.path
    exact = [entry for entry in entries if entry.name in {name, f"{name}.pkl", f"{name}{SUFFIX}"}]
    like = exact or [entry for entry in entries if name and name in entry.name]
    if len(like) == 1:
        return like[0].path
    if like:
        raise DumpNotFound(
            f"{name!r} is {len(like)} dumps in {directory.path}: {', '.join(each.name for each in like[:5])}"
        )
    raise DumpNotFound(f"no dump {name!r} in {directory.path}")


def dumps_in(folder: str) -> list[Entry]:
    """Return the dumps in any folder, oldest first, whatever their names and owners; raise DumpNotFound.

    A file with another name counts if the name ends like that of a dump and the file begins like one; its program and
    time are in its headline.
    """
    judge(folder)
    try:
        with os.scandir(folder) as items:
            found = [entry_of(item) or _renamed(item) for item in items if item.name != LATEST]
    except OSError as error:
        hint = f"it is a file; show it with: python -m tibidi show {folder}" if os.path.isfile(folder) else None
        raise DumpNotFound(f"cannot list {folder}: {error.strerror}", hint) from None
    return sorted(filter(None, found), key=lambda entry: entry.age)


def _renamed(item: os.DirEntry[str]) -> Entry | None:
    if not item.name.endswith((".pkl", ".tibidi")) or not item.is_file():
        return None
    try:
        headline, status = peek(item.path), item.stat()
    except (OSError, NotADump):
        return None
    moment = headline.time[:19].replace("-", "").replace(":", "") + "Z"
    program, _ = os.path.splitext(os.path.basename(unix_path(headline.program)))
    return Entry(item.path, item.name, program, headline.pid, 1, moment, status.st_mtime, status.st_size, False)
