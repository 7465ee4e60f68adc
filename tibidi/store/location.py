"""Find a dump by path, by its name in `tibidi list`, or by default the latest one; find all in a folder."""

from __future__ import annotations

import os
import re

from tibidi.dumpfile.headline import peek, peek_or_nothing
from tibidi.dumpfile.partial import SUFFIX
from tibidi.dumpfile.unpacking import STDIN, unpacked
from tibidi.errors import DumpNotFound, NotADump
from tibidi.store.directory import LATEST, CrashDirectory, Entry, entry_of, newest

STORED = r"\d{8}T\d{6}Z-.+-\d+-[0-9a-f]{16}\.pkl"  # the name of a dump in a store of many machines


def find(dump: str | os.PathLike[str] | None = None) -> str:
    """Return the path of the dump with this path or name, or of this test by its node id, or of the latest if None.

    A packed dump is unpacked, and `-` reads stdin; a folder does not hide the dump that its name names.

    Raises DumpNotFound, or NotADump for an archive without one.
    """
    if dump is None:
        return _latest()
    path = os.fspath(dump)
    is_folder = path[:1].isalnum() and os.path.isdir(path) and not os.path.dirname(path)
    is_file = path == STDIN or (os.path.lexists(path) and not is_folder)
    if "://" in path or (not is_file and re.fullmatch(STORED, path)):
        from tibidi.store import remote  # few dumps come from a store

        return remote.fetch(path)
    if is_file and not path.endswith(".py"):  # a test module that cannot be imported is a file, too
        return unpacked(path)
    directory = crash_directory()
    test = _of_test(path, directory.entries())
    if test or is_file:
        return test or unpacked(path)
    if os.path.dirname(path) or "::" in path:  # names in a list have neither
        what = f"dump of a test {path} in {directory.path}" if "::" in path else f"such file: {path}"
        raise DumpNotFound(f"no {what}")
    try:
        return named(directory, path)
    except DumpNotFound as error:
        raise DumpNotFound(f"{error}, and no such file in {os.getcwd()}") from None


def _latest() -> str:
    """Return the path of the latest dump; raise DumpNotFound."""
    directory = crash_directory()
    latest = directory.latest()
    if latest is None:
        raise DumpNotFound(
            f"there is no dump in {directory.path} yet", "let a program crash with TIBIDI_ENABLE=1, or name a file"
        )
    if latest.endswith(SUFFIX) and not os.path.getsize(latest):
        raise DumpNotFound(f"there is nothing in {latest} yet", "it may be being written: try again in a moment")
    return latest


def crash_directory() -> CrashDirectory:
    """Return the crash directory; first, the life records of dead processes in it become dumps."""
    from tibidi.life.judge import judge  # 15 ms, and not needed for a file that is named

    directory = CrashDirectory.locate(create=False)
    judge(directory.path)
    return directory


def _of_test(name: str, entries: list[Entry]) -> str | None:
    """Return the dump of the test with this node id, or the end of one, None if there is none.

    It is that of its newest run, and there the first one: a teardown often fails because the test did.
    """
    tests = [(entry, peek_or_nothing(entry.path).test) for entry in entries]
    ends = (f"/{name}", f"::{name}", f".{name}")
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
    like = exact or [entry for entry in entries if name in entry.name]
    if len(like) == 1:
        return like[0].path
    if like:
        raise DumpNotFound(
            f"{name!r} is {len(like)} dumps in {directory.path}: {', '.join(each.name for each in like[:5])}"
        )
    raise DumpNotFound(f"no dump {name!r} in {directory.path}")


def dumps_in(folder: str) -> list[Entry]:
    """Return the dumps in any folder, oldest first, whatever their names and owners; raise DumpNotFound.

    A file with another name is one if that ends as of a dump and it begins as one; its headline has program and time.
    """
    from tibidi.life.judge import judge  # as above

    judge(folder)
    try:
        with os.scandir(folder) as items:
            found = [entry_of(item) or _renamed(item) for item in items if item.name != LATEST]
    except OSError as error:
        raise DumpNotFound(f"cannot list {folder}: {error.strerror}") from None
    return sorted(filter(None, found), key=lambda entry: entry.age)


def _renamed(item: os.DirEntry[str]) -> Entry | None:
    if not item.name.endswith((".pkl", ".tibidi")) or not item.is_file():
        return None
    try:
        headline, status = peek(item.path), item.stat()
    except (OSError, NotADump):
        return None
    moment = headline.time[:19].replace("-", "").replace(":", "") + "Z"
    program, _ = os.path.splitext(os.path.basename(headline.program.replace("\\", "/")))
    return Entry(item.path, item.name, program, headline.pid, 1, moment, status.st_mtime, status.st_size, False)
