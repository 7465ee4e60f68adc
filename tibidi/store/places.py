"""Where dumps may go: the directories to try, and what must hold for each.

A crash directory holds private data and is written by whoever crashes, root
among them.  So a directory that the user did not name is used only if it is
this user's own; the one in the shared temporary directory only if nobody else
can have planted anything in it.
"""

from __future__ import annotations

import stat
import sys

from tibidi import TYPE_CHECKING
from tibidi import config
from tibidi.process import os
from tibidi.process.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterator

PRIVATE_DIRECTORY = 0o700
PRIVATE_FILE = 0o600


class Candidate(NamedTuple):
    """A directory to try: what must hold for it, and whether what is above must be this user's to make it there."""

    path: str
    check: Callable[[str], None]
    is_home: bool = False


def candidates() -> Iterator[Candidate]:
    """Yield the directories to try, best first."""
    if config.directory is not None:
        yield Candidate(config.directory, _check_writable)
    elif os.path.isabs(user_cache()):  # it is not where nobody knows a home directory
        yield Candidate(user_cache(), _check_own, is_home=True)
    yield Candidate(os.path.join(_temporary(), f"tibidi-{_user()}"), _check_private)


def user_cache() -> str:
    """Return `platformdirs.user_cache_dir("tibidi", appauthor=False)`."""
    return _user_directory("user_cache_dir", "XDG_CACHE_HOME", "~/.cache")


def user_config() -> str:
    """Return `platformdirs.user_config_dir("tibidi", appauthor=False)`."""
    return _user_directory("user_config_dir", "XDG_CONFIG_HOME", "~/.config")


def _user_directory(function: str, variable: str, default: str) -> str:
    """Apply the XDG base directory specification; leave the other rules, which are not as simple, to platformdirs."""
    if sys.platform in {"win32", "darwin"} or "ANDROID_DATA" in os.environ:
        import platformdirs  # 20 ms, a third of a whole dump

        return str(getattr(platformdirs, function)("tibidi", appauthor=False))
    base = os.environ.get(variable, "")
    return os.path.join(base if base.strip() else os.path.expanduser(default), "tibidi")


def _temporary() -> str:
    """Return the directory that `tempfile.gettempdir()` would choose, without trying to write to it."""
    named = [os.environ.get(variable) for variable in ("TMPDIR", "TEMP", "TMP")]
    for path in [*named, "/tmp", "/var/tmp", "/usr/tmp"]:  # noqa: S108 - what is made there is checked to be ours
        if path and os.path.isdir(path):
            return os.path.abspath(path)
    return os.getcwd()


def _user() -> str:
    return str(os.geteuid()) if hasattr(os, "geteuid") else os.environ.get("USERNAME", "user")


def make(path: str, *, is_home: bool) -> None:
    """Make a directory and what is missing above it, all private; nothing happens when it is there.

    With `is_home`, what is above must be this user's: root, run with the home
    of a user, must not leave directories there that the user cannot enter.
    """
    missing = _missing(path)
    above = os.path.dirname(missing[-1]) if missing else ""
    if is_home and above and not is_mine(os.stat(above)):
        raise PermissionError(1, "the home directory of another user", above)
    for folder in reversed(missing):
        try:
            os.mkdir(folder, PRIVATE_DIRECTORY)
        except FileExistsError:  # by a process that crashed at the same moment
            continue


def can_be_made(path: str) -> bool:
    """Say whether a directory is only missing because nothing has crashed yet."""
    missing = _missing(path)
    above = os.path.dirname(missing[-1]) if missing else ""
    return os.path.isdir(above) and os.access(above, os.W_OK | os.X_OK)


def _missing(path: str) -> list[str]:
    """Return the directories that are not there, the innermost first."""
    missing = []
    while not os.path.lexists(path):
        missing.append(path)
        path = os.path.dirname(path)
    return missing


def _check_writable(path: str) -> None:
    """Raise OSError unless files can be made in this directory."""
    if not stat.S_ISDIR(os.stat(path).st_mode):
        raise NotADirectoryError(20, "not a directory", path)
    if not os.access(path, os.W_OK | os.X_OK):
        raise PermissionError(13, "cannot be written", path)


def _check_own(path: str) -> None:
    """Raise OSError unless the directory is also this user's: root must not fill a directory of somebody else."""
    _check_writable(path)
    if not is_mine(os.stat(path)):
        raise PermissionError(1, "belongs to another user", path)


def _check_private(path: str) -> None:
    """Raise OSError unless nobody else can have planted anything in this directory of the shared temporary one."""
    status = os.lstat(path)
    if not stat.S_ISDIR(status.st_mode):
        raise NotADirectoryError(20, "a link or a file that somebody planted", path)
    if not is_mine(status):
        raise PermissionError(1, "belongs to another user", path)
    if os.name == "posix" and stat.S_IMODE(status.st_mode) & 0o077:
        raise PermissionError(1, "open to other users", path)
    above = os.stat(os.path.dirname(path)).st_mode
    if os.name == "posix" and above & stat.S_IWOTH and not above & stat.S_ISVTX:
        raise PermissionError(1, "in a directory where other users can rename it", path)
    _check_writable(path)


def is_mine(status: os.stat_result) -> bool:
    """Say whether a file belongs to this user."""
    return not hasattr(os, "geteuid") or status.st_uid == os.geteuid()
