"""Who wrote a dump: an HMAC-SHA256 (RFC 2104) with a key that never travels.

The signature covers one line for each member before it: how it is packed,
checksum, size, digest of the packed bytes as they stand in the file, digest of
what its header notes, name.
So it is checked without inflating, let alone unpickling, a single byte.
"""

from __future__ import annotations

import stat

from tibidi import TYPE_CHECKING
from tibidi import config
from tibidi import places
from tibidi.dumpfile.partial import PartialFile
from tibidi.process import io
from tibidi.process import os
from tibidi.process.digest import hmac_sha256
from tibidi.process.digest import sha256

if TYPE_CHECKING:
    from collections.abc import Iterable

KEY_BYTES = 32
MAX_KEY_BYTES = 64 << 10
OTHERS = stat.S_IRWXG | stat.S_IRWXO


def statement(name: bytes, extra: bytes, packing: tuple[int, int, int], digest: str) -> bytes:
    """Return the line that the signature covers for one member; `packing` is its method, checksum and size."""
    note = sha256(extra).hexdigest()
    return b"%d %d %d %s %s %s\n" % (*packing, digest.encode(), note.encode(), name)


def sign(key: bytes, statements: Iterable[bytes]) -> bytes:
    """Return the signature over the lines of all members, as hexadecimal text."""
    return hmac_sha256(key, b"".join(statements)).encode()


def is_signed(key: bytes, statements: Iterable[bytes], signature: bytes) -> bool:
    """Tell whether `signature` was made with `key`, in constant time."""
    from hmac import compare_digest  # loads OpenSSL, which writing a dump does not need

    return compare_digest(sign(key, statements), signature)


def key_path() -> str:
    """Return the path of the key file: TIBIDI_KEY_FILE, else `key` in the user's configuration directory."""
    return config.key_file or os.path.join(places.user_config(), "key")


def read_key() -> bytes | None:
    """Return the key, or None where there is none that can be used."""
    return examine_key()[0]


def examine_key() -> tuple[bytes | None, str]:
    """Return the key, or None and why not, with what to do behind the last "; "; "" where there simply is none yet.

    Whoever can write the key decides what runs here, and whoever can read it
    can sign: a key that others have access to is as good as none.
    """
    path = key_path()
    if not os.path.isabs(path):
        return None, "nobody knows a home directory here to keep the key in; set TIBIDI_KEY_FILE"
    try:
        number = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0))
    except FileNotFoundError:
        return None, ""
    except OSError as error:
        return None, f"the key file {path} can't be read: {error.strerror}; set TIBIDI_KEY_FILE to one that can"
    with io.open(number, "rb") as file:
        problem = _problem(path, os.fstat(number))
        if problem:
            return None, f"the key file {path} is not used: {problem}"
        key = file.read(MAX_KEY_BYTES)
    if len(key) < KEY_BYTES:
        size = f"it has {len(key)} bytes, a key has {KEY_BYTES} or more"
        return None, f"the key file {path} is not used: {size}; remove it, the next dump makes another"
    return key, ""


def _problem(path: str, status: os.stat_result) -> str:
    """Return what is wrong with a key file, and what to do; "" if nothing is."""
    if not stat.S_ISREG(status.st_mode):
        return "it is no regular file; set TIBIDI_KEY_FILE to another"
    if os.name == "nt":  # access there is not told by the mode
        return ""
    if status.st_mode & OTHERS:
        return f"others have access to it (mode {stat.S_IMODE(status.st_mode):04o}); chmod 600 {path}"
    if status.st_uid not in (os.geteuid(), 0):
        return f"it belongs to user {status.st_uid}; set TIBIDI_KEY_FILE to one of yours"
    return ""


def read_or_make_key() -> bytes | None:
    """Return the key, made on first use with mode 0600; None where it can't be made."""
    key = read_key()
    if key is not None:
        return key
    path = key_path()
    if not os.path.isabs(path):
        return None
    try:
        places.make(os.path.dirname(path), is_home=config.key_file is None)
        _make_key(path)
    except OSError:
        pass  # another process was faster, or a dump without a signature
    return read_key()


def _make_key(path: str) -> None:
    partial = PartialFile.beside(path)
    try:
        partial.file.write(os.urandom(KEY_BYTES))
        partial.publish(replace=False)
    except OSError:
        partial.discard()
        raise
