"""The key file that signs dumps and decides which of them load live: its path, and whether it can be trusted.

A debugger that opens a dump only reads the key, so what else is needed is imported late.
"""

from __future__ import annotations

import stat

from tibidi import config
from tibidi.process import io, os

KEY_BYTES = 32
MAX_KEY_BYTES = 64 << 10
OTHERS = stat.S_IRWXG | stat.S_IRWXO


def key_path() -> str:
    """Return the path of the key file: TIBIDI_KEY_FILE, else `key` in the user's configuration directory."""
    if config.key_file is not None:
        return config.key_file
    from tibidi.store import homes

    return os.path.join(homes.user_config(), "key")


def read_key() -> bytes | None:
    """Return the key, or None if there is no usable one."""
    return examine_key()[0]


def examine_key() -> tuple[bytes | None, str]:
    """Return the key and "", or None and the reason, "" if no key exists yet; the remedy follows the last "; ".

    A user who can write the key decides which code runs here, and one who can
    read it can sign dumps.  So a key that other users can access is not used.
    """
    path = key_path()
    if not os.path.isabs(path):
        return None, "there is no home directory to keep the key in; set TIBIDI_KEY_FILE"
    try:
        number = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0))
    except FileNotFoundError:
        return None, _obstacle(path)
    except OSError as error:
        return None, f"the key file {path} can't be read: {error.strerror}; set TIBIDI_KEY_FILE to one that can"
    problem = _problem(path, os.fstat(number))
    if problem:
        os.close(number)
        return None, f"the key file {path} is not used: {problem}"
    with io.open(number, "rb") as file:
        key = file.read(MAX_KEY_BYTES)
    if len(key) < KEY_BYTES:
        size = f"it has {len(key)} bytes, a key has {KEY_BYTES} or more"
        return None, f"the key file {path} is not used: {size}; remove it, the next dump makes another"
    return key, ""


def _problem(path: str, status: os.stat_result) -> str:
    """Return what is wrong with a key file and the remedy, or ""."""
    if not stat.S_ISREG(status.st_mode):
        return "it is no regular file; set TIBIDI_KEY_FILE to another"
    if os.name == "nt":  # the mode does not describe access there
        return ""
    if status.st_mode & OTHERS:
        return f"others have access to it (mode {stat.S_IMODE(status.st_mode):04o}); chmod 600 {path}"
    if status.st_uid not in (os.geteuid(), 0):
        return f"it belongs to user {status.st_uid}; set TIBIDI_KEY_FILE to one of yours"
    return ""


def _obstacle(path: str) -> str:
    """Return why no key is made at a path that TIBIDI_KEY_FILE names, and the remedy, or "".

    A variable of the environment must not make root create a file anywhere, such as /etc/cron.d.
    """
    folder = os.path.dirname(path)
    if config.key_file is None:
        return ""
    try:
        os.stat(folder)
        if os.name == "nt" or _is_private(folder):
            return ""
    except OSError as error:
        return f"no key is made in {folder}: {error.strerror}; make it with: mkdir -m 700 {folder}"
    return f"no key is made in {folder}: it is not private; set TIBIDI_KEY_FILE to a path in a private directory"


def _is_private(folder: str) -> bool:
    """Return True if no other user can enter a directory, or one above it."""
    from tibidi.store.user_directories import is_mine

    status = os.stat(folder)
    if not status.st_mode & OTHERS and is_mine(status):
        return True
    above = os.path.dirname(folder)
    return above != folder and _is_private(above)


def read_or_make_key() -> bytes | None:
    """Return the key, made on first use with mode 0600, or None if it cannot be made."""
    key, problem = examine_key()
    if key is not None or problem:
        return key
    from tibidi.dumpfile.partial import write_file
    from tibidi.store import user_directories

    path = key_path()
    try:
        if config.key_file is None:
            user_directories.make(os.path.dirname(path), is_home=True)
        write_file(path, os.urandom(KEY_BYTES), replace=False)
    except (OSError, NotImplementedError):
        pass  # another process was faster; or the dump gets no signature, as where the system has no random numbers
    return read_key()
