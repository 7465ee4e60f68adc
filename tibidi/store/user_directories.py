"""The user's directories for dumps and keys, and the conditions under which each is used.

A crash directory holds private data, and any process may write to it, also
one of root.  So a directory that the user did not name is used only if this
user owns it; the one in the shared temporary directory only if no other user
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


class Candidate(NamedTuple):
    """A directory to try, the check that it must pass, and whether it may only be made in a directory of this user."""

    path: str
    check: Callable[[str], None]
    is_home: bool = False


def candidates() -> Iterator[Candidate]:
    """Yield the directories to try, best first."""
    if config.directory is not None:
        yield Candidate(config.directory, _check_writable)
    elif os.path.isabs(user_cache()):  # it is relative if there is no home directory
        yield Candidate(user_cache(), _check_own, is_home=True)
    user = str(os.geteuid()) if hasattr(os, "geteuid") else os.environ.get("USERNAME", "user")
    yield Candidate(os.path.join(_temporary(), f"tibidi-{user}"), _check_private)


def user_cache() -> str:
    """Return `platformdirs.user_cache_dir("tibidi", appauthor=False)`."""
    return _user_directory("user_cache_dir", "XDG_CACHE_HOME", "~/.cache")


def user_config() -> str:
    """Return `platformdirs.user_config_dir("tibidi", appauthor=False)`."""
    return _user_directory("user_config_dir", "XDG_CONFIG_HOME", "~/.config")


def _user_directory(function: str, variable: str, default: str) -> str:
    """Apply the XDG base directory specification; leave the longer rules of other platforms to platformdirs."""
    if sys.platform in {"win32", "darwin"} or "ANDROID_DATA" in os.environ:
        import platformdirs  # 20 ms, a third of a whole dump

        return str(getattr(platformdirs, function)("tibidi", appauthor=False))
    base = os.environ.get(variable, "")
    return os.path.join(base if base.strip() else os.path.expanduser(default), "tibidi")


def _temporary() -> str:
    """Return the directory that `tempfile.gettempdir()` would choose, without trying to write to it."""
    named = [os.environ.get(variable) for variable in ("TMPDIR", "TEMP", "TMP")]
    for path in [*named, "/tmp", "/var/tmp", "/usr/tmp"]:  # noqa: S108 - _check_private checks what is made there
        if path and os.path.isdir(path):
            return os.path.abspath(path)
    return os.getcwd()


def make(path: str, *, is_home: bool) -> None:
    """Make a private directory, with its missing parents, unless it exists.

    With `is_home`, the first existing parent must belong to this user: root
    with the home of a user must not leave directories there that the user
    cannot enter.
    """
    missing, above = _missing(path)
    if is_home and missing and not is_mine(os.stat(above)):
        raise PermissionError(1, "the home directory of another user", above)
    for folder in reversed(missing):
        try:
            os.mkdir(folder, PRIVATE_DIRECTORY)
        except FileExistsError:  # another process crashed at the same moment
            continue


def can_be_made(path: str) -> bool:
    """Return True if a directory does not exist, but a crash could make it; may raise OSError."""
    missing, above = _missing(path)
    return bool(missing) and os.path.isdir(above) and os.access(above, os.W_OK | os.X_OK)


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


def _check_writable(path: str) -> None:
    """Raise OSError unless this is a directory in which files can be made."""
    if not stat.S_ISDIR(os.stat(path).st_mode):
        raise NotADirectoryError(20, "not a directory", path)
    if not os.access(path, os.W_OK | os.X_OK):
        raise PermissionError(13, "cannot be written", path)


def _check_own(path: str) -> None:
    """Raise OSError unless this user owns the directory: root must not fill the directory of another user."""
    _check_writable(path)
    if not is_mine(os.stat(path)):
        raise PermissionError(1, "belongs to another user", path)


def _check_private(path: str) -> None:
    """Raise OSError unless no other user can have planted anything in this directory below the shared temporary one."""
    status = os.lstat(path)
    if not stat.S_ISDIR(status.st_mode):
        raise NotADirectoryError(20, "a link or a file that another user planted", path)
    if not is_mine(status):
        raise PermissionError(1, "belongs to another user", path)
    if os.name == "posix" and stat.S_IMODE(status.st_mode) & 0o077:
        raise PermissionError(1, "open to other users", path)
    above = os.stat(os.path.dirname(path)).st_mode
    if os.name == "posix" and above & stat.S_IWOTH and not above & stat.S_ISVTX:
        raise PermissionError(1, "in a directory where other users can rename it", path)
    _check_writable(path)


def is_mine(status: os.stat_result) -> bool:
    """Return True if a file belongs to this user."""
    return not hasattr(os, "geteuid") or status.st_uid == os.geteuid()
