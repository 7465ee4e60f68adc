"""The directories where dumps and keys are by default: those of the user, else one in the temporary directory."""

from __future__ import annotations

import stat
import sys

from tibidi import TYPE_CHECKING, config
from tibidi.process import os
from tibidi.store.user_directories import Candidate, check_writable, is_mine

if TYPE_CHECKING:
    from collections.abc import Iterator


def candidates() -> Iterator[Candidate]:
    """Yield the directories to try where TIBIDI_DIR is not set, and the last one to try where it is."""
    if config.directory is None and os.path.isabs(user_cache()):  # it is relative if there is no home directory
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


def _check_own(path: str) -> None:
    """Raise OSError unless this user owns the directory: root must not fill the directory of another user."""
    check_writable(path)
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
    check_writable(path)
