"""The user's directories for dumps and keys, and the conditions under which each is used.

A crash directory holds private data, and any process may write to it, also one of root.  So one that the user did not
name is used only if this user owns it; in the shared temporary directory only if no other user can have put anything
into it.
"""

from __future__ import annotations

import stat

from tibidi import TYPE_CHECKING, config
from tibidi.process import os
from tibidi.process.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PRIVATE_DIRECTORY = 0o700


class Candidate(NamedTuple):
    """A directory to try, the check that it must pass, and whether it may only be made in a directory of this user."""

    path: str
    check: Callable[[str], None]
    is_home: bool = False


def candidates() -> Iterator[Candidate]:
    """Yield the directories to try, best first."""
    if config.directory is not None:
        yield Candidate(config.directory, check_writable)
    from tibidi.store import homes  # few get here with TIBIDI_DIR

    yield from homes.candidates()


def make(path: str, *, is_home: bool) -> None:
    """Make a private directory, with its missing parents, unless it exists.

    With `is_home`, the first existing parent must belong to this user: root with the home of a user must not leave
    directories there that the user cannot enter.
    """
    missing, above = _missing(path)
    if is_home and missing and not is_mine(os.stat(above)):
        raise PermissionError(1, "the home directory of another user", above)
    for folder in reversed(missing):
        try:
            os.mkdir(folder, PRIVATE_DIRECTORY)
        except FileExistsError:  # another process crashed at the same moment
            continue


def can_be_made(path: str, *, is_home: bool = False) -> bool:
    """Return True if a directory does not exist, but a crash could make it; may raise OSError."""
    missing, above = _missing(path)
    is_allowed = os.path.isdir(above) and os.access(above, os.W_OK | os.X_OK)
    return bool(missing) and is_allowed and (not is_home or is_mine(os.stat(above)))


def _missing(path: str) -> tuple[list[str], str]:
    """Return the directories that do not exist, the innermost first, and the one above them.

    Raises OSError where none can be made: the path is too long, or a file is in the way.
    """
    missing = []
    path = os.path.abspath(path)  # dirname() of a relative path ends at "", which never exists
    while path != os.path.dirname(path):  # as that of a root is, which need not exist: Z:\
        try:
            os.lstat(path)
            break
        except FileNotFoundError:
            missing.append(path)
            path = os.path.dirname(path)
    return missing, path


def check_writable(path: str) -> None:
    """Raise OSError unless this is a directory in which files can be made."""
    if not stat.S_ISDIR(os.stat(path).st_mode):
        raise NotADirectoryError(20, "not a directory", path)
    if not os.access(path, os.W_OK | os.X_OK):
        raise PermissionError(13, "cannot be written", path)


def is_mine(status: os.stat_result) -> bool:
    """Return True if a file belongs to this user."""
    return not hasattr(os, "geteuid") or status.st_uid == os.geteuid()
