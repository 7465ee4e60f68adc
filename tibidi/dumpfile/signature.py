"""Who wrote a dump: an HMAC-SHA256 (RFC 2104) with a key that never travels.

The signature covers one line for each member before it: name, size, digest of
the packed bytes as they stand in the file, digest of what its header notes.
So it is checked without inflating, let alone unpickling, a single byte.
"""

from __future__ import annotations

import hashlib
import hmac
from typing import TYPE_CHECKING

from tibidi import config
from tibidi import places
from tibidi.dumpfile.partial import SUFFIX
from tibidi.dumpfile.partial import PartialFile
from tibidi.pristine import io
from tibidi.pristine import os

if TYPE_CHECKING:
    from collections.abc import Iterable

KEY_BYTES = 32
ALGORITHM = "sha256"


def statement(name: bytes, extra: bytes, size: int, digest: str) -> bytes:
    """Return the line that the signature covers for one member."""
    note = hashlib.sha256(extra).hexdigest()
    return b"%d %s %s %s\n" % (size, digest.encode(), note.encode(), name)


def sign(key: bytes, statements: Iterable[bytes]) -> bytes:
    """Return the signature over the lines of all members, as hexadecimal text."""
    return hmac.new(key, b"".join(statements), ALGORITHM).hexdigest().encode()


def is_signed(key: bytes, statements: Iterable[bytes], signature: bytes) -> bool:
    """Tell whether `signature` was made with `key`, in constant time."""
    return hmac.compare_digest(sign(key, statements), signature)


def key_path() -> str:
    """Return the path of the key file: TIBIDI_KEY_FILE, else `key` in the user's configuration directory."""
    return config.key_file or os.path.join(places.user_config(), "key")


def read_key() -> bytes | None:
    """Return the key, or None where there is none that can be used."""
    try:
        with io.open(key_path(), "rb") as file:
            key = file.read(1 << 16)
    except OSError:
        return None
    return key if len(key) >= KEY_BYTES else None


def read_or_make_key() -> bytes | None:
    """Return the key, made on first use with mode 0600; None where it can't be made."""
    key = read_key()
    if key is not None:
        return key
    path = key_path()
    try:
        os.makedirs(os.path.dirname(path), 0o700, exist_ok=True)
        _make_key(path)
    except OSError:
        pass  # another process was faster, or a dump without a signature
    return read_key()


def _make_key(path: str) -> None:
    partial = PartialFile(path, f"{path}.{os.getpid()}{SUFFIX}")
    try:
        partial.file.write(os.urandom(KEY_BYTES))
        partial.publish(replace=False)
    except OSError:
        partial.discard()
        raise
