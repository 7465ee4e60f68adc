"""Who wrote a dump: an HMAC-SHA256 (RFC 2104) with a key that never travels.

The signature covers one line for each member before it: how it is packed,
checksum, size, digest of the packed bytes as they stand in the file, digest of
what its header notes, name.
So it is checked without inflating, let alone unpickling, a single byte.
"""

from __future__ import annotations

from tibidi import TYPE_CHECKING
from tibidi.process.digest import hmac_sha256
from tibidi.process.digest import sha256

if TYPE_CHECKING:
    from collections.abc import Iterable


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
