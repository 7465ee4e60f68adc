"""Find a dump by path, by its name in `tibidi list`, or by default the latest one."""

from __future__ import annotations

import os
import re

from tibidi.dumpfile.unpacking import STDIN, unpacked
from tibidi.errors import DumpNotFound

STORED = r"\d{8}T\d{6}Z-.+-\d+-[0-9a-f]{16}\.pkl"  # the name of a dump in a store of many machines


def find(dump: str | os.PathLike[str] | None = None) -> str:
    """Return the path of the dump with this path or name, or of this test by its node id, or of the latest if None.

    A packed dump is unpacked, and `-` reads stdin; a folder with the name of a dump does not hide that.

    Raises DumpNotFound, or NotADump for an archive without one.
    """
    if dump is None:
        from tibidi.store import lookup  # with it, 15 ms pass before a debugger opens: not for a file that is named

        return lookup.latest()
    path = os.fspath(dump)
    is_folder = path[:1].isalnum() and os.path.isdir(path) and not os.path.dirname(path)
    is_file = path == STDIN or (os.path.lexists(path) and not is_folder)
    if "://" in path or (not is_file and re.fullmatch(STORED, path)):
        from tibidi.store import remote  # few dumps come from a store

        return remote.fetch(path)
    if is_file and not path.endswith(".py"):  # a test module that cannot be imported is a file, too
        return unpacked(path)
    from tibidi.store import lookup

    directory = lookup.crash_directory()
    test = lookup.of_test(path, directory.entries())
    if test or is_file:
        return test or unpacked(path)
    if os.path.dirname(path) or "::" in path:  # names in a list have neither
        what = f"dump of a test {path} in {directory.path}" if "::" in path else f"such file: {path}"
        raise DumpNotFound(f"no {what}")
    try:
        return lookup.named(directory, path)
    except DumpNotFound as error:
        raise DumpNotFound(f"{error}, and no such file in {os.getcwd()}") from None
