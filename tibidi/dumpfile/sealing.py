"""Sealed dumps: a readable summary without values, and the whole dump encrypted to public keys, as age does.

Nothing is encrypted in place: what is to be sealed is collected in memory and reaches the disk encrypted.  The
member `sealed.age` is a file of age (age-encryption.org/v1), which holds the dump as it would be unsealed.
"""

from __future__ import annotations

import sys
from io import BytesIO

from tibidi import TYPE_CHECKING, config
from tibidi.dumpfile import encode
from tibidi.dumpfile import format as fmt
from tibidi.dumpfile.minimal import minimal
from tibidi.dumpfile.writer import Archive, MemberStream
from tibidi.errors import TibidiError
from tibidi.model import SEALED, UNAVAILABLE, Index, Omission, Summary
from tibidi.process import io, os

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any


BLOCK_BYTES = 4 << 20
MAKE_KEYS = "make a pair of keys with: age-keygen -o key.txt"
INSTALL = "pip install 'tibidi[seal]'"
HINT = "set TIBIDI_IDENTITY to the file of your key, or: python -m tibidi open FILE --identity KEYFILE"


class Vault(Archive):
    """An archive in memory, which `finish` seals into `outer`; the readable part of it is written at once.

    `problem` says why it cannot be sealed; then nothing but the readable part is written.
    """

    def __init__(self, outer: Archive, summary: Summary, keys: Iterable[str]) -> None:
        self._plain = BytesIO()
        super().__init__(self._plain)
        self._outer = outer
        self.problem = ""
        self._recipients: list[Any] = []
        try:
            self._recipients = recipients(keys)
        except TibidiError as error:
            self.problem = f"{error}; {error.hint}"
        shown = minimal(summary)
        outer.add(fmt.SUMMARY, encode.summary_json(shown), encode.headline(shown))
        reason, detail = (UNAVAILABLE, self.problem) if self.problem else (SEALED, HINT)
        index = Index(complete=not self.problem, omissions=(Omission("values", reason, detail),))
        outer.add(fmt.INDEX, encode.dumps(encode.index_to_json(index)))

    def finish(self, key: bytes | None) -> None:
        """Sign and seal what was written, and complete the outer archive."""
        if not self.problem:
            super().finish(key)
            self.seal(self._plain, key)
            return
        if not config.silent and sys.stderr is not None:
            sys.stderr.write(f"tibidi: no values in the dump, it cannot be sealed: {self.problem}\n")
        self._outer.finish(key)

    def seal(self, plain: BytesIO, key: bytes | None) -> None:
        """Seal a whole dump, and complete the outer archive."""
        size = plain.seek(0, os.SEEK_END)
        plain.seek(0)
        with self._outer.open(fmt.SEALED, size=size) as stream:
            blocks = _Blocks(stream)
            _pyrage().encrypt_io(plain, blocks, self._recipients)
            blocks.flush()
        self._outer.finish(key)


class _Blocks:
    """Writes large blocks to a member: age encrypts 64 KiB at a time, and the member looks at each write."""

    def __init__(self, member: MemberStream) -> None:
        self._member = member
        self._waiting = bytearray()

    def write(self, data: bytes) -> int:
        self._waiting += data
        if len(self._waiting) >= BLOCK_BYTES:
            self.flush()
        return len(data)

    def flush(self) -> None:
        self._member.write(self._waiting)
        self._waiting = bytearray()


def seal(plain: BytesIO, summary: Summary, keys: Iterable[str], key: bytes | None) -> bytes:
    """Return a whole dump sealed; raise TibidiError if that is not possible."""
    file = BytesIO()
    vault = Vault(Archive(file), summary, keys)
    if vault.problem:
        raise TibidiError(vault.problem, "")
    vault.seal(plain, key)
    return file.getvalue()


def recipients(keys: Iterable[str]) -> list[Any]:
    """Return the recipients for public keys of age or SSH, or for files with a key a line; raise TibidiError."""
    found = []
    for key in keys:
        for line in _lines(key) if os.path.isfile(key) else [key]:
            kind = _pyrage().ssh if line.startswith("ssh-") else _pyrage().x25519
            found.append(_made(kind.Recipient.from_str, line, f"{key[:60]!r} is no public key of age or SSH"))
    return found


def unseal(data: bytes, identity: str) -> bytes:
    """Return a sealed dump as it was before, by the private keys in a file; raise TibidiError."""
    try:
        lines = _lines(identity)
        with io.open(identity, "rb") as file:
            whole = file.read()
    except OSError as error:
        raise TibidiError(f"cannot read the key {identity}: {error.strerror}", HINT) from None
    wrong = f"{identity} has no private key of age or SSH"
    if lines[:1] and lines[0].startswith("-----BEGIN"):
        found = [_made(_pyrage().ssh.Identity.from_buffer, whole, wrong)]
    else:
        found = [_made(_pyrage().x25519.Identity.from_str, line, wrong) for line in lines]
    what = f"{identity} does not open this dump"
    opened: bytes = _made(lambda data: _pyrage().decrypt(data, found), data, what, "name the key that it was sealed to")
    return opened


def _lines(path: str) -> list[str]:
    with io.open(path, "rb") as file:
        lines = file.read().decode("utf-8", "replace").splitlines()
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]


def _made(function: Any, argument: object, problem: str, hint: str = MAKE_KEYS) -> Any:
    try:
        return function(argument)
    except Exception as error:  # noqa: BLE001 - pyrage has no root error
        raise TibidiError(f"{problem}: {error}", hint) from None


def _pyrage() -> Any:
    try:
        import pyrage
    except ImportError:
        raise TibidiError("sealing needs pyrage", INSTALL) from None
    return pyrage
