"""SHA-256 and HMAC by the interpreter's own code.

`hashlib` and `hmac` load OpenSSL first, which takes two milliseconds: more
than everything else that is done with digests at a crash.  Where something
else has loaded it already, it is used, being faster on large data.
"""

from __future__ import annotations

import sys

from tibidi import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Any

if TYPE_CHECKING or "_hashlib" in sys.modules:
    from hashlib import sha256 as sha256
else:
    try:
        from _sha2 import sha256  # Python 3.12 and later
    except ImportError:
        try:
            from _sha256 import sha256
        except ImportError:  # an interpreter built without its own
            from hashlib import sha256

BLOCK_BYTES = 64
MANY_BYTES = 1 << 20
OUTER_PAD = bytes(byte ^ 0x5C for byte in range(256))
INNER_PAD = bytes(byte ^ 0x36 for byte in range(256))


def digest_for(size: int) -> Any:
    """Return an empty SHA-256 for so many bytes: for many, OpenSSL's, several times as fast once it is loaded."""
    if size < MANY_BYTES:
        return sha256()
    import hashlib

    return hashlib.sha256()


def hmac_sha256(key: bytes, message: bytes) -> str:
    """Return the HMAC (RFC 2104) of `message`, in hexadecimal."""
    if len(key) > BLOCK_BYTES:
        key = sha256(key).digest()
    key = key.ljust(BLOCK_BYTES, b"\0")
    inner = sha256(key.translate(INNER_PAD) + message).digest()
    return sha256(key.translate(OUTER_PAD) + inner).hexdigest()
