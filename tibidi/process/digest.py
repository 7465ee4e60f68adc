"""SHA-256 and HMAC without OpenSSL.

`hashlib` and `hmac` load OpenSSL, which takes two milliseconds: more than all digests of a crash together.  If it is
loaded already, it is used, since it is faster on large data.  And `hashlib` logs an error for each digest that it
cannot load, for want of memory or descriptors.
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
    except ModuleNotFoundError:
        try:
            from _sha256 import sha256
        except ModuleNotFoundError:  # an interpreter built without it
            from hashlib import sha256

BLOCK_BYTES = 64
MANY_BYTES = 1 << 20
OUTER_PAD = bytes(byte ^ 0x5C for byte in range(256))
INNER_PAD = bytes(byte ^ 0x36 for byte in range(256))


def digest_for(size: int) -> Any:
    """Return a new SHA-256 object for `size` bytes: for many, that of OpenSSL, which is several times as fast."""
    if size < MANY_BYTES and "_hashlib" not in sys.modules:
        return sha256()
    try:
        from _hashlib import openssl_sha256
    except ImportError:
        return sha256()
    return openssl_sha256()


def hmac_sha256(key: bytes, message: bytes) -> str:
    """Return the HMAC (RFC 2104) of `message`, in hexadecimal."""
    if len(key) > BLOCK_BYTES:
        key = sha256(key).digest()
    key = key.ljust(BLOCK_BYTES, b"\0")
    inner = sha256(key.translate(INNER_PAD) + message).digest()
    return sha256(key.translate(OUTER_PAD) + inner).hexdigest()
